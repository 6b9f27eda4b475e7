"""Tells whether the person in view speaks: by the voice, by what kind of sound it is, by the mouth.

A guitar is no speech, and speech is not this person's while the mouth in view keeps still: it comes
from a television or from others in the room. Whoever speaks without being heard, because the
microphone is far or mute, is known by the rhythm of the mouth: syllables open and close it several
times a second (Chandrasekaran et al., PLoS Computational Biology 5(7), 2009), a smile or a yawn
does so once.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from vico_listener.choices import LISTEN_TO
from vico_listener.clock import MODEL_RATE
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

SPEECH = 0.5
"""The probability from which a sound is speech."""
SPEECH_TICKS = 10
"""The ticks after speech in which a sound may still be speech, such as its last syllable."""

SHAPES = [
    ARKIT_INDEX[name]
    for name in (
        'jawOpen',
        'mouthClose',
        'mouthFunnel',
        'mouthPucker',
        'mouthLowerDownLeft',
        'mouthUpperUpLeft',
    )
]
"""The coefficients that move when somebody speaks."""
STILL = 0.03
"""A mouth is still whose coefficients have standard deviations with this sum at most.

Over `STILL_TICKS` of speech of six people the sum was 0.04 to 0.65 (1 to 99 %), and 0.001 to 0.03
in a face at rest.
"""
STILL_TICKS = 18

OPENING = [ARKIT_INDEX[n] for n in ('jawOpen', 'mouthLowerDownLeft', 'mouthLowerDownRight')]
TURN = 0.02
"""The mouth has turned when it has gone this far back from its widest or narrowest opening."""
TALK_TURNS = 4
"""The number of turns within `TALK_TICKS` from which a mouth talks: two syllables a second."""
TALK_TICKS = MODEL_RATE
REST_TICKS = 8
"""A mouth no longer talks when it has not turned for so many ticks."""
SILENT_TICKS = 3 * MODEL_RATE
"""The mouth alone counts when no voice has been heard for so many ticks, not in every pause."""


@dataclass(frozen=True)
class Talk:
    """Who speaks at one tick.

    Attributes:
        speaking: whether the person whom the head listens to speaks.
        mouthed: whether only the mouth says so, because no voice is heard.
        elsewhere: whether speech is heard, but the mouth in view keeps still.
    """

    speaking: bool = False
    mouthed: bool = False
    elsewhere: bool = False


class Talker:
    """Follows voice and mouth, tick by tick.

    Args:
        listen_to: one of `LISTEN_TO`.

    Attributes:
        elsewhere_ticks: the ticks of speech elsewhere since the person in view spoke.
    """

    def __init__(self, listen_to: str = LISTEN_TO[0]) -> None:
        self._listen_to = listen_to
        self._mouth = Mouth()
        self.reset()

    def reset(self) -> None:
        """Forget voice and mouth."""
        self._mouth.reset()
        self._since_speech = SPEECH_TICKS + 1
        self._since_voice = 0
        self.elsewhere_ticks = 0

    def update(
        self, face: FaceMotion | None, voiced: bool, speech: float, deaf: bool = False
    ) -> Talk:
        """Return who speaks at the next tick.

        Args:
            face: the face in view; None if there is none.
            voiced: whether a voiced sound is heard (see `speech.voice`).
            speech: the probability that it is speech.
            deaf: whether a sound of the robot itself covers the voice for a moment, so that the
                mouth alone counts at once.
        """
        self._since_speech = 0 if speech >= SPEECH else self._since_speech + 1
        voice = voiced and (self._listen_to == 'sound' or self._since_speech <= SPEECH_TICKS)
        self._since_voice = 0 if voice else self._since_voice + 1
        if self._listen_to != 'speaker':
            return Talk(voice)
        if face is None or face.basis is not ARKIT52:
            self._mouth.reset()
            return Talk(voice)
        self._mouth.update(face)
        if voice:
            still = self._mouth.still
            self.elsewhere_ticks = self.elsewhere_ticks + 1 if still else 0
            return Talk(not still, elsewhere=still)
        mouthed = (deaf or self._since_voice > SILENT_TICKS) and self._mouth.talks
        return Talk(mouthed, mouthed)


class Mouth:
    """Follows the mouth of a face in the basis `arkit52`.

    Attributes:
        still: whether the mouth has kept still for `STILL_TICKS`.
        talks: whether it opens and closes as often as that of somebody who speaks.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the mouth; it is not still until it has been seen to be."""
        self.still = self.talks = False
        self._shapes: deque[np.ndarray] = deque(maxlen=STILL_TICKS)
        self._turns: deque[bool] = deque(maxlen=TALK_TICKS)
        self._extreme = 0.0
        self._opens = False

    def update(self, face: FaceMotion) -> None:
        """Take the face at the next tick; one that is not finite is left out."""
        shapes = face.expression[SHAPES]
        if not np.isfinite(shapes).all():
            return
        self._shapes.append(shapes)
        if len(self._shapes) == STILL_TICKS:
            self.still = float(np.std(self._shapes, axis=0).sum()) < STILL
        self._turns.append(self._turned(float(face.expression[OPENING] @ (1.0, 0.5, 0.5))))
        turns = list(self._turns)
        if self.talks:
            self.talks = any(turns[-REST_TICKS:])
        else:
            self.talks = sum(turns) >= TALK_TURNS

    def _turned(self, opening: float) -> bool:
        """Return whether the mouth, at the opening of this tick, has turned."""
        if not self._turns:
            self._extreme = opening
        if self._opens == (opening > self._extreme):
            self._extreme = opening
        if abs(opening - self._extreme) <= TURN:
            return False
        self._opens = not self._opens
        self._extreme = opening
        return True
