"""The listener generator G_m of Zhou et al., ECCV 2022, section 4, in PyTorch.

The initial state is made by reference -> LayerNorm -> MLP, and a step is speaker -> LayerNorm ->
Linear -> tanh -> LSTM (or another of `generators`) -> Linear. A `ModelConfig` holds the sizes and
describes the vectors. Training and the runtime `torch` use this network; the other runtimes step
its weights without torch.
"""

import torch
from torch import Tensor
from torch import nn

from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.generators import GENERATOR_CLASSES
from vico_listener.listener.model.generators import Generator


class ListenerNetwork(nn.Module):
    """The generator G_m, for sequences of any length."""

    def __init__(self, config: ModelConfig, dropout: float = 0.1) -> None:
        """Make an untrained network, with a dropout between the layers of the sequence model."""
        super().__init__()
        self.config = config
        self.initial_norm = nn.LayerNorm(config.initial_size)
        self.initial_hidden = nn.Linear(config.initial_size, config.initial_size)
        self.initial_state_ = nn.Linear(config.initial_size, config.started_size)
        self.driven_norm = nn.LayerNorm(config.driven_size)
        self.fuse = nn.Linear(config.driven_size, config.fused)
        # Its weights are named after the model, e.g. lstm.weight_ih_l0.
        self.add_module(config.generator, GENERATOR_CLASSES[config.generator](config, dropout))
        self.head = nn.Linear(config.hidden, config.output_size)

    @property
    def generator(self) -> Generator:
        """The sequence model."""
        return getattr(self, self.config.generator)

    def initial_state(self, initial: Tensor) -> Tensor:
        """Return the state (B, state_size) before the first step.

        Args:
            initial: (B, initial_size) the normalised input of the initial state.
        """
        hidden = torch.tanh(self.initial_hidden(self.initial_norm(initial)))
        started = self.initial_state_(hidden)
        rest = self.config.state_size - self.config.started_size
        return torch.cat([started, started.new_zeros(len(started), rest)], dim=1)

    def forward(self, driven: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the outputs (B, T, output_size) of T steps, and the state after them.

        Args:
            driven: (B, T, driven_size) the normalised inputs.
            state: (B, state_size) the state before the first of them.
        """
        fused = torch.tanh(self.fuse(self.driven_norm(driven)))
        hidden, state = self.generator.advance(fused, state)
        return self.head(hidden), state


def load_network(checkpoint: Checkpoint) -> ListenerNetwork:
    """Return the network of a checkpoint, on the CPU, for inference only."""
    network = ListenerNetwork(checkpoint.config)
    weights = {name: torch.from_numpy(w.copy()) for name, w in checkpoint.weights.items()}
    network.load_state_dict(weights)
    return network.eval().requires_grad_(False)
