"""The parts of PIRenderer as torch modules with plain tensors in and out."""

import torch
from torch import Tensor
from torch import nn

from vico_listener.render.pirender.generator import Generator
from vico_listener.render.pirender.generator import Prepared


class Prepare(nn.Module):
    """See `portrait_part`."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, portrait: Tensor) -> tuple[Tensor, Tensor]:
        """Shares of the warping and of the editing network."""
        prepared = self.generator.prepare(portrait)
        return prepared.warping, prepared.editing


class Draw(nn.Module):
    """See `picture_part`."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, portrait: Tensor, warping: Tensor, editing: Tensor, window: Tensor) -> Tensor:
        """Pictures, their fractions cut off as in the authors' code."""
        drawing = self.generator(Prepared(portrait, warping, editing), window)
        levels = (drawing.picture.float().clamp(-1, 1) + 1) / 2 * 255
        return levels.permute(0, 2, 3, 1)[..., [2, 1, 0]].to(torch.uint8)
