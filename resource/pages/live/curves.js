// Curves over the last seconds, and lanes with states and events below them.
'use strict';

const GRID = '#3a444f', INK = '#dfe5ec';

// A context for a canvas, as sharp as the screen.
function penOf(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return pen;
}

// Adds a figure for each curve or lane: {label, parts: [[text, colour]]}; each gets a canvas.
function makeFigures(section, rows) {
  for (const row of rows) {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    caption.append(row.label);
    for (const [text, colour] of row.parts || []) {
      const part = document.createElement('span');
      part.textContent = ` ${text}`;
      part.style.color = colour;
      caption.append(part);
    }
    row.canvas = document.createElement('canvas');
    figure.append(caption, row.canvas);
    section.append(figure);
  }
}

// Draws {canvas, low, high, lines: {name: colour}} of samples up to `end`; a null is a gap.
function drawCurve({ canvas, low, high, lines }, samples, end, seconds) {
  const pen = penOf(canvas);
  const wide = canvas.clientWidth, tall = canvas.clientHeight;
  const x = (time) => wide * (1 - (end - time) / seconds);
  const y = (value) => tall * (1 - (value - low) / (high - low));
  pen.strokeStyle = GRID;
  pen.beginPath();
  pen.moveTo(0, y(0));
  pen.lineTo(wide, y(0));
  pen.stroke();
  pen.lineWidth = 2;
  for (const [name, colour] of Object.entries(lines)) {
    pen.strokeStyle = colour;
    pen.beginPath();
    let drawing = false;
    for (const sample of samples) {
      const value = sample[name];
      if (value === null) {
        drawing = false;
        continue;
      }
      if (drawing) pen.lineTo(x(sample.time), y(Number(value)));
      else pen.moveTo(x(sample.time), y(Number(value)));
      drawing = true;
    }
    pen.stroke();
  }
}

// Draws bands [{time, state, note}], each until the next one, in the colours of their states.
function drawBands({ canvas, colours }, bands, end, seconds) {
  const pen = penOf(canvas);
  const wide = canvas.clientWidth, tall = canvas.clientHeight;
  const x = (time) => wide * (1 - (end - time) / seconds);
  pen.font = '12px system-ui, sans-serif';
  pen.textBaseline = 'middle';
  bands.forEach((band, i) => {
    const from = Math.max(0, x(band.time));
    const to = i + 1 < bands.length ? Math.min(wide, x(bands[i + 1].time)) : wide;
    if (to <= from) return;
    pen.fillStyle = colours[band.state] || GRID;
    pen.fillRect(from, 0, Math.max(1, to - from - 1), tall);
    const text = band.note ? `${band.state}: ${band.note}` : band.state;
    if (pen.measureText(text).width + 8 > to - from) return;
    pen.fillStyle = '#14181d';
    pen.fillText(text, from + 4, tall / 2 + 1);
  });
}

const ROWS = 3;

// Draws marks [{time, kind, text}] in rows; a text that has no room in any is left out.
function drawMarks({ canvas, colours }, marks, end, seconds) {
  const pen = penOf(canvas);
  const wide = canvas.clientWidth, tall = canvas.clientHeight;
  const x = (time) => wide * (1 - (end - time) / seconds);
  pen.font = '12px system-ui, sans-serif';
  pen.textBaseline = 'middle';
  const taken = Array(ROWS).fill(-Infinity);
  for (const mark of marks) {
    const at = x(mark.time);
    const colour = colours[mark.kind] || INK;
    const width = pen.measureText(mark.text).width;
    const free = taken.findIndex((until) => until < at);
    const row = Math.max(free, 0);
    pen.fillStyle = colour;
    pen.fillRect(at, (row * tall) / ROWS + 1, 3, tall / ROWS - 2);
    if (free < 0) continue;
    taken[row] = at + width + 10;
    if (at + width + 6 < wide) pen.fillText(mark.text, at + 6, ((row + 0.5) * tall) / ROWS);
  }
}
