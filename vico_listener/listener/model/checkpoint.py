"""Reads and checks checkpoints: folders that hold a trained listener network.

The files of a checkpoint are::

    config.json        the `ModelConfig`, with a description of the training
    model.safetensors  the weights, under the names of `ListenerNetwork`, and `norm.*`
    model.onnx         one step for onnxruntime, exported from these weights
    README.md          the model card
"""

import hashlib
import json
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from vico_listener.errors import DataError
from vico_listener.listener.model.config import HEADS
from vico_listener.listener.model.config import PERCEPTRON
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.listener.model.vectors import no_predictions
from vico_listener.listener.model.vectors import no_residuals

CONFIG, WEIGHTS, ONNX = 'config.json', 'model.safetensors', 'model.onnx'
NORM = 'norm.'

Weights = dict[str, NDArray[np.float32]]


class CheckpointError(DataError):
    """The checkpoint cannot be used; the message says why."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained network.

    Attributes:
        config: its configuration.
        weights: its weights by name (see `expected_shapes`).
        norm: the normalisation of its inputs and outputs.
        folder: the folder that it was read from; None if it was not read from files.
    """

    config: ModelConfig
    weights: Weights
    norm: Normalisation
    folder: Path | None = None

    def check(self) -> None:
        """Check names, shapes and numbers.

        Raises:
            CheckpointError: one of them is wrong.
        """
        expected = expected_shapes(self.config)
        missing = sorted(expected.keys() - self.weights.keys())
        unknown = sorted(self.weights.keys() - expected.keys())
        if missing or unknown:
            raise CheckpointError(
                f'wrong weights: missing {", ".join(missing) or "none"}; '
                f'unknown {", ".join(unknown) or "none"}'
            )
        for name, shape in expected.items():
            if self.weights[name].shape != shape:
                raise CheckpointError(
                    f'{name} has shape {self.weights[name].shape}, its configuration says {shape}'
                )
            if not np.isfinite(self.weights[name]).all():
                raise CheckpointError(f'{name} holds numbers that are not finite')
        try:
            self.norm.check(self.config)
        except DataError as error:
            raise CheckpointError(str(error)) from None


def expected_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of all weights."""
    first, step, hidden = config.initial_size, config.driven_size, config.hidden
    shapes: dict[str, tuple[int, ...]] = {
        'initial_norm.weight': (first,),
        'initial_norm.bias': (first,),
        'initial_hidden.weight': (first, first),
        'initial_hidden.bias': (first,),
        'initial_state_.weight': (config.started_size, first),
        'initial_state_.bias': (config.started_size,),
        'driven_norm.weight': (step,),
        'driven_norm.bias': (step,),
        'fuse.weight': (config.fused, step),
        'fuse.bias': (config.fused,),
        'head.weight': (config.output_size, hidden),
        'head.bias': (config.output_size,),
    }
    inner = generator_shapes(config)
    return shapes | {f'{config.generator}.{name}': shape for name, shape in inner.items()}


def generator_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of the weights of the sequence model."""
    hidden = config.hidden
    shapes: dict[str, tuple[int, ...]] = {}

    def linear(name: str, inputs: int, outputs: int) -> None:
        shapes[f'{name}.weight'], shapes[f'{name}.bias'] = (outputs, inputs), (outputs,)

    def norm(name: str) -> None:
        shapes[f'{name}.weight'] = shapes[f'{name}.bias'] = (hidden,)

    if config.generator in ('lstm', 'gru'):
        gates = 4 if config.generator == 'lstm' else 3
        for layer in range(config.layers):
            size = config.fused if layer == 0 else hidden
            shapes[f'weight_ih_l{layer}'] = (gates * hidden, size)
            shapes[f'weight_hh_l{layer}'] = (gates * hidden, hidden)
    elif config.generator == 'non_sequential':
        linear('0', config.fused + hidden, PERCEPTRON)
        linear('3', PERCEPTRON, PERCEPTRON)
        linear('5', PERCEPTRON, hidden)
    else:
        linear('enter', config.fused, hidden)
        for layer in range(config.layers):
            shapes[f'layers.{layer}.distance'] = (HEADS, config.window + 1)
            linear(f'layers.{layer}.parts', hidden, 3 * hidden)
            linear(f'layers.{layer}.out', hidden, hidden)
            linear(f'layers.{layer}.widen', hidden, 2 * hidden)
            linear(f'layers.{layer}.narrow', 2 * hidden, hidden)
            norm(f'layers.{layer}.norm')
            norm(f'layers.{layer}.forward_norm')
        norm('norm')
    return shapes


def load_checkpoint(folder: Path) -> Checkpoint:
    """Read and check a checkpoint.

    Raises:
        CheckpointError: a file is missing, broken, or does not fit the others.
    """
    if not folder.is_dir():
        raise CheckpointError(f'no checkpoint folder {folder}')
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise CheckpointError(f'{folder} holds no {name}')
    try:
        config = ModelConfig.from_json(json.loads((folder / CONFIG).read_text(encoding='utf-8')))
    except (ValueError, TypeError) as error:
        raise CheckpointError(f'{folder / CONFIG}: {error}') from None
    try:
        tensors = load_file(folder / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f'{folder / WEIGHTS} is broken: {error}') from None
    tensors.setdefault(f'{NORM}number_residuals', no_residuals())
    tensors.setdefault(f'{NORM}number_predictions', no_predictions())
    names = {f.name for f in fields(Normalisation)}
    missing = sorted(names - {name.removeprefix(NORM) for name in tensors})
    if missing:
        raise CheckpointError(f'{folder / WEIGHTS} lacks the normalisation {missing[0]}')
    norm = Normalisation(**{name: tensors.pop(NORM + name) for name in names})
    checkpoint = Checkpoint(config, tensors, norm, folder)
    try:
        checkpoint.check()
    except CheckpointError as error:
        raise CheckpointError(f'{folder}: {error}') from None
    return checkpoint


def digest(weights: Weights) -> str:
    """Return the SHA-256 of the weights, which does not depend on their order."""
    content = hashlib.sha256()
    for name in sorted(weights):
        content.update(name.encode())
        content.update(np.ascontiguousarray(weights[name], np.float32).tobytes())
    return content.hexdigest()
