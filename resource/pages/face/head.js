// Moves a figure for one motion, as vico_listener/render/head3d/drive.py and posing.py do.
'use strict';

const VIEWS = { f: Float32Array, i: Int32Array, b: Uint8Array };

// The numbers and arrays of a figure's file, see vico_listener/live/figure_file.py.
function figureOf(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  for (const [name, [kind, start, count]] of Object.entries(head.arrays)) {
    head[name] = new VIEWS[kind](buffer, 4 + length + start, count);
  }
  const knots = head.knots;
  head.rows = head.coefficients.map((name) => head.curves[name.replace(/(Left|Right)$/, '')] || knots);
  return head;
}

// How far each target is applied for the 52 coefficients.
function weightsOf(head, expression) {
  const last = head.knots.length - 1;
  const along = (row, value) => {
    const place = Math.min(Math.max(value, 0), 1) * last;
    const below = Math.min(Math.floor(place), last - 1);
    return row[below] + (place - below) * (row[below + 1] - row[below]);
  };
  const weights = expression.map((value, i) => along(head.rows[i], value));
  const told = (name) => Math.min(Math.max(expression[head.coefficients.indexOf(name)], 0), 1);
  // Lowered brows above a smile would look scheming.
  const calm = (1 - Math.max(told('mouthSmileLeft'), told('mouthSmileRight'))) ** 4;
  for (const name of head.displeased) {
    const i = head.coefficients.indexOf(name);
    weights[i] = told(name) + calm * (weights[i] - told(name));
  }
  // A smile is wide, narrows the eyes, and shows teeth if it is broad.
  for (const side of ['Left', 'Right']) {
    for (const [name, row] of Object.entries(head.smiling)) {
      const own = head.coefficients.includes(name) ? name : name + side;
      const i = head.coefficients.indexOf(own);
      weights[i] = Math.max(weights[i], along(row, told(`mouthSmile${side}`)));
    }
  }
  // Lips close over an open jaw; without one they would cross.
  const [close, jaw] = ['mouthClose', 'jawOpen'].map((name) => head.coefficients.indexOf(name));
  weights[close] = Math.min(weights[close], weights[jaw]);
  return weights;
}

// Matrices are lists of three rows.
const times = (a, b) => a.map((row) => [0, 1, 2].map((k) => row.reduce((sum, v, j) => sum + v * b[j][k], 0)));
const apply = (a, v) => a.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
const transposed = (a) => [0, 1, 2].map((k) => a.map((row) => row[k]));

