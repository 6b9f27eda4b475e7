"""Losses between pictures by which PIRenderer is trained.

PIRenderer's authors compare features of VGG19 (relu1_1 to relu5_1, at four sizes) and, for the
final picture, their Gram matrices at full size. That needs weights trained on ImageNet, which come
with no package. Without them the pictures themselves and their gradients are compared, at the same
four sizes: no texture is made up, and fine detail becomes softer.
"""

from pathlib import Path

import torch
from torch import Tensor
from torch import nn
from torch.nn import functional

from vico_listener.neural.torch_file import TorchFileError
from vico_listener.neural.torch_file import read_torch_file

SIZES = 4
"""At how many sizes pictures are compared, each half of the one before."""
WARP_WEIGHT, FINAL_WEIGHT = 2.5, 4.0
"""Weights of the warped and of the final picture, as PIRenderer's authors have them."""
STYLE_WEIGHT = 250.0
"""Weight of the Gram matrices beside the features, likewise."""
GRADIENT_WEIGHT = 2.0
"""Weight of the gradients beside the colours: edges are small in area."""

VGG19 = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512)
"""Channels of its convolutions of 3x3 up to relu5_1; 0 for halving the size."""
COMPARED = (1, 6, 11, 20, 29)
"""Layers whose outputs are compared: relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1."""
VGG_SMALLEST = 128
"""Side, px, of the smallest pictures whose smallest size VGG19 can halve four times."""
VGG_REMEDY = 'give vgg19-dcbb9e9d.pth of torchvision'


class PlainLoss(nn.Module):
    """Mean absolute difference of colours and of their gradients, at `SIZES` sizes."""

    def forward(self, drawn: Tensor, true: Tensor, style: bool = False) -> Tensor:
        """Return the loss of pictures (B, 3, H, W) in -1 to 1; it knows no style."""
        loss = drawn.new_zeros(())
        for a, b in _sizes(drawn, true):
            loss = loss + functional.l1_loss(a, b)
            for axis in (-1, -2):
                loss = loss + GRADIENT_WEIGHT * functional.l1_loss(
                    a.diff(dim=axis), b.diff(dim=axis)
                )
        return loss / SIZES


class PerceptualLoss(nn.Module):
    """The loss of PIRenderer's authors: features of VGG19, and their Gram matrices."""

    def __init__(self, path: Path) -> None:
        """Load the weights.

        Raises:
            TorchFileError: the file is missing or broken, or holds another network.
        """
        super().__init__()
        self.features = _vgg19(path)
        self.register_buffer('mean', torch.tensor([0.485, 0.456, 0.406])[:, None, None])
        self.register_buffer('std', torch.tensor([0.229, 0.224, 0.225])[:, None, None])

    def forward(self, drawn: Tensor, true: Tensor, style: bool = False) -> Tensor:
        """Return the loss of pictures (B, 3, H, W) in -1 to 1, with `style` of texture too."""
        loss = drawn.new_zeros(())
        for number, (a, b) in enumerate(_sizes(drawn, true)):
            with torch.no_grad():
                expected = self._look(b)
            for mine, theirs in zip(self._look(a), expected, strict=True):
                loss = loss + functional.l1_loss(mine, theirs)
                if style and number == 0:
                    loss = loss + STYLE_WEIGHT * functional.l1_loss(_gram(mine), _gram(theirs))
        return loss

    def _look(self, pictures: Tensor) -> list[Tensor]:
        x = ((pictures + 1) / 2 - self.get_buffer('mean')) / self.get_buffer('std')
        found = []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in COMPARED:
                found.append(x)
        return found


def _vgg19(path: Path) -> nn.Sequential:
    layers: list[nn.Module] = []
    channels = 3
    for width in VGG19:
        if width == 0:
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
        channels = width
    network = nn.Sequential(*layers)
    try:
        content = read_torch_file(path)
        known = {
            name.removeprefix('features.'): tensor
            for name, tensor in dict(content).items()
            if name.startswith('features.')
        }
        network.load_state_dict({name: known[name] for name in network.state_dict()})
    except TorchFileError as error:
        raise TorchFileError(f'{error}: {VGG_REMEDY}') from None
    except (KeyError, RuntimeError, TypeError, ValueError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise TorchFileError(f'{path} holds another network: {reason}: {VGG_REMEDY}') from None
    return network.eval().requires_grad_(False)


def _gram(x: Tensor) -> Tensor:
    batch, channels, height, width = x.shape
    flat = x.reshape(batch, channels, height * width)
    return flat @ flat.transpose(1, 2) / (channels * height * width)


def _sizes(drawn: Tensor, true: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return both at each size, the largest first."""
    pairs = [(drawn, true)]
    for _ in range(SIZES - 1):
        a, b = (functional.interpolate(x, scale_factor=0.5, mode='bilinear') for x in pairs[-1])
        pairs.append((a, b))
    return pairs
