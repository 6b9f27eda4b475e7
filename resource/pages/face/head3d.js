// Draws the three-dimensional head by WebGL, lit as in vico_listener/render/head3d/shading.py.
'use strict';

const NEAR = 4, FAR = 20; // what the camera sees, dm
const FADE = 0.7; // over which length body and arms fade into the wall before they end, dm
const HEM = 0.75; // how far above the body's cut the shirt ends, dm
const CLOSER = 1.35; // how much larger than its width a figure on a tall screen is
const FIXED = 11; // numbers of a vertex that do not change, see figure_file.py

const WALL = `
uniform vec2 canvas;
uniform vec3 wall[2];
vec3 wallAt(vec2 pixel) {
  vec2 away = (pixel - 0.5 * canvas) / min(canvas.x, canvas.y) - vec2(0.0, 0.08);
  return mix(wall[0], wall[1], exp(-dot(away, away) / 0.28));
}`;

const WALL_VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 1.0, 1.0);
}`;

const WALL_FRAGMENT = `#version 300 es
precision highp float;
out vec4 colour;
${WALL}
void main() { colour = vec4(wallAt(gl_FragCoord.xy), 1.0); }`;

const vertexShader = ({ materials }) => `#version 300 es
precision highp float;
in vec3 position, normal, strand;
in vec4 look, holds;
uniform mat4 parts[3];
uniform vec3 key, fill, rim, halfKey, halfFill, colours[4], wrap, centre;
uniform vec2 scale, edge;
uniform float shift, distance_, mouthLight;
out vec2 place;
out vec3 light, facing;
out float gloss, fade;
flat out float kind;

void main() {
  float head = holds.z, neck = (1.0 - head) * holds.w;
  mat4 turn = (1.0 - head - neck) * parts[0] + neck * parts[1] + head * parts[2];
  vec3 p = (turn * vec4(position, 1.0)).xyz - centre;
  vec3 n = normalize(mat3(turn) * normal);
  float w = distance_ - p.z;
  float near = ${NEAR.toFixed(1)}, far = ${FAR.toFixed(1)};
  gl_Position = vec4(p.x * scale.x, p.y * scale.y + shift * w, ((far + near) * w - 2.0 * far * near) / (far - near), w);

  int material = int(look.z + 0.5);
  float sky = holds.x, keyOpen = holds.y;
  float toKey = dot(n, key), toFill = dot(n, fill), toRim = dot(n, rim);
  float mirrored = 0.0;
  if (material == ${materials.HAIR}) {
    float along = dot(strand, halfKey);
    float sheen = sqrt(max(0.0, 1.0 - along * along));
    float towards = clamp((toKey + 0.3) / 0.9, 0.0, 1.0);
    mirrored = (0.035 * pow(sheen, 20.0) + 0.02 * pow(sheen, 6.0)) * towards * keyOpen;
    mirrored += 0.05 * pow(max(0.0, toRim), 2.0);
  } else if (material != ${materials.CLOTH}) {
    float towards = max(0.0, dot(n, halfKey)), other = max(0.0, dot(n, halfFill));
    mirrored = 0.16 * pow(towards, 16.0) + 0.05 * pow(towards, 4.0) + 0.22 * pow(towards, 48.0);
    mirrored = mirrored * keyOpen + 0.05 * pow(other, 16.0) * sky;
    mirrored += 0.05 * pow(1.0 - max(0.0, n.z), 4.0) * sky;
  }
  vec3 creeps = wrap;
  if (material == ${materials.HAIR} || material == ${materials.CLOTH}) creeps = vec3(0.25);
  if (material == ${materials.EYEBALL} || material == ${materials.MOUTH}) creeps = vec3(0.5);
  vec3 reach = vec3(keyOpen);
  if (material == ${materials.SKIN}) reach += (1.0 - keyOpen) * creeps * 0.45;
  light = colours[0] * max(vec3(0.0), (toKey + creeps) / (1.0 + creeps)) * reach;
  light += colours[1] * max(0.0, (toFill + 0.3) / 1.3) * (0.4 + 0.6 * sky);
  light += colours[2] * max(0.0, toRim) * sky + colours[3] * (0.72 + 0.28 * n.y) * sky;
  float stronger = material == ${materials.MOUTH} ? mouthLight : 1.0;
  light *= stronger;
  gloss = mirrored * stronger;
  facing = n;
  place = look.xy;
  kind = look.w;
  vec2 inside = (edge - vec2(abs(position.x), -position.y)) / ${FADE.toFixed(1)};
  fade = smoothstep(0.0, 1.0, min(inside.x, inside.y));
}`;

const fragmentShader = ({ kinds }) => `#version 300 es
precision highp float;
in vec2 place;
in vec3 light, facing;
in float gloss, fade;
flat in float kind;
uniform sampler2D skin;
uniform vec4 reflexes[2];
out vec4 colour;
${WALL}
void main() {
  vec4 texel = texture(skin, place);
  float mirrored = gloss, cover = 1.0;
  if (int(kind + 0.5) == ${kinds.CUT}) {
    cover = clamp((texel.a - 0.5) / max(fwidth(texel.a), 0.02) + 0.5, 0.0, 1.0);
    if (cover == 0.0) discard;
  } else {
    mirrored *= texel.a;
  }
  if (int(kind + 0.5) == ${kinds.EYE}) {
    for (int i = 0; i < 2; i++) {
      float lit = (dot(facing, reflexes[i].xyz) - reflexes[i].w) / (1.0 - reflexes[i].w);
      mirrored += clamp(2.5 * lit, 0.0, 0.8);
    }
  }
  vec3 value = clamp(texel.rgb * texel.rgb * light + mirrored, 0.0, 1.0);
  vec3 coded = mix(12.92 * value, 1.055 * pow(value, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, value));
  colour = vec4(mix(wallAt(gl_FragCoord.xy), coded, fade), cover);
}`;

function programOf(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`the GPU refuses the shaders: ${logs.join(' ')} ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}

