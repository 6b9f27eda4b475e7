"""Reads RealTalk, and what is laid out like it: videos that show both people of a conversation.

`<video>.avi` (or .mp4, .mkv, .webm; 25 images a second, with sound), and `metadata/<video>.json` of
`annotations.tar.gz`: {"<image>": {"current_speaker": "p0", "people": {"p0": {"bbox": [x0, y0, x1,
y1]}, "p1": ...}}}. The stretches in which one of the two speaks become annotations for `vico
dataset build`, which checks and cuts them.

Source: realtalk.cs.columbia.edu and github.com/thelivingdead/multimodalbackchannelprediction, which
reads these files.
"""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vico_listener.lab.dataset.corpora.listening_stretches import StretchSettings
from vico_listener.lab.dataset.corpora.listening_stretches import listening_stretches
from vico_listener.lab.dataset.corpora.recordings import OUT_OF_STEP
from vico_listener.lab.dataset.corpora.recordings import SHORT
from vico_listener.lab.dataset.corpora.recordings import Interval
from vico_listener.lab.dataset.corpora.recordings import chosen
from vico_listener.lab.dataset.corpora.recordings import files_by_name
from vico_listener.lab.dataset.corpora.recordings import merged
from vico_listener.lab.dataset.vico.annotations import Annotation
from vico_listener.lab.dataset.vico.annotations import Annotations
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import probe_clip
from vico_listener.motion import Attitude

RATE = 25.0
"""Images a second by which the annotations count."""
VIDEOS = ('.avi', '.mp4', '.mkv', '.webm')
METADATA = 'metadata'
PEOPLE = ('p0', 'p1')


def read_realtalk(
    folder: Path, lengths: StretchSettings, only: Sequence[str] = ()
) -> tuple[Annotations, list[str]]:
    """Return the stretches in which one of the two people of a video speaks, as annotations.

    Args:
        folder: folder below which everything lies.
        lengths: how long clips are.
        only: the beginnings of the videos' names; empty for all.

    Returns:
        the annotations with the problems of videos that cannot be used, and what else to know.

    Raises:
        LayoutError: there are no videos with annotations.
    """
    files = files_by_name(folder)
    videos = {path.stem: path for path in files.values() if path.suffix.lower() in VIDEOS}
    told = {
        path.stem: path
        for path in files.values()
        if path.suffix == '.json' and path.parent.name == METADATA
    }
    if not told:
        raise LayoutError(
            f'{folder} holds no {METADATA}/<video>.json: unpack annotations.tar.gz into it'
        )
    found = Annotations([], [], {}, {})
    missing = len(told.keys() - videos.keys())
    notes = [f'{missing} other videos are annotated and not there'] if missing else []
    if not told.keys() & videos.keys():
        raise LayoutError(f'{folder} holds no video that is annotated: unpack videos_*.tar into it')
    for name in chosen(told.keys() & videos.keys(), only):
        try:
            found.clips += _annotations(videos[name], told[name], lengths)
        except (LayoutError, ClipError) as error:
            found.problems.append(f'{name}: {error}')
    found.annotators.update({clip.name: 1 for clip in found.clips})
    return found, notes


def _annotations(video: Path, told: Path, lengths: StretchSettings) -> list[Annotation]:
    images = _images(told)
    duration = probe_clip(video).duration
    last = (max(images) + 1) / RATE
    if last > duration + OUT_OF_STEP:
        raise LayoutError(
            f'it lasts {duration:.1f} s and is annotated up to {last:.1f} s: they are out of step'
        )
    speech = {
        who: [run for run in merged(_speaking(images, who), 1.5 / RATE) if run[1] - run[0] >= SHORT]
        for who in PEOPLE
    }
    clips = []
    for stretch in listening_stretches(speech, (), lengths):
        left = _left(images, stretch.start, stretch.end)
        if left is None:
            continue  # `vico dataset build` would refuse it: one of the two is not in view
        other = PEOPLE[1 - PEOPLE.index(stretch.speaker)]
        clips.append(
            Annotation(
                video=video,
                start=stretch.start,
                end=min(stretch.end, duration),
                side='left' if left == stretch.speaker else 'right',
                attitude=Attitude.NEUTRAL,
                speaker_id=f'{video.stem}.{stretch.speaker}',
                listener_id=f'{video.stem}.{other}',
            )
        )
    return clips


def _images(path: Path) -> dict[int, Mapping[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        images = {int(number): image for number, image in content.items() if image}
    except (OSError, ValueError, AttributeError) as error:
        raise LayoutError(f'{path.name} cannot be read: {error}') from None
    if not images or not all(isinstance(image, dict) for image in images.values()):
        raise LayoutError(f'{path.name} describes no image')
    return images


def _speaking(images: Mapping[int, Mapping[str, Any]], who: str) -> list[Interval]:
    return [
        (number / RATE, (number + 1) / RATE)
        for number, image in images.items()
        if image.get('current_speaker') == who
    ]


def _left(images: Mapping[int, Mapping[str, Any]], start: float, end: float) -> str | None:
    """Return who sits on the left between two times; None when one of the two is never seen."""
    places: dict[str, list[float]] = {who: [] for who in PEOPLE}
    for number in range(round(start * RATE), round(end * RATE)):
        people = images.get(number, {}).get('people') or {}
        for who in PEOPLE:
            box = (people.get(who) or {}).get('bbox')
            if isinstance(box, list) and len(box) >= 4:
                places[who].append((float(box[0]) + float(box[2])) / 2)
    if not all(places.values()):
        return None
    return min(PEOPLE, key=lambda who: float(np.median(places[who])))
