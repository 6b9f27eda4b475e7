"""Emotions for robots with a simple face."""

import numpy as np
import pytest

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.robot.emotion import emotion_of


def face(**values: float) -> np.ndarray:
    expression = np.zeros(52, np.float32)
    for name, value in values.items():
        for full in (name, f'{name}Left', f'{name}Right'):
            if full in ARKIT_INDEX:
                expression[ARKIT_INDEX[full]] = value
    return expression


@pytest.mark.parametrize(
    ('values', 'name'),
    [
        ({}, 'neutral'),
        ({'mouthSmile': 0.6}, 'happy'),
        ({'mouthFrown': 0.5}, 'sad'),
        ({'browDown': 0.5, 'mouthPress': 0.3}, 'angry'),
        ({'browInnerUp': 0.6, 'browOuterUp': 0.6}, 'surprised'),
        ({'mouthSmile': 0.1}, 'neutral'),
    ],
)
def test_names(values, name):
    assert emotion_of(face(**values)).name == name


def test_valence_follows_the_smile_and_stays_in_range():
    valences = [emotion_of(face(mouthSmile=s)).valence for s in np.linspace(0, 1, 11)]
    assert (np.diff(valences) >= 0).all() and valences[0] == 0
    rng = np.random.default_rng(0)
    for _ in range(200):
        emotion = emotion_of(rng.random(len(ARKIT_NAMES)) * 3)
        assert -1 <= emotion.valence <= 1 and -1 <= emotion.arousal <= 1
