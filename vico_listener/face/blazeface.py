"""Detects faces in images of any size by BlazeFace (short range).

The network has an input of 128x128 px and misses faces below about a tenth of it. Therefore it
searches overlapping tiles besides the whole image.

Source: Bazarevsky et al., BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs, 2019
(anchors: section 3.3; blended instead of suppressed detections: section 3.4).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.face.litert import Network
from vico_listener.face.observation import ROI_PER_BOX
from vico_listener.face.observation import SAME_FACE
from vico_listener.face.observation import Roi
from vico_listener.frames import Image

INPUT_SIZE = 128
ANCHORS = 896
VALUES = 16
"""Values per anchor: box (x, y, w, h) and 6 keypoints (x, y), of which the first two are eyes."""

MIN_SCORE = 0.65
"""The least score of a detection."""
TURNS_PER_ROUND = 3
"""One of this many successive turns searches the whole image."""
TILE_FRACTIONS = (1.0, 0.5)
"""The sides of tiles over the image's shorter side, in a video."""
STILL_TILE_FRACTIONS = (1.0, 0.5, 0.25)
"""The sides of tiles over the image's shorter side, in a single image."""
ZOOM_OUT = 0.6
"""Share of the input that the whole image fills in the search for a face larger than the image."""


@dataclass(frozen=True)
class View:
    """A part of the image.

    Attributes:
        x0, y0, x1, y1: its borders, px.
        fill: the share of the network's input that it fills.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    fill: float = 1.0


class BlazeFace:
    """The face detector.

    Args:
        content: the file of the network.
        threads: the number of CPU threads.

    Raises:
        FaceModelError: it is not this network.
    """

    def __init__(self, content: bytes, threads: int = 1) -> None:
        self._network = Network(
            content,
            'face detector',
            (1, INPUT_SIZE, INPUT_SIZE, 3),
            (ANCHORS * VALUES, ANCHORS),
            threads,
        )
        self._canvas = np.zeros((INPUT_SIZE, INPUT_SIZE, 3), np.uint8)
        self._anchors = _anchors()

    def detect(self, image: Image, turn: int | None = None) -> list[Roi]:
        """Return the faces in an image, the best first.

        Args:
            image: (H, W, 3) uint8 BGR.
            turn: None searches all views. A number searches one view, for live video: any
                `TURNS_PER_ROUND` successive numbers include the whole image, and in the long run
                they cover all views but the finest tiles.
        """
        height, width = image.shape[:2]
        whole = View(0, 0, width, height)
        distant = View(0, 0, width, height, ZOOM_OUT)
        if turn is None:
            views = [whole, *_tiles(width, height, STILL_TILE_FRACTIONS), distant]
        else:
            tiles = [*_tiles(width, height, TILE_FRACTIONS), distant]
            round_, place = divmod(turn, TURNS_PER_ROUND)
            index = round_ * (TURNS_PER_ROUND - 1) + place - 1
            views = [whole if place == 0 else tiles[index % len(tiles)]]
        found = [self._look(image, view) for view in views]
        return [_roi(row) for row in _blend(np.concatenate(found))]

    def _look(self, image: Image, view: View) -> NDArray[np.float64]:
        """Return detections (N, 9) in a view: score, box x0, y0, x1, y1, eyes x, y, x, y (px)."""
        scale, left, top = self._fill_input(image, view)
        self._network.run()
        rows = self._likely()
        rows[:, 1::2] = (rows[:, 1::2] - left) / scale + view.x0
        rows[:, 2::2] = (rows[:, 2::2] - top) / scale + view.y0
        return rows

    def _fill_input(self, image: Image, view: View) -> tuple[float, int, int]:
        """Put a view into the middle of the input (RGB, -1 to 1), with black around it.

        Returns:
            its scale, and its left and top margins in the input, px.
        """
        width, height = view.x1 - view.x0, view.y1 - view.y0
        scale = INPUT_SIZE * view.fill / max(width, height)
        w, h = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (INPUT_SIZE - w) // 2, (INPUT_SIZE - h) // 2
        part = image[view.y0 : view.y1, view.x0 : view.x1]
        small = cv2.resize(part, (w, h), interpolation=cv2.INTER_AREA)
        self._canvas[:] = 0
        self._canvas[top : top + h, left : left + w] = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
        target = self._network.input()
        np.multiply(self._canvas, np.float32(2 / 255), out=target)
        np.subtract(target, np.float32(1), out=target)
        return scale, left, top

    def _likely(self) -> NDArray[np.float64]:
        """Return the detections above `MIN_SCORE` as in `_look`, but in px of the input."""
        logits = self._network.output(1)
        likely = np.flatnonzero(logits > np.log(MIN_SCORE / (1 - MIN_SCORE)))
        values = self._network.output(0).reshape(ANCHORS, VALUES)[likely]
        anchors = self._anchors[likely]
        centre = values[:, 0:2] + anchors
        rows = np.empty((len(likely), 9))
        rows[:, 0] = 1 / (1 + np.exp(-np.clip(logits[likely], -50, 50)))
        rows[:, 1:3] = centre - values[:, 2:4] / 2
        rows[:, 3:5] = centre + values[:, 2:4] / 2
        rows[:, 5:7] = values[:, 4:6] + anchors
        rows[:, 7:9] = values[:, 6:8] + anchors
        return rows


def _anchors() -> NDArray[np.float64]:
    """Return the centres (896, 2) of the anchors, input px: 2 per cell of 16x16, 6 of 8x8."""
    centres = []
    for cells, per_cell in ((16, 2), (8, 6)):
        ticks = (np.arange(cells) + 0.5) * (INPUT_SIZE / cells)
        x, y = np.meshgrid(ticks, ticks)
        centres.append(np.repeat(np.stack([x, y], -1).reshape(-1, 2), per_cell, axis=0))
    return np.concatenate(centres)


def _tiles(width: int, height: int, fractions: tuple[float, ...]) -> list[View]:
    """Return square tiles that overlap by half, coarse to fine, smaller than the image."""
    tiles = []
    for fraction in fractions:
        side = round(min(width, height) * fraction)
        if side < INPUT_SIZE / 4 or max(width, height) < 1.2 * side:
            continue
        for y in _starts(height, side):
            for x in _starts(width, side):
                tiles.append(View(x, y, x + side, y + side))
    return tiles


def _starts(length: int, side: int) -> list[int]:
    count = 1 + int(np.ceil((length - side) / (side / 2)))
    return [round(s) for s in np.linspace(0, length - side, count)]


def _blend(rows: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return one row per face: the average of overlapping rows, weighted by their scores."""
    rows = rows[np.argsort(-rows[:, 0])]
    faces = []
    while len(rows):
        best = rows[0]
        size = np.clip(
            np.minimum(rows[:, 3:5], best[3:5]) - np.maximum(rows[:, 1:3], best[1:3]), 0, None
        )
        common = size.prod(axis=1)
        areas = (rows[:, 3:5] - rows[:, 1:3]).prod(axis=1)
        same = common > SAME_FACE * (areas + areas[0] - common)
        same[0] = True
        face = np.average(rows[same], axis=0, weights=rows[same, 0])
        face[0] = best[0]
        faces.append(face)
        rows = rows[~same]
    return faces


def _roi(row: NDArray[np.float64]) -> Roi:
    score, x0, y0, x1, y1, eye_x0, eye_y0, eye_x1, eye_y1 = (float(v) for v in row)
    angle = float(np.arctan2(eye_y1 - eye_y0, eye_x1 - eye_x0))
    return Roi((x0 + x1) / 2, (y0 + y1) / 2, ROI_PER_BOX * max(x1 - x0, y1 - y0), angle, score)
