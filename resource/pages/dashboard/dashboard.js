// The dashboard: what a running stack sees, decides and says of itself; and what may be changed.
'use strict';

(() => {
  const SECONDS = 20;
  const SHOWN = 1000; // ms for which a user's own change of the slider counts
  const SILENT_AFTER = 2000; // ms after which what came last is no longer the present
  const PERSON = { speaking: '#7bd88f', pausing: '#d9c25a', yielding: '#f0a92b', silent: '#8a97a6' };
  const ROBOT = { listening: '#7bd88f', thinking: '#f0a92b', speaking: '#e0685c', away: '#8a97a6' };
  const KINDS = { nod: '#f0a92b', shake: '#5aa9f0', beat: '#d9c25a', glance: '#9fb0c0',
    smile: '#7bd88f', vocal: '#d58af0' };
  const CURVES = [
    { label: 'head, degrees', low: -15, high: 15, lines: { pitch: '#f0a92b', yaw: '#5aa9f0' },
      parts: [['nod', '#f0a92b'], ['turn', '#5aa9f0']] },
    { label: 'smile', low: 0, high: 1, lines: { smile: '#7bd88f', speaker_smile: '#8a97a6' },
      parts: [['robot', '#7bd88f'], ['person', '#8a97a6']] },
  ];
  const MARKS = { label: 'decides', colours: KINDS };
  const LANES = {
    turn: { label: 'the person', colours: PERSON, parts: Object.entries(PERSON) },
    state: { label: 'the robot', colours: ROBOT, parts: Object.entries(ROBOT) },
  };
  const get = (id) => document.getElementById(id);
  const samples = [], marks = [], bands = { turn: [], state: [] };
  const motions = makeMotions();
  let people = [], options = null, socket = null, changed = -Infinity;
  let imageTime = -Infinity, peopleTime = -Infinity, sampleTime = -Infinity;
  let settings = {};

  const send = (control) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(control));
  };

  // Buttons

  function buttons(id, name, values, wanted = (value) => value) {
    get(id).replaceChildren(...values.map((value) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = value;
      button.dataset.value = value;
      button.addEventListener('click', () => send({ [name]: wanted(value) }));
      return button;
    }));
  }

  function showOptions(news) {
    options = news;
    buttons('gestures', 'gesture', options.gestures);
    buttons('states', 'conversation_state', options.states);
    buttons('attitudes', 'attitude', options.attitudes);
    buttons('presets', 'preset', options.presets);
    showAttend();
    get('reading').hidden = options.control;
    for (const set of document.querySelectorAll('fieldset')) set.disabled = !options.control;
  }

  function showAttend() {
    if (!options) return;
    const names = [...options.attend, ...people.map((person) => person.name).sort()];
    const known = [...get('attend').children].map((button) => button.dataset.value);
    if (names.join() !== known.join()) buttons('attend', 'attend', names);
    mark('attend', settings.attend);
  }

  function mark(id, value) {
    for (const button of get(id).children) {
      button.classList.toggle('on', button.dataset.value === value);
      button.setAttribute('aria-pressed', button.dataset.value === value);
    }
  }

  function showOutcome({ text, good }) {
    get('outcome').textContent = text;
    get('outcome').dataset.level = good ? 'ok' : 'error';
    get('outcome').hidden = false;
  }

  get('release').addEventListener('click', () => send({ active: false }));
  get('resume').addEventListener('click', () => send({ active: true }));
  get('intensity').addEventListener('input', (event) => {
    changed = performance.now();
    get('shown').textContent = Number(event.target.value).toFixed(2);
    send({ intensity: Number(event.target.value) });
  });

  // The stack

  function showStack({ namespace, domain, level, text, nodes, history }) {
    get('where').textContent = `namespace ${namespace}, ROS domain ${domain}`;
    get('verdict').textContent = text;
    get('verdict').dataset.level = level;
    document.body.dataset.stack = level;
    if (!nodes.length) { // it has ended: another one begins anew
      for (const list of [samples, marks, bands.turn, bands.state]) list.length = 0;
    }
    const values = (name) => nodes.find((node) => node.name === name)?.values || {};
    settings = { ...values('listener'), attend: values('perception').attend };
    mark('states', settings.conversation_state);
    mark('attitudes', settings.attitude);
    mark('presets', settings.preset);
    showAttend();
    get('release').classList.toggle('on', settings.active === 'False');
    get('resume').classList.toggle('on', settings.active === 'True');
    if (settings.intensity && performance.now() - changed > SHOWN) {
      get('intensity').value = settings.intensity;
      get('shown').textContent = Number(settings.intensity).toFixed(2);
    }
    showNodes(nodes);
    get('history').querySelector('ul').replaceChildren(...history.map(([ago, what]) => {
      const item = document.createElement('li');
      item.textContent = `${lasted(ago)} ago: ${what}`;
      return item;
    }));
  }

  function lasted(seconds) {
    if (seconds < 90) return `${Math.round(seconds)} s`;
    return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  }

  const WORDS = { ok: 'OK', warn: 'warning', error: 'error', silent: 'silent' };

  function showNodes(nodes) {
    const section = get('nodes');
    const names = nodes.map((node) => node.name);
    if (names.join() !== [...section.children].map((card) => card.dataset.node).join()) {
      section.replaceChildren(...names.map(makeCard));
    }
    nodes.forEach((node, i) => {
      const card = section.children[i];
      card.dataset.level = node.level;
      card.querySelector('small').textContent = WORDS[node.level];
      card.querySelector('p').textContent = node.message;
      const details = card.querySelector('details');
      const rows = Object.entries(node.values);
      details.hidden = !rows.length;
      if (!details.open) return;
      details.querySelector('dl').replaceChildren(...rows.flatMap(([key, value]) => {
        const term = document.createElement('dt'), text = document.createElement('dd');
        term.textContent = key;
        text.textContent = value;
        return [term, text];
      }));
    });
  }

  function makeCard(name) {
    const card = document.createElement('article');
    card.dataset.node = name;
    const title = document.createElement('h2');
    title.append(name, document.createElement('small'));
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = 'values';
    details.append(summary, document.createElement('dl'));
    card.append(title, document.createElement('p'), details);
    return card;
  }

  // Pictures

  function showPicture(buffer) {
    const ofFace = String.fromCharCode(new Uint8Array(buffer, 0, 1)[0]) === 'F';
    const image = get(ofFace ? 'picture' : 'speaker');
    const old = image.src;
    image.src = URL.createObjectURL(new Blob([new Uint8Array(buffer, 1)], { type: 'image/jpeg' }));
    if (old) URL.revokeObjectURL(old);
    if (ofFace) {
      image.hidden = false;
      get('face').hidden = true;
    } else {
      imageTime = performance.now();
    }
  }

  const told = (person) => [
    person.name,
    person.distance === null ? '' : `${person.distance.toFixed(1)} m`,
    person.speaking > 0.5 ? 'speaks' : '',
    person.attended ? 'attended' : '',
  ].filter(Boolean).join(', ');

  function placeBoxes() {
    const image = get('speaker'), boxes = get('boxes');
    const isNew = (time) => performance.now() - time < SILENT_AFTER;
    const there = isNew(imageTime);
    image.hidden = !there;
    boxes.hidden = !there || !isNew(peopleTime);
    for (const id of ['sight', 'state']) get(id).classList.toggle('stale', !isNew(sampleTime));
    get('no-camera').hidden = there;
    if (!there) return;
    if (!image.naturalWidth) return; // between one image and the next
    const { clientWidth: wide, clientHeight: tall } = image;
    const scale = Math.min(wide / image.naturalWidth, tall / image.naturalHeight);
    const width = scale * image.naturalWidth, height = scale * image.naturalHeight;
    boxes.style.left = `${(wide - width) / 2}px`;
    boxes.style.top = `${(tall - height) / 2}px`;
    boxes.style.width = `${width}px`;
    boxes.style.height = `${height}px`;
  }

  function showPeople(news) {
    people = news;
    peopleTime = performance.now();
    get('boxes').replaceChildren(...people.map((person) => {
      const [x0, y0, x1, y1] = person.box.map((value) => 100 * Math.min(1, Math.max(0, value)));
      const box = document.createElement('div'), label = document.createElement('span');
      box.classList.toggle('attended', person.attended);
      box.classList.toggle('low', y0 < 8);
      box.classList.toggle('aside', x0 > 60);
      box.style.left = `${x0}%`;
      box.style.top = `${y0}%`;
      box.style.width = `${x1 - x0}%`;
      box.style.height = `${y1 - y0}%`;
      label.textContent = told(person);
      box.append(label);
      return box;
    }));
    showAttend();
  }

  // Curves

  function showSamples(news) {
    sampleTime = performance.now();
    samples.push(...news);
    const last = samples[samples.length - 1];
    while (samples[0].time < last.time - SECONDS || samples[0].time > last.time) samples.shift();
    const seen = last.face_valid ? 'sees a face' : 'sees no face';
    const heard = last.audio_valid ? (last.speaking ? 'hears speech' : 'hears no speech') : 'hears nothing';
    get('sight').textContent = `${seen}, ${heard}`;
    get('state').textContent = `${last.attitude} ${last.intensity.toFixed(1)}`;
  }

  // Keeps what is in sight, and what began before that and still holds.
  function keep(list, news, end) {
    list.push(...news);
    if (end === -Infinity) return;
    while (list.length && list[0].time > end + SECONDS) list.shift(); // the stream began again
    while (list.length > 1 && list[1].time < end - SECONDS) list.shift();
  }

  // The turn is told anew with every other probability: that is no other band.
  function keepBand(band, end) {
    const list = bands[band.lane], last = list[list.length - 1];
    const same = last && last.state === band.state && last.note === band.note;
    if (!same || band.time < last.time) keep(list, [band], end);
  }

  function draw() {
    placeBoxes();
    const end = samples.length ? samples[samples.length - 1].time : 0;
    for (const curve of CURVES) drawCurve(curve, samples, end, SECONDS);
    for (const [name, lane] of Object.entries(LANES)) drawBands(lane, bands[name], end, SECONDS);
    drawMarks(MARKS, marks, end, SECONDS);
    requestAnimationFrame(draw);
  }

  function connect() {
    socket = new WebSocket(`ws://${location.host}/live`);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => document.body.classList.remove('lost');
    socket.onmessage = ({ data }) => {
      if (typeof data !== 'string') {
        showPicture(data);
        return;
      }
      const news = JSON.parse(data);
      const end = samples.length ? samples[samples.length - 1].time : -Infinity;
      if (news.options) showOptions(news.options);
      if (news.stack) showStack(news.stack);
      if (news.samples) showSamples(news.samples);
      if (news.motions) news.motions.forEach(motions.take);
      if (news.people) showPeople(news.people);
      if (news.events) keep(marks, news.events, end);
      for (const band of news.bands || []) keepBand(band, end);
      if (news.outcome) showOutcome(news.outcome);
    };
    socket.onclose = () => {
      document.body.classList.add('lost');
      get('verdict').textContent = 'no connection to the program that serves this page: trying again';
      get('verdict').dataset.level = 'error';
      setTimeout(connect, 1000);
    };
  }

  makeFigures(get('curves'), [...CURVES, LANES.turn, LANES.state, MARKS]);
  LANES.turn.canvas.parentElement.className = 'lane';
  LANES.state.canvas.parentElement.className = 'lane';
  MARKS.canvas.parentElement.className = 'marks';
  connect();
  draw();
  makePainter(get('face')).then((paint) => {
    const step = () => {
      if (!get('face').hidden) {
        fitCanvas(get('face'));
        paint(motions.now());
      }
      requestAnimationFrame(step);
    };
    step();
  }).catch((error) => { get('state').textContent = `the face cannot be drawn: ${error.message}`; });
})();
