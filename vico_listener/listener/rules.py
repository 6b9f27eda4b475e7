"""The listener `rules`: listening behaviour from the literature, with a cue behind each gesture.

Nothing is random: whether an opportunity is taken, and how large, fast and long the answer is, are
functions of what was heard and seen, so that a network can learn them. The sources are: for the
low-pitch rule and its pauses, Ward & Tsukahara 2000; for the pause rule, Poppe et al. 2010; for the
share of opportunities taken, about 42 %, Poppe et al. 2011; for narrow movements in phase with the
speaker's stress and wide ones in pauses, Hadar, Steiner & Rose 1985; for mimicry, Maatman, Gratch &
Marsella 2005.
"""

from math import radians
from math import tanh

import numpy as np

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.answers import Answers
from vico_listener.listener.body import GLANCE
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.cues import Phrase
from vico_listener.listener.cues import Voice
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import SMILE
from vico_listener.listener.expression import smile_of
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.listeners import Listener
from vico_listener.listener.mimicry import Mimicry
from vico_listener.listener.mood import Mood
from vico_listener.listener.personality import Personality
from vico_listener.listener.style import Style
from vico_listener.listener.style import blended
from vico_listener.listener.style import personal_styles
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

FACE_RATE = 6.0
"""Rate at which the face follows, 1/s."""
POSTURE_RATE = 1.5
"""Rate at which the posture follows, 1/s."""
PULSE_SECONDS = 0.9
"""Time constant with which the smile or frown of an answer fades, s."""
ANNOYANCE = 0.5
"""Share by which a frown deepens at a shake of the head."""
SURPRISE = 1.2
"""A syllable whose stress exceeds this (in spreads, see `cues`) raises the brows."""

GREETING = (1.0, 0.0, 0.0)
"""The pleasure, surprise and displeasure with which a listener starts."""


class RulesListener(Listener):
    """The rule-based listener, all of whose motion follows from the speaker frames."""

    name = 'rules'
    last: Behaviour
    """The behaviour of the last step, from which networks learn."""

    def __init__(self, personality: int | Personality | None = None, seed: int = 0) -> None:
        """Make a listener.

        Args:
            personality: the personality, or the seed of a random one; None for the default one.
            seed: has no effect, because nothing in this listener is random.
        """
        self.personality = Personality.of(personality)
        self._voice = VoiceCues()
        self._answers = Answers()
        self._mimicry = Mimicry(self.personality.mimicry_delay)
        self._body = Body()
        self._face = Follower(len(FACE_CHANNELS), FACE_RATE)
        self._posture = Follower(3, POSTURE_RATE)
        self._pulses = list(GREETING)
        self.reset(FaceMotion.neutral(), Attitude.NEUTRAL)

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`; the start is the same in every attitude.

        Raises:
            DataError: the reference is not in `arkit52` or not finite.
        """
        self._body.reset(reference)
        self._styles = personal_styles(
            self.personality, smile_of(self._body.portrait), smile_of(self._body.calm)
        )
        for part in (self._voice, self._answers, self._mimicry):
            part.reset()
        self._face.reset([0.0] * len(FACE_CHANNELS))
        self._posture.reset([0.0] * 3)
        self._pulses = list(GREETING)

    def step(self, frame: SpeakerFrame, mood: Mood) -> FaceMotion:
        """See `Listener.step`."""
        self.last = self._behave(frame, blended(self._styles, mood.shares))
        return self._body.step(self.last, mood.strength, mood.awake)

    def _behave(self, frame: SpeakerFrame, style: Style) -> Behaviour:
        """Return what to do at this tick, at intensity 1."""
        voice = self._voice.update(frame)
        mirrored = self._mimicry.step(frame.face, frame.face_valid)
        gestures = self._react(voice, style)
        posture = self._posture.step(_posture_goal(voice.phrase, style))
        posture = [p + style.posture_mimicry * m for p, m in zip(posture, mirrored, strict=False)]
        posture[1] += radians(style.chin)
        channels = self._face.step(self._pulse_goal(style))
        channels[SMILE] += style.smile + style.smile_mimicry * mirrored[3]
        channels[BROW_DOWN] += style.brow_down
        channels[FROWN] += style.frown
        channels[PRESS] += style.press
        change = np.array(channels) @ FACE_CHANNELS
        return Behaviour(posture, [style.lean, 0.0, 0.0], change, gestures)

    def _react(self, voice: Voice, style: Style) -> list[Gesture]:
        """Return the answers to the cues of this tick."""
        gestures = []
        self._pulses = [pulse * (1.0 - STEP / PULSE_SECONDS) for pulse in self._pulses]
        answer = self._answers.step(voice, style, self.personality)
        if answer is not None:
            gestures.append(answer)
            self._pulses[0 if answer.kind == Kind.NOD else 2] = 1.0
        elif voice.ended and style.avert > 0.0:
            side = style.avert if voice.phrase.brightness > 0.0 else -style.avert
            gestures.append(Gesture(Kind.GLANCE, side * GLANCE))
        beat = self._answers.beat(voice, style, self.personality)
        if beat is not None:
            gestures.append(beat)
        if voice.stress > SURPRISE:
            self._pulses[1] = 1.0
        return gestures

    def _pulse_goal(self, style: Style) -> list[float]:
        """Return what the face shows in answer to cues, on top of its mood, per channel."""
        pleased, surprised, displeased = self._pulses
        goal = [0.0] * len(FACE_CHANNELS)
        goal[SMILE] = style.smile_pulse * pleased
        goal[BROW_UP] = style.brow_raise * surprised
        goal[BROW_DOWN] = ANNOYANCE * style.brow_down * displeased
        goal[FROWN] = ANNOYANCE * style.frown * displeased
        goal[PRESS] = ANNOYANCE * style.press * displeased
        return goal


def _posture_goal(phrase: Phrase, style: Style) -> list[float]:
    """Return the roll, pitch and yaw (rad) to which the posture drifts.

    The speaker's voice tilts and turns the head a little; between phrases it returns.
    """
    tilt = min(phrase.seconds, 1.0) * radians(style.tilt)
    return [
        tilt * tanh(0.6 * phrase.brightness),
        tilt * tanh(0.5 * phrase.fall),
        0.7 * tilt * tanh(0.6 * phrase.loudness),
    ]
