"""PIRenderer's warping network, which makes a flow, and the warp of the portrait along it."""

import torch
from torch import Tensor
from torch import nn
from torch.nn import functional

from vico_listener.render.pirender.blocks import SLOPE
from vico_listener.render.pirender.blocks import Modulation
from vico_listener.render.pirender.blocks import PictureNorm
from vico_listener.render.pirender.blocks import leaky

STEM = 32
"""The number of channels at full size."""
ENCODER = (64, 128, 256, 256, 256)
"""The number of channels after each halving of the size."""

DECODER = ((4, 256, 256), (3, 512, 256), (2, 512, 128))
"""Number, input channels and output channels of each doubling of the size.

The inputs include those of the encoder at the same size.
"""

FLOW_INPUTS = 256
"""The number of channels from which the flow is made."""


class _Halving(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_0 = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)
        self.conv_1 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.norm_0 = Modulation(inputs)
        self.norm_1 = Modulation(outputs)

    def forward(self, normalised: Tensor, descriptor: Tensor) -> Tensor:
        x = self.conv_0(leaky(self.norm_0.apply_to(normalised, descriptor)))
        return self.conv_1(leaky(self.norm_1(x, descriptor)))


class _Doubling(nn.Module):
    """A residual block whose both branches end in a transposed convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_0 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv_1 = _doubler(outputs, outputs)
        self.conv_s = _doubler(inputs, outputs)
        self.norm_0 = Modulation(inputs)
        self.norm_1 = Modulation(outputs)
        self.norm_s = Modulation(inputs)

    def forward(self, x: Tensor, descriptor: Tensor) -> Tensor:
        normalised = functional.instance_norm(x)
        short = self.conv_s(leaky(self.norm_s.apply_to(normalised, descriptor)))
        x = self.conv_0(leaky(self.norm_0.apply_to(normalised, descriptor)))
        return short + self.conv_1(leaky(self.norm_1(x, descriptor)))


def _doubler(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.input_layer = nn.Conv2d(3, STEM, 7, padding=3)
        for number, (inputs, outputs) in enumerate(zip((STEM, *ENCODER), ENCODER, strict=False)):
            setattr(self, f'encoder{number}', _Halving(inputs, outputs))


class _Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for number, inputs, outputs in DECODER:
            setattr(self, f'decoder{number}', _Doubling(inputs, outputs))


class _Hourglass(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = _Encoder()
        self.decoder = _Decoder()

    def prepare(self, portrait: Tensor) -> Tensor:
        """Return the normalised first layer, which does not depend on the motion."""
        return functional.instance_norm(self.encoder.input_layer(portrait))

    def forward(self, prepared: Tensor, descriptor: Tensor) -> Tensor:
        levels: list[Tensor] = []
        normalised = prepared
        for number in range(len(ENCODER)):
            if levels:
                normalised = functional.instance_norm(levels[-1])
            levels.append(getattr(self.encoder, f'encoder{number}')(normalised, descriptor))
        x = levels.pop()
        for number, _, _ in DECODER:
            x = getattr(self.decoder, f'decoder{number}')(x, descriptor)
            x = torch.cat([x, levels.pop()], dim=1)
        return x


class WarpingNetwork(nn.Module):
    """Makes the flow (B, 2, 64, 64), x first: the offset to the source of each colour, flow px."""

    def __init__(self) -> None:
        super().__init__()
        self.hourglass = _Hourglass()
        self.flow_out = nn.Sequential(
            PictureNorm(FLOW_INPUTS),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(FLOW_INPUTS, 2, 7, padding=3),
        )

    def prepare(self, portrait: Tensor) -> Tensor:
        """Return (B, 32, 256, 256) of portraits (B, 3, 256, 256), which depends on no motion."""
        return self.hourglass.prepare(portrait)

    def forward(self, prepared: Tensor, descriptor: Tensor) -> Tensor:
        """Return the flow from the result of `prepare` and the descriptors."""
        return self.flow_out(self.hourglass(prepared, descriptor))


def warp(pictures: Tensor, flow: Tensor) -> Tensor:
    """Return pictures (B, C, H, W) warped along a coarser flow (B, 2, h, w); the outside is black.

    The grid spans -1 to 1 between the centres of the flow's corner pixels. It is then enlarged and
    sampled with -1 to 1 at the outer edges of the corner pixels. The weights were trained with this
    mixture of conventions.
    """
    flow = flow.float()  # Half precision would have an error of a tenth of a pixel.
    height, width = flow.shape[-2:]
    y = 2 * torch.arange(height, dtype=flow.dtype, device=flow.device) / (height - 1) - 1
    x = 2 * torch.arange(width, dtype=flow.dtype, device=flow.device) / (width - 1) - 1
    grid = torch.stack([x.expand(height, width), y[:, None].expand(height, width)])
    span = flow.new_tensor([width - 1, height - 1])
    places = functional.interpolate(
        grid + 2 * flow / span[:, None, None],
        size=pictures.shape[-2:],
        mode='bilinear',
        align_corners=False,
    )
    return functional.grid_sample(pictures, places.permute(0, 2, 3, 1), align_corners=False)
