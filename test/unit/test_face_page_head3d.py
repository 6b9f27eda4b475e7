"""The three-dimensional head in a browser: it moves and draws as the renderer does."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from made_faces import face_with
from page_shot import shots_of

from vico_listener.bundled_files import HEAD_MESH
from vico_listener.bundled_files import bundled_path
from vico_listener.cli.main import main
from vico_listener.motion import FaceMotion
from vico_listener.resources import resource_path

pytest.importorskip('numba')
pytest.importorskip('aiohttp')

from vico_listener.live.face_look import head3d_look
from vico_listener.live.face_page import FacePage
from vico_listener.live.face_page import message_of
from vico_listener.render.head3d.drive import target_weights
from vico_listener.render.head3d.figure_cache import figure_of
from vico_listener.render.head3d.head3d_renderer import Head3dRenderer
from vico_listener.render.head3d.identity import load_identity
from vico_listener.render.head3d.posing import pose
from vico_listener.render.head3d.shading import normals_of

needs_mesh = pytest.mark.skipif(
    bundled_path(HEAD_MESH) is None, reason='the mesh of head3d is not installed'
)

SHOWN = {
    'rest': face_with(),
    'laugh': face_with(mouthSmile=1.0, jawOpen=0.6, cheekSquint=0.5, rotation=(0, 0.1, 0.2)),
    'frown': face_with(browDown=0.7, mouthFrown=0.6, mouthPress=0.4, rotation=(0, 0, -0.5)),
    'blink': face_with(eyeBlink=1.0),
    'glance': face_with(eyeLookOutLeft=0.8, eyeLookInRight=0.8, rotation=(0.25, 0, 0)),
}

PROGRAM = """
const head3d = require(process.argv[1]);
const given = JSON.parse(require('fs').readFileSync(process.argv[2]));
const file = require('fs').readFileSync(given.figure);
const head = head3d.figureOf(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
console.log(JSON.stringify(given.motions.map((motion) => {
  const vertices = new Float32Array(head.vertices.length), normals = vertices.slice();
  head3d.deform(head, head3d.weightsOf(head, motion.expression), vertices);
  head3d.addNormals(head.triangles, vertices, normals);
  return { parts: head3d.partsOf(head, motion), vertices: [...vertices], normals: [...normals] };
})));
"""


def any_motion(seed: int) -> FaceMotion:
    """Coefficients, some beyond their range, and any pose; the first of them is at rest."""
    chance = np.random.default_rng(seed)
    if seed == 0:
        return FaceMotion.neutral()
    return FaceMotion(
        chance.uniform(-0.2, 1.2, 52).astype(np.float32),
        chance.normal(0.0, 0.5, 3).astype(np.float32),
        chance.normal(0.0, 0.05, 3).astype(np.float32),
    )


@needs_mesh
def test_the_browser_moves_the_figure_alike(tmp_path: Path) -> None:
    node = shutil.which('node')
    if node is None:
        pytest.skip('no node on this machine')
    figure = figure_of(load_identity('maya'))
    (tmp_path / 'figure').write_bytes(head3d_look('maya').data[0])
    sent = [message_of(any_motion(seed), 0) for seed in range(4)]
    given = tmp_path / 'given.json'
    given.write_text(json.dumps({'figure': str(tmp_path / 'figure'), 'motions': sent}))
    script = resource_path('resource/pages/face/head.js')
    answer = subprocess.run([node, '-e', PROGRAM, script, given], capture_output=True, check=True)
    ours = np.empty_like(figure.vertices)
    for message, theirs in zip(sent, json.loads(answer.stdout), strict=True):
        # What is sent is rounded: the same numbers for both.
        parts = (message[k] for k in ('expression', 'rotation', 'translation'))
        motion = FaceMotion(*(np.array(part, np.float32) for part in parts))
        weights = target_weights(motion.expression)
        pose(figure, motion, weights, ours)
        vertices = np.reshape(theirs['vertices'], (-1, 3))
        head = figure.with_head
        neck = (1 - head) * figure.with_neck
        turned = sum(
            share[:, None] * (vertices @ np.transpose(turn) + by)
            for share, (turn, by) in zip(
                (1 - head - neck, neck, head), theirs['parts'], strict=True
            )
        )
        np.testing.assert_allclose(turned, ours, atol=2e-4)
        normals = np.reshape(theirs['normals'], (-1, 3))
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        own = normals_of(vertices.astype(np.float32), figure.triangles[: figure.fronts])
        np.testing.assert_allclose(normals / np.maximum(lengths, 1e-12), own, atol=1e-3)


@needs_mesh
def test_a_browser_draws_the_picture_of_the_renderer(chromium) -> None:
    probe = chromium.new_page()
    able = probe.evaluate("!!document.createElement('canvas').getContext('webgl2')")
    probe.close()
    if not able:
        pytest.skip('this Chromium has no WebGL 2')
    taken = []
    for motions, width in ((list(SHOWN.values()), 320), ([SHOWN['rest']], 160)):
        page = FacePage('127.0.0.1', 0, head3d_look('maya'))  # one that has shown nothing yet
        try:
            taken.append(shots_of(chromium, page, page.start(), motions, width, 320))
        finally:
            page.close()
    shots, (tall,) = taken
    renderer = Head3dRenderer(320)
    for shot, (name, motion) in zip(shots, SHOWN.items(), strict=True):
        # Below are the button and the state.
        theirs, ours = shot[:250].astype(int), renderer.render(motion)[:250].astype(int)
        difference = np.abs(theirs - ours).max(axis=2)
        assert difference.mean() < 4, name
        assert (difference > 60).mean() < 0.005, name
    # The shirt reaches the lower edge of a phone.
    blue, green, red = tall[-1, 80].astype(int)
    assert green > red + 30 and blue > red + 30


@pytest.mark.parametrize(
    ('option', 'said'), [('--theme', "unknown theme 'eve'"), ('--figure', "unknown figure 'eve'")]
)
def test_a_wrong_look_is_told_before_anything_is_served(capsys, option: str, said: str) -> None:
    renderer = 'cartoon' if option == '--theme' else 'head3d'
    assert main(['face', '--try', '--renderer', renderer, option, 'eve']) == 1
    assert said in capsys.readouterr().err
