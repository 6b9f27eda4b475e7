"""The window of motions that PIRenderer looks at: 27 of them, 13 on each side of the one it draws.

What has not come yet is stood in for by the newest motion, as the authors do at the end of a clip.
`causal` waits for nothing; `lookahead=n` draws n motions late and sees n of the 13; `offline` sees
all of them, as in training, and draws 13 motions (433 ms) late.
"""

import re
from collections import deque

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.native import to_native

SIDE = 13
LENGTH = 2 * SIDE + 1
COLUMN = 73
"""Coefficients of a motion: expression 64, angles 3, translation 3, crop 3."""

Vector = NDArray[np.float32]

_END = 3 + BFM64.size
COLUMN_FROM_NATIVE = np.r_[3:_END, :3, _END : _END + 6]
"""Where the 73 numbers of a column stand in a motion as networks see it."""


def lookahead_of(mode: str) -> int:
    """Motions after the drawn one that a mode waits for; SettingError names the modes."""
    if mode in ('causal', 'offline'):
        return SIDE if mode == 'offline' else 0
    found = re.fullmatch(r'lookahead=(\d+)', mode)
    if found is None or int(found[1]) > SIDE:
        raise SettingError(
            f"unknown window '{mode}': choose causal, offline or lookahead=n with n in 0..{SIDE}"
        )
    return int(found[1])


def column_of(motion: FaceMotion) -> Vector:
    """A motion as PIRenderer has it: expression 64, angles 3, translation 3, crop 3, unscaled."""
    return to_native(motion)[COLUMN_FROM_NATIVE]


class MotionWindow:
    """Collects motions one by one.

    Args:
        lookahead: motions after the drawn one to wait for.
    """

    def __init__(self, lookahead: int = 0) -> None:
        self._lookahead = lookahead
        self._columns: deque[Vector] = deque(maxlen=SIDE + 1 + lookahead)

    def reset(self) -> None:
        """Forget all motions."""
        self._columns.clear()

    def push(self, column: Vector) -> Vector:
        """Take the newest motion (73,); the window (73, 27) around the one to draw now."""
        self._columns.append(column)
        drawn = max(0, len(self._columns) - 1 - self._lookahead)
        return _around(np.stack(self._columns), drawn, len(self._columns) - 1)


def window_at(columns: Vector, index: int, lookahead: int = SIDE) -> Vector:
    """The window (73, 27) around motion `index` of a whole clip (T, 73)."""
    return _around(columns, index, min(index + lookahead, len(columns) - 1))


def _around(columns: Vector, drawn: int, newest: int) -> Vector:
    places = np.clip(np.arange(drawn - SIDE, drawn + SIDE + 1), 0, newest)
    return np.ascontiguousarray(columns[places].T)
