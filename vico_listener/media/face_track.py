"""One face over time, row by row at the 30 Hz of the model clock."""

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.motion import ARKIT52
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion

Track = NDArray[np.float32]


@dataclass
class FaceTrack:
    """A face at T ticks.

    Attributes:
        expression: (T, basis.size); rotation: (T, 3) rad; translation: (T, 3); as `FaceMotion`.
        valid: (T,) the camera saw it; elsewhere the other rows mean nothing.
        crop: (T, 3), zeros where the basis has none; left out = zeros.
        basis: of the expression.

    Raises:
        DataError: a shape that does not fit.
    """

    expression: Track
    rotation: Track
    translation: Track
    valid: NDArray[np.bool_]
    crop: Track = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    basis: Basis = ARKIT52

    def __post_init__(self) -> None:
        count = len(self.valid)
        if not len(self.crop):
            self.crop = np.zeros((count, 3), np.float32)
        if self.expression.shape != (count, self.basis.size):
            raise DataError(
                f'expression has the shape {self.expression.shape}, '
                f'not ({count}, {self.basis.size}) as the basis {self.basis.name} asks'
            )
        for name in ('rotation', 'translation', 'crop'):
            if getattr(self, name).shape != (count, 3):
                raise DataError(
                    f'{name} has the shape {getattr(self, name).shape}, not ({count}, 3)'
                )

    def __len__(self) -> int:
        return len(self.valid)

    def rows(self, chosen: slice | NDArray[np.bool_] | NDArray[np.intp]) -> 'FaceTrack':
        """Some of the ticks."""
        return FaceTrack(
            self.expression[chosen],
            self.rotation[chosen],
            self.translation[chosen],
            self.valid[chosen],
            self.crop[chosen],
            self.basis,
        )

    def motion(self, tick: int) -> FaceMotion:
        """The face at one tick; a missing one where it is not valid."""
        if not self.valid[tick]:
            return FaceMotion.missing(self.basis)
        return FaceMotion(
            self.expression[tick],
            self.rotation[tick],
            self.translation[tick],
            self.crop[tick],
            basis=self.basis,
        )
