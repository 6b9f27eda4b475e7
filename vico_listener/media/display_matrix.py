"""Reads how the images of a stream are to be turned and mirrored, as a player shows them."""

from typing import Any

import av.error
import av.filter
import numpy as np
from av.sidedata.sidedata import Type

OF_PHOTOS = ('png', 'apng', 'mjpeg', 'webp', 'tiff', 'jpegxl')
"""Codecs whose images may have named colour profiles and tags.

PyAV frees the names twice when it lists a frame's side data, so that the process ends, and knows no
tags (`EXIF`). Both are taken off first.
"""

TAKEN_OFF = ('ICC_PROFILE', '31')
"""What is taken off: colour profiles, and FFmpeg's number of tags, which its filter has no name of.
"""


class DisplayMatrices:
    """The display matrices of a stream's images, in the order of decoding."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._of_photos = stream.codec_context.name in OF_PHOTOS
        self._current: bytes | None = None
        self._shape: tuple[Any, ...] = ()
        self._graph: Any = None

    def next(self, frame: Any) -> bytes | None:
        """Return the matrix of the next image (av.VideoFrame), nine int32, or None.

        One that the coded images themselves tell stands until the next key frame (H.264,
        D.2.26: display orientation).
        """
        matrix = self._told(frame)
        if matrix is not None or frame.key_frame:
            self._current = matrix
        return self._current

    def _told(self, frame: Any) -> bytes | None:
        try:
            if self._of_photos:
                frame = self._bare(frame)
            matrix = frame.side_data.get(Type.DISPLAYMATRIX)
        except (ValueError, av.error.FFmpegError):  # PyAV does not know every type of FFmpeg's
            return _turned(frame.rotation)
        return None if matrix is None else bytes(matrix)

    def _bare(self, frame: Any) -> Any:
        """Return the image without what PyAV cannot read."""
        shape = (frame.width, frame.height, frame.format.name)
        if shape != self._shape:
            self._shape = shape
            self._graph = av.filter.Graph()
            width, height, name = shape
            nodes = [
                self._graph.add_buffer(
                    width=width, height=height, format=name, time_base=self._stream.time_base
                ),
                *(self._graph.add('sidedata', f'mode=delete:type={kind}') for kind in TAKEN_OFF),
                self._graph.add('buffersink'),
            ]
            self._graph.link_nodes(*nodes).configure()
        self._graph.push(frame)
        return self._graph.pull()


def _turned(degrees: float) -> bytes | None:
    quarter = round(degrees / 90) % 4
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarter]
    matrix = np.array([cosine, -sine, 0, sine, cosine, 0, 0, 0, 1], np.int32)
    return matrix.tobytes() if quarter else None
