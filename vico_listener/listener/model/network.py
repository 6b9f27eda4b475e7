"""The listener generator G_m of Zhou et al., ECCV 2022, section 4, in PyTorch: for training.

reference -> LayerNorm -> MLP -> initial state; speaker -> LayerNorm -> Linear -> tanh -> LSTM ->
Linear. Sizes, and what the vectors hold, are a `ModelConfig`'s. In use, runtimes step the same
weights without torch.
"""

import torch
from torch import Tensor
from torch import nn

from vico_listener.listener.model.config import ModelConfig

State = tuple[Tensor, Tensor]


class ListenerNetwork(nn.Module):
    """G_m over whole sequences."""

    def __init__(self, config: ModelConfig, dropout: float = 0.1) -> None:
        """Make an untrained network; `dropout` is that between the layers of the LSTM."""
        super().__init__()
        self.config = config
        states = 2 * config.layers * config.hidden
        self.initial_norm = nn.LayerNorm(config.initial_size)
        self.initial_hidden = nn.Linear(config.initial_size, config.initial_size)
        self.initial_state_ = nn.Linear(config.initial_size, states)
        self.driven_norm = nn.LayerNorm(config.driven_size)
        self.fuse = nn.Linear(config.driven_size, config.fused)
        self.lstm = nn.LSTM(
            config.fused,
            config.hidden,
            config.layers,
            bias=False,
            batch_first=True,
            dropout=dropout,
        )
        self.head = nn.Linear(config.hidden, config.output_size)

    def initial_state(self, initial: Tensor) -> State:
        """The state before the first step, from `initial` (B, initial_size), normalised."""
        hidden = torch.tanh(self.initial_hidden(self.initial_norm(initial)))
        state = self.initial_state_(hidden).view(-1, 2, self.config.layers, self.config.hidden)
        h, c = state.permute(1, 2, 0, 3).contiguous()
        return h, c

    def forward(self, driven: Tensor, state: State) -> tuple[Tensor, State]:
        """Outputs (B, T, output_size) for `driven` (B, T, driven_size), normalised; new state."""
        fused = torch.tanh(self.fuse(self.driven_norm(driven)))
        hidden, state = self.lstm(fused, state)
        return self.head(hidden), state


def parameter_count(network: nn.Module) -> int:
    """Number of trained numbers."""
    return sum(p.numel() for p in network.parameters())
