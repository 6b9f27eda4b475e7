"""The paper's baselines (section 5.2, Tables 3 and 5) and two that do nothing, for comparison only.

They ignore the limits of heads and faces, so that no node offers them. The paper gives
neither the size of the noise of `random` nor how `simulation` samples, of which its two versions
speak differently; what is done is stated here.
`frozen` and `mean` are not the paper's: they show what a distance is worth that they win.
"""

from abc import abstractmethod
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.evaluation.train_motion import PATTERN
from vico_listener.lab.evaluation.train_motion import frequent_patterns
from vico_listener.lab.evaluation.train_motion import mean_change
from vico_listener.lab.evaluation.train_motion import train_listeners
from vico_listener.listener.listeners import Listener
from vico_listener.listener.mood import Mood
from vico_listener.listener.personality import Personality
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

NOISE = {ARKIT52.name: (0.1, 0.1, 0.01), BFM64.name: (0.5, 0.2, 0.22)}
"""Deviations of `random`: of expression, rotation [rad] and translation, in the basis' units.

Those of `bfm64` follow from the paper's Table 3, whose `Random` has an FD of 18.0 (angle), 44.7
(exp) and 19.8 (trans). The distance of normal noise is 100 sqrt(2 / pi) of its deviation. A true
listener's own deviation adds to it in squares, and is taken to be 1 / sqrt(2) of the distance of
two listeners who have nothing to do with each other, the paper's `Simulation` (10.8, 27.4, 13.5).
"""


class Baseline(Listener):
    """A listener that counts ticks and draws numbers by seed and tick.

    Args:
        personality: ignored; every listener accepts one.
        seed: seed of the numbers that it draws.
    """

    def __init__(self, personality: int | Personality | None = None, seed: int = 0) -> None:
        self._seed = seed
        self.reset(FaceMotion.neutral(self.basis), Attitude.NEUTRAL)

    def reseed(self, seed: int) -> None:
        """See `Listener.reseed`."""
        self._seed = seed

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`; takes on the basis of the reference."""
        self.basis = reference.basis
        self._reference = reference
        self._tick = 0

    def step(self, frame: SpeakerFrame, mood: Mood) -> FaceMotion:
        """See `Listener.step`; a baseline has no moods."""
        motion = self._answer(frame)
        self._tick += 1
        return motion

    @abstractmethod
    def _answer(self, frame: SpeakerFrame) -> FaceMotion:
        """Return the face at this tick."""

    def _motion(self, expression: NDArray, rotation: NDArray, translation: NDArray) -> FaceMotion:
        values = np.asarray(expression, np.float32)
        if self.basis is ARKIT52:
            values = np.clip(values, 0.0, 1.0)
        return FaceMotion(
            values,
            np.asarray(rotation, np.float32),
            np.asarray(translation, np.float32),
            self._reference.crop,
            basis=self.basis,
        )


class FrozenListener(Baseline):
    """Never moves: the reference, at every tick."""

    name = 'frozen'

    def _answer(self, frame: SpeakerFrame) -> FaceMotion:
        start = self._reference
        return self._motion(start.expression, start.rotation, start.translation)


class RandomListener(Baseline):
    """Adds small normal noise, drawn at each tick, to the reference (see `NOISE`)."""

    name = 'random'

    def _answer(self, frame: SpeakerFrame) -> FaceMotion:
        draw = np.random.Generator(np.random.Philox(key=[self._seed, self._tick]))
        expression, rotation, translation = NOISE[self.basis.name]
        start = self._reference
        return self._motion(
            start.expression + draw.normal(0, expression, start.expression.shape),
            start.rotation + draw.normal(0, rotation, 3),
            start.translation + draw.normal(0, translation, 3),
        )


class MirroringListener(Baseline):
    """Repeats the speaker's motion without delay: expression, and pose from the first face on.

    While the speaker is not seen the last face is held. Where poses are the camera's (`bfm64`) the
    speaker's pose is taken as it is.
    """

    name = 'mirroring'

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`."""
        super().reset(reference, attitude)
        self._seen: list[FaceMotion] = []

    def _answer(self, frame: SpeakerFrame) -> FaceMotion:
        if frame.face_valid and frame.face.basis is self.basis:
            self._seen = [*self._seen[:1], frame.face]
        if not self._seen:
            return self._reference
        pair = [self._seen[0], self._seen[-1]]
        track = relative_track(_track(pair))
        return self._motion(track.expression[1], track.rotation[1], track.translation[1])


class TrainedBaseline(Baseline):
    """A baseline that takes its motion from the listeners of a training set.

    Args:
        personality: ignored, see `Baseline`.
        seed: seed of the numbers that it draws.
        features: folder of `ClipFeatures` with a train split.

    Raises:
        SettingError: no folder is given.
        DataError: it holds no clips with a listener.
    """

    OPTIONS = ('features',)

    def __init__(
        self,
        personality: int | Personality | None = None,
        seed: int = 0,
        features: str | Path = '',
    ) -> None:
        self._tracks = train_listeners(self.name, features)
        self.basis = self._tracks[0][1].basis
        self._resets = -1  # until the constructor's own one
        super().__init__(personality, seed)

    def reseed(self, seed: int) -> None:
        """See `Listener.reseed`; what is drawn then does not depend on what was before."""
        super().reseed(seed)
        self._resets = 0

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`."""
        super().reset(reference, attitude)
        self._resets += 1

    def _demand(self, found: bool, attitude: Attitude) -> None:
        """Raise DataError where no clip has an attitude that somebody has asked for."""
        # The constructor's own reset comes before anybody has said which attitude.
        if not found and self._resets:
            raise DataError(f'no clip of the train split listens in {attitude.value}')


