"""Recorded motion in memory, which all detectors and measures of the laboratory take.

Angles are roll, pitch, yaw in rad, REP-103 (see `vico_listener.rotation`). Expressions are the 52
ARKit coefficients in the order of `ARKIT_NAMES`. Rows are ticks of the 30 Hz model clock.
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
"""The number of rows per second in every track."""

MIN_SECONDS = 1.0
"""The shortest track whose motion can be measured, s."""

STEP_TOLERANCE = 0.005
"""By how much the time between two rows may differ from 1/30 s, s."""


def coefficient(expression: FloatArray, *names: str) -> FloatArray:
    """Return the mean (...) of the named ARKit coefficients of expressions (..., 52)."""
    columns = [ARKIT_INDEX[name] for name in names]
    mean: FloatArray = expression[..., columns].mean(axis=-1)
    return mean


def smile(expression: FloatArray) -> FloatArray:
    """Return the mean (...) of mouthSmileLeft and mouthSmileRight of expressions (..., 52)."""
    return coefficient(expression, 'mouthSmileLeft', 'mouthSmileRight')


def _check_shape(array: FloatArray | BoolArray, shape: tuple[int, ...], what: str) -> None:
    if array.shape != shape:
        raise DataError(f'{what}: shape {array.shape}, expected {shape}')
    if not np.isfinite(array).all():
        raise DataError(f'{what}: it holds a number that is not finite')


@dataclass(frozen=True)
class SpeakerTrack:
    """The speaker of a recording, with one row per row of the listener.

    Attributes:
        speaking: (T,) bool, the voice activity.
        rotation: (T, 3) roll, pitch, yaw, rad.
        expression: (T, 52) the ARKit coefficients.
        face_valid: (T,) bool; where it is False, rotation and expression have no meaning.
    """

    speaking: BoolArray
    rotation: FloatArray
    expression: FloatArray
    face_valid: BoolArray

    def cut(self, rows: slice) -> 'SpeakerTrack':
        """Return a track of the given rows only."""
        return SpeakerTrack(
            self.speaking[rows], self.rotation[rows], self.expression[rows], self.face_valid[rows]
        )


@dataclass(frozen=True)
class MotionTrack:
    """The motion of a listener in one attitude without a gap, 30 rows per second.

    Attributes:
        times: (T,) the ticks, s of stream time.
        attitude: the listener's attitude throughout.
        rotation: (T, 3) roll, pitch, yaw relative to the reference pose, rad.
        translation: (T, 3) the displacement from the reference pose, m.
        expression: (T, 52) the ARKit coefficients, which are absolute.
        speaker: the speaker at the same rows; None if it was not recorded.
        reference: (52,) the expression of the listener's portrait; neutral (zeros) by default.
        name: the origin of the track, for messages.

    Raises:
        DataError: a shape is wrong, a number is not finite, stamps are not at 30 Hz, or the track
            is shorter than `MIN_SECONDS`.
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
        """The length of the track, s."""
        return len(self.times) / FRAME_RATE

    @property
    def angles(self) -> FloatArray:
        """(T, 3) roll, pitch, yaw, deg."""
        return np.degrees(self.rotation)

    @property
    def smile(self) -> FloatArray:
        """(T,) the listener's smile."""
        return smile(self.expression)
