"""Reads the images of a video at the ticks of the model clock."""

from collections.abc import Iterator
from pathlib import Path

from vico_listener.clock import EARLY_TICK_NS
from vico_listener.clock import tick_stamp
from vico_listener.frames import Image
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import camera_frames


def images_at_ticks(path: Path, count: int | None = None) -> Iterator[Image]:
    """Yield the image (H, W, 3) uint8 BGR that a video shows at each tick.

    Args:
        path: the video.
        count: the number of ticks, for which the last image is held beyond the end of the video;
            None for as many as the video lasts.

    Raises:
        ClipError: the video cannot be read or holds no image.
    """
    images = camera_frames(path)
    current = next(images, None)
    if current is None:
        raise ClipError(f'{path} holds no image')
    following = next(images, None)
    tick = 0
    while count is None or tick < count:
        while following is not None and following.stamp <= tick_stamp(tick) + EARLY_TICK_NS:
            current, following = following, next(images, None)
        over = following is None and current.stamp + EARLY_TICK_NS < tick_stamp(tick)
        if over and count is None:
            return
        yield current.image
        tick += 1
