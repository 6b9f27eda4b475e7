"""The pictures of a video at the ticks of the model's clock."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import EARLY_TICK_NS
from vico_listener.clock import tick_stamp
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import camera_frames

Image = NDArray[np.uint8]


def pictures_at_ticks(path: Path, count: int | None = None) -> Iterator[Image]:
    """The picture (H, W, 3) BGR that is to be seen at each tick.

    Args:
        path: of the video.
        count: of the ticks, the last picture being held at the video's end; None = as many as the
            video lasts.

    Raises:
        ClipError: it holds no picture (ClipError: it cannot be read).
    """
    pictures = camera_frames(path)
    current = next(pictures, None)
    if current is None:
        raise ClipError(f'{path} holds no picture')
    following = next(pictures, None)
    tick = 0
    while count is None or tick < count:
        while following is not None and following.stamp <= tick_stamp(tick) + EARLY_TICK_NS:
            current, following = following, next(pictures, None)
        over = following is None and current.stamp + EARLY_TICK_NS < tick_stamp(tick)
        if over and count is None:
            return
        yield current.image
        tick += 1
