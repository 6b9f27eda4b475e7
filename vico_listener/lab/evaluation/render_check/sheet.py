"""Draws the contact sheet of a portrait: what was commanded, the picture, and what was read."""

from collections.abc import Sequence

import cv2
import numpy as np

from vico_listener.frames import Picture
from vico_listener.lab.evaluation.render_check.reading import Reading

COLUMNS = 8
LINE = 16
"""The height of a line of text, px."""


def contact_sheet(readings: Sequence[Reading], still: Picture) -> Picture:
    """Return one picture with all pictures of a portrait, the reference first, and their texts."""
    tiles = [tile(still, ['reference'])]
    tiles += [tile(reading.picture, [reading.probe.label, _read(reading)]) for reading in readings]
    return arranged(tiles, COLUMNS)


def arranged(tiles: Sequence[Picture], columns: int) -> Picture:
    """Return one picture of tiles of one size, row by row."""
    blanks = [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    every = [*tiles, *blanks]
    rows = [np.hstack(every[i : i + columns]) for i in range(0, len(every), columns)]
    return np.vstack(rows)


def _read(reading: Reading) -> str:
    return ', '.join(
        f'{target.reads} {value:.2f}'
        for target, value in zip(reading.probe.targets, reading.values, strict=True)
    )


def tile(picture: Picture, lines: Sequence[str]) -> Picture:
    """Return a picture with lines of text below it."""
    height, width = picture.shape[:2]
    tile = np.full((height + 2 * LINE + 6, width + 2, 3), 255, np.uint8)
    tile[:height, :width] = picture
    for index, line in enumerate(lines):
        size, _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 1)
        scale = 0.42 * min(1.0, (width - 6) / max(size[0], 1))
        place = (3, height + LINE * (index + 1) - 3)
        cv2.putText(
            tile, line, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 1, cv2.LINE_AA
        )  # fmt: skip
    return tile
