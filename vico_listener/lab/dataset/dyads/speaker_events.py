"""Events in a speaker's face: feelings, laughter, nods, other poses, and absence.

A listener's answers to them can be learned only from speakers who show them. How often, how long
and how strong they are is drawn; those of `vico reactions` are of the same kinds.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.dyads.face_changes import FROWN
from vico_listener.lab.dataset.dyads.face_changes import LAUGHING
from vico_listener.lab.dataset.dyads.face_changes import NEAREST
from vico_listener.lab.dataset.dyads.face_changes import PITCH
from vico_listener.lab.dataset.dyads.face_changes import ROLL
from vico_listener.lab.dataset.dyads.face_changes import SMILE
from vico_listener.lab.dataset.dyads.face_changes import SURPRISE
from vico_listener.lab.dataset.dyads.face_changes import TEARS
from vico_listener.lab.dataset.dyads.face_changes import YAW
from vico_listener.lab.dataset.dyads.face_changes import bump
from vico_listener.lab.dataset.dyads.face_changes import expressed
from vico_listener.lab.dataset.dyads.face_changes import turned
from vico_listener.media.face_track import FaceTrack

PER_MINUTE = (0.0, 9.0)
"""The fewest and most events of a speaker in a minute, on average."""
LAUGH_RATE = (4.0, 5.5)
"""The jaw's openings per second in laughter."""
UNALIKE = 0.3
"""Each coefficient of a feeling is stronger or weaker by up to this share: faces differ."""

KINDS = (
    'smile', 'laugh', 'frown', 'tears', 'surprise', 'nod', 'nod', 'tilt', 'turn', 'lean', 'away',
)  # fmt: skip
"""The kinds of event, all equally likely."""
FEELINGS = {'smile': SMILE, 'laugh': LAUGHING, 'frown': FROWN, 'tears': TEARS, 'surprise': SURPRISE}


def with_events(rng: np.random.Generator, face: FaceTrack) -> FaceTrack:
    """Return a face with events in it, at random times."""
    per_minute = rng.uniform(*PER_MINUTE)
    for _ in range(rng.poisson(per_minute * len(face) / MODEL_RATE / 60)):
        kind, at = KINDS[rng.integers(len(KINDS))], int(rng.integers(len(face)))
        if kind in FEELINGS:
            face = _feels(rng, face, kind, at)
        elif kind == 'nod':
            face = turned(face, PITCH, _nods(rng, len(face), at))
        elif kind == 'away':
            face = _away(rng, face, at)
        else:
            face = _moves(rng, face, kind, at)
    return face


def _held(rng: np.random.Generator, count: int, at: int) -> NDArray[np.float64]:
    """Return (count,) a bump of height 1 that is held for some seconds."""
    return bump(count, at, rng.uniform(0.2, 0.9), rng.uniform(0.8, 4.0), rng.uniform(0.4, 1.2))


def _feels(rng: np.random.Generator, face: FaceTrack, kind: str, at: int) -> FaceTrack:
    """Let the face show a feeling; a laugh also opens the jaw in bursts, tears lower the head."""
    strength = rng.uniform(0.6, 1.15)
    shape = {
        name: strength * weight * rng.uniform(1 - UNALIKE, 1 + UNALIKE)
        for name, weight in FEELINGS[kind].items()
    }
    curve = _held(rng, len(face), at)
    if kind == 'laugh':
        phase = 2 * np.pi * rng.uniform(*LAUGH_RATE) * np.arange(len(face)) / MODEL_RATE
        face = expressed(face, {'jawOpen': 0.35}, curve * (1.0 + 0.4 * np.sin(phase)))
        face = turned(face, PITCH, -5.0 * curve)
    elif kind == 'tears':
        face = turned(face, PITCH, rng.uniform(0.0, 7.0) * curve)
    return expressed(face, shape, curve)


def _nods(rng: np.random.Generator, count: int, at: int) -> NDArray[np.float64]:
    """Return the pitch (count,) of one to three nods, deg."""
    phase = rng.uniform(1.2, 2.6) * (np.arange(count) - at) / MODEL_RATE
    inside = (phase >= 0) & (phase < rng.integers(1, 4))
    return np.asarray(inside * rng.uniform(2.0, 6.0) * (1 - np.cos(2 * np.pi * phase)))


def _moves(rng: np.random.Generator, face: FaceTrack, kind: str, at: int) -> FaceTrack:
    """Let the head take another pose or place for some seconds."""
    curve = _held(rng, len(face), at) * rng.uniform(0.5, 1.2)
    if kind == 'lean':
        place = face.translation.copy()
        nearer = np.minimum(place[:, 0] + (0.15 * curve).astype(np.float32), NEAREST)
        place[:, 0] = np.maximum(nearer, place[:, 0])
        return replace(face, translation=place)
    axis, degrees = (ROLL, 15.0) if kind == 'tilt' else (YAW, 25.0)
    return turned(face, axis, rng.choice([-1, 1]) * degrees * curve)


def _away(rng: np.random.Generator, face: FaceTrack, at: int) -> FaceTrack:
    """Let the face be out of view for some seconds."""
    valid = face.valid.copy()
    valid[at : at + int(rng.uniform(1.5, 9.0) * MODEL_RATE)] = False
    return replace(face, valid=valid)
