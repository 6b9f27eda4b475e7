"""Runs a listener with and without each event, over many speakers, and tells reaction from chance.

The two runs of a pair have the same speaker, seed and everything else, so that they are the same up
to the event. A listener that draws its decisions may go another way after any change of its input:
hence many pairs, an interval for their mean, and the event that is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control
from scipy.stats import t as student

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.dataset.jobs import run_jobs
from vico_listener.lab.evaluation.comparison.generation import answered
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.evaluation.comparison.scores import CONFIDENCE
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.reactions.reaction_channels import CHANNELS
from vico_listener.lab.reactions.reaction_channels import Channel
from vico_listener.lab.reactions.reaction_channels import values
from vico_listener.lab.reactions.scene import Scene
from vico_listener.lab.reactions.scene import perceived
from vico_listener.lab.reactions.scene import recorded_scenes
from vico_listener.lab.reactions.scene import synthetic_scene
from vico_listener.lab.reactions.staged_events import StagedEvent
from vico_listener.lab.reactions.staged_events import events_by_name
from vico_listener.lab.reactions.staged_events import unchanged
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.idle import IdleLayer
from vico_listener.media.motion_track import MotionTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

LEAST_RUNS = 4
"""Fewer pairs than this have no interval worth showing."""

FALSE_SHARE = 0.05
"""Expected share of chance among the reactions that a table tells.

For a listener that reacts to nothing it is how probable it is that the table says that it does.
"""


@dataclass(frozen=True)
class Reaction:
    """What a listener does in one channel about one event.

    Attributes:
        event, channel, unit: what.
        effect: mean of the differences between the runs of a pair.
        low, high: its 95 % interval (Student's t over the pairs).
        share: share of the pairs whose difference is visible and has the sign of the effect.
        runs: number of pairs.
        p: how probable a mean as large is by chance (Student's t, two sides).
        reacts: the effect is visible, and its p stands the procedure of Benjamini & Hochberg (J. R.
            Stat. Soc. B 57, 1995) over the cells of the table with `FALSE_SHARE`.
    """

    event: str
    channel: str
    unit: str
    effect: float
    low: float
    high: float
    share: float
    runs: int
    p: float
    reacts: bool


@dataclass(frozen=True)
class Staging:
    """What is run.

    Attributes:
        model: the listener; its seed counts up from pair to pair.
        attitude: its attitude.
        events: names of the events; empty for all.
        clip: a video of a speaker; None for synthetic speakers, another one in each pair.
        runs: number of pairs per event.
    """

    model: Model
    attitude: Attitude = Attitude.POSITIVE
    events: tuple[str, ...] = ()
    clip: Path | None = None
    runs: int = 20

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            SettingError: there are too few runs for an interval, or an event is unknown.
        """
        if self.runs < LEAST_RUNS:
            raise SettingError(f'runs: at least {LEAST_RUNS} for an interval, not {self.runs}')
        events_by_name(self.events)


def motion(
    model: Model,
    attitude: Attitude,
    frames: Sequence[SpeakerFrame],
    reference: FaceMotion | None = None,
) -> TrackEvents:
    """Return what a listener does about frames, with the idle layer, as a viewer sees it.

    Args:
        model: the listener.
        attitude: its attitude.
        frames: the speaker.
        reference: the listener's first face; a neutral one by default.

    Raises:
        SettingError: the listener makes motion in another basis than `arkit52`.
    """
    listener = model.create()
    if not model.is_baseline and listener.basis is not ARKIT52:
        raise SettingError(
            f'{model.label} makes motion in {listener.basis.name}; reactions are told in '
            f'{ARKIT52.name} only'
        )
    idle = None if model.is_baseline else IdleLayer(model.seed)
    reference = reference or FaceMotion.neutral()
    agent = ListeningAgent(listener, reference, idle, attitude, readies=False)
    faces = answered(agent, frames)
    return TrackEvents(
        MotionTrack(
            times=np.arange(len(faces)) / MODEL_RATE,
            attitude=attitude,
            rotation=np.array([face.rotation for face in faces], np.float64),
            translation=np.array([face.translation for face in faces], np.float64),
            expression=np.array([face.expression for face in faces], np.float64),
            reference=np.array(reference.expression, np.float64),
            name=model.label,
        )
    )


def differences(
    model: Model, attitude: Attitude, events: Sequence[StagedEvent], scene: Scene, at: int
) -> NDArray[np.float64]:
    """Return (events, channels) by how much the run with each event exceeds that without."""

    def run(changed: Scene) -> NDArray[np.float64]:
        return np.array(values(motion(model, attitude, perceived(changed)), at))

    plain = run(scene)
    rows = [
        run(event.put(scene, at))
        - (plain if event.instead is unchanged else run(event.instead(scene, at)))
        for event in events
    ]
    return np.array(rows)


def _pair(staging: Staging, number: int, recorded: tuple[Scene, int] | None) -> NDArray[np.float64]:
    scene, at = synthetic_scene(number) if recorded is None else recorded
    model = replace(staging.model, seed=staging.model.seed + number)
    return differences(model, staging.attitude, events_by_name(staging.events), scene, at)


def stage(staging: Staging, jobs: int = 1) -> list[Reaction]:
    """Run every pair, with a progress bar, and judge the differences.

    Raises:
        SettingError: the listener cannot be compared, or `jobs` is less than one.
        DataError: the clip cannot be used.
        SynthesizerError: speech synthesis is not installed.
    """
    scenes = [None] * staging.runs
    recorded = scenes if staging.clip is None else recorded_scenes(staging.clip, staging.runs)
    work = [(staging, number, scene) for number, scene in enumerate(recorded)]
    found = run_jobs(_pair, work, jobs, f'reactions of {staging.model.label}', 'speaker')
    return judge(events_by_name(staging.events), np.array(found))


def judge(
    events: Sequence[StagedEvent],
    found: NDArray[np.float64],
    channels: Sequence[Channel] = CHANNELS,
) -> list[Reaction]:
    """Judge the differences (pairs, events, channels) of paired runs."""
    runs = len(found)
    mean = found.mean(axis=0)
    error = found.std(axis=0, ddof=1) / np.sqrt(runs)
    reach = student.ppf((1 + CONFIDENCE) / 2, runs - 1) * error
    # Without any spread there is no chance: t is infinite, or nothing differs at all.
    certain = np.where(mean == 0, 0.0, np.inf)
    t = np.divide(np.abs(mean), error, out=certain, where=error > 0)
    p = 2 * student.sf(t, runs - 1)
    clear = false_discovery_control(p.ravel()).reshape(p.shape) <= FALSE_SHARE
    visible = np.array([channel.visible for channel in channels])
    share = ((np.abs(found) >= visible) & (np.sign(found) == np.sign(mean))).mean(axis=0)
    reacts = clear & (np.abs(mean) >= visible)
    return [
        Reaction(
            event.name,
            channel.name,
            channel.unit,
            float(mean[e, c]),
            float(mean[e, c] - reach[e, c]),
            float(mean[e, c] + reach[e, c]),
            float(share[e, c]),
            runs,
            float(p[e, c]),
            bool(reacts[e, c]),
        )
        for e, event in enumerate(events)
        for c, channel in enumerate(channels)
    ]
