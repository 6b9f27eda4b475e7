"""Finds by how much the images of a camera on the head are stamped late, from the head's motion.

Many drivers stamp an image when it has arrived. While the head moves, somebody who keeps still then
seems to be elsewhere, and to nod when the head does. Of a few latenesses that one is right with
which people move least. (Where the head's commands stand for its pose, what the servos are behind
them counts in the same way.)
"""

from math import radians

import numpy as np
from numpy.typing import NDArray

STEP_NS = 20_000_000
LATENESSES_NS = STEP_NS * np.arange(17)
"""Those that are tried: up to 0.32 s."""

GAP_NS = 250_000_000
"""Images that are further apart are not compared."""

OTHER = radians(10.0)
"""Who moved by more from one image to the next, rad, whatever the lateness, is somebody else."""

ENOUGH = 0.01
"""After so much motion of the head it is decided: the sum of its squared turns from image to image,
rad^2. A look of 30 degrees makes 0.03 at 30 images per second, two nods of 5 degrees 0.015."""

PLAIN = 0.15
"""By this share of it people must move less than with the present lateness."""

NOTED_MS = 40
"""Stamps that are this late are worth a word."""

Vectors = NDArray[np.float64]


class StampLateness:
    """Estimates by how much images are stamped late.

    Attributes:
        ns: the estimate, ns; 0 until the head's motion says plainly that it is more.
    """

    def __init__(self) -> None:
        self.ns = 0
        self._stamp = 0
        self._before: list[tuple[Vectors, Vectors]] = []
        self._faces: list[tuple[Vectors, Vectors]] = []
        self._motion = 0.0
        self._changes = np.zeros(len(LATENESSES_NS))

    @property
    def remark(self) -> str:
        """What there is to say of it; '' where there is nothing."""
        late = self.ns // 1_000_000
        text = f'images show the head {late} ms before their stamps, which is allowed for'
        return text if late >= NOTED_MS else ''

    def see(self, stamp: int, places: Vectors, looks: Vectors) -> None:
        """Take a face of an image with a stamp (ns), for each of `LATENESSES_NS`.

        Args:
            stamp: one that goes back, or a gap, starts comparing afresh.
            places: (latenesses, 3) where the face would be in the base frame, m.
            looks: (latenesses, 3) where the camera would look in it, of length 1.
        """
        if stamp != self._stamp:
            close = 0 < stamp - self._stamp <= GAP_NS
            self._before, self._faces = self._faces if close else [], []
            self._stamp = stamp
        directions = places / np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-6)
        self._faces.append((directions, looks))
        if not self._before:
            return
        squares = [np.square(directions - before).sum(axis=1) for before, _ in self._before]
        change = min(squares, key=lambda square: float(square.min()))
        if change.min() > OTHER**2:
            return
        self._changes += change
        self._motion += float(np.square(looks - self._before[0][1]).sum(axis=1).mean())
        if self._motion > ENOUGH:
            self._decide()

    def _decide(self) -> None:
        present = float(np.interp(self.ns, LATENESSES_NS, self._changes))
        best = int(self._changes.argmin())
        if present - self._changes[best] > PLAIN * self._motion:
            self.ns = round(STEP_NS * (best + _offset(self._changes, best)))
        # What is long ago counts less and less.
        self._changes *= 0.5
        self._motion *= 0.5


def _offset(values: Vectors, lowest: int) -> float:
    """Return by how much the minimum of a parabola through three values is beside the lowest."""
    if not 0 < lowest < len(values) - 1:
        return 0.0
    before, at, after = values[lowest - 1 : lowest + 2].tolist()
    bend = before - 2.0 * at + after
    return 0.5 * (before - after) / bend if bend > 0.0 else 0.0