function matrixFromRpy([roll, pitch, yaw]) {
  const cr = Math.cos(roll), sr = Math.sin(roll);
  const cp = Math.cos(pitch), sp = Math.sin(pitch);
  const cy = Math.cos(yaw), sy = Math.sin(yaw);
  return [
    [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
    [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
    [-sp, cp * sr, cp * cr],
  ];
}

function rotationVector(m) {
  const skew = [m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]];
  const sine = Math.hypot(...skew) / 2;
  const angle = Math.atan2(sine, (m[0][0] + m[1][1] + m[2][2] - 1) / 2);
  return skew.map((value) => (value / 2) * (sine > 1e-9 ? angle / sine : 1));
}

function matrixOf(turn) {
  const angle = Math.hypot(...turn);
  if (angle < 1e-12) return [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const [x, y, z] = turn.map((value) => value / angle);
  const cross = [[0, -z, y], [z, 0, -x], [-y, x, 0]];
  const square = times(cross, cross);
  const sine = Math.sin(angle), rest = 1 - Math.cos(angle);
  return cross.map((row, i) => row.map((v, k) => (i === k) + sine * v + rest * square[i][k]));
}

// The motions of body, neck and head: a rotation and a shift each, dm.
function partsOf(head, motion) {
  const { axes } = head;
  const turn = rotationVector(times(times(axes, matrixFromRpy(motion.rotation)), transposed(axes)));
  let shift = apply(axes, motion.translation).map((value) => value * head.perMetre);
  const length = Math.hypot(...shift);
  if (length > head.maxShift) shift = shift.map((value) => (value * head.maxShift) / length);
  const part = (share) => matrixOf(turn.map((value) => share * value));
  const body = part(head.bodyShare), neck = part(head.neckShare), whole = part(1);
  const low = [...head.joints.subarray(0, 3)], high = [...head.joints.subarray(3, 6)];
  const middle = head.bodyTurnCentre, share = head.bodyShift;
  // Where a part leads its joint, less where the next part's turn leads it.
  const carried = (from, to, joint, by, along) => {
    const there = apply(from, joint), turned = apply(to, joint);
    return there.map((value, k) => value + by[k] + along * shift[k] - turned[k]);
  };
  const bodyBy = apply(body, middle).map((value, k) => middle[k] - value + share * shift[k]);
  const neckBy = carried(body, neck, low, bodyBy, (1 - share) / 2);
  const headBy = carried(neck, whole, high, neckBy, (1 - share) / 2);
  return [[body, bodyBy], [neck, neckBy], [whole, headBy]];
}

// The rotations of the left and the right eye.
function gazesOf(head, weights) {
  const of = (name) => weights[head.coefficients.indexOf(name)];
  return [['Left', 1], ['Right', -1]].map(([side, outwards]) => {
    const yaw = outwards * head.gaze.side * (of(`eyeLookOut${side}`) - of(`eyeLookIn${side}`));
    const pitch = head.gaze.down * of(`eyeLookDown${side}`) - head.gaze.up * of(`eyeLookUp${side}`);
    return times(matrixOf([0, yaw, 0]), matrixOf([pitch, 0, 0]));
  });
}

// Write the vertices with targets, eyes and lids in `out`; the head is not turned yet.
function deform(head, weights, out) {
  const { vertices, targetStarts, targetVertices, targetOffsets, eyes, eyeVertices, lids, lidEyes } = head;
  out.set(vertices);
  for (let target = 0; target < weights.length; target++) {
    const weight = weights[target];
    if (!weight) continue;
    for (let i = targetStarts[target]; i < targetStarts[target + 1]; i++) {
      const at = 3 * targetVertices[i];
      out[at] += weight * targetOffsets[3 * i];
      out[at + 1] += weight * targetOffsets[3 * i + 1];
      out[at + 2] += weight * targetOffsets[3 * i + 2];
    }
  }
  gazesOf(head, weights).forEach((gaze, eye) => {
    const centre = eyes.subarray(4 * eye, 4 * eye + 3);
    for (let i = eyeVertices[2 * eye]; i < eyeVertices[2 * eye + 1]; i++) {
      const turned = apply(gaze, [0, 1, 2].map((k) => vertices[3 * i + k] - centre[k]));
      for (let k = 0; k < 3; k++) out[3 * i + k] = centre[k] + turned[k];
    }
  });
  // A lid moves along a straight line, which would lead through the eyeball.
  for (let n = 0; n < lids.length; n++) {
    const at = 3 * lids[n], eye = 4 * lidEyes[n];
    const x = out[at] - eyes[eye], y = out[at + 1] - eyes[eye + 1], z = out[at + 2] - eyes[eye + 2];
    const distance = Math.sqrt(x * x + y * y + z * z);
    const least = head.clearance * eyes[eye + 3];
    if (distance >= least) continue;
    out[at] = eyes[eye] + (x * least) / distance;
    out[at + 1] = eyes[eye + 1] + (y * least) / distance;
    out[at + 2] = eyes[eye + 2] + (z * least) / distance;
  }
}

// Write the normals of vertices in `out`, each as long as the triangles around it are large.
function addNormals(triangles, vertices, out) {
  out.fill(0);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t], b = 3 * triangles[t + 1], c = 3 * triangles[t + 2];
    const x = vertices[a], y = vertices[a + 1], z = vertices[a + 2];
    const ux = vertices[b] - x, uy = vertices[b + 1] - y, uz = vertices[b + 2] - z;
    const vx = vertices[c] - x, vy = vertices[c + 1] - y, vz = vertices[c + 2] - z;
    const nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
    out[a] += nx; out[a + 1] += ny; out[a + 2] += nz;
    out[b] += nx; out[b + 1] += ny; out[b + 2] += nz;
    out[c] += nx; out[c + 1] += ny; out[c + 2] += nz;
  }
}

if (typeof module !== 'undefined') module.exports = { figureOf, weightsOf, partsOf, deform, addNormals };
