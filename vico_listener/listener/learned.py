"""The listener `lstm`, which runs a network (the paper's G_m) from a checkpoint."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.checks import all_finite
from vico_listener.listener.checks import usable_face
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.decisions import Decisions
from vico_listener.listener.episodes import Episodes
from vico_listener.listener.expression import smile_of
from vico_listener.listener.gesture_order import GestureOrder
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.gestures import calmed
from vico_listener.listener.listeners import Listener
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.config import CUES
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.config import PERSONALITY
from vico_listener.listener.model.cue_inputs import cue_vector
from vico_listener.listener.model.gesture_outputs import gesture_from
from vico_listener.listener.model.gesture_outputs import gesture_slots
from vico_listener.listener.model.runtimes import Runtime
from vico_listener.listener.model.runtimes import create_runtime
from vico_listener.listener.model.runtimes import initial_state
from vico_listener.listener.model.vectors import away_from
from vico_listener.listener.model.vectors import conditions
from vico_listener.listener.model.vectors import driven_vector
from vico_listener.listener.model.vectors import initial_vector
from vico_listener.listener.model.vectors import motion_output
from vico_listener.listener.mood import Mood
from vico_listener.listener.mood import attitude_shares
from vico_listener.listener.personality import Personality
from vico_listener.listener.style import blended
from vico_listener.listener.style import personal_styles
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.native import from_native
from vico_listener.native import to_native
from vico_listener.resources import resource_path

DEFAULT_CHECKPOINT = 'resource/models/lstm_arkit52'
"""The checkpoint that ships."""
CROWDING = 0.5
"""How many gestures more a network would make in the time for which its own rule out others.

