"""Holds one dyad, a speaker's frames and what the teacher did, as arrays over T ticks."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import tick_stamp
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.model.config import PERSONALITY
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.mood import MoodFade
from vico_listener.listener.personality import Personality
from vico_listener.listener.rules import RulesListener
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import FaceMotion

GESTURE_FIELDS = ('tick', 'kind', 'size', 'delay', 'frequency', 'cycles', 'decay', 'upswing')


@dataclass(frozen=True)
class Speaker:
    """The speaker's part of a `Dyad`; who is not heard speaks where the mouth is seen to."""

    acoustic: NDArray[np.float32]
    speaking: NDArray[np.bool_]
    heard: NDArray[np.bool_]
    pitch: NDArray[np.float32]
    face: FaceTrack

    def frame(self, tick: int) -> SpeakerFrame:
        """Return the frame of one tick."""
        visible, heard = bool(self.face.valid[tick]), bool(self.heard[tick])
        stamp = tick_stamp(tick)
        speaking = bool(self.speaking[tick])
        motion, acoustic = self.face.motion(tick), self.acoustic[tick]
        return SpeakerFrame(
            stamp,
            stamp,
            tick,
            motion,
            acoustic,
            visible,
            heard,
            speaking,
            mouthed=speaking and not heard,
            pitch=float(self.pitch[tick]),
        )


@dataclass
class Dyad:
    """A speaker and the listener who answers.

    Attributes:
        acoustic: (T, 45); speaking, heard: (T,) whether the speaker is heard or, without audio,
            seen to speak, and whether there was audio; pitch: (T,) Hz.
        expression, rotation, translation, valid: the speaker's face, see `FaceTrack`.
        attitude: (T,) index into `ATTITUDES`, as asked for.
        personality: (10,) the listener's, in the order of `PERSONALITY`.
        reference: (52,) expression of the listener's first face.
        posture: (T, 3) rad, shift: (T, 3) m, change: (T, 52), gestures: (N, 8), columns
            `GESTURE_FIELDS`: the `Behaviour` of the teacher without its episodes.
        rotation_out: (T, 3) rad, expression_out: (T, 52), translation_out: (T, 3) m: its whole
            motion.
    """

    acoustic: NDArray[np.float32]
    speaking: NDArray[np.bool_]
    heard: NDArray[np.bool_]
    pitch: NDArray[np.float32]
    expression: NDArray[np.float32]
    rotation: NDArray[np.float32]
    translation: NDArray[np.float32]
    valid: NDArray[np.bool_]
    attitude: NDArray[np.int8]
    personality: NDArray[np.float32]
    reference: NDArray[np.float32]
    posture: NDArray[np.float32]
    shift: NDArray[np.float32]
    change: NDArray[np.float32]
    translation_out: NDArray[np.float32]
    rotation_out: NDArray[np.float32]
    expression_out: NDArray[np.float32]
    gestures: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.acoustic)

    def speaker_frames(self) -> Iterator[SpeakerFrame]:
        """Yield the speaker's frames tick by tick."""
        speaker = Speaker(self.acoustic, self.speaking, self.heard, self.pitch, self.face)
        return map(speaker.frame, range(len(self)))

    @property
    def face(self) -> FaceTrack:
        """Return the speaker's face."""
        return FaceTrack(self.expression, self.rotation, self.translation, self.valid)


def teach(
    speaker: Speaker,
    attitude: NDArray[np.int8],
    personality: Personality,
    reference: FaceMotion,
    seed: int,
) -> Dyad:
    """Let `rules` listen at intensity 1, with a seed, and record what it does."""
    count = len(speaker.acoustic)
    teacher = RulesListener(personality, seed)
    teacher.reset(reference, ATTITUDES[attitude[0]])
    posture, shift, rotation, translation = np.empty((4, count, 3), np.float32)
    change, expression = np.empty((2, count, 52), np.float32)
    gestures = []
    fade = MoodFade(ATTITUDES[attitude[0]])
    for tick in range(count):
        fade.attitude = ATTITUDES[attitude[tick]]
        motion = teacher.step(speaker.frame(tick), fade.step())
        did = teacher.base
        posture[tick], shift[tick], change[tick] = did.posture, did.translation, did.change
        rotation[tick], expression[tick] = motion.rotation, motion.expression
        translation[tick] = motion.translation
        gestures += [gesture_row(tick, gesture) for gesture in did.gestures]
    face = speaker.face
    return Dyad(
        speaker.acoustic,
        speaker.speaking,
        speaker.heard,
        speaker.pitch,
        face.expression,
        face.rotation,
        face.translation,
        face.valid,
        attitude,
        personality_row(personality),
        reference.expression,
        posture,
        shift,
        change,
        translation,
        rotation,
        expression,
        np.array(gestures, np.float32).reshape(-1, len(GESTURE_FIELDS)),
    )


def personality_row(personality: Personality) -> NDArray[np.float32]:
    """Return a personality as numbers (10,), in the order of `PERSONALITY`."""
    return np.array([getattr(personality, name) for name in PERSONALITY], np.float32)


def gesture_row(tick: int, gesture: Gesture) -> list[float]:
    """Return a gesture as numbers, in the order of `GESTURE_FIELDS`."""
    return [float(tick), *(float(getattr(gesture, name)) for name in GESTURE_FIELDS[1:])]
