"""Prepares the video of one person for the training of PIRenderer: square pictures and motion."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.arguments import check_number
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.face.deep3d.coefficients import load_mat
from vico_listener.face.deep3d.coefficients import motion_of
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.frames import Image
from vico_listener.lab.dataset.tick_images import images_at_ticks
from vico_listener.lab.dataset.vico.stretch import landmarker
from vico_listener.lab.reconstruction.clip_coefficients import reconstruct_clip
from vico_listener.media.clip import count_images
from vico_listener.render.pirender.motion_window import LENGTH
from vico_listener.render.pirender.motion_window import column_of
from vico_listener.render.pirender.motion_window import window_at
from vico_listener.render.pirender.pirenderer import SIZE
from vico_listener.render.portrait import PortraitError
from vico_listener.render.portrait import prepare_portrait

SEARCHED = 90
"""Ticks at the beginning of a video in which a face that can be cropped to must appear."""
FEWEST = 2 * LENGTH
"""Fewer images than two windows teach nothing."""
MOST = 5400
"""So many images of a video are read, which are 3 minutes and 1 GB."""
SIDES = (64, 256)
"""The smallest and largest side of the pictures, px; multiples of `SIDE_STEP`."""
SIDE_STEP = 32
LARGEST = 720
"""Height, px, to which larger images are scaled before they are cropped."""


@dataclass(frozen=True)
class PersonVideo:
    """A person at T ticks.

    Attributes:
        pictures: (T, S, S, 3) uint8 BGR.
        columns: (T, 73) float32 motion, see `column_of`.
        usable: (T,) whether the face was found and its numbers are finite.
    """

    pictures: NDArray[np.uint8]
    columns: NDArray[np.float32]
    usable: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Check that there is enough; a DataError says what is missing."""
        count = int(self.usable.sum())
        if count < FEWEST:
            raise DataError(
                f'the face is found in {count} of {len(self.usable)} images: at least {FEWEST} are '
                'needed; give a longer video of one person from the front'
            )

    def window(self, tick: int) -> NDArray[np.float32]:
        """Return the window (73, 27) around a tick; its ends repeat the first and last motion."""
        return window_at(self.columns, tick)


def read_person(
    video: Path, face_model: Path | None = None, mat: Path | None = None, size: int = SIZE
) -> PersonVideo:
    """Read a video and fit the person's motion, or read it from a file.

    Args:
        video: a video of one person. It is cropped to head and shoulders, as the renderer crops a
            portrait; with `mat` it must be square and stays whole.
        face_model: the weights of Deep3DFaceRecon.
        mat: the coefficients of that very video, in the authors' layout, a row a tick.
        size: side of the pictures, px; the renderer draws 256.

    Raises:
        SettingError: there is no such size.
        DataError: a file is missing or broken, there is no face, or the two do not belong together.
    """
    check_number('size', size, *SIDES)
    if size % SIDE_STEP:
        raise SettingError(f'size: a multiple of {SIDE_STEP}, not {size}')
    count_images(video)  # refuses what holds none
    if mat is None:
        network = Reconstruction(face_model)  # refuses what is no such file
        shown = np.array(list(_cropped(video, size)))
        images = iter(shown) if size == SIZE else _cropped(video, SIZE)
        clip = reconstruct_clip(images, network, landmarker(), progress=True)
        coefficients, params, found = clip.coefficients, clip.transform_params, clip.found
    else:
        coefficients, params = load_mat(mat)
        shown = np.array(list(_whole(video, size)))
        if abs(len(shown) - len(coefficients)) > 1:
            raise DataError(
                f'{mat.name} has {len(coefficients)} rows, {video.name} lasts {len(shown)} ticks '
                'of 1/30 s: they do not belong together'
            )
        count = min(len(shown), len(coefficients))
        shown, coefficients, params = shown[:count], coefficients[:count], params[:count]
        found = np.ones(count, np.bool_)
    rows = zip(coefficients, params, strict=True)
    columns = np.array([column_of(motion_of(row, place)) for row, place in rows], np.float32)
    finite = np.asarray(np.isfinite(columns).all(axis=1), np.bool_)
    return PersonVideo(shown, _held(columns, finite), found & finite)


def _held(columns: NDArray[np.float32], finite: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the columns with those that are not finite replaced by the last one that is."""
    last = np.maximum.accumulate(np.where(finite, np.arange(len(finite)), 0))
    return np.where(np.isfinite(columns[last]), columns[last], np.float32(0))


def _images(video: Path) -> Iterator[Image]:
    return islice(images_at_ticks(video), MOST)


def _small(image: Image) -> Image:
    scale = LARGEST / image.shape[0]
    if scale >= 1:
        return image
    return np.asarray(cv2.resize(image, None, None, scale, scale, cv2.INTER_AREA))


def _cropped(video: Path, size: int) -> Iterator[Image]:
    """Yield head and shoulders, by one crop for the whole video."""
    reason = ''
    for tick, image in enumerate(_images(video)):
        try:
            matrix = prepare_portrait(_small(image), size).matrix
        except PortraitError as error:
            reason = reason or str(error)
            if tick + 1 == SEARCHED:
                break
            continue
        for picture in _images(video):
            small = _small(picture)
            zoom = float(matrix[0, 0])
            if zoom < 1.0:  # smooth before shrinking
                small = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.4 / zoom))
            yield np.asarray(
                cv2.warpAffine(small, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
            )
        return
    raise DataError(f'{video.name}: no face to crop to in its first images: {reason}')


def _whole(video: Path, size: int) -> Iterator[Image]:
    for image in _images(video):
        height, width = image.shape[:2]
        if height != width:
            raise DataError(
                f'{video.name} has {width}x{height} px: with coefficients it must be the same '
                'square video in which they were measured'
            )
        yield np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA))
