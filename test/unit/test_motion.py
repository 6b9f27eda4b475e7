"""The vocabulary."""

import pickle
from dataclasses import FrozenInstanceError
from dataclasses import replace

import numpy as np
import pytest

from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.motion import basis_by_name


def test_bases() -> None:
    assert ARKIT52.size == len(set(ARKIT_NAMES)) == 52
    assert BFM64.size == 64 and BFM64.absolute_pose
    assert basis_by_name('arkit52') is ARKIT52
    with pytest.raises(ValueError, match=r"unknown basis 'flame'.*arkit52, bfm64"):
        basis_by_name('flame')


def test_a_basis_stays_itself_in_another_process() -> None:
    assert pickle.loads(pickle.dumps(BFM64)) is BFM64  # noqa: S301 - our own


def test_attitude_names() -> None:
    assert Attitude.parse(' Positive ') is Attitude.POSITIVE
    with pytest.raises(ValueError, match="unknown attitude 'angry': choose one of positive"):
        Attitude.parse('angry')


def test_a_face_cannot_be_changed() -> None:
    numbers = np.zeros(52, np.float32)
    face = FaceMotion(numbers)
    for name in ('expression', 'rotation', 'translation', 'crop'):
        with pytest.raises(ValueError, match='read-only'):
            getattr(face, name)[0] = 1.0
        with pytest.raises(FrozenInstanceError):
            setattr(face, name, numbers)
    numbers[0] = 1.0  # whoever made it may use its array again
    assert face.expression[0] == 0.0
    other = replace(face, expression=np.full(52, 0.5, np.float32))
    assert face.expression[1] == 0.0 and other.rotation is face.rotation


@pytest.mark.parametrize('field', ['expression', 'rotation', 'translation', 'crop'])
@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_is_finite(field: str, value: float) -> None:
    face = FaceMotion.neutral()
    assert face.is_finite()
    numbers = getattr(face, field).copy()
    numbers[1] = value
    assert not replace(face, **{field: numbers}).is_finite()


def test_missing_has_no_confidence() -> None:
    assert FaceMotion.missing().confidence == 0.0
