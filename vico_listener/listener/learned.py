"""The listener `lstm`: the paper's network G_m, from a checkpoint."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.base import Listener
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.checks import all_finite
from vico_listener.listener.checks import usable_face
from vico_listener.listener.decisions import Decisions
from vico_listener.listener.expression import smile_of
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.config import PERSONALITY
from vico_listener.listener.model.gesture_outputs import gesture_from
from vico_listener.listener.model.gesture_outputs import gesture_slots
from vico_listener.listener.model.runtimes import Runtime
from vico_listener.listener.model.runtimes import create_runtime
from vico_listener.listener.model.runtimes import initial_state
from vico_listener.listener.model.vectors import conditions
from vico_listener.listener.model.vectors import driven_vector
from vico_listener.listener.model.vectors import initial_vector
from vico_listener.listener.model.vectors import motion_output
from vico_listener.listener.personality import Personality
from vico_listener.listener.state import recall
from vico_listener.listener.state import snapshot
from vico_listener.listener.style import FADE_RATE
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.native import from_native
from vico_listener.native import to_native
from vico_listener.resources import resource_path

DEFAULT_CHECKPOINT = 'resource/models/lstm_arkit52'
ATTITUDES = tuple(Attitude)
REFERENCES = {
    'arkit52': 'measure the portrait with the landmarker (no face_model of deep3d)',
    'bfm64': 'measure the portrait with Deep3D (give its face_model, epoch_20.pth)',
}
"""How a reference comes into each basis."""


class LearnedListener(Listener):
    """G_m of Zhou et al., ECCV 2022, section 4, stepped tick by tick.

    A network of output `motion` says the whole motion, as in the paper. One of output `behaviour`
    says posture, expression and how probable each kind of gesture is; `Decisions` and a `Body` make
    motion of that.
    """

    name = 'lstm'
    OPTIONS = ('checkpoint', 'runtime')
    checkpoint: Checkpoint
    """The network, with what it was made for."""
    runtime: Runtime
    """What steps it."""
    reference: NDArray[np.float32]
    """The first face m_1, as the network sees it (`to_native`)."""
    last: Behaviour
    """What the last step of a network of output `behaviour` did."""

    def __init__(
        self,
        personality: int | Personality | None = None,
        seed: int = 0,
        checkpoint: str | Path | Checkpoint = '',
        runtime: str = 'onnx',
    ) -> None:
        """Load a network.

        Args:
            personality: of the listener, or the seed of a drawn one; None = the default one.
            seed: of its decisions.
            checkpoint: folder; '' = the one that ships.
            runtime: name of the runtime.

        Raises:
            CheckpointError: it is broken, or cannot listen in this stack.
            SettingError: no such runtime.
            NotInstalledError: the runtime is not installed.
        """
        super().__init__()
        if not isinstance(checkpoint, Checkpoint):
            checkpoint = load_checkpoint(
                Path(checkpoint) if checkpoint else resource_path(DEFAULT_CHECKPOINT)
            )
        config = checkpoint.config
        self.basis = config.motion_basis
        self.acoustics = config.acoustic
        self.personality = Personality.of(personality)
        self.checkpoint = checkpoint
        self._config, self._norm = config, checkpoint.norm
        self.runtime = create_runtime(runtime, checkpoint)
        self._slots = gesture_slots(config) if config.output == 'behaviour' else ()
        self._traits = np.array([getattr(self.personality, n) for n in PERSONALITY], np.float32)
        self._mix = Follower(len(ATTITUDES), FADE_RATE)
        self._strength = Follower(2, FADE_RATE)
        self._decisions = Decisions(len(GESTURE_HEADS), seed)
        self._body = Body()
        self.reset(FaceMotion.neutral(self.basis), Attitude.NEUTRAL)

    def reset(self, reference: FaceMotion, attitude: Attitude, intensity: float = 1.0) -> None:
        """See `Listener.reset`.

        Raises:
            DataError: the reference is in another basis or not finite.
            SettingError: an attitude is asked of a network that knows none.
        """
        if reference.basis is not self.basis or not reference.is_finite():
            raise DataError(
                f'the reference must be finite and in the basis {self.basis.name}, not '
                f'{reference.basis.name}: {REFERENCES[self.basis.name]}'
            )
        self.attitude = attitude
        self.intensity = intensity
        self._check_attitude()
        self.reference = to_native(reference)
        if self._slots:
            self._body.reset(reference)
            smiles = smile_of(self._body.portrait), smile_of(self._body.calm)
            self._smiles = np.array(smiles, np.float32)
        else:
            self._smiles = np.zeros(2, np.float32)
        self._mix.reset([float(a is attitude) for a in ATTITUDES])
        self._strength.reset([0.0, 0.0])
        self._decisions.reset()
        self._own = np.zeros(len(GESTURE_HEADS), np.float32)
        condition = self._condition([float(a is attitude) for a in ATTITUDES])
        # Pose is relative to the reference; only its expression is the network's business.
        start = self.reference.copy()
        if not self.basis.has_crop:
            start[:3] = start[-3:] = 0
        initial = initial_vector(self._config, self._norm, start, condition)
        self.runtime.state = initial_state(self.checkpoint, initial)

    def _check_attitude(self) -> None:
        if not self._config.attitude and self.attitude is not Attitude.NEUTRAL:
            raise SettingError(
                f'this network was trained without attitudes and cannot listen in the attitude '
                f'{self.attitude.value}: ask for neutral, or use another checkpoint'
            )

    def _condition(self, mix: list[float]) -> NDArray[np.float32]:
        shares = np.array(mix, np.float32)
        return conditions(self._config, shares, self._traits, self._smiles)

    def step(self, frame: SpeakerFrame) -> FaceMotion:
        """See `Listener.step`; a frame marked `reset` starts anew."""
        driven, strength, awake = self.prepare(frame)
        output = self.runtime.step(driven)
        values = motion_output(self._config, self._norm, output)
        if not self._slots:
            shown = self.reference + strength * (values - self.reference)
            if not self.basis.has_crop:  # arkit52: coefficients are 0..1
                np.clip(shown[3:-3], 0.0, 1.0, out=shown[3:-3])
            return from_native(self.basis, shown)
        self.last = Behaviour(
            values[:3].tolist(), values[-3:].tolist(), values[3:-3], self._decide(output)
        )
        return self._body.step(self.last, strength, awake)

    def prepare(self, frame: SpeakerFrame) -> tuple[NDArray[np.float32], float, float]:
        """The network's input for a step, and how much of its output is shown.

        Returns:
            driven (driven_size,); strength 0..1, by which the motion departs from the reference;
            awake 0..1, the same at intensity 1.
        """
        if frame.reset:
            self.reset(from_native(self.basis, self.reference), self.attitude, self.intensity)
        self._check_attitude()
        mix = self._mix.step([float(a is self.attitude) for a in ATTITUDES])
        strength, awake = self._strength.step([self.intensity, 1.0])
        return self._input(frame, mix), strength, awake

    def _input(self, frame: SpeakerFrame, mix: list[float]) -> NDArray[np.float32]:
        seen = frame.face_valid and frame.face.basis is self.basis and usable_face(frame.face)
        heard = frame.audio_valid and all_finite(frame.acoustic)
        return driven_vector(
            self._config,
            self._norm,
            frame.acoustic if heard else np.zeros(ACOUSTIC_SIZE, np.float32),
            heard,
            to_native(frame.face) if seen else self._norm.speaker_mean,
            seen,
            frame.speaking,
            self._condition(mix),
            self._own,
        )

    def _decide(self, output: NDArray[np.float32]) -> list[Gesture]:
        """The gestures that begin at this step."""
        scores = np.clip(output[[slot.begins for slot in self._slots]], -30, 30)
        probabilities = self._norm.hazard_gain / (1 + np.exp(-scores))
        begun = self._decisions.step(probabilities)
        self._own = np.zeros(len(GESTURE_HEADS), np.float32)
        self._own[begun] = 1
        gestures = []
        for kind in begun:
            draw = self._decisions.draw()
            normal, uniform = draw.normal(size=4), draw.uniform(size=3)
            gestures.append(gesture_from(self._slots[kind], self._norm, output, normal, uniform))
        return gestures

    @property
    def _parts(self) -> dict[str, object]:
        return {
            'mix': self._mix,
            'strength': self._strength,
            'decisions': self._decisions,
            'body': self._body,
        }

    def save_state(self) -> dict[str, Any]:
        """See `Listener.save_state`; checkpoint, personality and seed are not part of it."""
        return {
            'attitude': self.attitude.value,
            'intensity': self.intensity,
            'reference': self.reference.copy(),
            'smiles': self._smiles.copy(),
            'own': self._own.copy(),
            'network': self.runtime.state,
            **{name: snapshot(part) for name, part in self._parts.items()},
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """See `Listener.restore_state`; for a listener of the same checkpoint."""
        self.attitude = Attitude(state['attitude'])
        self.intensity = state['intensity']
        self.reference = state['reference'].copy()
        self._smiles = state['smiles'].copy()
        self._own = state['own'].copy()
        self.runtime.state = state['network']
        for name, part in self._parts.items():
            recall(part, state[name])
