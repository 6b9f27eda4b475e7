// Paints the cartoon face on the page's canvas.
'use strict';

const css = (colour) => `rgb(${colour.join(',')})`;

// Returns what paints a motion.
async function makePainter(canvas) {
  const drawing = await (await fetch('face.data')).json();
  const context = canvas.getContext('2d');
  return (motion) => {
    const { width, height } = canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = css(drawing.background);
    context.fillRect(0, 0, width, height);
    const scale = Math.min(width, height) / drawing.zoom;
    context.setTransform(scale, 0, 0, scale, width / 2, height / 2 - scale * drawing.centre);
    for (const { points, colour } of shapesOf(drawing, motion)) {
      context.beginPath();
      points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.closePath();
      context.fillStyle = css(colour);
      context.fill('evenodd');
    }
  };
}
