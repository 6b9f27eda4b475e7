// Motions that come now and then, and a face that moves between them at 60 Hz.
'use strict';

const DELAY = 0.06; // s that the face is late, so that there is a motion on both sides of now
const MOTIONS = 30;
const REST = { expression: Array(52).fill(0), rotation: [0, 0, 0], translation: [0, 0, 0] };

function makeMotions() {
  const motions = [];
  let behind = Infinity; // the least time from a motion's stamp to its arrival, s
  const seconds = () => performance.now() / 1000;
  const between = (a, b, share) => a.map((value, i) => value + share * (b[i] - value));

  function take(motion) {
    const last = motions[motions.length - 1];
    if (last && (motion.time <= last.time || motion.time > last.time + 1)) {
      motions.length = 0; // the stream began again
      behind = Infinity;
    }
    // The least lateness counts; it creeps up, in case the clocks drift.
    behind = Math.min(behind + 0.0002, seconds() - motion.time);
    motions.push(motion);
    if (motions.length > MOTIONS) motions.shift();
    document.body.dataset.motions = Number(document.body.dataset.motions || 0) + 1;
  }

  function at(time) {
    if (!motions.length) return REST;
    const next = motions.findIndex((motion) => motion.time > time);
    if (next < 0) return motions[motions.length - 1];
    if (next === 0) return motions[0];
    const a = motions[next - 1], b = motions[next];
    const share = (time - a.time) / (b.time - a.time);
    return {
      expression: between(a.expression, b.expression, share),
      rotation: between(a.rotation, b.rotation, share),
      translation: between(a.translation, b.translation, share),
    };
  }

  return { take, now: () => at(seconds() - behind - DELAY) };
}

// Gives a canvas the pixels of its place on the screen.
function fitCanvas(canvas) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
}
