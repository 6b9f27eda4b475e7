"""Collects the window of 27 motions that PIRenderer needs, 13 on each side of the one it draws.

Motions that have not arrived yet are replaced by the newest one, as the authors do at the end of a
clip. The mode `causal` waits for none; `lookahead=n` draws n motions late and sees n of the 13;
`offline` sees all of them, as in training, and draws 13 motions (433 ms) late.
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
"""The number of motions on each side of the one that is drawn."""
LENGTH = 2 * SIDE + 1
"""The number of motions in a window."""
COLUMN = 73
"""The number of coefficients of a motion: expression 64, angles 3, translation 3, crop 3."""

Vector = NDArray[np.float32]

_END = 3 + BFM64.size
COLUMN_FROM_NATIVE = np.r_[3:_END, :3, _END : _END + 6]
"""The indices of the 73 numbers of a column in a native motion (see `to_native`)."""


def lookahead_of(mode: str) -> int:
    """Return how many motions after the drawn one a mode waits for.

    Raises:
        SettingError: there is no such mode; the message lists the modes.
    """
    if mode in ('causal', 'offline'):
        return SIDE if mode == 'offline' else 0
    found = re.fullmatch(r'lookahead=(\d+)', mode)
    if found is None or int(found[1]) > SIDE:
        raise SettingError(
            f"unknown window '{mode}': choose causal, offline or lookahead=n with n in 0..{SIDE}"
        )
    return int(found[1])


def column_of(motion: FaceMotion) -> Vector:
    """Return a motion (73,) as PIRenderer takes it: expression 64, angles 3, translation 3, crop 3.

    The numbers are not scaled.
    """
    return to_native(motion)[COLUMN_FROM_NATIVE]


class MotionWindow:
    """Collects motions one by one.

    Args:
        lookahead: how many motions after the drawn one it waits for.
    """

    def __init__(self, lookahead: int = 0) -> None:
        self._lookahead = lookahead
        self._columns: deque[Vector] = deque(maxlen=SIDE + 1 + lookahead)

    def reset(self) -> None:
        """Forget all motions."""
        self._columns.clear()

    def push(self, column: Vector) -> Vector:
        """Take the newest motion (73,), and return the window (73, 27) around the one to draw."""
        self._columns.append(column)
        drawn = max(0, len(self._columns) - 1 - self._lookahead)
        return _around(np.stack(self._columns), drawn, len(self._columns) - 1)


def window_at(columns: Vector, index: int, lookahead: int = SIDE) -> Vector:
    """Return the window (73, 27) around motion `index` of a whole clip (T, 73)."""
    return _around(columns, index, min(index + lookahead, len(columns) - 1))


def _around(columns: Vector, drawn: int, newest: int) -> Vector:
    places = np.clip(np.arange(drawn - SIDE, drawn + SIDE + 1), 0, newest)
    return np.ascontiguousarray(columns[places].T)
