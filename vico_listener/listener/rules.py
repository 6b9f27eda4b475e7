"""The listener `rules`: listening behaviour from the literature, with a cue behind each answer.

When it answers follows from what was heard and seen, so that a network can learn it; the form of an
answer, the length of a smile and the like are left to a seeded chance. The sources are: for the
low-pitch rule and its pauses, Ward & Tsukahara 2000; for the pause rule, Poppe et al. 2010; for the
share of opportunities taken, about 42 %, Poppe et al. 2011; for narrow movements in phase with the
speaker's stress and wide ones in pauses, Hadar, Steiner & Rose 1985; for mimicry, Maatman, Gratch &
Marsella 2005. The parts name theirs.
"""

from math import radians
from math import tanh

import numpy as np

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.answers import Answers
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.chance import Chance
from vico_listener.listener.company import Company
from vico_listener.listener.cues import Phrase
from vico_listener.listener.cues import Voice
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import SMILE
from vico_listener.listener.expression import smile_of
from vico_listener.listener.face_cues import FaceCues
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.feelings import Feelings
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.listeners import Listener
from vico_listener.listener.mimicry import Mimicry
from vico_listener.listener.mood import Mood
from vico_listener.listener.personality import Personality
from vico_listener.listener.smile_episodes import SmileEpisodes
from vico_listener.listener.style import Style
from vico_listener.listener.style import blended
from vico_listener.listener.style import personal_styles
from vico_listener.listener.thought import Thought
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

POSTURE_RATE = 1.5
"""Rate at which the posture follows, 1/s."""


class RulesListener(Listener):
    """The rule-based listener, whose motion follows from the speaker frames and a seed."""

    name = 'rules'
    last: Behaviour
    """The behaviour of the last step, from which networks learn."""

    def __init__(self, personality: int | Personality | None = None, seed: int = 0) -> None:
        """Make a listener.

        Args:
            personality: the personality, or the seed of a random one; None for the default one.
            seed: the seed of the form of its answers.
        """
        self.personality = Personality.of(personality)
        self._chances = [Chance(seed, part) for part in range(5)]
        answers, smiles, feelings, thought, company = self._chances
        self._voice = VoiceCues()
        self._sight = FaceCues()
        self._answers = Answers(answers)
        self._smiles = SmileEpisodes(smiles)
        self._feelings = Feelings(feelings)
        self._thought = Thought(thought)
        self._company = Company(company)
        self._mimicry = Mimicry(self.personality.mimicry_delay)
        self._body = Body()
        self._posture = Follower(3, POSTURE_RATE)
        self.reset(FaceMotion.neutral(), Attitude.NEUTRAL)

    def reseed(self, seed: int) -> None:
        """See `Listener.reseed`."""
        for chance in self._chances:
            chance.reseed(seed)

    def excuse_silence(self) -> None:
        """See `Listener.excuse_silence`."""
        self._company.excuse_silence()

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`; the start is the same in every attitude.

        Raises:
            DataError: the reference is not in `arkit52` or not finite.
        """
        self._body.reset(reference)
        self._styles = personal_styles(
            self.personality, smile_of(self._body.portrait), smile_of(self._body.calm)
        )
        for chance in self._chances:
            chance.reset()
        for part in (
            self._voice,
            self._sight,
            self._answers,
            self._smiles,
            self._feelings,
            self._thought,
            self._company,
            self._mimicry,
        ):
            part.reset()
        self._posture.reset([0.0] * 3)

    def step(self, frame: SpeakerFrame, mood: Mood) -> FaceMotion:
        """See `Listener.step`."""
        self.last = self._behave(frame, blended(self._styles, mood.shares))
        motion = self._body.step(self.last, mood.strength, mood.awake)
        self.attention = self._body.attention
        self.gestures = self.last.gestures
        return motion

    def _behave(self, frame: SpeakerFrame, style: Style) -> Behaviour:
        """Return what to do at this tick, at intensity 1."""
        voice, seen = self._voice.update(frame), self._sight.update(frame)
        mirrored = self._mimicry.step(frame.face, frame.face_valid)
        joy, turn, look_around = self._company.step(voice, seen)
        gestures = self._react(voice, seen, style)
        if look_around is not None and self._body.attention < 0.1:
            gestures.append(look_around)
        kinds = {gesture.kind for gesture in gestures}
        agreed, refused = Kind.NOD in kinds, bool({Kind.SHAKE, Kind.GLANCE} & kinds)
        smile = self._smiles.step(seen, agreed, joy, style, self.personality)
        feeling, tilt = self._feelings.step(voice, seen, refused, style)
        thinking, bent = self._thought.step(voice, bool(kinds), style)
        drift = self._posture.step(_posture_goal(voice.phrase, style))
        posture = [
            slow + style.posture_mimicry * followed + thought
            for slow, followed, thought in zip(drift, mirrored, bent, strict=False)
        ]
        posture[0] += tilt
        posture[1] += radians(style.chin)
        posture[2] += turn
        channels = np.add(np.add(smile, feeling), thinking)
        base = joy * max(style.smile, 0.0) + min(style.smile, 0.0)
        channels[SMILE] = base + channels[SMILE] * (1.0 - max(base, 0.0))
        channels[BROW_DOWN] += style.brow_down
        channels[FROWN] += style.frown
        channels[PRESS] += style.press
        lean = style.lean + style.posture_mimicry * mirrored[3]
        return Behaviour(posture, [lean, 0.0, 0.0], channels @ FACE_CHANNELS, gestures)

    def _react(self, voice: Voice, seen: Seen, style: Style) -> list[Gesture]:
        """Return the answers to the cues of this tick."""
        answer = self._answers.step(voice, seen, style, self.personality)
        if answer is None:
            answer = self._answers.glance(voice, style)
        beat = self._answers.beat(voice, style, self.personality)
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
