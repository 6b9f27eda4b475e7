"""A slow renderer made fluent: it draws in a thread of its own, pictures in between are made up.

Between two drawn pictures the face moves along their optical flow, a millisecond's work, so that
it moves at the rate at which it is asked for. It is late by the time that two drawings take.
"""

from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.render.base import NO_MAP
from vico_listener.render.base import Image
from vico_listener.render.base import Renderer

Flow = NDArray[np.float32]


class SlowRenderer(Protocol):
    """What is made fluent: a renderer whose memory of motions and whose drawing are apart."""

    basis: Basis
    reference: FaceMotion

    def follow(self, motion: FaceMotion) -> NDArray[np.float32]:
        """Take a motion; what to draw."""

    def draw(self, window: NDArray[np.float32]) -> Image:
        """Draw it; called from another thread."""

    def reset(self) -> None:
        """Forget earlier motions."""


class FluentRenderer(Renderer):
    """Asks a slow renderer for a new picture whenever it is idle, and fills the time in between.

    Args:
        slow: draws.
    """

    def __init__(self, slow: SlowRenderer) -> None:
        self._slow = slow
        self.basis, self.reference = slow.basis, slow.reference
        self._worker = ThreadPoolExecutor(1, 'renderer')
        self.reset()

    def reset(self) -> None:
        """See `Renderer.reset`."""
        self._slow.reset()
        self._drawing: Future[Image] | None = None
        self._since = 0
        self._passage: Passage | None = None
        self._step = self._steps = 0

    def close(self) -> None:
        """Wait for the picture under way; no more can be asked for."""
        self._worker.shutdown()

    def render(self, motion: FaceMotion) -> Image:
        """See `Renderer.render`; the first call waits for its picture, the others never do."""
        window = self._slow.follow(motion)
        if self._passage is None:
            picture = self._worker.submit(self._slow.draw, window).result()
            self._passage = Passage.between(picture, picture)
        self._since += 1
        if self._drawing is not None and self._drawing.done():
            # From what is seen now to the new picture, in the time that this one took.
            self._passage = Passage.between(self._seen(), self._drawing.result())
            self._step, self._steps = 0, self._since
            self._drawing = None
        if self._drawing is None:
            self._drawing = self._worker.submit(self._slow.draw, window)
            self._since = 0
        self._step = min(self._step + 1, self._steps)
        return self._seen()

    def _seen(self) -> Image:
        assert self._passage is not None
        return self._passage.at(self._step / self._steps if self._steps else 1.0)


@dataclass(frozen=True)
class Passage:
    """Two pictures (H, W, 3) and the flows between them (H, W, 2), px."""

    first: Image
    last: Image
    forward: Flow
    backward: Flow

    @classmethod
    def between(cls, first: Image, last: Image) -> 'Passage':
        """Find the flows: dense inverse search (Kroeger et al., ECCV 2016)."""
        search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        a, b = (cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) for picture in (first, last))
        forward, backward = (np.zeros((*a.shape, 2), np.float32) for _ in range(2))
        search.calc(a, b, forward)
        search.calc(b, a, backward)
        return cls(first, last, forward, backward)

    def at(self, share: float) -> Image:
        """The picture at `share` of the way, 0 = the first, 1 = the last.

        Flows to it as in Jiang et al., Super SloMo, CVPR 2018, equation 4.
        """
        if share <= 0.0 or share >= 1.0:
            return (self.first if share <= 0.0 else self.last).copy()
        rest = 1 - share
        to_first = share * (share * self.backward - rest * self.forward)
        to_last = rest * (rest * self.forward - share * self.backward)
        first, last = _moved(self.first, to_first), _moved(self.last, to_last)
        return np.asarray(cv2.addWeighted(first, rest, last, share, 0), np.uint8)


def _moved(picture: Image, flow: NDArray) -> Image:
    height, width = flow.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    places = (flow + np.dstack([x, y])).astype(np.float32)
    moved = cv2.remap(picture, places, NO_MAP, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
