"""PIRenderer's editing network, which repairs the warped portrait and draws what is missing."""

from torch import Tensor
from torch import nn
from torch.nn import functional

from vico_listener.render.pirender.blocks import Modulation
from vico_listener.render.pirender.blocks import NormedConvolution

CHANNELS = (64, 128, 256, 256)
"""The number of channels at full size and after each halving of the size."""

BLOCKS = 2
"""The number of residual blocks at each size."""


class _Block(nn.Module):
    """A residual block of one convolution and one modulation.

    The released code also computes `conv1` and `norm1` and discards the result. Their weights are
    in the file and therefore here, but they are not computed.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm1 = Modulation(channels)
        self.norm2 = Modulation(channels)

    def forward(self, x: Tensor, descriptor: Tensor) -> Tensor:
        return x + self.norm2(self.conv2(x), descriptor)


class _Blocks(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        for number in range(BLOCKS):
            setattr(self, f'res{number}', _Block(channels))

    def forward(self, x: Tensor, descriptor: Tensor) -> Tensor:
        for number in range(BLOCKS):
            x = getattr(self, f'res{number}')(x, descriptor)
        return x


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = NormedConvolution(6, CHANNELS[0], 7)
        for number, (inputs, outputs) in enumerate(zip(CHANNELS, CHANNELS[1:], strict=False)):
            setattr(self, f'down{number}', NormedConvolution(inputs, outputs))


class _Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for number, (outputs, inputs) in enumerate(zip(CHANNELS, CHANNELS[1:], strict=False)):
            setattr(self, f'up{number}', NormedConvolution(inputs, outputs))
            setattr(self, f'res{number}', _Blocks(inputs))
            setattr(self, f'jump{number}', NormedConvolution(outputs, outputs))
        self.final = _Final()


class _Final(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Conv2d(CHANNELS[0], 3, 7, padding=3), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class EditingNetwork(nn.Module):
    """Makes pictures (B, 3, 256, 256) in -1 to 1 from portrait, warped portrait and descriptor."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _Encoder()
        self.decoder = _Decoder()

    def prepare(self, portrait: Tensor) -> Tensor:
        """Return the portrait's part of the first convolution, (B, 64, 256, 256), with the bias."""
        first = self.encoder.first.convolution
        return functional.conv2d(portrait, first.weight[:, :3], first.bias, padding=3)

    def forward(self, prepared: Tensor, warped: Tensor, descriptor: Tensor) -> Tensor:
        """Return pictures from the result of `prepare`, warped portraits and descriptors."""
        first = self.encoder.first
        x = functional.conv2d(warped, first.convolution.weight[:, 3:], padding=3)
        levels = [first.after(prepared + x)]
        halvings = range(len(CHANNELS) - 1)
        for number in halvings:
            x = getattr(self.encoder, f'down{number}')(levels[-1])
            levels.append(functional.avg_pool2d(x, 2))
        x = levels.pop()
        for number in reversed(halvings):
            x = getattr(self.decoder, f'res{number}')(x, descriptor)
            x = getattr(self.decoder, f'up{number}')(functional.interpolate(x, scale_factor=2.0))
            x = x + getattr(self.decoder, f'jump{number}')(levels.pop())
        return self.decoder.final(x)
