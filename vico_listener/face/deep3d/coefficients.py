"""The 257 coefficients of Deep3DFaceRecon: their order, their conversion to motion, their files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.face.deep3d.mat_file import read_matrices
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.native import from_native

HEADS = (80, 64, 80, 3, 27, 2, 1)
"""The sizes of the network's heads: identity, expression, texture, angles, light, tx-ty, tz."""

SIZE = sum(HEADS)
"""The number of coefficients."""

IDENTITY = slice(0, 80)
EXPRESSION = slice(80, 144)
TEXTURE = slice(144, 224)
ANGLES = slice(224, 227)
"""The angles about x, y, z (to the person's left, up, out of the face), rad, of Rz Ry Rx."""
TRANSLATION = slice(254, 257)

CANVAS = 256
"""Side of the square image to which the crop of a `bfm64` motion refers, px; it is PIRenderer's."""

VIDEO_SIZE = 'video_size'
"""Under this name a checkpoint's `training` tells the size of the videos, where it was told."""

VIDEO_SIZES = (16, 4096)
"""The smallest and largest side of square videos, px."""

NAMES = ('coeff', 'transform_params')
"""The matrices of a clip's file."""


def canvas_crop(transform_params: NDArray) -> NDArray[np.float32]:
    """Return the crop (..., 3) of a `bfm64` motion from transform parameters (..., 5).

    Transform parameters give scale and place in pixels of the original image. Those of a motion
    refer to an image of 256x256 px into which the original is fitted, whole and centred. For an
    original of that size nothing changes.
    """
    width, height, scale, x, y = np.moveaxis(np.asarray(transform_params, np.float64), -1, 0)
    zoom = CANVAS / np.maximum(width, height)
    # Pixel centres lie at whole numbers, as for landmarks.
    x = zoom * (x + 0.5) - 0.5 + (CANVAS - zoom * width) / 2
    y = zoom * (y + 0.5) - 0.5 + (CANVAS - zoom * height) / 2
    return np.stack([scale / zoom, x, y], axis=-1).astype(np.float32)


def crop_in_canvas(crop: NDArray, video_size: int) -> NDArray[np.float32]:
    """Return crops (..., 3) that are in px of square videos as those of a `bfm64` motion."""
    sides = np.full((*np.shape(crop)[:-1], 2), video_size)
    return canvas_crop(np.concatenate([sides, crop], axis=-1))


def motion_of(
    coefficients: NDArray, transform_params: NDArray, confidence: float = 1.0
) -> FaceMotion:
    """Return the `bfm64` motion of one face.

    Args:
        coefficients: (257,) its coefficients.
        transform_params: (5,) the transform parameters of its alignment.
        confidence: the confidence of its detection.
    """
    return replace(
        from_native(
            BFM64,
            np.concatenate(
                [
                    coefficients[ANGLES],
                    coefficients[EXPRESSION],
                    coefficients[TRANSLATION],
                    canvas_crop(transform_params),
                ]
            ),
        ),
        confidence=confidence,
    )


def save_mat(path: Path, coefficients: NDArray, transform_params: NDArray) -> None:
    """Write a clip in the authors' layout: `coeff` (T, 257), `transform_params` (T, 5), float32.

    Raises:
        DataError: the arrays have other shapes.
    """
    from scipy.io import savemat

    _check_shapes('these arrays', coefficients, transform_params)
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(
        path,
        {
            'coeff': np.asarray(coefficients, np.float32),
            'transform_params': np.asarray(transform_params, np.float32),
        },
    )


def load_mat(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read the coefficients (T, 257) and transform parameters (T, 5) of a clip.

    The file may come from `save_mat` or from the authors' code.

    Raises:
        DataError: there is no such file, or its content is something else.
    """
    if not path.is_file():
        raise DataError(f'no such file: {path}')
    try:
        content = read_matrices(path.read_bytes(), NAMES)
        with np.errstate(over='ignore'):  # infinite numbers are told by whoever uses them
            arrays = [np.asarray(content[n], np.float32) for n in NAMES]
    except (KeyError, ValueError) as error:
        raise DataError(f"{path} holds no 'coeff' and 'transform_params': {error}") from None
    _check_shapes(str(path), *arrays)
    return arrays[0], arrays[1]


def _check_shapes(where: str, coefficients: NDArray, transform_params: NDArray) -> None:
    count = len(coefficients)
    if coefficients.shape != (count, SIZE) or transform_params.shape != (count, 5):
        raise DataError(
            f'{where}: coeff has the shape {coefficients.shape} and transform_params '
            f'{transform_params.shape}, expected (T, {SIZE}) and (T, 5)'
        )
