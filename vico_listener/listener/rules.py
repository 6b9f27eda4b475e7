"""The listener `rules`: listening behaviour from the literature, with a cue behind each answer.

When it answers follows from what was heard and seen, so that a network can learn it; the form of an
answer, the length of a smile and the like are left to a seeded chance. The sources are: for the
low-pitch rule and its pauses, Ward & Tsukahara 2000; for the pause rule, Poppe et al. 2010; for the
share of opportunities taken, about 42 %, Poppe et al. 2011; for narrow movements in phase with the
speaker's stress and wide ones in pauses, Hadar, Steiner & Rose 1985; for mimicry, Maatman, Gratch &
Marsella 2005. The parts name theirs.
"""

from dataclasses import replace
from math import radians
from math import tanh

import numpy as np

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.answers import Answers
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.chance import Chance
from vico_listener.listener.cues import Phrase
from vico_listener.listener.cues import Voice
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.episodes import Episodes
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import SMILE
from vico_listener.listener.expression import smile_of
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.feelings import Feelings
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.gestures import calmed
from vico_listener.listener.listeners import Listener
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.mood import Mood
from vico_listener.listener.personality import Personality
from vico_listener.listener.style import Style
from vico_listener.listener.style import blended
from vico_listener.listener.style import personal_styles
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

ANSWERS, FEELINGS = 0, 2
"""The parts of the chance that are no episodes' (see `episodes`)."""
POSTURE_RATE = 1.5
"""Rate at which the posture follows, 1/s."""


class RulesListener(Listener):
    """The rule-based listener, whose motion follows from the speaker frames and a seed."""

    name = 'rules'
    last: Behaviour
    """The behaviour of the last step."""
    base: Behaviour
    """The same without its episodes, from which networks learn."""

    def __init__(self, personality: int | Personality | None = None, seed: int = 0) -> None:
        """Make a listener.

        Args:
            personality: the personality, or the seed of a random one; None for the default one.
            seed: the seed of the form of its answers.
        """
        self.personality = Personality.of(personality)
        self._chances = answers, feelings = Chance(seed, ANSWERS), Chance(seed, FEELINGS)
        self._voice = VoiceCues()
        self._answers = Answers(answers)
        self._feelings = Feelings(feelings)
        self._episodes = Episodes(seed, self.personality)
        self._body = Body()
        self._posture = Follower(3, POSTURE_RATE)
        self.reset(FaceMotion.neutral(), Attitude.NEUTRAL)

    def reseed(self, seed: int) -> None:
        """See `Listener.reseed`."""
        for part in (*self._chances, self._episodes):
            part.reseed(seed)

    def excuse_silence(self) -> None:
        """See `Listener.excuse_silence`."""
        self._episodes.excuse_silence()

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`; the face at the start is the same in every attitude.

        Raises:
            DataError: the reference is not in `arkit52` or not finite.
        """
        self._body.reset(reference)
        self._styles = personal_styles(
            self.personality, smile_of(self._body.portrait), smile_of(self._body.calm)
        )
        for chance in self._chances:
            chance.reset(ATTITUDES.index(attitude))
        self._episodes.reset(self.personality.branch(attitude))
        for part in (self._voice, self._answers, self._feelings):
            part.reset()
        self._posture.reset([0.0] * 3)

    def step(self, frame: SpeakerFrame, mood: Mood) -> FaceMotion:
        """See `Listener.step`."""
        style = blended(self._styles, mood)
        voice = self._voice.update(frame)
        seen = self._episodes.see(frame, voice.voiced)
        self.base = self._behave(voice, seen, style, mood.gesture_rate)
        shown = replace(self.base, gestures=[calmed(gesture) for gesture in self.base.gestures])
        calm_smile = smile_of(self._body.calm)
        self.last = self._episodes.joined(shown, style, self._body.attention, calm_smile)
        motion = self._body.step(self.last, mood.strength, mood.awake)
        self.attention = self._body.attention
        self.gestures, self.smile = self.last.gestures, self._episodes.smile
        return motion

    def _behave(self, voice: Voice, seen: Seen, style: Style, rate: float) -> Behaviour:
        """Return what to do at this tick, at intensity 1, without the episodes."""
        gestures = self._react(voice, seen, style, rate)
        refused = any(gesture.kind in (Kind.SHAKE, Kind.GLANCE) for gesture in gestures)
        channels, tilt = self._feelings.step(voice, seen, refused, style)
        posture = self._posture.step(_posture_goal(voice.phrase, style))
        posture[0] += tilt
        posture[1] += radians(style.chin)
        channels[SMILE] = self._episodes.joy * max(style.smile, 0.0) + min(style.smile, 0.0)
        channels[BROW_DOWN] += style.brow_down
        channels[FROWN] += style.frown
        channels[PRESS] += style.press
        return Behaviour(
            posture, [style.lean, 0.0, 0.0], np.array(channels) @ FACE_CHANNELS, gestures
        )

    def _react(self, voice: Voice, seen: Seen, style: Style, rate: float) -> list[Gesture]:
        """Return the answers to the cues of this tick."""
        answer = self._answers.step(voice, seen, style, self.personality)
        if answer is None:
            answer = self._answers.glance(voice, style, rate)
        beat = self._answers.beat(voice, style, self.personality, rate)
        return [gesture for gesture in (answer, beat) if gesture is not None]


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
