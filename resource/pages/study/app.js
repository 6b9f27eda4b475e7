// The page of a user study. STUDY (study.js) holds the questions; the key is not here.
'use strict';

(() => {
  const LETTERS = 'ABC';
  const STORE = `vico_study_${STUDY.study}`;
  const get = (id) => document.getElementById(id);
  let record = null;
  let saved = false;

  // Progress survives a reload where the browser lets a local page store anything.
  function remember() {
    try {
      localStorage.setItem(STORE, JSON.stringify(record));
    } catch (error) {
      console.warn('progress is not kept:', error.message);
    }
  }

  function recall() {
    try {
      return JSON.parse(localStorage.getItem(STORE));
    } catch (error) {
      console.warn('no progress was kept:', error.message);
      return null;
    }
  }

  function show(section) {
    for (const id of ['welcome', 'question', 'end']) get(id).hidden = id !== section;
  }

  function report(problem) {
    get('problem').textContent = `${problem} Please tell the person who runs the study.`;
    get('problem').hidden = false;
  }

  function token() {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function welcome() {
    const parts = {
      preference: 'two listeners side by side: which one is better?',
      labels: 'three listeners side by side: which attitude does each of them show?',
      attitude: 'three listeners side by side: which one shows a given attitude?',
    };
    for (const [test, text] of Object.entries(parts)) {
      const count = STUDY.questions.filter((question) => question.test === test).length;
      if (!count) continue;
      const item = document.createElement('li');
      item.textContent = `${count} × ${text}`;
      get('parts').append(item);
    }
    get('start').addEventListener('submit', (event) => {
      event.preventDefault();
      record = {
        format: 'vico_study_answers/1',
        study: STUDY.study,
        session: token(),
        participant: get('participant').value.trim(),
        started: new Date().toISOString(),
        answers: [],
      };
      remember();
      next();
    });
  }

  function next() {
    const done = record.answers.length;
    if (done === STUDY.questions.length) {
      record.finished ??= new Date().toISOString();
      remember();
      show('end');
      return;
    }
    get('progress').value = done / STUDY.questions.length;
    get('count').textContent = `${done + 1} of ${STUDY.questions.length}`;
    ask(STUDY.questions[done]);
    show('question');
  }

  function film(video, name) {
    video.src = `videos/${name}.mp4`;
    video.onerror = () => report(`The video ${name}.mp4 cannot be played.`);
  }

  function ask(question) {
    get('asked').textContent = {
      preference: `The listener is meant to be ${question.attitude}. Which one reacts better to the speaker?`,
      labels: 'Which attitude does each listener show?',
      attitude: `Which listener shows a ${question.attitude} attitude?`,
    }[question.test];
    get('criteria').hidden = question.test !== 'preference';
    film(get('speaker'), question.speaker);
    get('listeners').replaceChildren(
      ...question.options.map((name, n) => {
        const figure = document.createElement('figure');
        const video = document.createElement('video');
        Object.assign(video, { muted: true, playsInline: true, preload: 'auto' });
        film(video, name);
        const caption = document.createElement('figcaption');
        caption.textContent = `Listener ${LETTERS[n]}`;
        figure.append(video, caption);
        if (question.test === 'labels') figure.append(labels(name, LETTERS[n]));
        return figure;
      }),
    );
    const shown = performance.now();
    let plays = 0;
    const selects = [...get('listeners').querySelectorAll('select')];
    const given = () => Object.fromEntries(selects.map((select) => [select.name, select.value]));
    const choices = question.options.map((name, n) => [name, `Listener ${LETTERS[n]}`]);
    if (question.test === 'preference') choices.splice(1, 0, ['equal', 'Both are equally good']);
    if (question.test === 'labels') choices.splice(0, choices.length, [null, 'Next']);
    const buttons = choices.map(([choice, text]) => {
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', textContent: text, disabled: true });
      button.onclick = () => {
        const seconds = Math.round((performance.now() - shown) / 100) / 10;
        record.answers.push({ question: question.id, choice: choice ?? given(), plays, seconds });
        remember();
        next();
      };
      return button;
    });
    get('choices').replaceChildren(...buttons);
    // Not before everything was seen to its end, and every listener has a label.
    const allow = () => {
      const ready = plays > 0 && selects.every((select) => select.value);
      for (const button of buttons) button.disabled = !ready;
    };
    for (const select of selects) select.onchange = allow;

    const videos = [get('speaker'), ...get('listeners').querySelectorAll('video')];
    const play = get('play');
    Object.assign(play, { textContent: 'Play', disabled: false });
    play.onclick = async () => {
      play.disabled = true;
      try {
        await playTogether(videos);
      } catch (error) {
        report(`The videos cannot be played (${error.message}).`);
        return;
      }
      plays += 1;
      Object.assign(play, { textContent: 'Play again', disabled: false });
      allow();
    };
  }

  // What a listener's attitude is to be chosen from.
  function labels(name, letter) {
    const select = document.createElement('select');
    Object.assign(select, { name, ariaLabel: `Attitude of listener ${letter}` });
    for (const attitude of ['', ...STUDY.attitudes]) {
      select.append(new Option(attitude || 'attitude?', attitude));
    }
    return select;
  }

  // From the start, all at once; resolves when the last one has ended.
  async function playTogether(videos) {
    const ends = videos.map(
      (video) => new Promise((resolve) => video.addEventListener('ended', resolve, { once: true })),
    );
    for (const video of videos) video.currentTime = 0;
    await Promise.all(videos.map((video) => video.play()));
    await Promise.all(ends);
  }

  function save() {
    const text = JSON.stringify(record, null, 1);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = `answers_${record.study}_${record.participant}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
    saved = true;
    get('again').hidden = false;
    get('saved').textContent = `Saved as ${link.download} in your downloads.`;
  }

  function startOver() {
    localStorage.removeItem(STORE);
    location.reload();
  }

  get('again').addEventListener('click', startOver);
  get('save').addEventListener('click', save);
  addEventListener('beforeunload', (event) => {
    if (record?.finished && !saved) event.preventDefault();
  });
  welcome();
  record = recall();
  if (record) next();
})();
