"""FID: the Frechet distance of Inception features of rendered and of true pictures.

Source: Heusel et al., NeurIPS 2017. The features are those of the network that TensorFlow published
in 2015, as the TorchScript file `inception-2015-12-05.pt` that NVIDIA distributes for its
StyleGANs: a self-contained program that resizes and scales on its own. It does not ship with this
package and is not downloaded.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

Image = NDArray[np.uint8]

FILE = 'inception-2015-12-05.pt'
BATCH = 16


class Inception:
    """The feature network of FID.

    Raises:
        ValueError: the file is missing, or no TorchScript.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ValueError(f'no such file: {path}; FID needs the TorchScript file {FILE}')
        try:
            self._network = torch.jit.load(str(path), map_location='cpu').eval()
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[0]
            raise ValueError(f'{path} is no TorchScript file such as {FILE}: {reason}') from None

    def features(self, pictures: Sequence[Image]) -> NDArray[np.float64]:
        """(N, D) features of pictures, (H, W, 3) BGR of one size.

        Raises:
            ValueError: the network does not take pictures.
        """
        found = []
        for start in range(0, len(pictures), BATCH):
            rgb = [
                cv2.cvtColor(p, cv2.COLOR_BGR2RGB).transpose(2, 0, 1)
                for p in pictures[start : start + BATCH]
            ]
            with torch.inference_mode():
                try:
                    batch = self._network(torch.from_numpy(np.stack(rgb)), return_features=True)
                except RuntimeError as error:
                    raise ValueError(
                        f'the network does not behave like {FILE}: {str(error).splitlines()[0]}'
                    ) from None
            found.append(batch.numpy().astype(np.float64))
        return np.concatenate(found)
