"""The motion of one face over time, with one row per tick of the 30 Hz model clock."""

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
    """The motion of a face at T ticks; values are those of `FaceMotion`.

    Attributes:
        expression: (T, basis.size) the coefficients.
        rotation: (T, 3) roll, pitch, yaw, rad.
        translation: (T, 3) the translation.
        valid: (T,) whether the camera saw the face; where it did not, the values have no meaning.
        crop: (T, 3) the crop; zeros where the basis has none, and by default.
        basis: the basis of the expression.

    Raises:
        DataError: a shape is wrong.
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
                f'not ({count}, {self.basis.size}) as the basis {self.basis.name} requires'
            )
        for name in ('rotation', 'translation', 'crop'):
            if getattr(self, name).shape != (count, 3):
                raise DataError(
                    f'{name} has the shape {getattr(self, name).shape}, not ({count}, 3)'
                )

    def __len__(self) -> int:
        return len(self.valid)

    def rows(self, chosen: slice | NDArray[np.bool_] | NDArray[np.intp]) -> 'FaceTrack':
        """Return a track of the chosen ticks."""
        return FaceTrack(
            self.expression[chosen],
            self.rotation[chosen],
            self.translation[chosen],
            self.valid[chosen],
            self.crop[chosen],
            self.basis,
        )

    def motion(self, tick: int) -> FaceMotion:
        """Return the face at one tick, which is `FaceMotion.missing` where it is not valid."""
        if not self.valid[tick]:
            return FaceMotion.missing(self.basis)
        return FaceMotion(
            self.expression[tick],
            self.rotation[tick],
            self.translation[tick],
            self.crop[tick],
            basis=self.basis,
        )
