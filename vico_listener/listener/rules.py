"""The listener `rules`: listening behaviour from the literature, every gesture caused by a cue.

Nothing is random: whether an opportunity is taken, and how large, fast and long the answer is, are
functions of what was heard and seen, so that a network can learn them. Sources: low-pitch rule and
its pauses, Ward & Tsukahara 2000; pause rule, Poppe et al. 2010; about 42 % of opportunities taken,
Poppe et al. 2011; narrow movements in phase with the speaker's stress and wide ones in pauses,
Hadar, Steiner & Rose 1985; mimicry, Maatman, Gratch & Marsella 2005.
"""

from math import radians
from math import tanh
from typing import Any

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.answers import Answers
from vico_listener.listener.base import Listener
from vico_listener.listener.base import register
from vico_listener.listener.cues import Phrase
from vico_listener.listener.cues import Voice
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import SMILE
from vico_listener.listener.expression import calm_face
from vico_listener.listener.expression import look
from vico_listener.listener.expression import smile_of
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import Timeline
from vico_listener.listener.gestures import hold
from vico_listener.listener.mimicry import Mimicry
from vico_listener.listener.personality import Personality
from vico_listener.listener.state import recall
from vico_listener.listener.state import snapshot
from vico_listener.listener.style import Fade
from vico_listener.listener.style import Style
from vico_listener.listener.style import personal_styles
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

ROLL, PITCH, YAW, GAZE = range(4)
"""Channels of the timeline; gaze is the turn of the eyes to the own left."""

TIMELINE_SPAN = 6.0
"""Longest gesture together with its delay, s."""
FACE_RATE = 6.0
POSTURE_RATE = 1.5
"""Rates (1/s) at which the face and the posture answer."""
PULSE_SECONDS = 0.9
"""Time constant with which a smile or frown that answered fades."""
ANNOYANCE = 0.5
"""Share by which a frown deepens at a shake of the head."""
SURPRISE = 1.2
"""A syllable stressed this much (in spreads) raises the brows."""

GREETING = (1.0, 0.0, 0.0)
"""Pleasure, surprise and displeasure with which a listener starts."""

GLANCE = radians(12.0)
GLANCE_HEAD = radians(2.5)
GLANCE_SECONDS = 1.0
DRAW_BACK = radians(2.0)
"""A look aside: eyes, head and duration; how far the chin rises at it or at a shake."""


