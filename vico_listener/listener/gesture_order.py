"""Lets the gestures that a network decides on follow one another instead of running together.

Two nods that overlap are one odd nod, and a beat on top of a nod breaks it. The decisions for the
kinds of gesture do not know of each other, so that what would overlap waits until the gesture under
way has ended. What would have to wait for too long comes too late to answer anything.
"""

from dataclasses import replace

from vico_listener.listener.answers import BEAT_SECONDS
from vico_listener.listener.answers import PATIENCE
from vico_listener.listener.follower import STEP
from vico_listener.listener.gestures import SETTLE
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind

PAUSE = 0.2
"""The shortest pause between two gestures, s (measured between nods of people: 0.13 to 2)."""


class GestureOrder:
    """Keeps the time until which a head is busy."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Return to the start: no gesture under way."""
        self._busy = self._beat = 0.0

    def step(self) -> None:
        """Advance by one tick."""
        self._busy -= STEP
        self._beat -= STEP

    def placed(self, gesture: Gesture) -> Gesture | None:
        """Return a gesture that is decided on now, later if need be, or None if it has no place."""
        if gesture.kind is Kind.BEAT:
            if gesture.delay < self._busy:
                return None
            self._beat = BEAT_SECONDS
            return gesture
        delay = max(gesture.delay, self._busy, self._beat)
        if delay > gesture.delay + PATIENCE:
            return None
        self._busy = delay + len(gesture.curve()) * STEP - SETTLE + PAUSE
        return replace(gesture, delay=delay)
