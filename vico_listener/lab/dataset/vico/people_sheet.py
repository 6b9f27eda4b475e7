"""Draws one picture of every identity of a data set, as the paper's Fig. A2."""

from collections.abc import Iterable
from itertools import islice
from math import ceil
from math import sqrt
from pathlib import Path

import cv2
import numpy as np

from vico_listener.errors import DataError
from vico_listener.frames import Image
from vico_listener.lab.dataset.vico.layouts import ClipEntry
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import camera_frames
from vico_listener.media.decoded_image import fit

SIDE = 96
"""The width and height of each picture, px."""

MISSING = 200
"""The grey of a picture that cannot be had."""

CAPTION = 16
"""The height of the line below it, px."""


def videos_of_people(entries: Iterable[ClipEntry]) -> dict[str, list[Path]]:
    """Return the videos of each identity, those of its clips in their order."""
    videos: dict[str, list[Path]] = {}
    for entry in entries:
        pairs = (entry.speaker_id, entry.speaker_video), (entry.listener_id, entry.listener_video)
        for identity, video in pairs:
            if identity:
                videos.setdefault(identity, []).append(video)
    return videos


def people_sheet(entries: Iterable[ClipEntry]) -> Image:
    """Return the sheet: the first image of the first video of each identity that can be read.

    An identity of which no video can be read has a grey square.
    """
    people = videos_of_people(entries)
    columns = max(1, ceil(sqrt(1.5 * len(people))))
    rows = max(1, ceil(len(people) / columns))
    sheet = np.full((rows * (SIDE + CAPTION), columns * SIDE, 3), 255, np.uint8)
    for place, (identity, videos) in enumerate(sorted(people.items(), key=_in_order)):
        top, left = (place // columns) * (SIDE + CAPTION), (place % columns) * SIDE
        images = map(_first_image, videos)
        image = next((one for one in images if one is not None), None)
        sheet[top : top + SIDE, left : left + SIDE] = (
            MISSING if image is None else fit(image, SIDE, SIDE)
        )
        where = left + 4, top + SIDE + CAPTION - 4
        cv2.putText(sheet, identity[:12], where, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1)
    return sheet


def write_people_sheet(entries: Iterable[ClipEntry], path: Path) -> None:
    """Write the sheet as a picture."""
    if not cv2.imwrite(str(path), people_sheet(entries)):
        raise DataError(f'{path} cannot be written')


def _in_order(person: tuple[str, list[Path]]) -> tuple[int, int, str]:
    """Return what sorts 2 before 10, and names after numbers."""
    identity = person[0]
    number = int(identity) if identity.isdecimal() else 0
    return int(not identity.isdecimal()), number, identity


def _first_image(video: Path) -> Image | None:
    try:
        return next((frame.image for frame in islice(camera_frames(video), 1)), None)
    except ClipError:
        return None  # the inspection tells of it
