"""From behaviour to a face: plays gestures, shows expressions and keeps the eyes on the speaker.

What every generator of behaviour in `arkit52` shares, whether it is written down or learned.
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
from vico_listener.listener.gestures import GLANCE_SECONDS
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.gestures import Timeline
from vico_listener.listener.gestures import hold
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

ROLL, PITCH, YAW, GAZE = range(4)
"""Channels of the timeline; gaze is the turn of the eyes to the own left."""

TIMELINE_SPAN = 6.0
"""Longest gesture together with its delay, s."""

GLANCE = radians(12.0)
GLANCE_HEAD = radians(2.5)
DRAW_BACK = radians(2.0)
"""A full look aside: turn of the eyes, of the head; how far the chin rises at it or at a shake."""


@dataclass(frozen=True)
class Behaviour:
    """What a listener does at one tick, at intensity 1.

    Attributes:
        posture: roll, pitch, yaw without gestures, rad.
        translation: m.
        change: (52,) of the expression, from that of the calm face.
        gestures: decided at this tick.
    """

    posture: Sequence[float]
    translation: Sequence[float]
    change: NDArray[np.floating]
    gestures: Sequence[Gesture] = ()


class Body:
    """A face with a head and eyes, which starts from a reference face."""

    def __init__(self) -> None:
        self._timeline = Timeline(4, TIMELINE_SPAN)
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

    def _play(self, gesture: Gesture) -> None:
        channel = {Kind.SHAKE: YAW, Kind.GLANCE: GAZE}.get(gesture.kind, PITCH)
        self._timeline.add(channel, gesture.curve(), round(gesture.delay * MODEL_RATE))
        if gesture.kind == Kind.SHAKE:
            self._draw_back(1.0)
        elif gesture.kind == Kind.GLANCE:
            turn = gesture.size / GLANCE
            head = hold(turn * GLANCE_HEAD, 0.45, GLANCE_SECONDS - 0.3, 0.45)
            self._timeline.add(YAW, head)
            self._draw_back(abs(turn))

    def _draw_back(self, share: float) -> None:
        self._timeline.add(PITCH, hold(-share * DRAW_BACK, 0.5, 0.6, 0.9))

    def step(self, behaviour: Behaviour, strength: float, awake: float) -> FaceMotion:
        """The face at the next step.

        Args:
            behaviour: what to do from now on.
            strength: 0..1, how much of it and of the gestures under way is shown.
            awake: 0 = the portrait's expression, 1 = the calm face's.

        Raises:
            DataError: a gesture takes longer than `TIMELINE_SPAN`.
        """
        for begun in behaviour.gestures:
            self._play(begun)
        *gesture, gaze = self._timeline.pop()
        rotation = [strength * (a + b) for a, b in zip(gesture, behaviour.posture, strict=True)]
        # The eyes stay on the speaker while the head moves (vestibulo-ocular reflex).
        expression = (
            self.portrait
            + awake * (self.calm - self.portrait)
            + strength * behaviour.change
            + look(strength * gaze - rotation[YAW], rotation[PITCH])
        )
        return FaceMotion(
            np.minimum(np.maximum(expression, 0.0), 1.0).astype(np.float32),
            np.array(rotation, np.float32),
            np.array([strength * t for t in behaviour.translation], np.float32),
        )
