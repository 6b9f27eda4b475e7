"""The sequence models that a network may be built around; all are causal.

Each takes steps (B, T, fused) and a state (B, state_size) and gives hidden values (B, T, hidden)
and the next state, so that a sequence in one pass, in chunks or step by step is the same. Sizes of
states are in `ModelConfig`; their first values come from the initial face.

lstm             the paper's (section 4): 2 layers without bias
gru              the same with gated recurrent units
transformer      causal attention over the last `window` steps and the initial face
non_sequential   fully connected, step by step (appendix A of the paper): knows no past
"""

import torch
from torch import Tensor
from torch import nn

from vico_listener.listener.model.config import HEADS
from vico_listener.listener.model.config import PERCEPTRON
from vico_listener.listener.model.config import ModelConfig

BLOCK = 256
"""Steps of attention at a time: bounds its memory, changes nothing else."""


class Lstm(nn.LSTM):
    """State: h of every layer, then c of every layer."""

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
        """See the module."""
        parts = state.view(-1, 2, self.num_layers, self.hidden_size)
        h, c = parts.permute(1, 2, 0, 3).contiguous()
        hidden, after = self(x, (h, c))
        return hidden, torch.stack(after).permute(2, 0, 1, 3).flatten(1)


class Gru(nn.GRU):
    """State: h of every layer."""

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
        """See the module."""
        parts = state.view(-1, self.num_layers, self.hidden_size)
        hidden, after = self(x, parts.transpose(0, 1).contiguous())
        return hidden, after.transpose(0, 1).flatten(1)


class Perceptron(nn.Sequential):
    """State: what is known of the initial face; it never changes."""

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
        """See the module."""
        known = state[:, None].expand(-1, x.shape[1], -1)
        return self(torch.cat([x, known], dim=-1)), state


class AttentionLayer(nn.Module):
    """Attention to the initial face and the last steps, with a learned bias for each distance."""

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
        """One block.

        Args:
            x: (B, T, hidden).
            face: (B, hidden) of the initial face.
            cache: (B, 2, window - 1, hidden) keys and values of the last steps.
            age: (B,) how many of them there are.
        """
        count, window = x.shape[1], self.window
        query, *new = self.parts(self.norm(x)).chunk(3, dim=-1)
        _, *of_face = self.parts(self.norm(face))[:, None].chunk(3, dim=-1)
        cache = torch.cat([cache, torch.stack(new, dim=1)], dim=2)
        steps = torch.arange(count, device=x.device)[:, None]
        places = steps + torch.arange(window, device=x.device)  # oldest first, itself last
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
    """State: the initial face, the number of steps in the caches, the caches of every layer."""

    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__()
        self._size, self._window, self._layers = config.hidden, config.window, config.layers
        self.enter = nn.Linear(config.fused, config.hidden)
        self.layers = nn.ModuleList(AttentionLayer(config, dropout) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.hidden)

    def advance(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """See the module."""
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
    """(..., hidden) as (..., heads, hidden / heads)."""
    return values.unflatten(-1, (HEADS, -1))


Generator = Lstm | Gru | Perceptron | Transformer

GENERATOR_CLASSES: dict[str, type[Generator]] = {
    'lstm': Lstm,
    'gru': Gru,
    'transformer': Transformer,
    'non_sequential': Perceptron,
}
