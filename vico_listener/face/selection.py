"""Decides which of several people is the speaker."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Candidate:
    """One person in the image.

    Attributes:
        key: a number that identifies the person from frame to frame.
        size: the size of the face, px.
        mouth_opening: the relative opening of the mouth (see `FaceObservation`); None if it was not
            measured in this frame.
    """

    key: int
    size: float
    mouth_opening: float | None


@dataclass(frozen=True)
class SelectionSettings:
    """The conditions for choosing another person as the speaker.

    Attributes:
        window: the time over which the motion of lips is measured, s.
        min_lip_motion: the least standard deviation of the mouth's opening that counts as talking.
        lip_ratio: how many times more than the speaker's a talking rival's lips must move.
        size_ratio: how many times larger a rival must be while nobody is known to talk.
        memory: how long a speaker who falls silent remains the speaker, s.
        hold: how long a rival must be ahead without interruption, s.
    """

    window: float = 1.5
    min_lip_motion: float = 0.02
    lip_ratio: float = 2.0
    size_ratio: float = 1.3
    memory: float = 5.0
    hold: float = 0.6


class SpeakerSelector:
    """Picks the speaker: the person whose lips move during voice activity, else the largest face.

    Time is that of the stamps. The choice is stable, because a rival must be clearly ahead for a
    while.

    Attributes:
        current: the key of the speaker; None while there is nobody.
    """

    def __init__(self, settings: SelectionSettings | None = None) -> None:
        self._settings = settings or SelectionSettings()
        self.reset()

    def reset(self) -> None:
        """Forget everybody."""
        self.current: int | None = None
        self._lips: dict[int, deque[tuple[int, float]]] = {}
        self._spoke: int | None = None
        self._rival: int | None = None
        self._rival_since = 0

    def choose(
        self, candidates: Sequence[Candidate], stamp: int, speaking: bool = False
    ) -> int | None:
        """Return the key of the speaker among `candidates`, or None if there are none.

        Args:
            candidates: everybody who is in the image, or was a moment ago.
            stamp: the stamp of the image, ns; it may not go back, except after `reset`.
            speaking: the voice activity at this moment.
        """
        motion = self._lip_motion(candidates, stamp, speaking)
        sizes = {c.key: c.size for c in candidates}
        if not sizes:
            self.current = self._rival = None
            return None
        if self.current not in sizes:
            ahead = max(sizes, key=lambda key: (self._talks(motion, key), sizes[key]))
            self._take(ahead, stamp, self._talks(motion, ahead))
            return self.current
        if self._talks(motion, self.current):
            self._spoke = stamp
        rival = self._rival_of(self.current, motion, sizes, stamp, speaking)
        if rival is None or rival != self._rival:
            self._rival, self._rival_since = rival, stamp
        elif stamp - self._rival_since >= self._settings.hold * 1e9:
            self._take(rival, stamp, self._talks(motion, rival))
        return self.current

    def _take(self, key: int, stamp: int, talks: bool) -> None:
        self.current, self._rival = key, None
        self._spoke = stamp if talks else None

    def _talks(self, motion: dict[int, float], key: int) -> bool:
        return motion[key] >= self._settings.min_lip_motion

    def _rival_of(
        self,
        current: int,
        motion: dict[int, float],
        sizes: dict[int, float],
        stamp: int,
        speaking: bool,
    ) -> int | None:
        """Return who is ahead of the current speaker at this moment, if anybody."""
        liveliest = max(motion, key=lambda key: motion[key])
        if (
            speaking
            and self._talks(motion, liveliest)
            and motion[liveliest] > self._settings.lip_ratio * motion[current]
        ):
            return liveliest
        remembered = self._spoke is not None and stamp - self._spoke <= self._settings.memory * 1e9
        largest = max(sizes, key=lambda key: sizes[key])
        if not remembered and sizes[largest] > self._settings.size_ratio * sizes[current]:
            return largest
        return None

    def _lip_motion(
        self, candidates: Sequence[Candidate], stamp: int, speaking: bool
    ) -> dict[int, float]:
        """Return the standard deviation of each mouth's opening during voice within the window.

        It is a standard deviation, not a path length, because people may be measured at different
        rates.
        """
        oldest = stamp - self._settings.window * 1e9
        self._lips = {c.key: self._lips.get(c.key, deque()) for c in candidates}
        for candidate in candidates:
            lips = self._lips[candidate.key]
            if speaking and candidate.mouth_opening is not None:
                lips.append((stamp, candidate.mouth_opening))
            while lips and lips[0][0] < oldest:
                lips.popleft()
        return {
            key: float(np.std([opening for _, opening in lips])) if len(lips) > 3 else 0.0
            for key, lips in self._lips.items()
        }
