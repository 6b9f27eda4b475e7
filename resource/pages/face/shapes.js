// Makes polygons of a drawing for one motion, as vico_listener/render/cartoon/shapes.py does.
'use strict';

const DISTANCE = 6.0;
const TURN_LIMIT = 0.7;
const PER_METRE = 9.0, SHIFT_LIMIT = 0.3;
const TURNS = 0, STANDS = 2;

const clip = (value, low, high) => Math.min(Math.max(value, low), high);

// The 52 coefficients, clipped and with gains, and the products.
function channelsOf(drawing, expression) {
  const smile = Math.max(...drawing.smiles.map((i) => clip(expression[i], 0, 1)));
  const clipped = expression.map((value, i) => {
    const within = clip(value, 0, 1);
    const gain = drawing.gains[i] * (1 - smile) ** 4;
    return (within * (1 + gain)) / (1 + gain * within);
  });
  return [...clipped, ...drawing.products.map(([a, b]) => clipped[a] * clipped[b])];
}

// Points [x, y] of all curves in a head that looks straight ahead.
function faceOf(drawing, channels) {
  const face = drawing.rest.map((point) => [...point]);
  for (const [row, axis, channel, move] of drawing.moves) {
    face[row][axis] += move * channels[channel];
  }
  const { curves } = drawing;
  for (const [upper, lower] of drawing.orders) {
    const [start, stop] = curves[upper];
    const below = curves[lower][0] - start;
    for (let i = start; i < stop; i++) face[i][1] = Math.min(face[i][1], face[i + below][1]);
  }
  for (const [follower, leader, number] of drawing.followers) {
    const [x, y] = face[curves[leader][0] + number];
    for (let i = curves[follower][0]; i < curves[follower][1]; i++) {
      face[i][0] += x;
      face[i][1] += y;
    }
  }
  for (const [first, last, upper, lower] of drawing.insides) {
    const above = face.slice(...curves[upper]);
    const below = face.slice(...curves[lower]);
    const left = above[0][0], right = above[above.length - 1][0];
    for (let i = curves[first][0]; i < curves[last][1]; i++) {
      const x = clip(face[i][0], left, right);
      const low = heightAt(below, x);
      const high = Math.min(heightAt(above, x), low);
      face[i] = [x, Math.min(Math.max(face[i][1], high), low)];
    }
  }
  return face;
}

// The y of a curve with ascending x, straight between its points.
function heightAt(curve, x) {
  const last = curve.length - 1;
  if (x <= curve[0][0]) return curve[0][1];
  if (x >= curve[last][0]) return curve[last][1];
  let low = 0, high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curve[middle][0] <= x) low = middle; else high = middle;
  }
  const [x0, y0] = curve[low], [x1, y1] = curve[high];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

function posed(drawing, face, rotation, translation) {
  const [roll, pitch, yaw] = rotation.map((a) => TURN_LIMIT * Math.tanh(a / TURN_LIMIT));
  const [ahead, left, up] = translation.map(
    (way) => SHIFT_LIMIT * Math.tanh((PER_METRE * way) / SHIFT_LIMIT)
  );
  const { sin, cos } = Math;
  const { wide, tall, deep, neck } = drawing.skull;
  const scale = 1 + ahead / DISTANCE;
  return face.map(([restX, restY], i) => {
    if (drawing.kinds[i] === STANDS) return [restX, restY];
    let x = restX, y = restY;
    if (drawing.kinds[i] === TURNS) {
      const ball = Math.max(0, 1 - (x / wide) ** 2 - (y / tall) ** 2);
      const z = deep * Math.sqrt(ball) + drawing.lifts[i];
      const bowed = cos(pitch) * z - sin(pitch) * y;
      const nearer = (DISTANCE - deep) / (DISTANCE - cos(yaw) * bowed + sin(yaw) * x);
      y = nearer * (sin(pitch) * z + cos(pitch) * y);
      x = nearer * (sin(yaw) * bowed + cos(yaw) * x);
    }
    y -= neck;
    return [
      scale * (cos(roll) * x + sin(roll) * y) + left,
      scale * (cos(roll) * y - sin(roll) * x) + neck - up,
    ];
  });
}

// The outline of a line along points with half the widths.
function ribbon(points, widths) {
  const one = [], other = [];
  points.forEach(([x, y], i) => {
    const before = points[Math.max(i - 1, 0)];
    const after = points[Math.min(i + 1, points.length - 1)];
    const alongX = after[0] - before[0], alongY = after[1] - before[1];
    const share = widths[i] / Math.max(Math.hypot(alongX, alongY), 1e-9);
    one.push([x - alongY * share, y + alongX * share]);
    other.push([x + alongY * share, y - alongX * share]);
  });
  return [...one, ...other.reverse()];
}

// What is painted, from the back to the front: {points, colour}.
function shapesOf(drawing, { expression, rotation, translation }) {
  const channels = channelsOf(drawing, expression);
  const seen = posed(drawing, faceOf(drawing, channels), rotation, translation);
  const shapes = [];
  for (const { curves, colour, widths, strength: [least, growths], under } of drawing.paints) {
    const grown = growths.reduce((sum, [place, by]) => sum + by * channels[place], least);
    const strength = clip(grown, 0, 1);
    if (strength <= 0) continue;
    const walk = curves.flatMap(([name, backwards]) => {
      const part = seen.slice(...drawing.curves[name]);
      return backwards ? part.reverse() : part;
    });
    shapes.push({
      points: widths ? ribbon(walk, widths) : walk,
      colour: colour.map((part, i) => Math.floor(under[i] + strength * (part - under[i]) + 0.5)),
    });
  }
  return shapes;
}

if (typeof module !== 'undefined') module.exports = { shapesOf };
