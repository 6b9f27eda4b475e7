"""Stand-ins for the authors' files, and for PIRenderer's networks.

Weights come from a hash, the same for ever on every machine.
"""

from pathlib import Path

import numpy as np
import torch


def hashed(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Numbers evenly spread over -1..1 (splitmix32 of their place)."""
    count = int(np.prod(shape, dtype=np.int64))
    x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed * 7919 + 1)
    for shift, factor in ((16, 0x21F0AAAD), (15, 0x735A2D97)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    x ^= x >> np.uint32(15)
    return (x.astype(np.float64) / 2**31 - 1).astype(np.float32).reshape(shape)


def fill(network: torch.nn.Module, gain: float) -> dict[str, torch.Tensor]:
    """Weights that keep signals at their size, in the order of the state dict."""
    weights = {}
    for seed, (name, tensor) in enumerate(network.state_dict().items()):
        values = hashed(tuple(tensor.shape), seed)
        if name.endswith('num_batches_tracked'):
            weights[name] = tensor
            continue
        if name.endswith('running_var'):
            values = 1 + 0.5 * values
        elif name.endswith('weight') and tensor.numel() > tensor.shape[0]:
            values *= gain * np.float32((6 / (tensor.numel() / tensor.shape[0])) ** 0.5)
        elif name.endswith('weight'):
            values = 1 + 0.3 * values
        else:
            values = 0.3 * values
        weights[name] = torch.from_numpy(values.astype(np.float32))
    return weights


def save(path: Path, entry: str, weights: dict[str, torch.Tensor]) -> Path:
    """A file such as the authors release."""
    torch.save({entry: weights, 'current_epoch': 190}, path)
    return path


class Sketch:
    """Stands in for PIRenderer's networks: a grey image.

    Args:
        scale: grey level of the middle motion's first coefficient being 1.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale

    def constant(self, values: np.ndarray) -> np.ndarray:
        return values

    def __call__(self, *inputs: np.ndarray) -> list[np.ndarray]:
        if len(inputs) == 1:
            return [np.zeros((1, 32, 256, 256)), np.zeros((1, 64, 256, 256))]
        return [np.full((1, 256, 256, 3), self._scale * inputs[-1][0, 0, 13], np.uint8)]
