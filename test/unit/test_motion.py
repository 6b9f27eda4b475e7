"""The vocabulary."""

import pickle

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
    assert BFM64.size == 64 and BFM64.has_crop
    assert basis_by_name('arkit52') is ARKIT52
    with pytest.raises(ValueError, match=r"unknown basis 'flame'.*arkit52, bfm64"):
        basis_by_name('flame')


def test_a_basis_stays_itself_in_another_process() -> None:
    assert pickle.loads(pickle.dumps(BFM64)) is BFM64  # noqa: S301 - our own


def test_attitude_names() -> None:
    assert Attitude.parse(' Positive ') is Attitude.POSITIVE
    with pytest.raises(ValueError, match="unknown attitude 'angry': choose one of positive"):
        Attitude.parse('angry')


def test_copy_is_independent() -> None:
    face = FaceMotion.neutral()
    other = face.copy()
    other.expression[0] = 1.0
    other.rotation[1] = 1.0
    assert face.expression[0] == 0.0 and face.rotation[1] == 0.0


@pytest.mark.parametrize('field', ['expression', 'rotation', 'translation', 'crop'])
@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_is_finite(field: str, value: float) -> None:
    face = FaceMotion.neutral()
    assert face.is_finite()
    getattr(face, field)[1] = value
    assert not face.is_finite()


def test_missing_has_no_confidence() -> None:
    assert FaceMotion.missing().confidence == 0.0
