"""The cartoon face in a browser: it paints the very shapes of the renderer, for its own page."""

import asyncio
import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_faces import face_with
from page_shot import shots_of

from vico_listener.cli.face import trial
from vico_listener.errors import SettingError
from vico_listener.motion import FaceMotion
from vico_listener.render.cartoon.art import face_drawing
from vico_listener.render.cartoon.cartoon_renderer import CartoonRenderer
from vico_listener.render.cartoon.shapes import Shaper
from vico_listener.render.cartoon.theme import load_theme
from vico_listener.render.cartoon.theme import theme_names
from vico_listener.resources import resource_path

face_page = pytest.importorskip('vico_listener.live.face_page', reason='aiohttp is not installed')
cartoon_look = pytest.importorskip('vico_listener.live.face_look').cartoon_look

SHOWN = {
    'rest': face_with(),
    'smile': face_with(mouthSmile=0.8, rotation=(0, 0.1, 0.2)),
    'laugh': face_with(mouthSmile=1.0, jawOpen=0.6, cheekSquint=0.5),
    'frown': face_with(browDown=0.7, mouthFrown=0.6, mouthPress=0.4),
    'blink': face_with(eyeBlink=1.0),
    'surprise': face_with(browInnerUp=0.8, browOuterUp=0.6, eyeWide=0.7, jawOpen=0.4),
}


def random_motion(seed: int) -> FaceMotion:
    """Coefficients, some beyond their range, and any pose."""
    chance = np.random.default_rng(seed)
    return FaceMotion(
        chance.uniform(-0.2, 1.2, 52).astype(np.float32),
        chance.normal(0.0, 0.5, 3).astype(np.float32),
        chance.normal(0.0, 0.03, 3).astype(np.float32),
    )


@pytest.mark.parametrize('port', [-1, 65536])
def test_a_port_that_there_is_not_is_refused(port: int) -> None:
    with pytest.raises(SettingError, match=f'the port must be a whole number .* not {port}'):
        face_page.FacePage('127.0.0.1', port, cartoon_look('paper'))


@pytest.mark.parametrize('theme', theme_names())
def test_the_browser_makes_the_same_shapes(theme: str, tmp_path: Path) -> None:
    node = shutil.which('node')
    if node is None:
        pytest.skip('no node on this machine')
    drawing = face_drawing(load_theme(theme))
    motions = [random_motion(seed) for seed in range(8)]
    motions.append(FaceMotion(np.ones(52, np.float32)))
    sent = [face_page.message_of(motion, 0) for motion in motions]
    given = tmp_path / 'given.json'
    given.write_text(json.dumps({'drawing': drawing.description(), 'motions': sent}))
    program = (
        f'const {{ shapesOf }} = require({json.dumps(str(script()))});'
        "const given = JSON.parse(require('fs').readFileSync(process.argv[1]));"
        'console.log(JSON.stringify(given.motions.map((m) => shapesOf(given.drawing, m))));'
    )
    answer = subprocess.run([node, '-e', program, given], capture_output=True, check=True)
    shaper = Shaper(drawing)
    for message, theirs in zip(sent, json.loads(answer.stdout), strict=True):
        # What is sent is rounded: the same numbers for both.
        parts = (np.array(message[k]) for k in ('expression', 'rotation', 'translation'))
        ours = shaper.shapes(FaceMotion(*parts))
        assert len(theirs) == len(ours)
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(other['points'], mine.points, atol=1e-4)
            assert np.abs(np.subtract(other['colour'], mine.colour)).max() <= 1


def script() -> Path:
    return resource_path('resource/pages/face/shapes.js')


@pytest.fixture
def served():
    """The page's server and its address."""
    page = face_page.FacePage('127.0.0.1', 0, cartoon_look('paper'))
    yield page, page.start()
    page.close()


def ask(action: Any) -> Any:
    """Run a coroutine function with a client session."""
    import aiohttp

    async def run() -> Any:
        async with aiohttp.ClientSession() as session:
            return await action(session)

    return asyncio.run(run())


def test_a_page_gets_the_face_and_its_motions(served) -> None:
    page, url = served
    page.show(face_with(mouthSmile=0.123456), 2_500_000_000)

    async def watch(session):
        async with session.get(url + 'face.data') as response:
            drawing = await response.json()
        async with session.ws_connect(url + 'face', headers={'Origin': url.rstrip('/')}) as socket:
            first = await socket.receive_json(timeout=10)
            page.show(face_with(jawOpen=1.0), 2_600_000_000)
            return drawing, first, await socket.receive_json(timeout=10)

    drawing, first, second = ask(watch)
    assert drawing['coefficients'][24] == 'jawOpen'
    assert (first['time'], second['time']) == (2.5, 2.6)
    assert first['expression'][43:45] == [0.1235, 0.1235]
    assert second['expression'][24] == 1.0
    assert first['rotation'] == [0.0, 0.0, 0.0]


def test_only_its_own_page_may_connect(served) -> None:
    _, url = served

    async def refused(session):
        import aiohttp

        found = []
        for headers in ({}, {'Origin': 'https://evil.example'}):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(url + 'face', headers=headers)
            found.append(refusal.value.status)
        for path, host in (('', 'evil.example'), ('../face_page.py', '127.0.0.1')):
            async with session.get(url + path, headers={'Host': host}) as response:
                found.append(response.status)
        return found

    assert ask(refused) == [403, 403, 403, 404]


def test_the_trial_moves_and_comes_to_rest() -> None:
    motions = [motion for motion, _ in zip(trial(), range(300), strict=False)]
    assert all(((m.expression >= 0) & (m.expression <= 1)).all() for m in motions)
    steps = [np.abs(b.expression - a.expression).max() for a, b in pairwise(motions)]
    assert 0.02 < max(steps) < 0.1
    assert not motions[60].expression.any()


def test_a_browser_paints_the_picture_of_the_renderer(served, chromium) -> None:
    page, url = served
    shots = shots_of(chromium, page, url, list(SHOWN.values()), 480, 320)
    renderer = CartoonRenderer(320, 'paper', 480)
    for shot, (name, motion) in zip(shots, SHOWN.items(), strict=True):
        # Below are the button and the state. Edges are smoothed differently, but lie in one place.
        theirs, ours = shot[:250].astype(int), renderer.render(motion)[:250].astype(int)
        assert (np.abs(theirs - ours).max(axis=2) > 110).mean() < 0.002, name
