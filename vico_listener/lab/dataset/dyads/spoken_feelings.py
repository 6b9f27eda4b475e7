"""The feelings of a speaker, in the voice and in the face: joy, anger, sadness, laughter.

How a voice changes with them is what is commonly found: joy and anger are higher, louder, livelier
and faster, sadness is lower, softer, flatter and slower (Juslin and Laukka, 2003).
"""

from dataclasses import dataclass
from dataclasses import replace

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.dyads.face_changes import FROWN
from vico_listener.lab.dataset.dyads.face_changes import LAUGHING
from vico_listener.lab.dataset.dyads.face_changes import SMILE
from vico_listener.lab.dataset.dyads.face_changes import TEARS
from vico_listener.lab.dataset.dyads.face_changes import bump
from vico_listener.lab.dataset.dyads.face_changes import expressed
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.synthesizer import Speech


@dataclass(frozen=True)
class Feeling:
    """How a feeling changes the voice, and what it looks like.

    Attributes:
        tempo: the factor of the rate.
        pitch, liveliness: what is added to those of `Speech`.
        gain: how much louder it is, dB.
        shape: the coefficients of the face at full strength.
        words: one of these is said first, and a sentence at most after it; empty for what is said
            as usual.
    """

    tempo: float
    pitch: int
    liveliness: int
    gain: float
    shape: dict[str, float]
    words: tuple[str, ...] = ()

    def of(self, speech: Speech) -> Speech:
        """Return a way of speaking with this feeling."""
        return replace(
            speech,
            rate=int(np.clip(self.tempo * speech.rate, 90, 300)),
            pitch=int(np.clip(speech.pitch + self.pitch, 5, 95)),
            liveliness=int(np.clip(speech.liveliness + self.liveliness, 5, 99)),
        )


SPOKEN_FEELINGS = {
    'joy': Feeling(1.08, 10, 25, 2.0, SMILE),
    'anger': Feeling(1.12, 8, 25, 6.0, FROWN),
    'sadness': Feeling(0.8, -10, -30, -6.0, TEARS),
    'laughter': Feeling(
        1.3, 20, 40, 3.0, LAUGHING, ('ha ha ha!', 'ha ha ha ha ha!', 'hi hi hi hi!', 'ho ho ho!')
    ),
}
"""The feelings by name, all equally likely."""


@dataclass(frozen=True)
class FeelingStretch:
    """A stretch of a talk with a feeling.

    Attributes:
        feeling: its name.
        since, until: from when to when, s.
    """

    feeling: str
    since: float
    until: float


def with_feelings(
    rng: np.random.Generator, face: FaceTrack, stretches: list[FeelingStretch]
) -> FaceTrack:
    """Return a speaker's face that shows the feelings of the voice as long as they last."""
    for stretch in stretches:
        strength = float(rng.uniform(0.5, 1.1))
        rise, fall = rng.uniform(0.2, 0.8), rng.uniform(0.4, 1.5)
        hold = max(0.0, stretch.until - stretch.since - rise)
        at = round(stretch.since * MODEL_RATE)
        curve = strength * bump(len(face), at, rise, hold, fall)
        face = expressed(face, SPOKEN_FEELINGS[stretch.feeling].shape, curve)
    return face
