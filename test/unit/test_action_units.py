"""Action units of a face: each shape in its unit, turns of the head, what is not measured."""

from dataclasses import replace

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.errors import DataError
from vico_listener.face.action_units import UNITS
from vico_listener.face.action_units import action_units
from vico_listener.face.usual_face import UsualFace
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion


@pytest.mark.parametrize(
    ('shapes', 'unit', 'intensity'),
    [
        ({'mouthSmileLeft': 0.8, 'mouthSmileRight': 0.4}, 12, 0.6),  # lip corner puller
        ({'browInnerUp': 0.5}, 1, 0.5),  # inner brow raiser
        ({'browDownLeft': 1.0, 'browDownRight': 1.0}, 4, 1.0),  # brow lowerer
        ({'eyeBlinkLeft': 1.0, 'eyeBlinkRight': 1.0}, 45, 1.0),  # blink
        ({'jawOpen': 0.7, 'mouthClose': 0.2}, 25, 0.5),  # lips part
        ({'jawOpen': 0.7, 'mouthClose': 0.2}, 26, 0.7),  # jaw drop
        ({'jawRight': 0.3}, 30, 0.3),  # jaw sideways
        ({'eyeLookOutLeft': 0.6, 'eyeLookInRight': 0.6}, 61, 0.6),  # eyes to the person's left
        ({'eyeLookOutRight': 0.6, 'eyeLookInLeft': 0.6}, 62, 0.6),
    ],
)
def test_shapes_are_units(shapes, unit, intensity) -> None:
    neutral = FaceMotion(np.zeros(52, np.float32), confidence=0.9)
    expression = neutral.expression.copy()
    for name, value in shapes.items():
        expression[ARKIT_INDEX[name]] = value
    intensities, confidences = action_units(replace(neutral, expression=expression), False)
    assert intensities.shape == confidences.shape == (UNITS,)
    assert intensities[unit] == pytest.approx(intensity)
    assert confidences[unit] == pytest.approx(0.9)
    assert not action_units(neutral, False)[0].any()


@pytest.mark.parametrize(
    ('rotation', 'unit', 'opposite'),
    [((0, 0, 0.3), 51, 52), ((0, -0.3, 0), 53, 54), ((0.3, 0, 0), 56, 55)],
)
def test_turns_of_the_head_are_units_of_their_own_sides(rotation, unit, opposite) -> None:
    face = FaceMotion(np.zeros(52, np.float32), rotation=np.array(rotation, np.float32))
    intensities, _ = action_units(face, False)
    assert intensities[unit] == pytest.approx(0.3 / (np.pi / 4))
    assert intensities[opposite] == 0.0
    far = replace(face, rotation=8 * face.rotation)
    assert action_units(far, False)[0][unit] == 1.0


def test_what_is_not_measured_is_not_sure() -> None:
    intensities, confidences = action_units(face_with(mouthSmile=1.0), True)
    assert intensities[50] == 1.0  # speech
    for unit in (0, 3, 21, 38, 74, 85):
        assert (intensities[unit], confidences[unit]) == (0.0, 0.0)


def test_faces_without_units_are_refused() -> None:
    with pytest.raises(DataError, match="not 'bfm64'"):
        action_units(FaceMotion(np.zeros(64, np.float32), basis=BFM64), False)
    broken = FaceMotion(np.full(52, np.nan, np.float32))
    with pytest.raises(DataError, match='not finite'):
        action_units(broken, False)


def test_a_face_that_always_frowns_shows_no_frown_and_its_smiles_are_seen() -> None:
    usual = UsualFace()
    frown = np.array([0.4, 0.0], np.float32)
    for _ in range(100):
        assert not usual.difference(frown, 0.1).any()
    smile = frown + np.array([0.0, 0.7], np.float32)
    for _ in range(30):  # three seconds of it hardly count as usual
        difference = usual.difference(smile, 0.1)
    assert difference == pytest.approx([0.0, 0.7 - 30 * 0.1 * 0.1 * 0.25], abs=1e-6)
    assert usual.difference(frown, 0.1) == pytest.approx([0.0, 0.0])


def test_a_smile_at_the_beginning_is_soon_forgotten() -> None:
    usual = UsualFace()
    smile, rest = np.array([0.6], np.float32), np.array([0.0], np.float32)
    usual.difference(smile, 0.1)
    for _ in range(90):
        usual.difference(rest, 0.1)
    assert usual.difference(smile, 0.1) == pytest.approx([0.6], abs=0.01)
