"""Measures whether two pictures show the same person, for CSIM."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.frames import Picture
from vico_listener.neural.onnx_file import OnnxFileError
from vico_listener.neural.onnx_file import open_session

SIDE = 112
"""Height and width of the network's input, px."""


class IdentityNetwork:
    """An ArcFace network as an ONNX file: (N, 3, 112, 112) RGB in -1..1 to (N, D) embeddings.

    Source: Deng et al., ArcFace, CVPR 2019. The paper's authors scale whole pictures to 112x112,
    without aligning the face, and so does this. The network does not ship with this package.

    Raises:
        DataError: the file is missing, is no ONNX file, or takes other pictures.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise DataError(f'no such file: {path}; CSIM needs an ArcFace network as an ONNX file')
        try:
            self._session = open_session(str(path), threads=0)
        except OnnxFileError as error:
            raise DataError(f'{path} is no ONNX network, as CSIM needs it: {error}') from None
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or list(inputs[0].shape[1:]) != [3, SIDE, SIDE]:
            shapes = ', '.join(str(one.shape) for one in inputs)
            raise DataError(
                f'{path} takes {shapes}, and not (N, 3, {SIDE}, {SIDE}) as ArcFace does'
            )
        self._input = inputs[0].name

    def embedding(self, picture: Picture) -> NDArray[np.float64]:
        """Return the embedding (D,), of length 1, of a picture (H, W, 3) BGR."""
        small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        rgb = cv2.cvtColor(small, cv2.COLOR_BGR2RGB).astype(np.float32) / 127.5 - 1
        found = self._session.run(None, {self._input: rgb.transpose(2, 0, 1)[None]})[0]
        vector = np.asarray(found, np.float64).ravel()
        return vector / max(float(np.linalg.norm(vector)), 1e-12)

    def similarity(self, one: Picture, other: Picture) -> float:
        """Return the cosine of the embeddings of two pictures, -1..1."""
        return float(self.embedding(one) @ self.embedding(other))
