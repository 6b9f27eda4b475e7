"""Decodes the images of a stream in the order of showing, and tells which are lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from itertools import islice
from pathlib import Path
from typing import Any

import av
import av.error

from vico_listener.media.container import open_media
from vico_listener.media.display_matrix import DisplayMatrices
from vico_listener.media.lost_images import LostImages
from vico_listener.media.remarks import Remarks
from vico_listener.media.stamps import CodedStamps

LOOK_AHEAD = 60
"""Packets that show whether a stream's stamps are those of presentation."""

CODED = ('avi',)
"""Containers that know no stamps of presentation, whatever FFmpeg makes of them."""


@dataclass(frozen=True)
class DecodedImage:
    """A decoded image (av.VideoFrame), its pixels' shape and how it is turned: see `Frame`."""

    decoded: Any
    aspect: Fraction | None
    matrix: bytes | None


def decoded_images(
    path: Path, wanted: Any, packets: Iterator[Any], whole: bool, remarks: Remarks
) -> Iterator[tuple[int | None, DecodedImage]]:
    """Yield the images of a stream in the order of showing, each with its stamp, in its base.

    Args:
        path: of the file.
        wanted: the stream (av.VideoStream).
        packets: of the file.
        whole: they are read from the file's beginning.
        remarks: takes what cannot be decoded.
    """
    head = list(islice(packets, LOOK_AHEAD))
    packets = chain(head, packets, [None])
    coded: CodedStamps[DecodedImage] | None = None
    if _has_coded_stamps(path, wanted, head):
        coded = CodedStamps()
    aspect = _Aspect(wanted)
    matrices = DisplayMatrices(wanted)
    lost = LostImages(wanted.codec_context.name, whole)
    for packet in packets:
        if packet is not None:
            if packet.stream.index != wanted.index:
                continue
            lost.put(packet)
            if coded is not None:
                coded.put(packet.pts, packet.pts if packet.dts is None else packet.dts)
        try:
            decoded = wanted.decode(packet)
        except av.error.FFmpegError:
            lost.fail()
            continue
        for frame in decoded:
            lost.show(frame)
            if frame.is_corrupt:
                remarks.add('images that are damaged in part')
            image = DecodedImage(frame, aspect.now(), matrices.next(frame))
            if coded is None:
                yield frame.pts, image
            else:
                yield from coded.show(frame.pts, image)
    if coded is not None:
        yield from coded.flush()
    if lost.count:
        remarks.add('images that cannot be decoded', lost.count)


class _Aspect:
    """The shape of a stream's pixels: as the container says, until its images say otherwise."""

    def __init__(self, stream: Any) -> None:
        self._codec = stream.codec_context
        self._told = stream.sample_aspect_ratio
        self._first: Any = None

    def now(self) -> Fraction | None:
        """Return the width of a pixel over its height, after an image was decoded."""
        current = self._codec.sample_aspect_ratio
        if self._first is None:
            self._first = current
        return self._told if current == self._first else current


def _has_coded_stamps(path: Path, wanted: Any, head: list[Any]) -> bool:
    """Return whether the stamps of a stream are in the order of coding, not of showing."""
    if wanted.container.format.name in CODED:
        return True
    if not wanted.codec_context.has_b_frames:
        return False
    stamps = [p.pts for p in head if p.stream.type == 'video' and p.pts is not None]
    return stamps == sorted(stamps) and _is_coded(path, wanted.index)


def _is_coded(path: Path, index: int) -> bool:
    """Return whether the images of a file, in the order of showing, have stamps that go back."""
    with open_media(path) as media:
        if index >= len(media.container.streams):  # of a damaged file they are not always found
            return False
        stream: Any = media.container.streams[index]
        stamps: list[int] = []
        for packet in islice(media.container.demux(stream), LOOK_AHEAD):
            try:
                stamps += [f.pts for f in stream.decode(packet) if f.pts is not None]
            except av.error.FFmpegError:
                continue
    return stamps != sorted(stamps)
