"""A listener that looks at the speaker and nods, slowly, as long as the speaker talks.

pip install examples/listener_plugin
./run demo --listener polite          or ListeningHead('polite')
"""

import math

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.listener import Listener
from vico_listener.motion import FaceMotion

NOD = math.radians(6)
EVERY = 1.6
"""Seconds from nod to nod."""


class PoliteListener(Listener):
    """Nods with the strength of its mood; its face stays that of its portrait."""

    name = 'polite'

    def __init__(self, personality=None, seed=0):
        self._expression = np.zeros(self.basis.size, np.float32)
        self._spoken = 0.0

    def reset(self, reference, attitude):
        self._expression = reference.expression
        self._spoken = 0.0

    def step(self, frame, mood):
        share = 1.0 if frame.audio_valid and frame.speaking else 0.0
        self._spoken += share / MODEL_RATE
        pitch = mood.strength * NOD * (1 - math.cos(2 * math.pi * self._spoken / EVERY)) / 2
        return FaceMotion(self._expression, np.array([0.0, pitch, 0.0], np.float32))
