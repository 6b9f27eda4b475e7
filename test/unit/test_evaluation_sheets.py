"""Contact sheets show what is different, and in `bfm64` as well where a renderer draws it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from made_features import noise_clip

from vico_listener.frames import Picture
from vico_listener.lab.evaluation.comparison.diversity_sheet import different_expressions
from vico_listener.lab.evaluation.comparison.diversity_sheet import draw_diversity
from vico_listener.lab.evaluation.comparison.diversity_sheet import largest_movements
from vico_listener.lab.evaluation.comparison.sheets import draw_sheet
from vico_listener.lab.evaluation.comparison.sheets import people_strips
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.render.renderers import Renderer


class Asked(Renderer):
    """Draws grey, and remembers what it was asked for."""

    def __init__(self, reference: FaceMotion) -> None:
        self.basis, self.reference = reference.basis, reference
        self.faces: list[FaceMotion] = []

    def render(self, motion: FaceMotion) -> Picture:
        self.check(motion)
        self.faces.append(motion)
        return np.full((64, 64, 3), 128, np.uint8)


def still(count: int = 90) -> FaceTrack:
    return FaceTrack(
        np.zeros((count, 52), np.float32),
        np.zeros((count, 3), np.float32),
        np.zeros((count, 3), np.float32),
        np.ones(count, bool),
    )


def test_the_expressions_that_differ_are_found_and_none_that_is_not_seen():
    track = still()
    for tick, name in ((12, 'jawOpen'), (30, 'mouthFunnel'), (60, 'browInnerUp')):
        track.expression[tick : tick + 3, ARKIT_INDEX[name]] = 1.0
    track.expression[75, ARKIT_INDEX['tongueOut']] = 9.0
    track.valid[75] = False
    shown = different_expressions([track])
    assert len(shown) == 6
    most = {int(np.argmax(one.face.expression)) for one in shown if one.face.expression.any()}
    assert most == {ARKIT_INDEX[name] for name in ('jawOpen', 'mouthFunnel', 'browInnerUp')}
    assert shown[0].label == '0.97' and shown[1].label == '1.41'
    assert different_expressions([]) == []


def test_the_largest_movement_of_each_kind_is_found_in_any_clip():
    calm, lively = still(), still()
    lively.rotation[20] = np.radians([0.0, 7.0, 0.0])
    lively.rotation[40] = np.radians([-9.0, 0.0, 3.0])
    calm.expression[5, [ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]] = 0.6
    shown = largest_movements([calm, lively], FaceMotion.neutral())
    labels = [one.label for one in shown]
    assert labels[:4] == ['nod 7 deg', 'turn 3 deg', 'tilt 9 deg', 'smile 0.60']
    assert np.degrees(shown[0].face.rotation[1]) == pytest.approx(7.0, abs=0.01)


def test_sheets_in_bfm64_show_the_portrait_with_the_change_of_a_person(tmp_path: Path):
    clip = noise_clip('a', BFM64)
    reference = FaceMotion(
        np.full(64, 0.5, np.float32),
        np.array([0.1, 0.2, 0.3], np.float32),
        np.array([0.0, 0.1, 0.2], np.float32),
        np.array([0.9, 120.0, 130.0], np.float32),
        basis=BFM64,
    )
    renderer = Asked(reference)
    strips = people_strips(clip, reference)
    draw_sheet(tmp_path / 'people.jpg', 'People', renderer, strips)
    assert len(renderer.faces) == 2 * 9
    first = clip.listener.motion(0)
    strip = strips[1].track
    np.testing.assert_allclose(strip.expression[0], reference.expression, atol=1e-6)
    change = clip.listener.rotation[7] - first.rotation
    np.testing.assert_allclose(strip.rotation[7] - reference.rotation, change, atol=1e-6)
    np.testing.assert_array_equal(strip.crop[7], reference.crop)
    draw_diversity(tmp_path / 'diversity.jpg', 'Both', renderer, [strip.track for strip in strips])
    for name in ('people.jpg', 'diversity.jpg'):
        assert cv2.imread(str(tmp_path / name)) is not None
