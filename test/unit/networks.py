"""Untrained networks and checkpoints for tests."""

from pathlib import Path

import numpy as np
import torch

from vico_listener.lab.training.authors_checkpoint import RELEASE_MODEL
from vico_listener.lab.training.saving import save_checkpoint
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.network import ListenerNetwork
from vico_listener.listener.model.vectors import Normalisation

BFM64_MODEL = ModelConfig(basis='bfm64')
ARKIT52_MODEL = ModelConfig(basis='arkit52')
BEHAVIOUR_MODEL = ModelConfig(basis='arkit52', output='behaviour', personality=True)
CONFIGS = {
    'release': RELEASE_MODEL,
    'bfm64': BFM64_MODEL,
    'arkit52': ARKIT52_MODEL,
    'behaviour': BEHAVIOUR_MODEL,
}


def untrained(config: ModelConfig, seed: int = 0) -> ListenerNetwork:
    torch.manual_seed(seed)
    return ListenerNetwork(config).eval()


def checkpoint_of(network: ListenerNetwork) -> Checkpoint:
    weights = {name: w.numpy().copy() for name, w in network.state_dict().items()}
    return Checkpoint(network.config, weights, Normalisation.identity(network.config))


def saved(config: ModelConfig, folder: Path, seed: int = 0) -> Checkpoint:
    save_checkpoint(checkpoint_of(untrained(config, seed)), folder)
    return load_checkpoint(folder)


def random_inputs(config: ModelConfig, steps: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    initial = rng.normal(size=config.initial_size).astype(np.float32)
    return initial, rng.normal(size=(steps, config.driven_size)).astype(np.float32)
