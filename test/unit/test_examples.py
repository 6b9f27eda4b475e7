"""The examples do what they say, and are short."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from shared_material import needs_model

import vico_listener.listening_head  # noqa: F401 - it needs the VideoCapture that tests replace

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / 'examples'

pytestmark = needs_model


def run(script, *arguments, path=()):
    """Run a script in a process of its own; return what it prints."""
    places = [str(ROOT), *map(str, path), os.environ.get('PYTHONPATH', '')]
    done = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {'PYTHONPATH': os.pathsep.join(places)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope='module')
def talk(speech_clip, tmp_path_factory):
    """Two seconds of a speaker."""
    path = tmp_path_factory.mktemp('talk') / 'talk.mp4'
    with av.open(str(speech_clip)) as source, av.open(str(path), 'w') as target:
        streams = {s: target.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.pts * packet.time_base < 2.0:
                packet.stream = streams[packet.stream]
                target.mux(packet)
    return path


@pytest.mark.parametrize('path', sorted(EXAMPLES.rglob('*.py')), ids=lambda path: path.name)
def test_an_example_has_at_most_forty_lines(path):
    most = 60 if path.name == 'dialogue.py' else 40  # the one that is a whole program
    assert len(path.read_text(encoding='utf-8').splitlines()) <= most


def test_webcam(talk, monkeypatch):
    cameras, shown = [], []
    capture = cv2.VideoCapture

    def open_camera(number):
        cameras.append(number)
        return capture(str(talk))

    monkeypatch.setattr(cv2, 'VideoCapture', open_camera)
    monkeypatch.setattr(cv2, 'imshow', lambda name, picture: shown.append(picture))
    monkeypatch.setattr(cv2, 'waitKey', lambda ms: -1)
    monkeypatch.setattr(sys, 'argv', ['webcam.py', '2'])
    runpy.run_path(str(EXAMPLES / 'webcam.py'), run_name='__main__')
    assert cameras == [2]
    assert shown and all(picture.shape == (384, 384, 3) for picture in shown)


def test_webcam_ends_with_q(talk, monkeypatch):
    capture = cv2.VideoCapture
    monkeypatch.setattr(cv2, 'VideoCapture', lambda number: capture(str(talk)))
    monkeypatch.setattr(cv2, 'imshow', lambda name, picture: None)
    asked = []
    monkeypatch.setattr(cv2, 'waitKey', lambda ms: asked.append(ms) or ord('q'))
    monkeypatch.setattr(sys, 'argv', ['webcam.py'])
    runpy.run_path(str(EXAMPLES / 'webcam.py'), run_name='__main__')
    assert asked == [1]


def test_video_file(talk, tmp_path):
    film = tmp_path / 'listener.mp4'
    told = run(EXAMPLES / 'video_file.py', talk, film)
    with av.open(str(film)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) >= 55 and frames[0].width == 384
    assert told.startswith(f'{film}: {len(frames) / 30:.1f} s, smile up to 0.')


def test_own_robot(talk, tmp_path):
    servos = tmp_path / 'servos'
    servos.touch()
    profile = tmp_path / 'own_robot.yaml'
    text = (EXAMPLES / 'own_robot.yaml').read_text(encoding='utf-8')
    profile.write_text(text.replace('/dev/ttyUSB0', str(servos)), encoding='utf-8')
    run(EXAMPLES / 'own_robot.py', profile, talk)
    commands = [json.loads(line) for line in servos.read_text().splitlines()]
    assert len(commands) >= 55 and all(set(c) == {'pan', 'tilt'} for c in commands)
    tilt = np.array([command['tilt'] for command in commands])
    assert 0.1 < np.ptp(tilt) < 2 * np.degrees(0.5)


def test_a_listener_in_a_package_of_its_own(talk, tmp_path):
    source, installed = tmp_path / 'source', tmp_path / 'installed'
    shutil.copytree(EXAMPLES / 'listener_plugin', source)
    pip = [sys.executable, '-m', 'pip', 'install', '-q', '--no-deps', '--no-build-isolation']
    done = subprocess.run(
        [*pip, '--target', str(installed), str(source)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    script = tmp_path / 'script.py'
    script.write_text(
        'import sys\n'
        'from vico_listener import ListeningHead\n'
        'from vico_listener.media.clip import play\n'
        "with ListeningHead('polite', idle=False) as head:\n"
        '    motions = [answer.motion for answer in head.answers(play(sys.argv[1]))]\n'
        'print(motions[-1].model, max(motion.face.rotation[1] for motion in motions))\n'
    )
    name, nod = run(script, talk, path=[installed]).split()
    assert name == 'polite' and 0.01 < float(nod) < 0.11
