"""The faces in a camera's images, and which of them a tick shows."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.frames import NOWHERE
from vico_listener.frames import Whereabouts
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion

FACE_HOLD_NS = 200_000_000
"""A face older than this is no longer valid, and without a newer frame audio alone drives ticks
(where nobody sets another `image_wait_ns`)."""


class Tracker(Protocol):
    """What `Perception` needs of `vico_listener.face.FaceTracker`."""

    @property
    def basis(self) -> Basis:
        """The basis of its motions."""

    def update(
        self,
        image: NDArray[np.uint8],
        stamp: int,
        speaking: bool = False,
        level: float | None = None,
    ) -> FaceMotion:
        """Return the face in an image (H, W, 3, BGR) at `stamp` ns; its confidence may be 0."""

    def find_others(self) -> None:
        """Finish what `update` left to do in the last image."""

    def reset(self) -> None:
        """Forget everything seen."""


@dataclass(frozen=True)
class Sight:
    """The face in one image, and when that was received and how long it took.

    Attributes:
        face: the face; its confidence is 0 where nobody is seen.
        stamp: the image's stamp, ns.
        received: when the image came, s of wall time.
        duration: how long the tracker took, s.
        where: where the person is in space, if anybody asks.
    """

    face: FaceMotion
    stamp: int
    received: float
    duration: float
    where: Whereabouts = NOWHERE

    @property
    def shows_face(self) -> bool:
        """Whether somebody is seen."""
        return self.face.confidence > 0


class Sights:
    """Keeps the newest image's face and the last face that was seen.

    Attributes:
        newest: what the newest image shows; None before the first one.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Return to the start."""
        self.newest: Sight | None = None
        self._seen: Sight | None = None
        self._last_face: int | None = None

    def add(self, sight: Sight) -> None:
        """Take in what the next image shows."""
        self.newest = sight
        if sight.shows_face:
            self._seen = sight
        if sight.shows_face or self._last_face is None:
            self._last_face = sight.stamp

    @property
    def faceless_for(self) -> float:
        """For how long the images have shown nobody, s of stream time."""
        if self.newest is None or self._last_face is None:
            return 0.0
        return (self.newest.stamp - self._last_face) / NANOSECONDS

    def sight_at(self, tick_ns: int, sight: Sight | None) -> Sight | None:
        """Return the face that a tick shows; None where none is known that is young enough.

        Args:
            tick_ns: the tick, ns.
            sight: what its image shows; None without an image.
        """
        seen = sight if sight is not None and sight.shows_face else self._seen
        if seen is None or tick_ns - seen.stamp > FACE_HOLD_NS:
            return None
        # The only face known may lie after this tick.
        return None if seen.stamp - tick_ns >= TICK_NS else seen
