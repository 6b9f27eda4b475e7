"""Carries out a whole training run: data, epochs, plots, calibration, checkpoint."""

import subprocess
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.dataset.dyads.labelled import labelled_dyad
from vico_listener.lab.dataset.dyads.make import MADE_WITH
from vico_listener.lab.dataset.dyads.make import make_dyads
from vico_listener.lab.dataset.made_with import kept_settings
from vico_listener.lab.training.adaptation import adapt
from vico_listener.lab.training.clip_sequences import check_clips
from vico_listener.lab.training.clip_sequences import clip_sequences
from vico_listener.lab.training.clip_sequences import measure_clips
from vico_listener.lab.training.loop import Epoch
from vico_listener.lab.training.loop import Trainer
from vico_listener.lab.training.loop import progress
from vico_listener.lab.training.network_calibration import calibrate
from vico_listener.lab.training.network_calibration import gesture_counts
from vico_listener.lab.training.network_calibration import to_checkpoint
from vico_listener.lab.training.observed import observed_dyad
from vico_listener.lab.training.observed import observed_sequences
from vico_listener.lab.training.parallel import join_world
from vico_listener.lab.training.saving import save_checkpoint
from vico_listener.lab.training.sequences import Sequences
from vico_listener.lab.training.sequences import measure
from vico_listener.lab.training.sequences import sequences
from vico_listener.lab.training.training_config import TrainingConfig
from vico_listener.listener.gestures import Kind
from vico_listener.listener.learned import DEFAULT_CHECKPOINT
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.resources import resource_path

_Pairs = list[tuple[ClipFeatures, Dyad]]

CHECKPOINT = 'checkpoint'
CALIBRATION_DYADS = 96
HELD_OUT = 6
"""One in so many clips of recorded people is not trained on, where gestures are learned."""


def train(config: TrainingConfig, out: Path, data: Path, epochs: int | None = None) -> Path:
    """Make what is missing of the data, train to the end, and write a checkpoint.

    With `config.start` that checkpoint is adapted instead, which is not resumed, nor shared by
    several processes: it takes a minute.

    Args:
        config: settings of the run.
        out: folder of the run; a run in it is resumed.
        data: folder of the dyads; not used with `config.features`.
        epochs: stop after so many epochs, before the configured number.

    Returns:
        the checkpoint's folder.

    Raises:
        VicoError: `out` holds another run, `data` other dyads, or the data do not fit.
        SynthesizerError: speech synthesis is not installed.
    """
    out.mkdir(parents=True, exist_ok=True)
    if config.start:
        return _adapt(config, out, epochs)
    world = join_world()
    if not config.features:
        if world.rank == 0:
            make_dyads(config.dyads, data)
        world.wait()
        config = replace(config, features=str(data))
    examples = _from_features(config)
    trainer = Trainer(config, examples.train, examples.test, out, world)
    if world.rank > 0:
        for _ in trainer.run(epochs):
            pass
        world.leave()
        return out / CHECKPOINT
    with SummaryWriter(str(out / 'tensorboard')) as board:
        for epoch in trainer.run(epochs):
            for name, value in epoch.losses.items():
                board.add_scalar(name, value, epoch.number)
    world.leave()
    plot_losses(trainer.history, out / 'losses.png')
    # A test set on which results will be reported must not choose the epoch.
    network = trainer.best() if examples.may_choose else trainer.network
    norm = examples.norm
    if config.model.output == 'behaviour':
        norm = calibrate(network, norm, examples.test, examples.dyads[:CALIBRATION_DYADS])
    made = examples.told | describe_run(config, trainer.history, examples.may_choose)
    checkpoint = to_checkpoint(network, norm)
    checkpoint = replace(checkpoint, config=replace(config.model, training=made))
    save_checkpoint(checkpoint, out / CHECKPOINT)
    return out / CHECKPOINT


def _adapt(config: TrainingConfig, out: Path, epochs: int | None) -> Path:
    shipped = config.start == DEFAULT_CHECKPOINT
    start = load_checkpoint(resource_path(config.start) if shipped else Path(config.start))
    clips = load_features(Path(config.features), 'train')
    check_clips(start.config, clips, adapted=True)
    train, held, told = _observed(clips)
    done = adapt(start, replace(config, epochs=epochs or config.epochs), train, held)
    plot_losses(done.history, out / 'losses.png')
    made = {'start': start.config.training, **_told(config, clips), **told}
    made |= describe_run(config, done.history)
    checkpoint = to_checkpoint(done.network, done.norm)
    checkpoint = replace(checkpoint, config=replace(start.config, training=made))
    save_checkpoint(checkpoint, out / CHECKPOINT)
    return out / CHECKPOINT


@dataclass(frozen=True)
class _Examples:
    """Training and test set, their normalisation, and what a checkpoint records about them.

    Attributes:
        dyads: whose listeners' number of gestures the network shall reach.
        may_choose: the epoch with the lowest loss on the test set is kept, else the last.
    """

    train: Sequences
    test: Sequences
    norm: Normalisation
    told: dict[str, Any]
    dyads: list[Dyad] = field(default_factory=list)
    may_choose: bool = True


