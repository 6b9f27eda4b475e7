"""Runs the network of Deep3DFaceRecon, which gives the coefficients of aligned faces."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.face.deep3d.alignment import SIZE as IMAGE_SIZE
from vico_listener.face.deep3d.alignment import AlignedFace
from vico_listener.face.deep3d.coefficients import SIZE
from vico_listener.face.model_file import FaceModelError
from vico_listener.neural.execution import Execution
from vico_listener.neural.execution import Part
from vico_listener.neural.runner import create_runner


class Reconstruction:
    """The network of Deep3DFaceRecon, ready to run.

    Args:
        path: the file `epoch_20.pth`; None for random weights, to measure the speed.
        execution: how and where the network runs; None for a GPU if there is one.

    Raises:
        FaceModelError: the file is missing, broken, could run code, or holds another network.
        SettingError: see `Execution.resolve`.
    """

    def __init__(self, path: str | Path | None, execution: Execution | None = None) -> None:
        checkpoint = None if path is None else Path(path).expanduser()
        if checkpoint is not None:
            check_file(checkpoint)
        self._runner = create_runner(network_part(checkpoint), execution or Execution(), checkpoint)

    def __call__(self, faces: list[AlignedFace]) -> NDArray[np.float32]:
        """Return the coefficients (N, 257) of N aligned faces."""
        if not faces:
            return np.zeros((0, SIZE), np.float32)
        images = np.stack([face.image for face in faces]).transpose(0, 3, 1, 2)
        (coefficients,) = self._runner(images.astype(np.float32) / 255)
        return np.asarray(coefficients, np.float32)


def check_file(path: Path) -> None:
    """Check that the file of weights exists, even if there is an ONNX export of it.

    Raises:
        FaceModelError: there is no such file.
    """
    if not path.is_file():
        lacking = f'no such file: {path}' if path.name else 'its weights are not given'
        raise FaceModelError(
            f'{lacking}: give epoch_20.pth of sicxu/Deep3DFaceRecon_pytorch, see '
            'docs/checkpoints.md'
        )


def network_part(path: Path | None) -> Part:
    """Return the network as a part to run.

    Args:
        path: the file of the weights; None for random ones, to measure the speed.
    """

    def build() -> object:
        from vico_listener.face.deep3d.resnet import ReconstructionNetwork
        from vico_listener.face.deep3d.resnet import load_reconstruction

        return ReconstructionNetwork().eval() if path is None else load_reconstruction(path)

    return Part('deep3d', build, {'images': (3, IMAGE_SIZE, IMAGE_SIZE)}, ('coefficients',))
