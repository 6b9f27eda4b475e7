"""A listener with everything that belongs to it at run time: idle layer, fading, input checks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.base import Listener
from vico_listener.listener.base import create_listener
from vico_listener.listener.follower import Follower
from vico_listener.listener.idle import IdleLayer
from vico_listener.listener.presence import Presence
from vico_listener.listener.style import FADE_RATE
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion


@dataclass
class AgentCounters:
    """What the agent has seen.

    Attributes:
        invalid_frames: held numbers that are not finite.
        foreign_frames: held a face or sound in a form that the listener was not made for.
    """

    steps: int = 0
    resets: int = 0
    invalid_frames: int = 0
    foreign_frames: int = 0


class ListeningAgent:
    """Speaker frames in, complete listener motion out.

    Args:
        listener: the generator G_m.
        reference: the listener's own first face m_1.
        idle: the idle layer, or None.
    """

    def __init__(self, listener: Listener, reference: FaceMotion, idle: IdleLayer | None) -> None:
        self.listener = listener
        self.reference = reference
        absolute = reference.basis.has_crop
        self._rest_rotation = reference.rotation if absolute else np.zeros(3, np.float32)
        self.counters = AgentCounters()
        self.mismatch = ''
        """What the last foreign frame had that the listener cannot use, and the remedy."""
        self._idle = idle
        self._presence = Presence()
        self._attitude = Attitude.NEUTRAL
        self._intensity = 1.0
        # The idle layer remembers nothing: its intensity has to be faded for it.
        self._idle_intensity = Follower(1, FADE_RATE)
        self.reset()

    @classmethod
    def create(
        cls,
        name: str,
        reference: FaceMotion,
        seed: int = 0,
        personality: int | None = None,
        idle: bool = True,
        **options: Any,
    ) -> 'ListeningAgent':
        """Make a listener with its idle layer.

        Args:
            name: of the listener; SettingError names the choices.
            reference: its first face m_1.
            seed: of the idle layer and of the listener's decisions.
            personality: seed of the draw of a personality; None = the listener's default one.
            idle: with the idle layer.
            **options: of this listener, e.g. its checkpoint.
        """
        listener = create_listener(name, personality=personality, seed=seed, **options)
        return cls(listener, reference, IdleLayer(seed) if idle else None)

    def reset(self) -> None:
        """Start anew from the reference."""
        self._index = 0
        self._idle_intensity.reset([self._intensity])
        self.listener.reset(self.reference, self._attitude, self._intensity)

    def set_attitude(
        self, attitude: Attitude | None = None, intensity: float | None = None
    ) -> None:
        """Change attitude or intensity (0..1); the listener fades to it."""
        if attitude is not None:
            self._attitude = self.listener.attitude = attitude
        if intensity is not None:
            self._intensity = self.listener.intensity = intensity

    def set_active(self, active: bool) -> None:
        """Fade in, or fade out and then rest."""
        self._presence.active = active

    def warm_up(self) -> None:
        """Run a few steps so that the first real one is not slow."""
        silence = SpeakerFrame(0, 0, 0, FaceMotion.missing(), np.zeros(ACOUSTIC_SIZE, np.float32))
        silence.face_valid = silence.audio_valid = False
        for _ in range(3):
            self.step(silence)
        self.counters = AgentCounters()
        self.reset()

    def _drop_foreign(self, frame: SpeakerFrame) -> None:
        listener, problems = self.listener, []
        if frame.face_valid and frame.face.basis is not listener.basis:
            problems.append(
                f"the speaker's face is in the basis {frame.face.basis.name}, this listener "
                f"understands {listener.basis.name}: choose perception's face accordingly"
            )
            _blind(frame)
        if frame.audio_valid and frame.acoustics != listener.acoustics:
            problems.append(
                f'the acoustic features are {frame.acoustics}, this listener understands '
                f"{listener.acoustics}: set perception's parameter acoustics to it"
            )
            _deafen(frame)
        if problems:
            self.mismatch = '; '.join(problems)
            self.counters.foreign_frames += 1

    def step(self, frame: SpeakerFrame) -> ListenerMotion | None:
        """Answer one frame; None while resting.

        A frame whose numbers are not all finite, or in another basis or layout than the
        listener's, is treated as one without face or audio.
        """
        if frame.reset:
            # Also at the first frame: an attitude set before it is there, and does not fade in.
            self.counters.resets += self._index > 0
            self.reset()
        if not frame.face.is_finite():
            _blind(frame)
            self.counters.invalid_frames += 1
        if not np.isfinite(frame.acoustic).all():
            _deafen(frame)
            self.counters.invalid_frames += 1
        self._drop_foreign(frame)
        face = self.listener.step(frame)
        if self._idle is not None:
            (intensity,) = self._idle_intensity.step([self._intensity])
            face = self._idle.apply(face, self._index, min(1.0, max(0.0, intensity)))
        was_resting = self._presence.resting
        face = self._presence.apply(face, self.reference)
        self._index += 1
        self.counters.steps += 1
        if self._presence.resting and was_resting:
            return None
        return ListenerMotion(
            stamp=frame.stamp,
            source_stamp=frame.source_stamp,
            face=face,
            attitude=self._attitude,
            intensity=self._intensity,
            active=self._presence.active,
            model=self.listener.name,
            reset=frame.reset,
            timing=frame.timing,
            rest_rotation=self._rest_rotation,
        )


def _blind(frame: SpeakerFrame) -> None:
    frame.face, frame.face_valid = FaceMotion.missing(frame.face.basis), False


def _deafen(frame: SpeakerFrame) -> None:
    frame.acoustic = np.zeros(ACOUSTIC_SIZE, np.float32)
    frame.audio_valid = frame.speaking = False
