"""Coefficients of a data set's videos by Deep3DFaceRecon, in the authors' `.mat` layout."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.lab.dataset.vico.layouts import ClipEntry
from vico_listener.lab.dataset.vico.stretch import landmarker
from vico_listener.lab.dataset.vico.stretch import resized
from vico_listener.lab.reconstruction.clip_coefficients import reconstruct_clip
from vico_listener.media.clip import ClipError
from vico_listener.media.tick_pictures import pictures_at_ticks


@lru_cache(maxsize=1)
def _reconstruction(model: str) -> Reconstruction:
    return Reconstruction(model)


def write_coefficients(entry: ClipEntry, folder: Path, model: str, factor: float) -> list[str]:
    """Write `<video>.mat` of speaker and listener, where it is not there yet; a row a tick.

    Args:
        entry: the clip.
        folder: of the files.
        model: `epoch_20.pth`.
        factor: of the width of all pictures; 1 as the authors have it.

    Returns:
        notes on what was not seen.

    Raises:
        ClipError: a video that cannot be read or shows nobody.
        FaceModelError: the model is missing or another file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = []
    videos = {'speaker': entry.speaker_video, 'listener': entry.listener_video}
    for who, video in videos.items():
        path = folder / f'{video.stem}.mat'
        if path.exists():
            continue
        pictures = (resized(picture, factor) for picture in pictures_at_ticks(video))
        network = _reconstruction(model)
        try:
            clip = reconstruct_clip(pictures, network, landmarker())
        except ValueError as error:
            raise ClipError(f'{video.name}: {error}') from None
        unfinished = path.with_suffix('.part.mat')
        save_mat(unfinished, clip.coefficients, clip.transform_params)
        unfinished.replace(path)
        if not clip.found.all():
            notes.append(
                f'{who} not seen in {np.mean(~clip.found):.0%} of the frames: the place of the '
                'frame before was fitted, as the authors have it'
            )
    return notes
