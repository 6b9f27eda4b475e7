"""Turns behaviour into face motion: it plays gestures and keeps the eyes on the speaker.

All listeners that make behaviour in `arkit52` share it, whether they are rule-based or learned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.listener.expression import calm_face
from vico_listener.listener.expression import look
from vico_listener.listener.expression import open_browed
from vico_listener.listener.expression import smile_of
from vico_listener.listener.expression import softened
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import GLANCE_SECONDS
from vico_listener.listener.gestures import SETTLE
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.gestures import Timeline
from vico_listener.listener.gestures import hold
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

ROLL, PITCH, YAW, GAZE = range(4)
"""The channels of the timeline; gaze is the turn of the eyes to the listener's own left."""

TIMELINE_SPAN = 13.0
"""The longest duration of a gesture together with its delay, s."""

GLANCE = radians(12.0)
"""By how much the eyes turn in a full glance, rad."""

GLANCE_HEAD = radians(2.5)
"""By how much the head turns in a full glance, rad."""

DRAW_BACK = radians(2.0)
"""By how much the chin rises in a full glance or a shake, rad."""
DRAW_BACK_SECONDS = (0.7, 0.5, 1.0)
"""The time for which it rises, stays and sinks, s."""

ATTENTION_RATE = 8.0
"""Rate at which the attention to a gesture comes and goes, 1/s."""
ATTENTION_LEAD = 9
"""Ticks before a gesture from which on it binds the gaze."""


@dataclass(frozen=True)
class Behaviour:
    """The behaviour of a listener at one tick, at intensity 1.

    Attributes:
        posture: roll, pitch, yaw of the head without gestures, rad.
        translation: the displacement of the head, m.
        change: (52,) the change of the expression from that of the calm face.
        gestures: the gestures that were decided on at this tick.
    """

    posture: Sequence[float]
    translation: Sequence[float]
    change: NDArray[np.floating]
    gestures: Sequence[Gesture] = ()


class Body:
    """Moves a face with a head and eyes, starting from a reference face.

    Attributes:
        portrait: (52,) the expression of the reference face.
        calm: (52,) the expression of the calm face (see `calm_face`).
        attention: 0 to 1, how much a nod or shake that is under way, or just to begin, binds the
            gaze to the speaker.
    """

    def __init__(self) -> None:
        self._timeline = Timeline(4, TIMELINE_SPAN)
        self._attention = Follower(1, ATTENTION_RATE)
        self.reset(FaceMotion.neutral())

    def reset(self, reference: FaceMotion) -> None:
        """Stand still with the reference's expression.

        Raises:
            DataError: the reference is not in `arkit52` or not finite.
        """
        if reference.basis is not ARKIT52 or not reference.is_finite():
            raise DataError('the reference must be finite and in the basis arkit52')
        self.portrait = np.array(reference.expression, np.float64)
        self.calm = calm_face(reference.expression)
        self._timeline.reset()
        self._attention.reset([0.0])
        self._binds = self._bound = 0
        self.attention = 0.0

    def _play(self, gesture: Gesture) -> None:
        if gesture.kind in (Kind.NOD, Kind.SHAKE):
            self._bind(round(gesture.delay * MODEL_RATE), len(gesture.curve()))
        channel = {Kind.SHAKE: YAW, Kind.GLANCE: GAZE}.get(gesture.kind, PITCH)
        self._timeline.add(channel, gesture.curve(), round(gesture.delay * MODEL_RATE))
        if gesture.kind == Kind.SHAKE:
            self._draw_back(1.0)
        elif gesture.kind == Kind.GLANCE:
            turn = gesture.size / GLANCE
            head = hold(turn * GLANCE_HEAD, 0.45, GLANCE_SECONDS - 0.3, 0.45)
            self._timeline.add(YAW, head)
            self._draw_back(abs(turn))

    def _bind(self, delay: int, length: int) -> None:
        """Attend to a gesture that begins after `delay` ticks and lasts for `length`."""
        start = max(delay - ATTENTION_LEAD, 0)
        self._binds = min(self._binds, start) if self._bound > 0 else start
        self._bound = max(self._bound, delay + length - round(SETTLE * MODEL_RATE))

    def _draw_back(self, share: float) -> None:
        self._timeline.add(PITCH, hold(-share * DRAW_BACK, *DRAW_BACK_SECONDS))

    def step(self, behaviour: Behaviour, strength: float, awake: float) -> FaceMotion:
        """Return the face at the next tick.

        Args:
            behaviour: what to do from now on.
            strength: 0 to 1, how strongly it and the gestures under way are shown.
            awake: 0 to 1, from the portrait's expression to that of the calm face, on which the
                change shows: pressed lips would end a portrait's smile at once.

        Raises:
            DataError: a gesture takes longer than `TIMELINE_SPAN`.
        """
        for begun in behaviour.gestures:
            self._play(begun)
        self.attention = self._attention.step([float(self._binds <= 0 < self._bound)])[0]
        self._binds -= 1
        self._bound -= 1
        *gesture, gaze = self._timeline.pop()
        rotation = [strength * (a + b) for a, b in zip(gesture, behaviour.posture, strict=True)]
        change = open_browed(softened(behaviour.change), smile_of(self.calm + behaviour.change))
        # The eyes stay on the speaker while the head moves (vestibulo-ocular reflex).
        expression = (
            self.portrait
            + awake * (self.calm - self.portrait)
            + strength * awake * change
            + look(strength * gaze - rotation[YAW], rotation[PITCH])
        )
        return FaceMotion(
            np.minimum(np.maximum(expression, 0.0), 1.0).astype(np.float32),
            np.array(rotation, np.float32),
            np.array([strength * t for t in behaviour.translation], np.float32),
        )
