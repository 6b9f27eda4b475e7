"""The pictures of `vico gallery`: what is drawn, where, and of which renderer."""

from pathlib import Path

import cv2
import numpy as np

from vico_listener.cli.main import main
from vico_listener.frames import Picture
from vico_listener.lab.cli import gallery
from vico_listener.lab.evaluation.render_check.gallery_sheets import attitude_probes
from vico_listener.lab.evaluation.render_check.gallery_sheets import attitude_sheet
from vico_listener.lab.evaluation.render_check.gallery_sheets import channel_sheet
from vico_listener.lab.evaluation.render_check.probes import channel
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.render.renderers import Renderer


class Asked(Renderer):
    """Keeps what it is asked for."""

    def __init__(self) -> None:
        self.reference = FaceMotion.neutral()
        self.asked: list[FaceMotion] = []

    def render(self, motion: FaceMotion) -> Picture:
        self.asked.append(motion)
        return np.full((64, 64, 3), 100, np.uint8)


def test_each_attitude_is_asked_for_and_differs() -> None:
    renderer = Asked()
    sheet = attitude_sheet({'one': renderer, 'two': renderer})
    assert len(renderer.asked) == 6
    assert sheet.shape[1] == 2 * 66
    assert sheet.shape[0] > 3 * 64
    glad, calm, cross = (probe.motion(renderer.reference) for probe in attitude_probes().values())
    assert list(attitude_probes()) == list(Attitude)
    assert glad.coefficient('mouthSmileLeft') > 0.5
    assert not calm.rotation.any() and not calm.expression.any()
    assert cross.coefficient('browDownRight') > 0.1


def test_each_coefficient_is_asked_for_at_each_value() -> None:
    renderer = Asked()
    channel_sheet(renderer, (0.5, 1.0))
    reached = np.max([motion.expression for motion in renderer.asked], axis=0)
    assert (reached == 1.0).all()
    assert len(renderer.asked) == 1 + 2 * len(set(map(channel, ARKIT_NAMES)))


def test_the_command_writes_its_pictures(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(gallery, 'SHOWN', ('cartoon',))
    assert main(['gallery', '--theme', 'robot', '--size', '64', '--out', str(tmp_path / 'x')]) == 0
    names = {'renderers.jpg', 'themes.jpg', 'channels_cartoon.jpg'}
    assert {path.name for path in (tmp_path / 'x').iterdir()} == names
    assert all(cv2.imread(str(path)) is not None for path in (tmp_path / 'x').iterdir())
    assert 'themes.jpg' in capsys.readouterr().out
    assert main(['gallery', '--theme', 'eve', '--out', str(tmp_path)]) == 1
