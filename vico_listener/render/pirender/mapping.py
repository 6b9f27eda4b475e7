"""The mapping network: a window of motions to one descriptor."""

from torch import Tensor
from torch import nn

from vico_listener.render.pirender.layers import DESCRIPTOR
from vico_listener.render.pirender.layers import SLOPE

MOTION = 73
"""Coefficients of a motion: expression 64, angles 3, translation 3, crop 3."""

LAYERS = 3
DILATION = 3


class MappingNetwork(nn.Module):
    """Windows (B, 73, T >= 25) to descriptors (B, 256); nothing is padded."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv1d(MOTION, DESCRIPTOR, 7))
        for number in range(LAYERS):
            layer = nn.Sequential(
                nn.LeakyReLU(SLOPE), nn.Conv1d(DESCRIPTOR, DESCRIPTOR, 3, dilation=DILATION)
            )
            setattr(self, f'encoder{number}', layer)

    def forward(self, window: Tensor) -> Tensor:
        """Descriptors of windows."""
        x = self.first(window)
        for number in range(LAYERS):
            x = getattr(self, f'encoder{number}')(x) + x[..., DILATION:-DILATION]
        return x.mean(dim=-1)
