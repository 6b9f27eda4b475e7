"""PIRenderer whole: portrait and window of motions to a picture.

Ren et al., PIRenderer: Controllable Portrait Image Generation via Semantic Neural Rendering,
ICCV 2021. Tensors bear the names of the released weights, spelling included.
"""

from pathlib import Path
from typing import NamedTuple

from torch import Tensor
from torch import nn

from vico_listener.neural.torch_file import PretrainedFile
from vico_listener.neural.torch_file import load_pretrained
from vico_listener.render.pirender.editing import EditingNetwork
from vico_listener.render.pirender.mapping import MappingNetwork
from vico_listener.render.pirender.warping import WarpingNetwork
from vico_listener.render.pirender.warping import warp

RELEASE = PretrainedFile(
    file='epoch_00190_iteration_000400000_checkpoint.pt',
    entry='net_G_ema',
    origin='RenYurui/PIRender',
)
TENSORS = 304
PARAMETERS = 22_519_109


class Prepared(NamedTuple):
    """What is computed once per portrait.

    Attributes:
        portrait: (B, 3, 256, 256) RGB, -1..1.
        warping: (B, 32, 256, 256) the warping network's normalised first layer.
        editing: (B, 64, 256, 256) the portrait's share of the editing network's first layer.
    """

    portrait: Tensor
    warping: Tensor
    editing: Tensor


class Drawing(NamedTuple):
    """What is drawn.

    Attributes:
        picture: (B, 3, 256, 256) RGB, -1..1.
        warped: (B, 3, 256, 256) the portrait moved along the flow.
        flow: (B, 2, 64, 64) px of the flow.
    """

    picture: Tensor
    warped: Tensor
    flow: Tensor


class Generator(nn.Module):
    """The three networks."""

    def __init__(self) -> None:
        super().__init__()
        self.mapping_net = MappingNetwork()
        self.warpping_net = WarpingNetwork()
        self.editing_net = EditingNetwork()

    def prepare(self, portrait: Tensor) -> Prepared:
        """Portraits (B, 3, 256, 256), RGB in -1..1, made ready for any motion."""
        return Prepared(
            portrait, self.warpping_net.prepare(portrait), self.editing_net.prepare(portrait)
        )

    def forward(self, prepared: Prepared, window: Tensor) -> Drawing:
        """Draw the middle of windows (B, 73, 27); see `window` for their rows."""
        descriptor = self.mapping_net(window)
        flow = self.warpping_net(prepared.warping, descriptor)
        warped = warp(prepared.portrait, flow)
        return Drawing(self.editing_net(prepared.editing, warped, descriptor), warped, flow)


def load_generator(path: str | Path) -> Generator:
    """The released networks (their running average), strictly.

    Raises:
        TorchFileError: the file is missing, broken, could run code, or holds other networks.
    """
    network = Generator()
    load_pretrained(network, Path(path).expanduser(), RELEASE)
    return network
