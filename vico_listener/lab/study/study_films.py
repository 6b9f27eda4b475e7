"""Draws a listener's answers to the clips of a data set for people to judge: films and their list.

A clip's listener has the first image of the true listener's video as its portrait, and the true
listener is cropped in the same way, so that nothing but the motion tells them apart.
"""

import csv
import shutil
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.frames import Picture
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.vico.layouts import ClipEntry
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.lab.evaluation.comparison.evaluation import load_test_clips
from vico_listener.lab.evaluation.comparison.generation import answer
from vico_listener.lab.evaluation.comparison.generation import clip_seed
from vico_listener.lab.evaluation.comparison.generation import knows_attitudes
from vico_listener.lab.evaluation.comparison.generation import with_idle_layer
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.evaluation.comparison.models import check_fit
from vico_listener.lab.evaluation.pictures.rendering import scene_of
from vico_listener.lab.study.manifest import COLUMNS
from vico_listener.lab.study.manifest import StudyError
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.video import write_video
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude

LIST = 'clips.csv'
"""The list of the clips, for `vico study make`."""

OWN, TRUE = 'own', 'true'
"""Folders of the films in the true listener's attitude, and of the true listeners."""


@dataclass(frozen=True)
class Filming:
    """Who is drawn, and how.

    Attributes:
        model: the listener.
        renderer, options: the renderer's name, and what it is made with.
        size: the width and height of the pictures, px.
    """

    model: Model
    renderer: str = 'portrait'
    options: Mapping[str, Any] = field(default_factory=dict)
    size: int = 256


def chosen_clips(folder: Path, features: Path, count: int) -> list[tuple[ClipEntry, ClipFeatures]]:
    """Return the first `count` clips (0: all) of test and of ood, with their files.

    Raises:
        DataError: there are none, or a clip is not in the table of the data set.
    """
    clips, _ = load_test_clips(features)
    entries = {entry.clip: entry for entry in read_layout(folder).entries}
    chosen = []
    for split in dict.fromkeys(clip.split for clip in clips):
        own = [clip for clip in clips if clip.split == split]
        for clip in own[: count or None]:
            if clip.clip not in entries:
                raise DataError(f'{folder} has no clip {clip.clip}, of which there are features')
            chosen.append((entries[clip.clip], clip))
    return chosen


def write_films(
    chosen: Sequence[tuple[ClipEntry, ClipFeatures]], filming: Filming, out: Path
) -> Path:
    """Write the films of each clip: the true listener, and the answers; return the list of them.

    `OUT/positive/CLIP.mp4` and so on are the answers in each attitude, `OUT/own/CLIP.mp4` is the
    one in the true listener's (the same pictures), `OUT/true/CLIP.mp4` the true listener. Of a
    network that knows no attitudes there is only `own`.

    Raises:
        StudyError: `out` holds a list already.
        SettingError: a listener that does not understand the clips.
        DataError: a video that cannot be read or shows no face.
    """
    if (out / LIST).exists():
        raise StudyError(f'{out / LIST} exists already: choose another --out')
    check_fit(filming.model, filming.model.create(), chosen[0][1])
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for entry, clip in tqdm(chosen, desc='films', unit='clip'):
        try:
            rows.append(_film(entry, clip, filming, out))
        except VicoError as error:
            raise DataError(f'{clip.clip}: {error}') from None
    with (out / LIST).open('w', newline='', encoding='utf-8') as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return out / LIST


def _film(
    entry: ClipEntry, clip: ClipFeatures, filming: Filming, out: Path
) -> dict[str, str | Path]:
    """Write the films of one clip; return its row of the list."""
    listener, name = filming.model.create(), f'{clip.clip}.mp4'
    scene = scene_of(filming.renderer, clip, entry.listener_video, filming.size, filming.options)
    _write(out / TRUE / name, scene.true())
    row: dict[str, str | Path] = {
        'clip': clip.clip,
        'split': clip.split,
        'speaker': entry.speaker_video.resolve(),
        'audio': entry.audio.resolve(),
        'listener': Path(TRUE, name),
        'attitude': clip.attitude.value,
    }
    knows = knows_attitudes(listener)
    for attitude in Attitude if knows else (clip.attitude,):
        track = _shown(
            answer(listener, clip, scene.renderer.reference, attitude, filming.model.seed),
            clip,
            filming.model,
        )
        scene.renderer.reset()
        folder = attitude.value if knows else OWN
        row[attitude.value] = Path(folder, name)
        _write(out / folder / name, scene.drawn(track))
        if attitude is clip.attitude and knows:
            (out / OWN).mkdir(exist_ok=True)
            shutil.copyfile(out / folder / name, out / OWN / name)
    return row


def _shown(track: FaceTrack, clip: ClipFeatures, model: Model) -> FaceTrack:
    """Return what a viewer sees of an answer; the idle layer is the same in every attitude."""
    if model.is_baseline or track.basis is not ARKIT52:
        return track
    return with_idle_layer(track, clip_seed(clip.clip, model.seed))


def _write(path: Path, pictures: Iterable[Picture]) -> None:
    """Write a film; a row or column is left out where the number of them is odd."""
    path.parent.mkdir(exist_ok=True)
    write_video(path, _even(pictures), MODEL_RATE)


def _even(pictures: Iterable[Picture]) -> Iterator[Picture]:
    for picture in pictures:
        height, width = (side - side % 2 for side in picture.shape[:2])
        yield picture[:height, :width]
