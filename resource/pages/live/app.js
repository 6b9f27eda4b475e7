// The live page: pictures and samples come over one WebSocket, controls go back over it.
'use strict';

(() => {
  const SECONDS = 10;
  const CURVES = [
    { label: 'head, degrees', low: -15, high: 15, lines: { pitch: '#f0a92b', yaw: '#5aa9f0' },
      parts: [['nod', '#f0a92b'], ['turn', '#5aa9f0']] },
    { label: 'smile', low: 0, high: 1, lines: { smile: '#7bd88f', speaker_smile: '#8a97a6' },
      parts: [['listener', '#7bd88f'], ['you', '#8a97a6']] },
    { label: 'you speak', low: 0, high: 1.1, lines: { speaking: '#d58af0' } },
  ];
  const get = (id) => document.getElementById(id);
  const samples = [];
  let socket = null;
  let stopped = false;

  function send(control) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(control));
  }

  function showPicture(buffer) {
    const kind = String.fromCharCode(new Uint8Array(buffer, 0, 1)[0]);
    const image = get(kind === 'F' ? 'face' : 'speaker');
    const old = image.src;
    image.src = URL.createObjectURL(new Blob([new Uint8Array(buffer, 1)], { type: 'image/jpeg' }));
    if (old) URL.revokeObjectURL(old);
  }

  function showProblem(text) {
    get('problem').textContent = text;
    get('problem').hidden = !text;
  }

  function showSamples(news) {
    samples.push(...news);
    const last = samples[samples.length - 1];
    while (samples[0].time < last.time - SECONDS || samples[0].time > last.time) samples.shift();
    const seen = last.face_valid ? 'sees you' : 'sees no face';
    const heard = last.audio_valid ? (last.speaking ? 'hears you speak' : 'hears you') : 'hears nothing';
    get('state').textContent = `${seen}, ${heard}`;
    showControls(last);
  }

  // What is in force at the listener, unless the user is just changing it.
  function showControls({ attitude, intensity }) {
    document.body.dataset.attitude = attitude;
    document.body.dataset.intensity = intensity.toFixed(2);
    if (performance.now() - changed < 1000) return;
    document.querySelector(`[name=attitude][value=${attitude}]`).checked = true;
    get('intensity').value = intensity;
    get('shown').textContent = intensity.toFixed(2);
  }
  let changed = -Infinity;

  function draw() {
    if (samples.length) {
      const end = samples[samples.length - 1].time;
      for (const curve of CURVES) drawCurve(curve, samples, end, SECONDS);
    }
    requestAnimationFrame(draw);
  }

  function connect() {
    socket = new WebSocket(`ws://${location.host}/live`);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      if (typeof data !== 'string') {
        showPicture(data);
        return;
      }
      const news = JSON.parse(data);
      if (news.samples) showSamples(news.samples);
      if (news.problem !== undefined) showProblem(news.problem);
      if (news.refused) showProblem(news.refused);
    };
    socket.onclose = () => {
      get('state').textContent = stopped ? 'stopped' : 'connection lost, trying again';
      if (!stopped) setTimeout(connect, 1000);
    };
  }

  get('attitude').addEventListener('change', (event) => {
    changed = performance.now();
    send({ attitude: event.target.value });
  });
  get('intensity').addEventListener('input', (event) => {
    changed = performance.now();
    get('shown').textContent = Number(event.target.value).toFixed(2);
    send({ intensity: Number(event.target.value) });
  });
  get('stop').addEventListener('click', () => {
    stopped = true;
    get('stop').disabled = true;
    send({ stop: true });
  });
  makeFigures(get('curves'), CURVES);
  connect();
  draw();
})();
