"""The network of Deep3DFaceRecon_pytorch: a ResNet-50 and seven heads.

Source: Deng et al., Accurate 3D Face Reconstruction with Weakly-Supervised Learning, CVPRW 2019,
and the released PyTorch port. The tensors have the names of the port, so that its weights load.
"""

from pathlib import Path

import torch
from torch import Tensor
from torch import nn
from torch.nn import functional

from vico_listener.face.deep3d.coefficients import HEADS
from vico_listener.face.model_file import FaceModelError
from vico_listener.neural.torch_file import PretrainedFile
from vico_listener.neural.torch_file import TorchFileError
from vico_listener.neural.torch_file import load_pretrained

RELEASE = PretrainedFile(
    file='epoch_20.pth', entry='net_recon', origin='sicxu/Deep3DFaceRecon_pytorch'
)

STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))
"""The inner channels and blocks of each stage; every stage but the first halves the image size."""

EXPANSION = 4
"""The output channels of a block over its inner channels."""


def _convolution(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class _Bottleneck(nn.Module):
    """A residual bottleneck block, with the stride in the 3x3 convolution (ResNet v1.5)."""

    def __init__(self, inputs: int, inner: int, stride: int) -> None:
        super().__init__()
        outputs = EXPANSION * inner
        self.conv1, self.bn1 = _convolution(inputs, inner, 1), nn.BatchNorm2d(inner)
        self.conv2, self.bn2 = _convolution(inner, inner, 3, stride), nn.BatchNorm2d(inner)
        self.conv3, self.bn3 = _convolution(inner, outputs, 1), nn.BatchNorm2d(outputs)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                _convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        return functional.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class _Backbone(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        width = 64
        for number, (inner, blocks) in enumerate(STAGES, start=1):
            stage = []
            for block in range(blocks):
                stride = 2 if number > 1 and block == 0 else 1
                stage.append(_Bottleneck(width, inner, stride))
                width = EXPANSION * inner
            setattr(self, f'layer{number}', nn.Sequential(*stage))
        self.outputs = width

    def forward(self, image: Tensor) -> Tensor:
        x = functional.relu(self.bn1(self.conv1(image)))
        x = functional.max_pool2d(x, 3, 2, padding=1)
        for number in range(1, len(STAGES) + 1):
            x = getattr(self, f'layer{number}')(x)
        return x.mean(dim=(2, 3), keepdim=True)


class ReconstructionNetwork(nn.Module):
    """Gives the coefficients (B, 257) of aligned images (B, 3, 224, 224), RGB in 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = _Backbone()
        self.final_layers = nn.ModuleList(
            nn.Conv2d(self.backbone.outputs, size, 1) for size in HEADS
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return the coefficients (B, 257) of images."""
        features = self.backbone(images)
        return torch.cat([head(features) for head in self.final_layers], dim=1).flatten(1)


def load_reconstruction(path: str | Path) -> ReconstructionNetwork:
    """Return the network with the weights of `epoch_20.pth`, loaded strictly.

    Raises:
        FaceModelError: the file is missing, broken, could run code, or holds another network.
    """
    network = ReconstructionNetwork()
    try:
        load_pretrained(network, Path(path).expanduser(), RELEASE)
    except TorchFileError as error:
        raise FaceModelError(str(error)) from None
    return network
