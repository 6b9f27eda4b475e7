"""Measures how good a rendered picture is: SSIM and PSNR, CPBD, and the features of FID."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.feature import canny
from skimage.metrics import peak_signal_noise_ratio
from skimage.metrics import structural_similarity

from vico_listener.errors import DataError
from vico_listener.frames import Picture

Gray = NDArray[np.uint8]

WINDOW_SIGMA = 1.5
WHITE = 255


def ssim(picture: Picture, true: Picture) -> float:
    """Return the structural similarity of pictures (H, W, 3); 1 when they are the same.

    Wang et al., IEEE TIP 13(4), 2004: Gaussian window of sigma 1.5, mean over the colours.
    """
    return float(
        structural_similarity(
            picture,
            true,
            data_range=WHITE,
            channel_axis=-1,
            gaussian_weights=True,
            sigma=WINDOW_SIGMA,
            use_sample_covariance=False,
        )
    )


def psnr(picture: Picture, true: Picture) -> float:
    """Return the peak signal to noise ratio of pictures (H, W, 3), dB; infinite when equal."""
    if np.array_equal(picture, true):
        return float('inf')
    return float(peak_signal_noise_ratio(true, picture, data_range=WHITE))


BLOCK = 64
"""Side of a block, px."""

EDGE_SHARE = 0.002
"""A block with more edge pixels than this share is an edge block."""

SHARP_WIDTH, LOW_CONTRAST_WIDTH, CONTRAST = 3, 5, 50
"""Just noticeable blur, px: 3 in a block whose contrast exceeds 50, else 5."""

BETA = 3.6
JUST_NOTICEABLE = 0.63
"""Probability of detection at which blur is just noticeable."""

THRESHOLD = 4.0
UPRIGHT = float(np.tan(np.pi / 8))


def _run(rising: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (H, W) how many steps right of each pixel rise in a row; `rising` is (H, W - 1)."""
    height, steps = rising.shape
    runs = np.zeros((height, steps + 1), np.int64)
    for column in range(steps - 1, -1, -1):
        runs[:, column] = np.where(rising[:, column], runs[:, column + 1] + 1, 0)
    return runs


def _width(rising: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (H, W) length of the unbroken rise through each pixel."""
    return _run(rising) + _run(rising[:, ::-1])[:, ::-1]


def edge_widths(gray: Gray) -> NDArray[np.int64]:
    """Return the width (H, W), px, of the upright edge at each pixel, 0 where there is none.

    Edges count whose gradient lies within 22.5 deg of the row. The width reaches from the last
    minimum before the edge to the next maximum after it, along the row, or the other way round.
    """
    picture = gray.astype(np.float64)
    slope = cv2.Sobel(picture, cv2.CV_64F, 1, 0, ksize=3)
    energy = slope**2
    left, right = np.roll(energy, 1, axis=1), np.roll(energy, -1, axis=1)
    edges = (energy > THRESHOLD * energy.mean()) & (energy >= left) & (energy > right)
    edges[:, [0, -1]] = False
    down, across = np.gradient(picture)
    edges &= np.abs(down) < UPRIGHT * np.abs(across)
    steps = np.diff(picture, axis=1)
    widths = np.where(slope > 0, _width(steps > 0), _width(steps < 0))
    return np.where(edges, widths, 0)


def cpbd(gray: Gray) -> float:
    """Return the CPBD of a picture (H, W), uint8: 1 when sharp, 0 when blurred.

    CPBD is the cumulative probability of blur detection.

    The share of edges, in blocks that have enough of them, whose blur is less than just noticeable;
    0 where there is no edge at all. It needs no true picture.

    Source: Narvekar & Karam, A No-Reference Image Blur Metric Based on the Cumulative Probability
    of Blur Detection, IEEE TIP 20(9), 2011; edge widths after Marziliano et al., ICIP 2002. Written
    from the papers: edges are those of a Sobel filter with the usual threshold (four times the mean
    square), edge blocks those of a Canny filter that leaves out next to nothing. Other
    implementations choose other edges: the order of pictures is the same, the last digits are not.

    Raises:
        DataError: smaller than one block.
    """
    height, width = gray.shape
    if min(height, width) < BLOCK:
        raise DataError(f'CPBD needs pictures of at least {BLOCK} px, not {width}x{height}')
    widths, outlines = edge_widths(gray), canny(gray.astype(np.float64))
    unnoticed = counted = 0
    for top in range(0, height - BLOCK + 1, BLOCK):
        for left in range(0, width - BLOCK + 1, BLOCK):
            place = slice(top, top + BLOCK), slice(left, left + BLOCK)
            if outlines[place].mean() <= EDGE_SHARE:
                continue
            found = widths[place][widths[place] > 0]
            low = np.ptp(gray[place].astype(int)) <= CONTRAST
            just_noticeable = LOW_CONTRAST_WIDTH if low else SHARP_WIDTH
            detected = 1 - np.exp(-((found / just_noticeable) ** BETA))
            # In whole percent, as the paper's histogram has it.
            unnoticed += int((np.round(100 * detected) <= 100 * JUST_NOTICEABLE).sum())
            counted += len(found)
    return unnoticed / counted if counted else 0.0


FILE = 'inception-2015-12-05.pt'
PICTURES_AT_ONCE = 16


class Inception:
    """The feature network of FID, the Frechet distance of features of rendered and true pictures.

    Source: Heusel et al., NeurIPS 2017. The features are those of the network that TensorFlow
    published in 2015, as the TorchScript file `inception-2015-12-05.pt` that NVIDIA distributes for
    its StyleGANs: a self-contained program that resizes and scales on its own. It does not ship
    with this package and is not downloaded.

    Raises:
        DataError: the file is missing, or no TorchScript.
    """

    def __init__(self, path: Path) -> None:
        # Only FID needs torch.
        import torch

        if not path.is_file():
            raise DataError(f'no such file: {path}; FID needs the TorchScript file {FILE}')
        try:
            self._network = torch.jit.load(str(path), map_location='cpu').eval()
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[0]
            raise DataError(f'{path} is no TorchScript file such as {FILE}: {reason}') from None

    def features(self, pictures: Sequence[Picture]) -> NDArray[np.float64]:
        """Return (N, D) features of pictures, (H, W, 3) BGR of one size.

        Raises:
            DataError: the network does not take pictures.
        """
        import torch

        found = []
        for start in range(0, len(pictures), PICTURES_AT_ONCE):
            rgb = [
                cv2.cvtColor(p, cv2.COLOR_BGR2RGB).transpose(2, 0, 1)
                for p in pictures[start : start + PICTURES_AT_ONCE]
            ]
            with torch.inference_mode():
                try:
                    batch = self._network(torch.from_numpy(np.stack(rgb)), return_features=True)
                except RuntimeError as error:
                    raise DataError(
                        f'the network does not behave like {FILE}: {str(error).splitlines()[0]}'
                    ) from None
            found.append(batch.numpy().astype(np.float64))
        return np.concatenate(found)
