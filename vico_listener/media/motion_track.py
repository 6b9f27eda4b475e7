"""Recorded motion in memory: what every detector and measure of this package takes.

Angles are rad in roll, pitch, yaw order, REP-103 (see `vico_listener.rotation`); expressions are
the 52 ARKit coefficients in the order of `ARKIT_NAMES`; rows are steps of the 30 Hz model clock.
"""

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import Attitude

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FRAME_RATE = float(MODEL_RATE)
"""Frames per second of every track."""

MIN_SECONDS = 1.0
"""Shorter tracks show no motion that could be measured."""

STEP_TOLERANCE = 0.005
"""How far a step between two stamps may be off 1/30 s, in seconds."""


def coefficient(expression: FloatArray, *names: str) -> FloatArray:
    """Mean over the named ARKit coefficients; `expression` is (..., 52), the result (...)."""
    columns = [ARKIT_INDEX[name] for name in names]
    mean: FloatArray = expression[..., columns].mean(axis=-1)
    return mean


def smile(expression: FloatArray) -> FloatArray:
    """Mean of mouthSmileLeft and mouthSmileRight; `expression` is (..., 52)."""
    return coefficient(expression, 'mouthSmileLeft', 'mouthSmileRight')


def _check_shape(array: FloatArray | BoolArray, shape: tuple[int, ...], what: str) -> None:
    if array.shape != shape:
        raise DataError(f'{what}: shape {array.shape}, expected {shape}')
    if not np.isfinite(array).all():
        raise DataError(f'{what}: holds a number that is not finite')


@dataclass(frozen=True)
class SpeakerTrack:
    """The speaker's side of a recording, row by row beside the listener's.

    Attributes:
        speaking: (T,) bool, voice activity.
        rotation: (T, 3) rad.
        expression: (T, 52).
        face_valid: (T,) bool; where False, rotation and expression mean nothing.
    """

    speaking: BoolArray
    rotation: FloatArray
    expression: FloatArray
    face_valid: BoolArray

    def cut(self, rows: slice) -> 'SpeakerTrack':
        """The given rows only."""
        return SpeakerTrack(
            self.speaking[rows], self.rotation[rows], self.expression[rows], self.face_valid[rows]
        )


@dataclass(frozen=True)
class MotionTrack:
    """An unbroken stretch of a listener's motion in one attitude, 30 rows a second.

    Attributes:
        times: (T,) s of stream time.
        attitude: the listener's attitude throughout.
        rotation: (T, 3) rad, relative to the reference pose.
        translation: (T, 3) m.
        expression: (T, 52), absolute.
        speaker: the speaker at the same rows, None when it was not recorded.
        reference: (52,) the expression of the listener's portrait; neutral (zeros) by default.
        name: where it comes from, for messages.

    Raises:
        DataError: a wrong shape, a number that is not finite, stamps that are not 30 Hz, or a
            track shorter than `MIN_SECONDS`.
    """

    times: FloatArray
    attitude: Attitude
    rotation: FloatArray
    translation: FloatArray
    expression: FloatArray
    speaker: SpeakerTrack | None = None
    reference: FloatArray = field(default_factory=lambda: np.zeros(ARKIT52.size))
    name: str = 'track'

    def __post_init__(self) -> None:
        rows = len(self.times)
        if rows < MIN_SECONDS * FRAME_RATE:
            raise DataError(
                f'{self.name}: too short to measure: {rows / FRAME_RATE:.2f} s, '
                f'at least {MIN_SECONDS:g} s are needed'
            )
        _check_shape(self.times, (rows,), f'{self.name}: times')
        _check_shape(self.rotation, (rows, 3), f'{self.name}: rotation')
        _check_shape(self.translation, (rows, 3), f'{self.name}: translation')
        _check_shape(self.expression, (rows, ARKIT52.size), f'{self.name}: expression')
        _check_shape(self.reference, (ARKIT52.size,), f'{self.name}: reference')
        off = np.abs(np.diff(self.times) - 1 / FRAME_RATE) > STEP_TOLERANCE
        if off.any():
            row = int(np.argmax(off))
            raise DataError(
                f'{self.name}: irregular stamps: {self.times[row]:.3f} s is followed by '
                f'{self.times[row + 1]:.3f} s, a step of 1/{FRAME_RATE:g} s was expected'
            )
        if self.speaker is not None:
            _check_shape(self.speaker.speaking, (rows,), f'{self.name}: speaking')
            _check_shape(self.speaker.face_valid, (rows,), f'{self.name}: face_valid')
            _check_shape(self.speaker.rotation, (rows, 3), f'{self.name}: speaker rotation')
            size = (rows, ARKIT52.size)
            _check_shape(self.speaker.expression, size, f'{self.name}: speaker expression')

    def __len__(self) -> int:
        return len(self.times)

    @property
    def seconds(self) -> float:
        """Length of the track in s."""
        return len(self.times) / FRAME_RATE

    @property
    def angles(self) -> FloatArray:
        """(T, 3) roll, pitch, yaw in degrees."""
        return np.degrees(self.rotation)

    @property
    def smile(self) -> FloatArray:
        """(T,) the listener's smile."""
        return smile(self.expression)
