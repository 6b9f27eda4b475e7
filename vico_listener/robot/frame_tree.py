"""How frames of TF are turned towards each other: its messages in, a rotation out."""

from collections.abc import Sequence

import numpy as np

from vico_listener.rotation import Matrix
from vico_listener.rotation import matrix_from_quaternion

UNIT = 1e-3
"""The squares of a rotation's quaternion add up to 1, but for this."""


class FrameTree:
    """The newest transforms of TF, each from a frame to its parent; places do not matter here."""

    def __init__(self) -> None:
        self._parents: dict[str, tuple[str, Matrix]] = {}

    def add(self, parent: str, child: str, quaternion: Sequence[float]) -> bool:
        """Take a transform of TF.

        Args:
            parent: frame of its header.
            child: its `child_frame_id`.
            quaternion: x, y, z, w of its rotation.

        Returns:
            whether it is one; False, and nothing is changed, where the quaternion is none of a
            rotation.
        """
        if not abs(np.square(quaternion).sum() - 1.0) < UNIT:  # also true for NaN
            return False
        # tf2 takes no slash in front; the first TF did.
        rotation = matrix_from_quaternion(quaternion)
        self._parents[child.lstrip('/')] = parent.lstrip('/'), rotation
        return True

    def rotation(self, base: str, frame: str) -> Matrix | None:
        """Return the rotation (3, 3) from `frame` to `base`; None while TF does not join them."""
        to_root = self._to_root(base)
        for name, rotation in self._to_root(frame).items():
            if name in to_root:
                return np.asarray(to_root[name].T @ rotation)
        return None

    def between(self, base: str, frame: str) -> set[str]:
        """Return the frames whose transforms make up that rotation."""
        return set(self._to_root(base)) ^ set(self._to_root(frame))

    def _to_root(self, frame: str) -> dict[str, Matrix]:
        """Return the rotations from a frame to itself and to those above it, nearest first."""
        frame = frame.lstrip('/')
        found: dict[str, Matrix] = {frame: np.eye(3)}
        while frame in self._parents:
            parent, rotation = self._parents[frame]
            if parent in found:  # two publishers contradict each other
                break
            found[parent] = rotation @ found[frame]
            frame = parent
        return found
