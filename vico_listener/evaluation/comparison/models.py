"""The listeners that are compared: which, from what checkpoint, and how large they are."""

from dataclasses import dataclass
from pathlib import Path

from vico_listener.dataset.features import ClipFeatures
from vico_listener.listener.base import LISTENERS
from vico_listener.listener.base import Listener
from vico_listener.listener.base import create_listener
from vico_listener.listener.model.checkpoint import Checkpoint

RECURRENT = ('weight_ih', 'weight_hh')
"""What fvcore leaves out: the weights of recurrent layers."""

PAPER_FRAMES = 30
NORM_OPERATIONS = 5
"""fvcore counts five operations per number that a layer norm takes."""


@dataclass(frozen=True)
class Model:
    """A listener to compare.

    Attributes:
        name: under which it is registered.
        checkpoint: folder, or None for the one that ships (or none at all).
        seed: of its decisions.
    """

    name: str
    checkpoint: Path | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """ValueError when there is no such listener, or it takes no checkpoint."""
        if self.name not in LISTENERS:
            raise ValueError(
                f"unknown listener '{self.name}': choose one of {', '.join(sorted(LISTENERS))}"
            )
        if self.checkpoint is not None and 'checkpoint' not in LISTENERS[self.name].OPTIONS:
            raise ValueError(f'the listener {self.name} takes no checkpoint: write {self.name}')

    @classmethod
    def parse(cls, text: str, seed: int = 0) -> 'Model':
        """From ``NAME`` or ``NAME=CHECKPOINT``."""
        name, separator, folder = text.partition('=')
        if separator and not folder:
            raise ValueError(f"'{text}': a checkpoint's folder must follow the =")
        return cls(name.strip(), Path(folder) if folder else None, seed)

    @property
    def label(self) -> str:
        """What tables call it."""
        return f'{self.name}: {self.checkpoint.name}' if self.checkpoint else self.name

    def create(self) -> Listener:
        """Make the listener; errors are those of its constructor."""
        options = {'checkpoint': self.checkpoint} if self.checkpoint else {}
        return create_listener(self.name, seed=self.seed, **options)


def parse_models(texts: list[str], seed: int = 0) -> list[Model]:
    """Every model of a command line; ValueError when two would have the same label."""
    models = [Model.parse(text, seed) for text in texts]
    labels = [model.label for model in models]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise ValueError(f"two models would be called '{twice}': rename a checkpoint's folder")
    return models


def check_fit(model: Model, listener: Listener, clip: ClipFeatures) -> None:
    """Refuse a listener that does not understand the clips.

    Raises:
        ValueError: another basis, or another layout of the acoustic features.
    """
    basis = clip.speaker.basis
    if listener.basis is not basis:
        raise ValueError(
            f'{model.label} understands faces in the basis {listener.basis.name}, the clips are '
            f'in {basis.name}: give a checkpoint trained on {basis.name}, or features in '
            f'{listener.basis.name}'
        )
    acoustics = next(clip.speaker_frames()).acoustics
    if listener.acoustics != acoustics:
        raise ValueError(
            f'{model.label} understands the acoustic features {listener.acoustics}, the clips '
            f'hold {acoustics}: extract them anew, or give another checkpoint'
        )


@dataclass(frozen=True)
class Complexity:
    """Size of a network.

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
    """Count from the weights of a checkpoint; attention over past steps is not in them."""
    weights = checkpoint.weights
    matrices = {name: w.size for name, w in weights.items() if w.ndim == 2}
    initial = sum(size for name, size in matrices.items() if name.startswith('initial_'))
    recurrent = sum(size for name, size in matrices.items() if any(r in name for r in RECURRENT))
    step = sum(matrices.values()) - initial
    config = checkpoint.config
    norms = NORM_OPERATIONS * (config.initial_size + PAPER_FRAMES * config.driven_size)
    return Complexity(
        parameters=sum(w.size for w in weights.values()),
        step=step,
        paper=initial + PAPER_FRAMES * (step - recurrent) + norms,
    )