def _from_features(config: TrainingConfig) -> _Examples:
    model, folder = config.model, Path(config.features)
    clips, test = load_features(folder, 'train'), load_features(folder, 'test')
    check_clips(model, [*clips, *test])
    told = _told(config, clips)
    labelled = sum(clip.labels is not None for clip in (*clips, *test))
    if labelled or model.output == 'behaviour':
        if config.window:
            raise SettingError('window: gestures are learned from whole clips, set it to 0')
        if model.output == 'behaviour' and model.episodes != bool(labelled):
            raise SettingError(
                'model.episodes: true for labelled clips, whose labels leave the episodes out, '
                'false for recorded people'
            )
        if not labelled:
            return _from_observed(config, clips, told)
        if labelled < len(clips) + len(test):
            raise DataError(f'{labelled} of {len(clips) + len(test)} clips have labels, not all')
        dyads = kept_settings(folder / MADE_WITH)
        if dyads is not None:
            told |= {'data': 'synthetic dyads; teacher: the listener rules', 'dyads': dyads}
        return _from_labelled(config, clips, test, told)
    norm = measure_clips(model, clips)
    train = clip_sequences(model, norm, clips, config.window, config.stride)
    return _Examples(train, clip_sequences(model, norm, test), norm, told, may_choose=False)


def _told(config: TrainingConfig, clips: list[ClipFeatures]) -> dict[str, Any]:
    """Return what a checkpoint records about the clips that it was trained on."""
    return {
        'data': f'{len(clips)} clips of the data set {Path(config.features).resolve().parent.name}',
        'hours': round(sum(map(len, clips)) / MODEL_RATE / 3600, 2),
    }


def _from_labelled(
    config: TrainingConfig,
    clips: list[ClipFeatures],
    test: list[ClipFeatures],
    told: dict[str, Any],
) -> _Examples:
    """Return examples of what a teacher decided; the test split chooses the epoch."""
    model = config.model
    dyads = [labelled_dyad(clip) for clip in clips]
    norm = measure(model, dyads)
    tests = sequences(model, norm, [labelled_dyad(clip) for clip in test])
    return _Examples(sequences(model, norm, dyads), tests, norm, told, dyads)


def _observed(clips: list[ClipFeatures]) -> tuple[_Pairs, _Pairs, dict[str, Any]]:
    """Return clips with people's gestures: those to train on, others, and how many they make.

    Raises:
        DataError: they make none.
    """
    dyads = [observed_dyad(clip) for clip in clips]
    names = [kind.name.lower() + 's' for kind in Kind]
    counts = dict(zip(names, gesture_counts(dyads).astype(int).tolist(), strict=True))
    if not sum(counts.values()):
        raise DataError('the listeners of the train split neither nod nor shake their heads')
    pairs = list(zip(clips, dyads, strict=True))
    rest = [pair for number, pair in enumerate(pairs) if number % HELD_OUT] or pairs
    return rest, pairs[::HELD_OUT], {'gestures': 'found in the motion', **counts}


def _from_observed(
    config: TrainingConfig, clips: list[ClipFeatures], told: dict[str, Any]
) -> _Examples:
    """Return examples of people's gestures; some train clips choose the epoch and the rates."""
    model = config.model
    rest, held, found = _observed(clips)
    norm = measure(model, [dyad for _, dyad in rest])
    return _Examples(
        observed_sequences(model, norm, rest),
        observed_sequences(model, norm, held),
        norm,
        told | found,
        [dyad for _, dyad in held],
    )


def describe_run(
    config: TrainingConfig, history: list[Epoch], may_choose: bool = True
) -> dict[str, Any]:
    """Describe the training for a checkpoint; with `may_choose` the best epoch was kept."""
    best = min(history, key=lambda epoch: epoch.losses['test/loss'])
    if not may_choose:
        best = history[-1]
    return {
        'epochs': len(history),
        'best epoch' if may_choose else 'epoch': best.number,
        'losses': {name: round(value, 4) for name, value in best.losses.items()},
        'seed': config.seed,
        'revision': _revision(),
    }


def _revision() -> str:
    """Return the git revision of the code, '' outside a checkout."""
    try:
        done = subprocess.run(
            ['git', 'describe', '--always', '--dirty'],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ''
    return done.stdout.strip()


def plot_losses(history: list[Epoch], path: Path) -> None:
    """Plot every loss over the epochs, on training and test set."""
    from matplotlib.figure import Figure

    tracks = progress(history)
    names = [name for name in tracks if not name.startswith('test/')]
    figure = Figure(figsize=(12, 3 * ((len(names) + 2) // 3)), layout='constrained')
    for number, name in enumerate(names):
        axes = figure.add_subplot((len(names) + 2) // 3, 3, number + 1)
        axes.plot(tracks[name], label='train')
        axes.plot(tracks[f'test/{name}'], label='test')
        axes.set(title=name, xlabel='epoch', yscale='log')
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path, dpi=110)
