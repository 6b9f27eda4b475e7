"""Defines the listeners that are compared, their checkpoints and their sizes."""

from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

from vico_listener.errors import SettingError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.evaluation.baselines import BASELINES
from vico_listener.lab.evaluation.baselines import Baseline
from vico_listener.listener.listeners import LISTENERS
from vico_listener.listener.listeners import Listener
from vico_listener.listener.model.checkpoint import Checkpoint

RECURRENT = ('weight_ih', 'weight_hh')
"""What fvcore leaves out: the weights of recurrent layers."""

LOOKED_UP = '.distance'
"""A transformer's table of distances is looked up, not multiplied by."""

PAPER_FRAMES = 30
NORM_OPERATIONS = 5
"""fvcore counts five operations per number that a layer norm takes."""


RUN_FOLDER = 'checkpoint'
"""What `vico train` calls the checkpoint in a run's folder."""


COMPARABLE = replace(
    LISTENERS,
    own={
        **LISTENERS.own,
        **{name: f'{kind.__module__}:{kind.__name__}' for name, kind in BASELINES.items()},
    },
)
"""Every listener that can be compared: those of the stack, and the baselines."""


@dataclass(frozen=True)
class Model:
    """A listener to compare.

    Attributes:
        name: name of the listener or baseline.
        checkpoint: folder, or None for the one that ships (or none at all).
        seed: seed of its decisions.
        features: folder whose train split a baseline may draw from.
        personality: the seed of a random personality; None for the default one.
    """

    name: str
    checkpoint: Path | None = None
    seed: int = 0
    features: Path | None = None
    personality: int | None = None

    def __post_init__(self) -> None:
        """Check that there is such a listener, and that it takes a checkpoint if one is given.

        Raises:
            PluginError: there is no such listener.
            SettingError: it takes no checkpoint.
        """
        kind = COMPARABLE.load(self.name)
        if self.checkpoint is not None and 'checkpoint' not in kind.OPTIONS:
            raise SettingError(f'the listener {self.name} takes no checkpoint: write {self.name}')

    @classmethod
    def parse(cls, text: str, seed: int = 0, features: Path | None = None) -> 'Model':
        """Parse ``NAME`` or ``NAME=CHECKPOINT``.

        Raises:
            SettingError: the folder is missing, or the seed is negative.
        """
        if seed < 0:
            raise SettingError(f'the seed must be 0 or more, not {seed}')
        name, separator, folder = text.partition('=')
        if separator and not folder:
            raise SettingError(f"'{text}': a checkpoint's folder must follow the =")
        return cls(name.strip(), Path(folder) if folder else None, seed, features)

    @property
    def label(self) -> str:
        """The name in tables: the checkpoint's folder (or the run that holds it), or the name.

        `lstm=out/gru/checkpoint` is called gru.
        """
        folder = self.checkpoint
        if folder is None:
            return self.name.rpartition(':')[2]
        return folder.parent.name if folder.name == RUN_FOLDER else folder.name

    @property
    def is_baseline(self) -> bool:
        """Whether it is for comparison only, without idle layer."""
        return issubclass(COMPARABLE.load(self.name), Baseline)

    def create(self) -> Listener:
        """Create the listener; errors are those of its constructor."""
        kind = COMPARABLE.load(self.name)
        given = {'checkpoint': self.checkpoint, 'features': self.features}
        options: dict[str, Any] = {'seed': self.seed}
        if self.personality is not None:
            options['personality'] = self.personality
        options |= {n: v for n, v in given.items() if v is not None and n in kind.OPTIONS}
        return kind(**options)


def parse_models(texts: list[str], seed: int = 0, features: Path | None = None) -> list[Model]:
    """Parse the models of a command line.

    Raises:
        SettingError: two would have the same label.
    """
    models = [Model.parse(text, seed, features) for text in texts]
    labels = [model.label for model in models]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise SettingError(f"two models would be called '{twice}': rename a checkpoint's folder")
    return models


def check_fit(model: Model, listener: Listener, clip: ClipFeatures) -> None:
    """Refuse a listener that does not understand the clips; baselines take any.

    Raises:
        SettingError: another basis, or another layout of the acoustic features.
    """
    if isinstance(listener, Baseline):
        return
    basis = clip.speaker.basis
    if listener.basis is not basis:
        raise SettingError(
            f'{model.label} understands faces in the basis {listener.basis.name}, the clips are '
            f'in {basis.name}: give a checkpoint trained on {basis.name}, or features in '
            f'{listener.basis.name}'
        )
    if listener.acoustics != clip.acoustics:
        raise SettingError(
            f'{model.label} understands the acoustic features {listener.acoustics}, the clips '
            f'hold {clip.acoustics}: extract them again with --acoustics {listener.acoustics}, or '
            'name another checkpoint'
        )


@dataclass(frozen=True)
class Complexity:
    """The size of a network.

    Attributes:
        parameters: numbers in its weights.
        step: multiply-accumulate operations per step, recurrent layers included.
        paper: the same for 30 frames as the paper counts (its 941K): with fvcore, that is without
            the recurrent layers, with the initial state and five operations per normalised number.
    """

    parameters: int
    step: int
    paper: int


def complexity(checkpoint: Checkpoint) -> Complexity:
    """Compute the size from a checkpoint's weights and a transformer's attention window."""
    weights, config = checkpoint.weights, checkpoint.config
    matrices = {
        name: w.size for name, w in weights.items() if w.ndim == 2 and not name.endswith(LOOKED_UP)
    }
    initial = sum(size for name, size in matrices.items() if name.startswith('initial_'))
    recurrent = sum(size for name, size in matrices.items() if any(r in name for r in RECURRENT))
    step = sum(matrices.values()) - initial
    if config.generator == 'transformer':  # scores and weighted sums
        step += 2 * config.layers * config.window * config.hidden
    norms = NORM_OPERATIONS * (config.initial_size + PAPER_FRAMES * config.driven_size)
    return Complexity(
        parameters=sum(w.size for w in weights.values()),
        step=step,
        paper=initial + PAPER_FRAMES * (step - recurrent) + norms,
    )
