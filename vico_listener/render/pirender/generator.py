"""The complete network of PIRenderer, which draws a picture from a portrait and a motion window.

Source: Ren et al., PIRenderer: Controllable Portrait Image Generation via Semantic Neural
Rendering, ICCV 2021. The tensors have the names of the released weights, in the same spelling.
"""

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch import nn

from vico_listener.neural.torch_file import PretrainedFile
from vico_listener.neural.torch_file import load_pretrained
from vico_listener.render.pirender.blocks import DESCRIPTOR
from vico_listener.render.pirender.blocks import SLOPE
from vico_listener.render.pirender.editing import EditingNetwork
from vico_listener.render.pirender.motion_window import COLUMN
from vico_listener.render.pirender.warping import WarpingNetwork
from vico_listener.render.pirender.warping import warp

RELEASE = PretrainedFile(
    file='epoch_00190_iteration_000400000_checkpoint.pt',
    entry='net_G_ema',
    origin='RenYurui/PIRender',
)

MAPPING_LAYERS = 3
DILATION = 3


class MappingNetwork(nn.Module):
    """Maps motion windows (B, 73, T >= 25) to descriptors (B, 256), without padding."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv1d(COLUMN, DESCRIPTOR, 7))
        for number in range(MAPPING_LAYERS):
            layer = nn.Sequential(
                nn.LeakyReLU(SLOPE), nn.Conv1d(DESCRIPTOR, DESCRIPTOR, 3, dilation=DILATION)
            )
            setattr(self, f'encoder{number}', layer)

    def forward(self, window: Tensor) -> Tensor:
        """Return the descriptors of windows."""
        x = self.first(window)
        for number in range(MAPPING_LAYERS):
            x = getattr(self, f'encoder{number}')(x) + x[..., DILATION:-DILATION]
        return x.mean(dim=-1)


class Prepared(NamedTuple):
    """The tensors that are computed once per portrait.

    Attributes:
        portrait: (B, 3, 256, 256) the portrait, RGB in -1 to 1.
        warping: (B, 32, 256, 256) the normalised first layer of the warping network.
        editing: (B, 64, 256, 256) the portrait's part of the first layer of the editing network.
    """

    portrait: Tensor
    warping: Tensor
    editing: Tensor


class Drawing(NamedTuple):
    """The result of drawing.

    Attributes:
        picture: (B, 3, 256, 256) the picture, RGB in -1 to 1.
        warped: (B, 3, 256, 256) the portrait, warped along the flow.
        flow: (B, 2, 64, 64) the flow, in its own px.
    """

    picture: Tensor
    warped: Tensor
    flow: Tensor


class Generator(nn.Module):
    """The three networks of PIRenderer."""

    def __init__(self) -> None:
        super().__init__()
        self.mapping_net = MappingNetwork()
        self.warpping_net = WarpingNetwork()
        self.editing_net = EditingNetwork()

    def prepare(self, portrait: Tensor) -> Prepared:
        """Return what portraits (B, 3, 256, 256), RGB in -1 to 1, need for any motion."""
        return Prepared(
            portrait, self.warpping_net.prepare(portrait), self.editing_net.prepare(portrait)
        )

    def forward(self, prepared: Prepared, window: Tensor) -> Drawing:
        """Draw the motions in the middle of windows (B, 73, 27), with rows as in `COLUMN`."""
        descriptor = self.mapping_net(window)
        flow = self.warpping_net(prepared.warping, descriptor)
        warped = warp(prepared.portrait, flow)
        return Drawing(self.editing_net(prepared.editing, warped, descriptor), warped, flow)


class Prepare(nn.Module):
    """`Generator.prepare` with plain tensors in and out, as it is exported and run."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, portrait: Tensor) -> tuple[Tensor, Tensor]:
        """Return the tensors `warping` and `editing` of `Prepared`."""
        prepared = self.generator.prepare(portrait)
        return prepared.warping, prepared.editing


class Draw(nn.Module):
    """`Generator` with plain tensors in and pictures of bytes out, as it is exported and run."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, portrait: Tensor, warping: Tensor, editing: Tensor, window: Tensor) -> Tensor:
        """Return pictures (B, 256, 256, 3) uint8 BGR, truncated as in the authors' code."""
        drawing = self.generator(Prepared(portrait, warping, editing), window)
        levels = (drawing.picture.float().clamp(-1, 1) + 1) / 2 * 255
        return levels.permute(0, 2, 3, 1)[..., [2, 1, 0]].to(torch.uint8)


def load_generator(path: str | Path) -> Generator:
    """Return the networks with the released weights (their running average), loaded strictly.

    Raises:
        TorchFileError: the file is missing, broken, could run code, or holds other networks.
    """
    network = Generator()
    load_pretrained(network, Path(path).expanduser(), RELEASE)
    return network
