"""Gives a network the cues that `rules` answers, beside the features in which they are found.

A phrase has ended, a syllable is stressed, the pitch rises as in a question, the speaker has just
nodded: a network that reads only features has to find this by itself, and finds too little of it
in twenty hours. The cues are those of `VoiceCues`, `FaceCues` and `Company`; they come without a
teacher, so that every speaker has them, live as in a data set.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.cues import Voice
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.episodes import Episodes
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.model.config import CUES
from vico_listener.listener.model.config import FACE_CUES
from vico_listener.listener.personality import Personality

LIMIT = 4.0
"""The limit of the cues, most of which are in spreads of the speaker (see `cues`)."""


def cue_vector(voice: Voice, seen: Seen, joy: float) -> NDArray[np.float32]:
    """Return the cues of one tick (CUES,): of the voice, `FACE_CUES` of the face, and joy.

    Args:
        voice: the speaker's voice.
        seen: the speaker's face.
        joy: 0 to 1, how far smiles are in place (see `Episodes`).
    """
    phrase = voice.phrase
    heard = (
        voice.voiced,
        voice.ended,
        voice.asked,
        voice.low,
        voice.stress,
        phrase.length,
        phrase.loudness,
        phrase.brightness,
        phrase.fall,
    )
    shown = seen.nodded, seen.returned, seen.surprised, seen.unhappy
    values = np.array((*heard, *shown, joy), np.float32)
    return np.minimum(np.maximum(values, -LIMIT), LIMIT)


def cues_of(frames: Iterable[SpeakerFrame]) -> NDArray[np.float32]:
    """Return the cues (T, CUES) of a speaker's frames from the first one on."""
    voices, episodes = VoiceCues(), Episodes(0, Personality())
    rows = []
    for frame in frames:
        voice = voices.update(frame)
        seen = episodes.see(frame, voice.voiced)
        rows.append(cue_vector(voice, seen, episodes.joy))
    return np.array(rows, np.float32).reshape(-1, CUES)


def cue_places(size: int) -> tuple[slice, slice]:
    """Return where in a step's input of this size the cues of the voice and of the face are."""
    start = size - CUES
    face = slice(start + FACE_CUES.start, start + FACE_CUES.stop)
    return slice(start, face.start), face
