"""A whole training run: data, epochs, plots, calibration, checkpoint."""

import subprocess
from dataclasses import asdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from vico_listener.dataset.dyads.dyad import Dyad
from vico_listener.dataset.dyads.make import load_split
from vico_listener.dataset.dyads.make import make_dyads
from vico_listener.listener.model.checkpoint import save_checkpoint
from vico_listener.training.config import TrainingConfig
from vico_listener.training.export import calibrate
from vico_listener.training.export import to_checkpoint
from vico_listener.training.loop import Epoch
from vico_listener.training.loop import Trainer
from vico_listener.training.loop import progress
from vico_listener.training.sequences import measure
from vico_listener.training.sequences import sequences

CHECKPOINT = 'checkpoint'
CALIBRATION_DYADS = 36


def train(config: TrainingConfig, out: Path, data: Path, epochs: int | None = None) -> Path:
    """Make what is missing of the data, train to the end, and write a checkpoint.

    Args:
        config: what to do.
        out: folder of the run; a run in it is resumed.
        data: folder of the dyads.
        epochs: stop earlier.

    Returns:
        the checkpoint's folder.

    Raises:
        ValueError: `out` holds another run, or `data` holds no dyads.
        SynthesizerError: speech synthesis is not installed.
    """
    out.mkdir(parents=True, exist_ok=True)
    make_dyads(config.dyads, data)
    dyads = load_split(data, 'train')
    norm = measure(config.model, dyads)
    test = sequences(config.model, norm, load_split(data, 'test'))
    trainer = Trainer(config, sequences(config.model, norm, dyads), test, out)
    with SummaryWriter(str(out / 'tensorboard')) as board:
        for epoch in trainer.run(epochs):
            for name, value in epoch.losses.items():
                board.add_scalar(name, value, epoch.number)
    plot_losses(trainer.history, out / 'losses.png')
    network = trainer.best()
    if config.model.output == 'behaviour':
        norm = calibrate(network, norm, test, dyads[:CALIBRATION_DYADS])
    made = describe_run(config, trainer.history, dyads)
    checkpoint = to_checkpoint(network, norm)
    checkpoint = replace(checkpoint, config=replace(config.model, training=made))
    save_checkpoint(checkpoint, out / CHECKPOINT)
    return out / CHECKPOINT


def describe_run(config: TrainingConfig, history: list[Epoch], dyads: list[Dyad]) -> dict[str, Any]:
    """What a checkpoint says of its training."""
    best = min(history, key=lambda epoch: epoch.losses['test/loss'])
    return {
        'data': 'synthetic dyads; teacher: the listener rules',
        'dyads': asdict(config.dyads),
        'hours': round(sum(map(len, dyads)) / config.model.clock / 3600, 2),
        'epochs': len(history),
        'best epoch': best.number,
        'losses': {name: round(value, 4) for name, value in best.losses.items()},
        'seed': config.seed,
        'revision': _revision(),
    }


def _revision() -> str:
    """The git revision of the code, '' outside a checkout."""
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
    """Every loss over the epochs, training and test set."""
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
