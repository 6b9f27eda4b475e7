"""Writes pictures as H.264 video."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.media.container import file_url


def h264_stream(
    container: OutputContainer, size: tuple[int, int], rate: int | Fraction, quality: int = 18
) -> VideoStream:
    """Add a stream of H.264 pictures to a container that is written.

    It is encoded by one thread, so that the same pictures give the same bits on every machine.

    Args:
        container: the container.
        size: width and height of the pictures, px, even.
        rate: pictures per second.
        quality: the constant rate factor of x264, 0 (best) to 51.
    """
    stream = container.add_stream('libx264', rate=rate)
    stream.width, stream.height = size
    stream.pix_fmt = 'yuv420p'
    stream.options = {'crf': str(quality), 'preset': 'superfast'}
    stream.thread_count = 1
    return stream


def video_frame(picture: NDArray[np.uint8], number: int, rate: int | Fraction) -> av.VideoFrame:
    """Return a picture (H, W, 3) uint8 BGR as the frame of its number, of `rate` a second."""
    frame = av.VideoFrame.from_ndarray(picture, format='bgr24')
    frame.pts, frame.time_base = number, 1 / Fraction(rate)
    return frame


def write_video(
    path: Path, pictures: Iterable[NDArray[np.uint8]], fps: int, quality: int = 18
) -> int:
    """Write pictures as an mp4; as long as it is incomplete, the file has another name.

    Args:
        path: the mp4 file.
        pictures: (H, W, 3) uint8 BGR, all of the same size, whose sides are even.
        fps: pictures per second.
        quality: the constant rate factor of x264, 0 (best) to 51.

    Returns:
        the number of pictures.

    Raises:
        DataError: there are no pictures.
    """
    unfinished = path.with_suffix('.part.mp4')
    count = 0
    with av.open(file_url(unfinished), 'w') as container:
        stream = None
        for picture in pictures:
            if stream is None:
                height, width = picture.shape[:2]
                stream = h264_stream(container, (width, height), fps, quality)
            container.mux(stream.encode(video_frame(picture, count, fps)))
            count += 1
        if stream is not None:
            container.mux(stream.encode(None))
    if count == 0:
        unfinished.unlink()
        raise DataError(f'there are no pictures for {path.name}')
    unfinished.replace(path)
    return count
