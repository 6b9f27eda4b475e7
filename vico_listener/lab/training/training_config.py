"""Reads the configuration of a training run from one YAML file."""

from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from pathlib import Path
from typing import Any

from vico_listener.errors import SettingError
from vico_listener.lab.dataset.dyads.make import DyadConfig
from vico_listener.lab.training.losses import LossWeights
from vico_listener.listener.model.config import ModelConfig
from vico_listener.yaml_text import parse_yaml


class TrainingConfigError(SettingError):
    """The file names the field that is wrong."""


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training run.

    Attributes:
        model: the network.
        dyads: the synthetic data set.
        features: folder of a data set's features (`vico dataset extract`, or `dyads`); '' for the
            dyads are made.
        start: folder of a checkpoint that is adapted to the nods and shakes of recorded people (see
            `adaptation`), instead of training a network from nothing; `model` is its own then.
        window, stride: train on windows of so many ticks, every so many ticks (features only);
            window 0 for whole clips.
        loss: weights.
        seed: seed of the initial weights and of the order.
        epochs: number of epochs; each uses a share of `epoch_share` of the sequences.
        batch: sequences at a time; chunk: steps between two updates, the state is carried on.
        learning_rate, weight_decay: settings of AdamW, with betas 0.9 and 0.999.
        decay, decay_every: the learning rate is multiplied by `decay` every so many epochs.
        gradient_limit: norm to which gradients are clipped.
        drop_face, drop_audio: share of chunks whose face, or audio, is hidden from the network.
        noise: deviation of the noise that is added to acoustic features, z-scored.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    dyads: DyadConfig = field(default_factory=DyadConfig)
    features: str = ''
    start: str = ''
    window: int = 0
    stride: int = 15
    loss: LossWeights = field(default_factory=LossWeights)
    seed: int = 0
    epochs: int = 300
    epoch_share: float = 1.0
    batch: int = 32
    chunk: int = 150
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    decay: float = 0.8
    decay_every: int = 30
    gradient_limit: float = 1.0
    drop_face: float = 0.1
    drop_audio: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        """Check the values; a SettingError names the field that is wrong."""
        if self.start and self.model != ModelConfig():
            raise SettingError('start: the model is that of the checkpoint, leave model out')
        if self.start and not self.features:
            raise SettingError('start: features of recorded people are needed, name their folder')
        if self.window < 0 or self.stride < 1:
            raise SettingError('window must not be negative, stride at least 1')
        if self.window and self.stride > self.window:
            raise SettingError(f'stride: {self.stride} ticks would leave out some between windows')


def load_training_config(path: Path) -> TrainingConfig:
    """Read a configuration.

    Raises:
        TrainingConfigError: no such file, no YAML, an unknown field or a wrong value.
    """
    try:
        content = parse_yaml(path.read_text(encoding='utf-8')) or {}
    except OSError as error:
        raise TrainingConfigError(f'cannot read {path}: {error.strerror}') from None
    except ValueError as error:
        raise TrainingConfigError(f'{path} is not valid YAML: {error}') from None
    try:
        return _build(TrainingConfig, content, '')
    except (TypeError, ValueError) as error:
        raise TrainingConfigError(f'{path}: {error}') from None


_PARTS: dict[str, type] = {'model': ModelConfig, 'dyads': DyadConfig, 'loss': LossWeights}


def _build(kind: type, content: Any, prefix: str) -> Any:
    if not isinstance(content, dict):
        raise SettingError(f'{prefix or "the file"} must be a mapping')
    known = {f.name for f in fields(kind)}
    unknown = sorted(str(name) for name in content.keys() - known)
    if unknown:
        raise SettingError(
            f'unknown field {prefix}{unknown[0]}: known are {", ".join(sorted(known))}'
        )
    values = dict(content)
    if kind is TrainingConfig:
        for name, part in _PARTS.items():
            if name in values:
                values[name] = _build(part, values[name], f'{name}.')
    return kind(**values)