@register('rules')
class RulesListener(Listener):
    """Rule-based listener; all its motion follows from the speaker's frames."""

    name = 'rules'

    def __init__(self, seed: int | None = None, personality: Personality | None = None) -> None:
        """Listen as `personality`, else as the one drawn from `seed`, else as the default one."""
        super().__init__()
        if personality is None:
            personality = Personality() if seed is None else Personality.draw(seed)
        self.personality = personality
        self._voice = VoiceCues()
        self._answers = Answers()
        self._mimicry = Mimicry(personality.mimicry_delay)
        self._timeline = Timeline(4, TIMELINE_SPAN)
        self._fade = Fade()
        self._face = Follower(len(FACE_CHANNELS), FACE_RATE)
        self._posture = Follower(3, POSTURE_RATE)
        self._pulses = list(GREETING)
        self.reset(FaceMotion.neutral(), Attitude.NEUTRAL)

    def reset(self, reference: FaceMotion, attitude: Attitude, intensity: float = 1.0) -> None:
        """See `Listener.reset`.

        Raises:
            ValueError: the reference is not in `arkit52` or not finite.
        """
        if reference.basis is not ARKIT52 or not reference.is_finite():
            raise ValueError('the reference of `rules` must be finite and in the basis arkit52')
        self.attitude = attitude
        self.intensity = intensity
        self._adopt(reference.expression)
        for part in (self._voice, self._answers, self._mimicry, self._timeline):
            part.reset()
        self._fade.reset(attitude)
        self._face.reset([0.0] * len(FACE_CHANNELS))
        self._posture.reset([0.0] * 3)
        self._pulses = list(GREETING)

    def _adopt(self, portrait: np.ndarray) -> None:
        """Fit the calm face and the styles to the portrait's expression."""
        self._portrait = np.array(portrait, np.float64)
        self._calm = calm_face(portrait)
        self._styles = personal_styles(
            self.personality, smile_of(self._portrait), smile_of(self._calm)
        )

    def step(self, frame: SpeakerFrame) -> FaceMotion:
        """See `Listener.step`; a frame marked `reset` starts anew."""
        if frame.reset:
            reference = FaceMotion(self._portrait.astype(np.float32))
            self.reset(reference, self.attitude, self.intensity)
        style, strength, awake = self._fade.step(self._styles, self.attitude, self.intensity)
        voice = self._voice.update(frame)
        mirrored = self._mimicry.step(frame.face, frame.face_valid)
        self._react(voice, style)
        posture = self._posture.step(_posture_goal(voice.phrase, style))
        *gesture, gaze = self._timeline.pop()
        gesture[PITCH] += radians(style.chin)
        rotation = [
            strength * (gesture[axis] + posture[axis] + style.posture_mimicry * mirrored[axis])
            for axis in (ROLL, PITCH, YAW)
        ]
        channels = self._face.step(self._pulse_goal(style))
        channels[SMILE] += style.smile + style.smile_mimicry * mirrored[3]
        channels[BROW_DOWN] += style.brow_down
        channels[FROWN] += style.frown
        channels[PRESS] += style.press
        # The eyes stay on the speaker while the head moves (vestibulo-ocular reflex).
        expression = (
            self._portrait
            + awake * (self._calm - self._portrait)
            + strength * (np.array(channels) @ FACE_CHANNELS)
            + look(strength * gaze - rotation[YAW], rotation[PITCH])
        )
        return FaceMotion(
            np.minimum(np.maximum(expression, 0.0), 1.0).astype(np.float32),
            np.array(rotation, np.float32),
            np.array([strength * style.lean, 0.0, 0.0], np.float32),
        )

    def _react(self, voice: Voice, style: Style) -> None:
        """Put the answers to this tick's cues on the timeline."""
        self._pulses = [pulse * (1.0 - STEP / PULSE_SECONDS) for pulse in self._pulses]
        answer = self._answers.step(voice, style, self.personality)
        if answer:
            channel = PITCH if answer.agrees else YAW
            self._timeline.add(channel, answer.curve, round(answer.delay * MODEL_RATE))
            self._pulses[0 if answer.agrees else 2] = 1.0
            if not answer.agrees:
                self._draw_back(1.0)
        elif voice.ended and style.avert > 0.0:
            self._look_aside(voice.phrase, style)
            self._draw_back(style.avert)
        beat = self._answers.beat(voice, style, self.personality)
        if beat is not None:
            self._timeline.add(PITCH, beat)
        if voice.stress > SURPRISE:
            self._pulses[1] = 1.0

    def _look_aside(self, phrase: Phrase, style: Style) -> None:
        side = style.avert if phrase.brightness > 0.0 else -style.avert
        self._timeline.add(GAZE, hold(side * GLANCE, 0.13, GLANCE_SECONDS, 0.13))
        self._timeline.add(YAW, hold(side * GLANCE_HEAD, 0.45, GLANCE_SECONDS - 0.3, 0.45))

    def _draw_back(self, share: float) -> None:
        self._timeline.add(PITCH, hold(-share * DRAW_BACK, 0.5, 0.6, 0.9))

    def _pulse_goal(self, style: Style) -> list[float]:
        """What the face shows in answer, on top of its mood."""
        pleased, surprised, displeased = self._pulses
        goal = [0.0] * len(FACE_CHANNELS)
        goal[SMILE] = style.smile_pulse * pleased
        goal[BROW_UP] = style.brow_raise * surprised
        goal[BROW_DOWN] = ANNOYANCE * style.brow_down * displeased
        goal[FROWN] = ANNOYANCE * style.frown * displeased
        goal[PRESS] = ANNOYANCE * style.press * displeased
        return goal

    @property
    def _parts(self) -> dict[str, object]:
        return {
            'voice': self._voice,
            'answers': self._answers,
            'mimicry': self._mimicry,
            'timeline': self._timeline,
            'fade': self._fade,
            'face': self._face,
            'posture': self._posture,
        }

    def save_state(self) -> dict[str, Any]:
        """See `Listener.save_state`; the personality is not part of it."""
        return {
            'attitude': self.attitude.value,
            'intensity': self.intensity,
            'portrait': self._portrait.copy(),
            'pulses': list(self._pulses),
            **{name: snapshot(part) for name, part in self._parts.items()},
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """See `Listener.restore_state`; for a listener of the same personality."""
        self.attitude = Attitude(state['attitude'])
        self.intensity = state['intensity']
        self._adopt(state['portrait'])
        self._pulses = list(state['pulses'])
        for name, part in self._parts.items():
            recall(part, state[name])


def _posture_goal(phrase: Phrase, style: Style) -> list[float]:
    """Roll, pitch and yaw (rad) that the posture drifts to.

    How the speaker sounds tilts and turns the head a little; between phrases it comes back.
    """
    tilt = min(phrase.seconds, 1.0) * radians(style.tilt)
    return [
        tilt * tanh(0.6 * phrase.brightness),
        tilt * tanh(0.5 * phrase.fall),
        0.7 * tilt * tanh(0.6 * phrase.loudness),
    ]
