"""The sequence models at the core of a listener network, all of which are causal.

Each model takes steps (B, T, fused) and a state (B, state_size), and returns hidden values
(B, T, hidden) and the next state. A sequence therefore gives the same result in one pass, in chunks
or step by step. `ModelConfig` holds the sizes of the states, whose first values come from the
initial face. The models are::

    lstm             the paper's (section 4): 2 layers without bias
    gru              the same with gated recurrent units
    transformer      causal attention over the last `window` steps and the initial face
    non_sequential   fully connected, without memory (appendix A of the paper)
"""

import torch
from torch import Tensor
from torch import nn

from vico_listener.listener.model.config import HEADS
from vico_listener.listener.model.config import PERCEPTRON
from vico_listener.listener.model.config import ModelConfig

BLOCK = 256
"""The number of steps whose attention is computed at a time, which limits the memory needed."""


class Lstm(nn.LSTM):
    """The LSTM; its state is h of every layer, then c of every layer."""

    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__(
            config.fused,
            config.hidden,
            config.layers,
            bias=False,
            batch_first=True,
            dropout=dropout if config.layers > 1 else 0.0,
        )

    def advance(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the hidden values and the next state (see the module)."""
        parts = state.view(-1, 2, self.num_layers, self.hidden_size)
        h, c = parts.permute(1, 2, 0, 3).contiguous()
        hidden, after = self(x, (h, c))
        return hidden, torch.stack(after).permute(2, 0, 1, 3).flatten(1)


class Gru(nn.GRU):
    """The GRU; its state is h of every layer."""

    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__(
            config.fused,
            config.hidden,
            config.layers,
            bias=False,
            batch_first=True,
            dropout=dropout if config.layers > 1 else 0.0,
        )

    def advance(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the hidden values and the next state (see the module)."""
        parts = state.view(-1, self.num_layers, self.hidden_size)
        hidden, after = self(x, parts.transpose(0, 1).contiguous())
        return hidden, after.transpose(0, 1).flatten(1)


class Perceptron(nn.Sequential):
    """The model without memory; its state is a code of the initial face, which never changes."""

    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__(
            nn.Linear(config.fused + config.hidden, PERCEPTRON),
            nn.Tanh(),
            nn.Dropout(dropout),
            nn.Linear(PERCEPTRON, PERCEPTRON),
            nn.Tanh(),
            nn.Linear(PERCEPTRON, config.hidden),
            nn.Tanh(),
        )

    def advance(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the hidden values and the next state (see the module)."""
        known = state[:, None].expand(-1, x.shape[1], -1)
        return self(torch.cat([x, known], dim=-1)), state


class AttentionLayer(nn.Module):
    """A layer that attends to the initial face and the last steps, with a bias per distance."""

    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__()
        size = config.hidden
        self.window = config.window
        self.norm = nn.LayerNorm(size)
        self.parts = nn.Linear(size, 3 * size)
        self.distance = nn.Parameter(torch.zeros(HEADS, config.window + 1))
        self.out = nn.Linear(size, size)
        self.forward_norm = nn.LayerNorm(size)
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, face: Tensor, cache: Tensor, age: Tensor) -> tuple[Tensor, Tensor]:
        """Return the values (B, T, hidden) of a block of T steps, and the next cache.

        Args:
            x: (B, T, hidden) the values of the layer below.
            face: (B, hidden) the code of the initial face.
            cache: (B, 2, window - 1, hidden) the keys and values of the last steps.
            age: (B,) the number of steps in the cache.
        """
        count, window = x.shape[1], self.window
        query, *new = self.parts(self.norm(x)).chunk(3, dim=-1)
        _, *of_face = self.parts(self.norm(face))[:, None].chunk(3, dim=-1)
        cache = torch.cat([cache, torch.stack(new, dim=1)], dim=2)
        steps = torch.arange(count, device=x.device)[:, None]
        # The oldest step comes first, the step itself last.
        places = steps + torch.arange(window, device=x.device)
        key, value = (
            torch.cat([first[:, None].expand(-1, count, -1, -1), part[:, places]], dim=2)
            for first, part in zip(of_face, cache.unbind(1), strict=True)
        )
        known = places >= (window - 1 - age)[:, None, None]
        known = torch.cat([torch.ones_like(known[..., :1]), known], dim=-1)
        scores = torch.einsum('bthd,btwhd->bthw', _heads(query), _heads(key))
        scores = scores * _heads(query).shape[-1] ** -0.5 + self.distance
        weights = scores.masked_fill(~known[:, :, None], -1e9).softmax(dim=-1)
        read = torch.einsum('bthw,btwhd->bthd', weights, _heads(value)).flatten(2)
        x = x + self.dropout(self.out(read))
        wide = torch.relu(self.widen(self.forward_norm(x)))
        return x + self.dropout(self.narrow(wide)), cache[:, :, count:]


class Transformer(nn.Module):
    """The transformer; its state is a code of the initial face, the caches' age and all caches."""

    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__()
        self._size, self._window, self._layers = config.hidden, config.window, config.layers
        self.enter = nn.Linear(config.fused, config.hidden)
        self.layers = nn.ModuleList(AttentionLayer(config, dropout) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.hidden)

    def advance(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the hidden values and the next state (see the module)."""
        blocks = []
        for block in self.enter(x).split(BLOCK, dim=1):
            hidden, state = self._block(block, state)
            blocks.append(hidden)
        return self.norm(torch.cat(blocks, dim=1)), state

    def _block(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        face, age = state[:, : self._size], state[:, self._size]
        shape = (-1, self._layers, 2, self._window - 1, self._size)
        caches = state[:, self._size + 1 :].view(shape)
        after = []
        for number, layer in enumerate(self.layers):
            x, cache = layer(x, face, caches[:, number], age)
            after.append(cache)
        age = (age + x.shape[1]).clamp(max=self._window - 1)
        return x, torch.cat([face, age[:, None], torch.stack(after, dim=1).flatten(1)], dim=1)


def _heads(values: Tensor) -> Tensor:
    """Return values (..., hidden) as (..., heads, hidden / heads)."""
    return values.unflatten(-1, (HEADS, -1))


Generator = Lstm | Gru | Perceptron | Transformer

GENERATOR_CLASSES: dict[str, type[Generator]] = {
    'lstm': Lstm,
    'gru': Gru,
    'transformer': Transformer,
    'non_sequential': Perceptron,
}
