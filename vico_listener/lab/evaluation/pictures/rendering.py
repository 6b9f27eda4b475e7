"""Computes Table 4 of the paper: a renderer's pictures of the true motion against the video."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.frames import Picture
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import reference_face
from vico_listener.lab.dataset.tick_images import images_at_ticks
from vico_listener.lab.evaluation.comparison.scores import AVERAGE
from vico_listener.lab.evaluation.comparison.scores import Result
from vico_listener.lab.evaluation.comparison.scores import interval
from vico_listener.lab.evaluation.comparison.sheets import on_portrait
from vico_listener.lab.evaluation.comparison.tables import Results
from vico_listener.lab.evaluation.comparison.tables import renderer_table
from vico_listener.lab.evaluation.pictures.pair_scores import MEASURES
from vico_listener.lab.evaluation.pictures.pair_scores import Features
from vico_listener.lab.evaluation.pictures.pair_scores import Measuring
from vico_listener.lab.evaluation.pictures.pair_scores import Pair
from vico_listener.lab.evaluation.pictures.pair_scores import PairScores
from vico_listener.lab.evaluation.pictures.pair_scores import fid
from vico_listener.lab.evaluation.pictures.pair_scores import score_pairs
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.render import RENDERERS
from vico_listener.render import create_renderer
from vico_listener.render.portrait import prepare_portrait
from vico_listener.render.renderers import Renderer
from vico_listener.render.renderers import check_basis

NAMES = ('{clip}.listener.mp4', '{clip}.mp4')
"""What the video of a clip's listener may be called: as in ViCo's challenge, or just the clip."""


def listener_video(folder: Path, clip: ClipFeatures) -> Path:
    """Return the video of a clip's listener.

    Raises:
        DataError: there is none.
    """
    names = [name.format(clip=clip.clip) for name in NAMES]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f'{folder} holds no video of {clip.clip}: expected {" or ".join(names)}')


@dataclass(frozen=True)
class Framing:
    """Where in a photo a renderer's picture lies.

    Attributes:
        matrix: (2, 3) from px of the photo to px of the picture.
        rows, columns: rows and columns of the picture that lie inside the photo.
    """

    matrix: NDArray[np.float64]
    rows: slice
    columns: slice

    def true_picture(self, photo: Picture, size: int) -> Picture:
        """Return the picture that the renderer should have drawn."""
        zoom = self.matrix[0, 0]
        if zoom < 1.0:  # smooth before shrinking, as the portrait was
            photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.4 / zoom))
        flags = cv2.INTER_LINEAR if zoom < 1.0 else cv2.INTER_CUBIC
        crop = cv2.warpAffine(photo, self.matrix, (size, size), flags=flags)
        return np.asarray(crop, np.uint8)[self.rows, self.columns]


def whole(photo: Picture, size: int) -> Framing:
    """Return a renderer that draws the photo as it is, at `size` px."""
    height, width = photo.shape[:2]
    matrix = np.array([[size / width, 0, 0], [0, size / height, 0]], np.float64)
    return Framing(matrix, slice(0, size), slice(0, size))


def cropped(photo: Picture, size: int) -> Framing:
    """Return the renderer `portrait`: head and shoulders, which may reach out of the photo."""
    matrix = prepare_portrait(photo, size).matrix
    corners = np.array([[0, 0, 1], [photo.shape[1], photo.shape[0], 1]]) @ matrix.T
    (left, top), (right, bottom) = np.ceil(corners[0]), np.floor(corners[1])
    rows = slice(max(int(top), 0), min(int(bottom), size))
    return Framing(matrix, rows, slice(max(int(left), 0), min(int(right), size)))


@dataclass(frozen=True)
class Scene:
    """A renderer whose portrait is the first image of a listener's video.

    Attributes:
        renderer: the renderer.
        framing: where its pictures lie in the images of the video.
        photos: the images of the video (H, W, 3), one for each tick of the clip; read once.
        size: the height and width of its pictures, px.
    """

    renderer: Renderer
    framing: Framing
    photos: Iterator[Picture]
    size: int

    def drawn(self, track: FaceTrack) -> Iterator[Picture]:
        """Yield the picture of each tick, as far as it lies in the image of the video."""
        for picture in self.renderer.render_clip(_held(track)):
            yield picture[self.framing.rows, self.framing.columns]

    def true(self) -> Iterator[Picture]:
        """Yield what should have been drawn at each tick."""
        for photo in self.photos:
            yield self.framing.true_picture(photo, self.size)


def scene_of(
    renderer_name: str, clip: ClipFeatures, video: Path, size: int, options: Mapping[str, Any]
) -> Scene:
    """Return a renderer with the first image of the video of a clip's listener.

    Raises:
        VicoError: a video that cannot be read or shows no face, or a renderer of another basis.
    """
    basis = RENDERERS.load(renderer_name).basis
    check_basis(basis, clip.listener.basis)
    photos = images_at_ticks(video, len(clip))
    first = next(photos)
    if basis.absolute_pose:
        # The coefficients are of the whole image: that, and not a crop of it, is the portrait.
        options = {**options, 'reference': reference_face(clip.listener)}
    renderer = create_renderer(renderer_name, portrait=first, size=size, **options)
    framing = cropped(first, size) if renderer_name == 'portrait' else whole(first, size)
    return Scene(renderer, framing, chain([first], photos), size)


def _pairs(scene: Scene, clip: ClipFeatures, with_first: bool) -> Iterator[Pair]:
    """Yield the drawn and true picture of every frame that counts and shows the listener."""
    true = clip.listener
    track = true if true.basis.absolute_pose else on_portrait(true, scene.renderer.reference)
    for tick, pair in enumerate(zip(scene.drawn(track), scene.true(), strict=False)):
        if track.valid[tick] and (tick > 0 or with_first):
            yield pair


def _held(track: FaceTrack) -> list[FaceMotion]:
    """Return the motion of every tick, so that a renderer's window is never short of one.

    Where no face is seen, the last one that was is held; before the first, that one.
    """
    seen = np.flatnonzero(track.valid)
    if not len(seen):
        return []
    places = np.maximum(np.searchsorted(seen, np.arange(len(track)), side='right') - 1, 0)
    return [track.motion(int(seen[place])) for place in places]


def render_score(
    renderer_name: str,
    clip: ClipFeatures,
    video: Path,
    size: int,
    network: Features | None = None,
    options: Mapping[str, Any] | None = None,
    with_first: bool = False,
) -> PairScores:
    """Drive a renderer by the true motion from the first image of a video; score all pictures.

    Args:
        renderer_name: name of a renderer that takes `portrait` and `size`.
        clip: the true motion; frames without a face are left out.
        video: video of its listener.
        size: height and width of the pictures, px.
        network: network for FID; None: no features are kept.
        options: more of the renderer's, e.g. its weights.
        with_first: the first frame, which is the portrait, is scored as well.

    Raises:
        DataError: a video that cannot be read or shows no face, or a renderer of another basis.
    """
    try:
        scene = scene_of(renderer_name, clip, video, size, options or {})
        scores = score_pairs(_pairs(scene, clip, with_first), Measuring(network))
    except VicoError as error:
        raise DataError(f'{video}: {error}') from None
    if not scores.frames:
        raise DataError(f'{clip.clip}: no frame that counts shows the listener')
    return scores


Scored = tuple[ClipFeatures, PairScores]
"""A clip and its scores."""


def render_results(renderer_name: str, scored: Sequence[Scored]) -> list[Result]:
    """Compute means over all frames, intervals over clips, and FID, per split and attitude."""
    results = []
    for split in dict.fromkeys(clip.split for clip, _ in scored):
        for attitude in (*(a.value for a in Attitude), AVERAGE):
            mine = [
                scores
                for clip, scores in scored
                if clip.split == split and attitude in (AVERAGE, clip.attitude.value)
            ]
            weights = [float(s.frames) for s in mine]
            for name in MEASURES if mine else ():
                values = [s.values[name] for s in mine]
                low, high = interval(values, weights) or (None, None)
                mean = float(np.average(values, weights=weights))
                key = (renderer_name, 'true motion', split, attitude, name)
                results.append(Result(*key, mean, low, high, len(mine)))
            distance = fid(mine)
            if distance is not None:
                key = (renderer_name, 'true motion', split, attitude, 'FID')
                results.append(Result(*key, distance, None, None, len(mine)))
    return results


NOTE = (
    'The renderer draws the true motion from the first image of each video; every {which} '
    'is held against the true one, at {size} px. SSIM (higher is better) and PSNR in dB (higher) '
    'with scikit-image; CPBD (higher is sharper) of the drawn pictures; FID (lower) of Inception '
    'features. In brackets the 95 % interval when clips are resampled. Means are over all frames. '
    'Rows marked *ViCo* are those of Zhou et al., ECCV 2022, Table 4: PIRenderer on ViCo; their '
    'FID comes from a root that had not converged, which adds 0.3 to 3 %.'
)
NO_FID = 'FID was not taken: it needs `--inception`.'


def evaluate_renderer(
    renderer: str,
    clips: Sequence[ClipFeatures],
    videos: Path,
    size: int,
    network: Features | None = None,
    quiet: bool = False,
    options: Mapping[str, Any] | None = None,
    with_first: bool = False,
) -> Results:
    """Score a renderer on the videos of the clips' listeners.

    Raises:
        DataError: a clip without video, and what `render_score` refuses.
    """
    paths = [listener_video(videos, clip) for clip in clips]
    pairs = list(zip(clips, paths, strict=True))
    with tqdm(pairs, desc=renderer, unit='clip', disable=quiet) as bar:
        scored = [
            (clip, render_score(renderer, clip, path, size, network, options, with_first))
            for clip, path in bar
        ]
    return Results(render_results(renderer, scored))


def compose(
    renderer: str,
    results: Results,
    splits: Sequence[str],
    size: int,
    notes: Sequence[str],
    with_first: bool = False,
) -> str:
    """Compose the report in Markdown."""
    which = 'picture' if with_first else 'later picture'
    parts = [f'# Renderer {renderer}', NOTE.format(size=size, which=which)]
    with_fid = any(result.metric == 'FID' for result in results.all)
    lines = [*notes, *([] if with_fid else [NO_FID])]
    parts += ['\n'.join(f'* {line}' for line in lines)] if lines else []
    for split in splits:
        parts += [f'## {split}', renderer_table(results, renderer, split)]
    return '\n\n'.join(parts) + '\n'
