"""SSIM and PSNR of a picture against the true one; both by scikit-image."""

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio
from skimage.metrics import structural_similarity

Image = NDArray[np.uint8]

WINDOW_SIGMA = 1.5
WHITE = 255


def ssim(picture: Image, true: Image) -> float:
    """Structural similarity of pictures (H, W, 3), 1 = the same.

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


def psnr(picture: Image, true: Image) -> float:
    """Peak signal to noise ratio of pictures (H, W, 3), dB; infinite where they are the same."""
    if np.array_equal(picture, true):
        return float('inf')
    return float(peak_signal_noise_ratio(true, picture, data_range=WHITE))
