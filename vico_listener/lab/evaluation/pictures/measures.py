"""Measures how good a rendered picture is: SSIM and PSNR, CPBD, and the features of FID."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.feature import canny
from skimage.metrics import structural_similarity

from vico_listener.errors import DataError
from vico_listener.frames import Picture

Gray = NDArray[np.uint8]

WINDOW_SIGMA = 1.5
WHITE = 255

SSIM_SIDE = 256
"""Pictures are shrunk to about this smaller side before their structure is compared, px."""

LEAST_ERROR = 1e-8
"""Is added to the mean square error of pictures in 0..1, so that equal ones have 80 dB."""


def _shrunk(picture: Picture) -> Picture:
    factor = round(min(picture.shape[:2]) / SSIM_SIDE)
    if factor <= 1:
        return picture
    height, width = (side // factor * factor for side in picture.shape[:2])
    blocks = picture[:height, :width].reshape(
        height // factor, factor, width // factor, factor, picture.shape[2]
    )
    return np.asarray(blocks.mean(axis=(1, 3)))


def ssim(picture: Picture, true: Picture, shrink: bool = True) -> float:
    """Return the structural similarity of pictures (H, W, 3); 1 when they are the same.

    Wang et al., IEEE TIP 13(4), 2004: Gaussian window of sigma 1.5, mean over the colours. As the
    authors of the measure advise, and as `piq`, with which the paper measured, does, pictures are
    first averaged in blocks of round(smaller side / 256) px: from 384 px on, that is.

    Args:
        picture: the one that was made, 0..255.
        true: what it is compared with.
        shrink: False compares them at their own size.
    """
    if shrink:
        picture, true = _shrunk(picture), _shrunk(true)
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
    """Return the peak signal to noise ratio of pictures (H, W, 3), dB.

    Equal pictures have 80 dB, as with `piq`, so that one of them does not make a mean infinite.
    """
    error = np.mean(((picture.astype(np.float64) - true) / WHITE) ** 2)
    return float(-10 * np.log10(error + LEAST_ERROR))


BLOCK = 64
"""Side of a block, px."""

EDGE_SHARE = 0.002
"""A block with more edge pixels than this share is an edge block."""

SHARP_WIDTH, LOW_CONTRAST_WIDTH, CONTRAST = 3, 5, 50
"""Just noticeable blur, px: 3 in a block whose contrast exceeds 50, else 5."""

BETA = 3.6
JUST_NOTICEABLE = 0.63
"""Probability of detection at which blur is just noticeable."""

LONGEST = 100
"""So far to one side of an edge its end is looked for, px."""

UPRIGHT = float(np.tan(np.pi / 8))


def _run(rising: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (H, W) how many steps right of each pixel rise in a row; `rising` is (H, W - 1)."""
    height, steps = rising.shape
    runs = np.zeros((height, steps + 1), np.int64)
    for column in range(steps - 1, -1, -1):
        runs[:, column] = np.where(rising[:, column], runs[:, column + 1] + 1, 0)
    return np.minimum(runs, LONGEST)


def _width(rising: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (H, W) the width of the rise at each pixel: its two neighbours, and on from them."""
    right, left = _run(rising), _run(rising[:, ::-1])[:, ::-1]
    return 2 + np.roll(right, -1, axis=1) + np.roll(left, 1, axis=1)


def edge_widths(gray: Gray) -> NDArray[np.int64]:
    """Return the width (H, W), px, of the upright edge at each pixel, 0 where there is none.

    Edges count whose gradient lies within 22.5 deg of the row. The width reaches from the last
    minimum before the edge to the next maximum after it, along the row, or the other way round.
    """
    picture = gray.astype(np.float64)
    slope = cv2.Sobel(picture, cv2.CV_64F, 1, 0, ksize=3, borderType=cv2.BORDER_REFLECT) / 8
    energy = slope**2
    # The threshold compares a square with a root, as the published software does.
    energy[energy <= 2 * np.sqrt(energy.mean())] = 0
    left, right = np.roll(energy, 1, axis=1), np.roll(energy, -1, axis=1)
    above, below = np.roll(energy, 1, axis=0), np.roll(energy, -1, axis=0)
    edges = (energy > left) & (energy > right) | (energy > above) & (energy > below)
    edges[:, [0, -1]] = edges[[0, -1], :] = False
    down, across = np.gradient(picture)
    # Where the row is flat, the published software takes any gradient for one along the row.
    edges &= (across == 0) | (np.abs(down) <= UPRIGHT * np.abs(across))
    steps = np.diff(picture, axis=1)
    widths = np.where(across >= 0, _width(steps > 0), _width(steps < 0))
    return np.where(edges, widths, 0)


def cpbd(gray: Gray) -> float:
    """Return the CPBD of a picture (H, W), uint8: 1 when sharp, 0 when blurred.

    CPBD is the cumulative probability of blur detection.

    The share of edges, in blocks that have enough of them, whose blur is less than just noticeable;
    0 where there is no edge at all. It needs no true picture.

    Source: Narvekar & Karam, A No-Reference Image Blur Metric Based on the Cumulative Probability
    of Blur Detection, IEEE TIP 20(9), 2011; edge widths after Marziliano et al., ICIP 2002. Edges,
    their threshold and their widths are those of the Python package `cpbd`, with which the paper
    measured: edges are those of a Sobel filter, edge blocks those of a Canny filter that leaves out
    next to nothing.

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
