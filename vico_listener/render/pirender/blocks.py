"""The building blocks of PIRenderer's networks, whose attributes have the names of the weights."""

import torch
from torch import Tensor
from torch import nn
from torch.nn import functional

DESCRIPTOR = 256
"""The size of the motion descriptor."""

MODULATION_HIDDEN = 128
"""The width of the hidden layer of a modulation."""
SLOPE = 0.1
"""The slope of every leaky ReLU for negative values."""


def leaky(x: Tensor) -> Tensor:
    """Apply the activation that all networks use."""
    return functional.leaky_relu(x, SLOPE)


class Modulation(nn.Module):
    """Scales and shifts normalised channels by the motion descriptor (AdaIN).

    Each channel of each image is normalised to mean 0 and variance 1 (epsilon 1e-5), then
    multiplied by 1 + gamma and shifted by beta.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Linear(DESCRIPTOR, MODULATION_HIDDEN), nn.ReLU())
        self.mlp_gamma = nn.Linear(MODULATION_HIDDEN, channels)
        self.mlp_beta = nn.Linear(MODULATION_HIDDEN, channels)

    def forward(self, x: Tensor, descriptor: Tensor) -> Tensor:
        """Return the channels (B, C, H, W), modulated by descriptors (B, 256)."""
        return self.apply_to(functional.instance_norm(x), descriptor)

    def apply_to(self, normalised: Tensor, descriptor: Tensor) -> Tensor:
        """Return the modulated channels for channels that are normalised already."""
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
        # This is a group norm with one group; a layer norm would need full-size weights.
        return functional.group_norm(x, 1, self.weight.flatten(), self.bias.flatten())


class NormedConvolution(nn.Module):
    """A convolution, a norm over the whole image and a leaky ReLU."""

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
        """Apply the layers that follow the convolution."""
        return self.model[2](self.model[1](convolved))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H, W) for (B, inputs, H, W)."""
        return self.model(x)
