"""Writes pictures as a silent H.264 video."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.media.container import file_url


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
        stream = container.add_stream('libx264', rate=fps)
        stream.pix_fmt = 'yuv420p'
        stream.options = {'crf': str(quality), 'preset': 'veryfast'}
        for picture in pictures:
            if count == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format='bgr24')
            frame.pts, frame.time_base = count, Fraction(1, fps)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    if count == 0:
        unfinished.unlink()
        raise DataError(f'there are no pictures for {path.name}')
    unfinished.replace(path)
    return count