class SimulationListener(TrainedBaseline):
    """Repeats a listener's motion sampled from a training set, from the reference on.

    The clip is drawn by seed at each reset. Its changes since its first visible face are added to
    the reference; at its end it plays backwards, so that nothing jumps.
    """

    name = 'simulation'
    same_attitude = False

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`.

        Raises:
            DataError: no clip has the attitude, and it must have it.
        """
        super().reset(reference, attitude)
        fits = [
            number
            for number, (shown, _, _) in enumerate(self._tracks)
            if shown is attitude or not self.same_attitude
        ]
        self._demand(bool(fits), attitude)
        draw = np.random.Generator(np.random.Philox(key=[self._seed, self._resets]))
        self._clip = fits[draw.integers(len(fits))] if fits else 0

    def _answer(self, frame: SpeakerFrame) -> FaceMotion:
        _, track, first = self._tracks[self._clip]
        period = max(1, 2 * len(track) - 2)
        place = self._tick % period
        row = min(place, period - place)
        start, origin = self._reference, track.motion(0)
        return self._motion(
            start.expression + track.expression[row] - first.expression,
            start.rotation + track.rotation[row] - origin.rotation,
            start.translation + track.translation[row] - origin.translation,
        )


class AttitudeSimulationListener(SimulationListener):
    """Draws like `simulation`, from clips of the wanted attitude only: the paper's Simulation*."""

    name = 'simulation_attitude'
    same_attitude = True


class PatternListener(TrainedBaseline):
    """Repeats frequent patterns of motion of a training set, one after the other.

    The ECCV paper's `simulation` repeats motion "sampled" from the train split; the version on
    arXiv says "high-frequency motion patterns". This is our reading of that: `frequent_patterns`,
    drawn by seed, each played forth and back from the reference on, so that nothing jumps.
    """

    name = 'simulation_frequent'
    same_attitude = False

    @cached_property
    def _patterns(self) -> dict[Attitude | None, list[FaceTrack]]:
        shown = {attitude for attitude, _, _ in self._tracks} if self.same_attitude else {None}
        return {
            wanted: frequent_patterns([t for a, t, _ in self._tracks if wanted in (None, a)])
            for wanted in shown
        }

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`.

        Raises:
            DataError: no clip has the attitude, and it must have it, or none lasts a second.
        """
        super().reset(reference, attitude)
        wanted = attitude if self.same_attitude else None
        self._demand(wanted in self._patterns, attitude)
        self._choice = self._patterns.get(wanted) or next(iter(self._patterns.values()))

    def _answer(self, frame: SpeakerFrame) -> FaceMotion:
        number, place = divmod(self._tick, 2 * PATTERN - 2)
        draw = np.random.default_rng([self._seed, self._resets, number])
        pattern = self._choice[draw.integers(len(self._choice))]
        row = min(place, 2 * PATTERN - 2 - place)
        start = self._reference
        return self._motion(
            start.expression + pattern.expression[row] - pattern.expression[0],
            start.rotation + pattern.rotation[row] - pattern.rotation[0],
            start.translation + pattern.translation[row] - pattern.translation[0],
        )


class AttitudePatternListener(PatternListener):
    """Draws like `simulation_frequent`, from patterns of the wanted attitude only."""

    name = 'simulation_frequent_attitude'
    same_attitude = True


class MeanListener(TrainedBaseline):
    """Shows the mean of a training set's listeners of the attitude, without moving.

    It is the mean change since their first visible faces, over all frames, added to the reference:
    what a network becomes that learns nothing of the speaker.
    """

    name = 'mean'

    @cached_property
    def _changes(self) -> dict[Attitude, tuple[NDArray, NDArray, NDArray]]:
        return {
            attitude: mean_change([(t, f) for shown, t, f in self._tracks if shown is attitude])
            for attitude in dict.fromkeys(shown for shown, _, _ in self._tracks)
        }

    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """See `Listener.reset`.

        Raises:
            DataError: no clip of the train split has the attitude.
        """
        super().reset(reference, attitude)
        self._demand(attitude in self._changes, attitude)
        self._attitude = attitude if attitude in self._changes else next(iter(self._changes))

    def _answer(self, frame: SpeakerFrame) -> FaceMotion:
        expression, rotation, translation = self._changes[self._attitude]
        start = self._reference
        return self._motion(
            start.expression + expression,
            start.rotation + rotation,
            start.translation + translation,
        )


BASELINES: dict[str, type[Baseline]] = {
    kind.name: kind
    for kind in (
        FrozenListener,
        MeanListener,
        RandomListener,
        MirroringListener,
        SimulationListener,
        AttitudeSimulationListener,
        PatternListener,
        AttitudePatternListener,
    )
}
"""The baselines by name; `vico evaluate` compares them besides those of `LISTENERS`."""


def _track(faces: list[FaceMotion]) -> FaceTrack:
    """Return visible faces as a track."""
    return FaceTrack(
        np.stack([face.expression for face in faces]),
        np.stack([face.rotation for face in faces]),
        np.stack([face.translation for face in faces]),
        np.ones(len(faces), np.bool_),
        np.stack([face.crop for face in faces]),
        faces[0].basis,
    )
