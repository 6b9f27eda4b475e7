"""What is told of a listener beyond what a camera sees of him."""

from dataclasses import dataclass
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray


@dataclass
class Labels:
    """A teacher's word on its own listening, over the T ticks of a clip in `arkit52`.

    Attributes:
        attitude: (T,) index into `ATTITUDES`, as asked for: it may change within the clip.
        personality: (10,), in the order of the fields of `Personality`.
        reference: (52,) expression of the listener's first face, before the first tick.
        posture: (T, 3) rad, change: (T, 52): what is no gesture, see `Behaviour`.
        gestures: (N, 8) decided gestures, columns `GESTURE_FIELDS`.

    Raises:
        ValueError: lengths that differ, or a gesture outside the clip.
    """

    attitude: NDArray[np.int8]
    personality: NDArray[np.float32]
    reference: NDArray[np.float32]
    posture: NDArray[np.float32]
    change: NDArray[np.float32]
    gestures: NDArray[np.float32]

    def __post_init__(self) -> None:
        count = len(self)
        if {len(self.posture), len(self.change)} != {count}:
            raise ValueError('labels of different lengths')
        ticks = self.gestures[:, 0]
        if ((ticks < 0) | (ticks >= count)).any():
            raise ValueError(f'a gesture is labelled outside the {count} ticks of the clip')

    def __len__(self) -> int:
        return len(self.attitude)


LABELS = tuple(f.name for f in fields(Labels))
"""Names of the arrays."""