async function addTexture(gl, png) {
  const picture = await createImageBitmap(new Blob([png], { type: 'image/png' }), {
    premultiplyAlpha: 'none', colorSpaceConversion: 'none',
  });
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  gl.generateMipmap(gl.TEXTURE_2D);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAX_LEVEL, 3); // smaller ones mix neighbouring parts
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  picture.close();
}

// Returns what draws a motion.
async function makePainter(canvas) {
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: true });
  if (!gl) throw new Error('this browser has no WebGL 2: serve the cartoon instead');
  canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
  canvas.addEventListener('webglcontextrestored', () => location.reload());
  const head = figureOf(await (await fetch('face.data')).arrayBuffer());
  const wall = programOf(gl, WALL_VERTEX, WALL_FRAGMENT);
  const program = programOf(gl, vertexShader(head), fragmentShader(head));
  await addTexture(gl, head.texture);

  function attribute(name, size, stride, offset) {
    const place = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, 4 * stride, 4 * offset);
  }
  const body = gl.createVertexArray();
  gl.bindVertexArray(body);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, head.fixed, gl.STATIC_DRAW);
  attribute('look', 4, FIXED, 0);
  attribute('strand', 3, FIXED, 4);
  attribute('holds', 4, FIXED, 7);
  const { sources } = head;
  const moving = new Float32Array(6 * sources.length); // place and normal of each drawn vertex
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, moving, gl.DYNAMIC_DRAW);
  attribute('position', 3, 6, 0);
  attribute('normal', 3, 6, 3);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, Uint32Array.from(head.drawn), gl.STATIC_DRAW);
  gl.bindVertexArray(null);

  const uniform = (of, name) => gl.getUniformLocation(of, name);
  gl.useProgram(program);
  const { directions } = head;
  for (const [name, value] of [
    ['key', directions.KEY], ['fill', directions.FILL], ['rim', directions.RIM],
    ['halfKey', directions.HALF], ['halfFill', directions.FILL_HALF],
    ['colours', head.colours.flat()], ['wrap', head.wrap], ['centre', head.centre],
  ]) gl.uniform3fv(uniform(program, name), value);
  gl.uniform4fv(uniform(program, 'reflexes'), head.reflexes.flat());
  gl.uniform1f(uniform(program, 'distance_'), head.distance);
  gl.uniform1f(uniform(program, 'mouthLight'), head.mouthLight);
  gl.uniform2f(uniform(program, 'edge'), head.widest, -head.lowest - HEM);
  for (const each of [wall, program]) {
    gl.useProgram(each);
    gl.uniform3fv(uniform(each, 'wall'), head.wall.flat().map((value) => value / 255));
  }
  gl.enable(gl.CULL_FACE);
  gl.enable(gl.SAMPLE_ALPHA_TO_COVERAGE);

  const vertices = new Float32Array(head.vertices.length);
  const normals = new Float32Array(head.vertices.length);
  let shown = ''; // the weights that are on the GPU

  function upload(weights) {
    deform(head, weights, vertices);
    addNormals(head.triangles, vertices, normals);
    for (let i = 0; i < sources.length; i++) {
      const from = 3 * sources[i], to = 6 * i;
      for (let k = 0; k < 3; k++) {
        moving[to + k] = vertices[from + k];
        moving[to + 3 + k] = normals[from + k];
      }
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, moving);
  }

  return (motion) => {
    const { width, height } = canvas;
    const weights = weightsOf(head, motion.expression);
    if (weights.join() !== shown) {
      upload(weights);
      shown = weights.join();
    }
    gl.viewport(0, 0, width, height);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.disable(gl.DEPTH_TEST);
    gl.useProgram(wall);
    gl.uniform2f(uniform(wall, 'canvas'), width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.enable(gl.DEPTH_TEST);
    gl.useProgram(program);
    gl.uniform2f(uniform(program, 'canvas'), width, height);
    // A tall screen ends below where the shirt would fade, as a square one does.
    const side = Math.min(CLOSER * width, height);
    const below = (head.centre[1] - head.lowest - HEM - FADE) / head.height;
    gl.uniform1f(uniform(program, 'shift'), Math.min(0, (2 * below * side) / height - 1));
    const scale = (2 * head.distance * side) / head.height;
    gl.uniform2f(uniform(program, 'scale'), scale / width, scale / height);
    const columns = partsOf(head, motion).flatMap(([turn, by]) => [
      ...transposed(turn).flatMap((column) => [...column, 0]), ...by, 1,
    ]);
    gl.uniformMatrix4fv(uniform(program, 'parts'), false, columns);
    gl.bindVertexArray(body);
    gl.drawElements(gl.TRIANGLES, head.drawn.length, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  };
}
