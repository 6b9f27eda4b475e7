"""Makes a slow renderer fluent: it draws in a separate thread, and pictures are interpolated.

Between two drawn pictures the face moves along their optical flow, which takes about a millisecond,
so that it moves at the rate at which pictures are requested. The pictures are late by the time that
two drawings take.
"""

from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import Picture
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.render.renderers import NO_MAP
from vico_listener.render.renderers import Renderer

Flow = NDArray[np.float32]


class SlowRenderer(Protocol):
    """A slow renderer whose memory of motions is separate from its drawing."""

    basis: Basis
    reference: FaceMotion

    def follow(self, motion: FaceMotion) -> NDArray[np.float32]:
        """Take a motion and return the input of `draw`."""

    def draw(self, window: NDArray[np.float32]) -> Picture:
        """Return the picture of an input; this is called from another thread."""

    def reset(self) -> None:
        """Forget earlier motions."""


class FluentRenderer(Renderer):
    """Requests a picture from a slow renderer whenever it is idle, and interpolates in between.

    Args:
        slow: the renderer that draws.
    """

    def __init__(self, slow: SlowRenderer) -> None:
        self._slow = slow
        self.basis, self.reference = slow.basis, slow.reference
        self._worker = ThreadPoolExecutor(1, 'renderer')
        self.reset()

    def reset(self) -> None:
        """See `Renderer.reset`."""
        self._slow.reset()
        self._drawing: Future[Picture] | None = None
        self._since = 0
        self._passage: Passage | None = None
        self._step = self._steps = 0

    def close(self) -> None:
        """Wait for the picture that is being drawn; no more can be requested afterwards."""
        self._worker.shutdown()

    def render(self, motion: FaceMotion) -> Picture:
        """See `Renderer.render`; only the first call waits for its picture."""
        window = self._slow.follow(motion)
        if self._passage is None:
            picture = self._worker.submit(self._slow.draw, window).result()
            self._passage = Passage.between(picture, picture)
        self._since += 1
        if self._drawing is not None and self._drawing.done():
            # Go from the current picture to the new one, in the time that drawing it took.
            self._passage = Passage.between(self._seen(), self._drawing.result())
            self._step, self._steps = 0, self._since
            self._drawing = None
        if self._drawing is None:
            self._drawing = self._worker.submit(self._slow.draw, window)
            self._since = 0
        self._step = min(self._step + 1, self._steps)
        return self._seen()

    def _seen(self) -> Picture:
        assert self._passage is not None
        return self._passage.at(self._step / self._steps if self._steps else 1.0)


@dataclass(frozen=True)
class Passage:
    """Two pictures (H, W, 3) and the optical flows (H, W, 2) between them, px."""

    first: Picture
    last: Picture
    forward: Flow
    backward: Flow

    @classmethod
    def between(cls, first: Picture, last: Picture) -> 'Passage':
        """Return the passage between two pictures.

        The flows are found by dense inverse search (Kroeger et al., ECCV 2016).
        """
        search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        a, b = (cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) for picture in (first, last))
        forward, backward = (np.zeros((*a.shape, 2), np.float32) for _ in range(2))
        search.calc(a, b, forward)
        search.calc(b, a, backward)
        return cls(first, last, forward, backward)

    def at(self, share: float) -> Picture:
        """Return the picture at a share of the way, from 0 for the first to 1 for the last.

        The flows to it are those of Jiang et al., Super SloMo, CVPR 2018, equation 4.
        """
        if share <= 0.0 or share >= 1.0:
            return (self.first if share <= 0.0 else self.last).copy()
        rest = 1 - share
        to_first = share * (share * self.backward - rest * self.forward)
        to_last = rest * (rest * self.forward - share * self.backward)
        first, last = _moved(self.first, to_first), _moved(self.last, to_last)
        return np.asarray(cv2.addWeighted(first, rest, last, share, 0), np.uint8)


def _moved(picture: Picture, flow: NDArray) -> Picture:
    height, width = flow.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    places = (flow + np.dstack([x, y])).astype(np.float32)
    moved = cv2.remap(picture, places, NO_MAP, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