Measured with the checkpoint that ships: twelve minutes at the rates 1, 0.6 and 0.36, in positive.
"""
REFERENCES = {
    'arkit52': 'measure the portrait with the landmarker (no face_model of deep3d)',
    'bfm64': 'measure the portrait with Deep3D (give its face_model, epoch_20.pth)',
}
"""The ways to get a reference in each basis, for messages."""


class LearnedListener(Listener):
    """Runs the generator G_m of Zhou et al., ECCV 2022, section 4, tick by tick.

    A network whose output is `motion` gives the complete motion, as in the paper. One whose output
    is `behaviour` gives posture, expression and the probability of each kind of gesture, from which
    `Decisions` and a `Body` make the motion. `Episodes` come on top of it where the network was
    taught without them.
    """

    name = 'lstm'
    OPTIONS = ('checkpoint', 'runtime')
    checkpoint: Checkpoint
    """The network and its description."""
    runtime: Runtime
    """The runtime that steps the network."""
    reference: NDArray[np.float32]
    """The first face m_1 as the network sees it (see `to_native`)."""
    last: Behaviour
    """The behaviour of the last step, where the network's output is `behaviour`."""
    base: Behaviour
    """The same as the network gave it, without episodes."""

    def __init__(
        self,
        personality: int | Personality | None = None,
        seed: int = 0,
        checkpoint: str | Path | Checkpoint = '',
        runtime: str = 'onnx',
    ) -> None:
        """Load a network.

        Args:
            personality: the personality, or the seed of a random one; None for the default one.
            seed: the seed of the decisions and episodes.
            checkpoint: the checkpoint or its folder; '' for the one that ships.
            runtime: the name of the runtime.

        Raises:
            CheckpointError: the checkpoint is broken, or its network cannot listen in this stack.
            SettingError: there is no such runtime.
            NotInstalledError: the runtime is not installed.
        """
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
        self._decisions = Decisions(len(GESTURE_HEADS), seed, (Kind.NOD,))
        self._order = GestureOrder()
        self._episodes = Episodes(seed, self.personality) if config.episodes else None
        self._voice = VoiceCues()
        self._body = Body()
        self.reset(FaceMotion.neutral(self.basis), Attitude.NEUTRAL)

    def reseed(self, seed: int) -> None:
        """See `Listener.reseed`."""
        self._decisions.reseed(seed)
        if self._episodes is not None:
            self._episodes.reseed(seed)

    def excuse_silence(self) -> None:
        """See `Listener.excuse_silence`."""
        if self._episodes is not None:
            self._episodes.excuse_silence()

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`.

        Raises:
            DataError: the reference is in another basis or not finite.
            SettingError: the attitude is not neutral, but the network was trained without
                attitudes.
        """
        if reference.basis is not self.basis or not reference.is_finite():
            raise DataError(
                f'the reference must be finite and in the basis {self.basis.name}, not '
                f'{reference.basis.name}: {REFERENCES[self.basis.name]}'
            )
        self._check_attitude(attitude)
        self.reference = to_native(reference)
        if self._slots:
            self._body.reset(reference)
            smiles = smile_of(self._body.portrait), smile_of(self._body.calm)
            self._smiles = np.array(smiles, np.float32)
            self._styles = personal_styles(self.personality, *smiles)
        else:
            self._smiles = np.zeros(2, np.float32)
        branch = self.personality.branch(attitude)
        self._decisions.reset(branch)
        self._order.reset()
        if self._episodes is not None:
            self._episodes.reset(branch)
        self._voice.reset()
        self._cues = np.zeros(CUES, np.float32)
        self._own = np.zeros(len(GESTURE_HEADS), np.float32)
        condition = self._condition(attitude_shares(attitude))
        # The pose is relative to the reference, so the network needs only its expression.
        start = self.reference.copy()
        if not self.basis.absolute_pose:
            start[:3] = start[-3:] = 0
        initial = initial_vector(self._config, self._norm, start, condition)
        self.runtime.state = initial_state(self.checkpoint, initial)

    def _check_attitude(self, attitude: Attitude) -> None:
        if not self._config.attitude and attitude is not Attitude.NEUTRAL:
            raise SettingError(
                f'this network was trained without attitudes and cannot listen in the attitude '
                f'{attitude.value}: ask for neutral, or use another checkpoint'
            )

    def _condition(self, shares: Sequence[float]) -> NDArray[np.float32]:
        mix = np.array(shares, np.float32)
        return conditions(self._config, mix, self._traits, self._smiles)

    def step(self, frame: SpeakerFrame, mood: Mood) -> FaceMotion:
        """See `Listener.step`.

        Raises:
            SettingError: the attitude is not neutral, but the network was trained without
                attitudes.
        """
        self._take_in(frame)
        output = self.runtime.step(self.driven(frame, mood))
        values = motion_output(self._config, self._norm, output)
        if not self._slots:
            shown = away_from(self.reference, values, mood.strength)
            if not self.basis.absolute_pose:  # The coefficients of arkit52 lie in 0 to 1.
                np.clip(shown[3:-3], 0.0, 1.0, out=shown[3:-3])
            return from_native(self.basis, shown)
        self.last = self.base = Behaviour(
            values[:3].tolist(), values[-3:].tolist(), values[3:-3], self._decide(output, mood)
        )
        if self._episodes is not None:
            style = blended(self._styles, mood)
            self.last = self._episodes.joined(
                self.base, style, self._body.attention, smile_of(self._body.calm)
            )
            self.smile = self._episodes.smile
        motion = self._body.step(self.last, mood.strength, mood.awake)
        self.attention = self._body.attention
        self.gestures = self.last.gestures
        return motion

    def _take_in(self, frame: SpeakerFrame) -> None:
        """Find the cues in the speaker's voice and face, for the episodes and the network."""
        if self._episodes is None:
            return
        if not self._config.cues:
            self._episodes.see(frame, frame.speaking)
            return
        voice = self._voice.update(frame)
        seen = self._episodes.see(frame, voice.voiced)
        self._cues = cue_vector(voice, seen, self._episodes.joy)

    def driven(self, frame: SpeakerFrame, mood: Mood) -> NDArray[np.float32]:
        """Return the input (driven_size,) of the network for a step, with the cues of the last."""
        self._check_attitude(mood.attitude)
        seen = frame.face_valid and frame.face.basis is self.basis and usable_face(frame.face)
        # Who is seen to speak and is not heard is known to networks of generated dyads only, and
        # theirs alone leave the episodes to the rules.
        mouthed = frame.mouthed and self._config.episodes
        heard = frame.audio_valid and all_finite(frame.acoustic) and not mouthed
        return driven_vector(
            self._config,
            self._norm,
            frame.acoustic if heard else np.zeros(ACOUSTIC_SIZE, np.float32),
            heard,
            to_native(frame.face) if seen else self._norm.speaker_mean,
            seen,
            frame.speaking and (mouthed or (heard and not frame.mouthed)),
            self._condition(mood.shares),
            self._own,
            self._cues,
        )

    def _decide(self, output: NDArray[np.float32], mood: Mood) -> list[Gesture]:
        """Return the gestures that are decided on at this step."""
        scores = np.clip(output[[slot.begins for slot in self._slots]], -30, 30)
        probabilities = (
            hazard_scale(mood.gesture_rate) * self._norm.hazard_gain / (1 + np.exp(-scores))
        )
        begun = self._decisions.step(probabilities)
        self._own = np.zeros(len(GESTURE_HEADS), np.float32)
        self._order.step()
        gestures = []
        for kind in begun:
            draw = self._decisions.draw()
            normal, uniform = draw.normal(size=4), draw.uniform(size=4)
            decided = gesture_from(self._slots[kind], self._norm, output, normal, uniform)
            placed = self._order.placed(calmed(decided))
            if placed is not None:
                self._own[kind] = 1
                gestures.append(placed)
        return gestures


def hazard_scale(rate: float) -> float:
    """Return by what the probability of a gesture is scaled for `rate` times as many gestures.

    Fewer gestures rule out fewer others while they last, so that it takes less than the rate.
    """
    return rate / (1.0 + CROWDING * (1.0 - rate)) if rate < 1.0 else rate
