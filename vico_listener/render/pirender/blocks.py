"""The building blocks of PIRenderer's networks; attributes bear the names of the weights."""

import torch
from torch import Tensor
from torch import nn
from torch.nn import functional

DESCRIPTOR = 256
"""Size of the motion descriptor."""

MODULATION_HIDDEN = 128
SLOPE = 0.1
"""Of every leaky ReLU."""


def leaky(x: Tensor) -> Tensor:
    """The activation used throughout."""
    return functional.leaky_relu(x, SLOPE)


class Modulation(nn.Module):
    """Scales and shifts normalised channels by the motion descriptor (AdaIN).

    Each channel of each picture is brought to mean 0 and variance 1 (epsilon 1e-5), then
    multiplied by 1 + gamma and shifted by beta.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Linear(DESCRIPTOR, MODULATION_HIDDEN), nn.ReLU())
        self.mlp_gamma = nn.Linear(MODULATION_HIDDEN, channels)
        self.mlp_beta = nn.Linear(MODULATION_HIDDEN, channels)

    def forward(self, x: Tensor, descriptor: Tensor) -> Tensor:
        """Channels (B, C, H, W) under descriptors (B, 256)."""
        return self.apply_to(functional.instance_norm(x), descriptor)

    def apply_to(self, normalised: Tensor, descriptor: Tensor) -> Tensor:
        """The same for channels that are normalised already."""
        hidden = self.mlp_shared(descriptor)
        gamma, beta = self.mlp_gamma(hidden), self.mlp_beta(hidden)
        return normalised * (1 + gamma[..., None, None]) + beta[..., None, None]


class PictureNorm(nn.Module):
    """Normalises over channels, rows and columns together (epsilon 1e-5), affine per channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (B, C, H, W)."""
        # A group norm of one group is this norm; the layer norm would need full-size weights.
        return functional.group_norm(x, 1, self.weight.flatten(), self.bias.flatten())


class NormedConvolution(nn.Module):
    """Convolution, norm over the picture, leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 3) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(inputs, outputs, size, padding=size // 2),
            PictureNorm(outputs),
            nn.LeakyReLU(SLOPE),
        )

    @property
    def convolution(self) -> nn.Conv2d:
        """The convolution alone."""
        layer = self.model[0]
        assert isinstance(layer, nn.Conv2d)
        return layer

    def after(self, convolved: Tensor) -> Tensor:
        """What follows the convolution."""
        return self.model[2](self.model[1](convolved))

    def forward(self, x: Tensor) -> Tensor:
        """Apply to (B, inputs, H, W)."""
        return self.model(x)
