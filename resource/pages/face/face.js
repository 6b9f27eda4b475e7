// The face's page: motions come over one WebSocket.
'use strict';

(() => {
  const get = (id) => document.getElementById(id);
  const canvas = get('face');
  const motions = makeMotions();

  function connect() {
    const socket = new WebSocket(`ws://${location.host}/face`);
    socket.onopen = () => { get('state').textContent = ''; };
    socket.onmessage = (event) => motions.take(JSON.parse(event.data));
    socket.onclose = () => {
      get('state').textContent = 'no connection to the listener: trying again';
      setTimeout(connect, 1000);
    };
  }

  function goFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }
  get('full').addEventListener('click', goFull);
  document.addEventListener('keydown', (event) => { if (event.key === 'f') goFull(); });

  // Pointer and button go away while nobody moves the pointer.
  let waiting = 0;
  function wake() {
    document.body.classList.remove('still');
    clearTimeout(waiting);
    waiting = setTimeout(() => document.body.classList.add('still'), 3000);
  }
  document.addEventListener('pointermove', wake);
  wake();

  makePainter(canvas).then((paint) => {
    const step = () => {
      fitCanvas(canvas);
      paint(motions.now());
      requestAnimationFrame(step);
    };
    connect();
    step();
  }).catch((error) => { get('state').textContent = `the face cannot be drawn: ${error.message}`; });
})();
