"""Decodes a stream of a file as a player does: what is damaged is skipped, and time goes on."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import av
import av.error

from vico_listener.clock import NANOSECONDS
from vico_listener.media.container import Kind
from vico_listener.media.container import Media
from vico_listener.media.container import open_media
from vico_listener.media.image_decoding import decoded_images
from vico_listener.media.packet_times import PacketTimes
from vico_listener.media.remarks import Remarks
from vico_listener.media.transport_stream import parts_of

PADDING = 1.0
"""Seconds that the padding of codecs lasts at most."""


@dataclass(frozen=True)
class Frame:
    """A decoded image (av.VideoFrame) or piece of audio (av.AudioFrame).

    Attributes:
        decoded: it.
        time: s of stream time; None if the file does not say. An image without a stamp comes a
            period after the one before.
        aspect: width of a pixel over its height; None if it is not told.
        matrix: how an image is to be turned and mirrored, see `displayed`; None for not at all.
    """

    decoded: Any
    time: Fraction | None
    aspect: Fraction | None = None
    matrix: bytes | None = None


def decoded_frames(
    path: Path, kind: Kind, since: float = 0.0, remarks: Remarks | None = None
) -> Iterator[Frame]:
    """Yield everything that can be decoded of a stream; nothing when there is no such stream.

    Stamps that start anew or jump are moved so that they go on, those of images and audio alike.

    Args:
        path: of the file.
        kind: which stream.
        since: s of stream time from where on it is wanted; it may begin earlier.
        remarks: takes what was skipped or moved.

    Raises:
        ClipError: the file cannot be read.
    """
    remarks = Remarks() if remarks is None else remarks
    timing, told = None, 0.0
    parts = _parts(path)
    for part in parts:
        with open_media(path, part) as media:
            wanted = media.video if kind == 'video' else media.audio
            if wanted is None and len(parts) == 1:
                return
            if timing is None:
                timing = PacketTimes(media, whole=since <= 0 or not _seek(media, wanted, since))
            yield from _decoded(path, media, wanted, timing, remarks)
            told = 0.0 if media.restarts else media.duration
    if timing is None or kind != timing.counts:
        return
    played = _played(timing)
    if timing.line.jumps:
        remarks.add('jumps of the stamps, taken out', len(timing.line.jumps))
    elif since <= 0 and told - played > PADDING:
        remarks.add('file that ends early', example=f'after {played:.1f} s of {told:.1f} s')


def _played(timing: PacketTimes) -> float:
    """Return how long what has been read is, s; 0 for nothing."""
    end = timing.line.end
    return 0.0 if end is None else (end - timing.line.start) / NANOSECONDS


def measure_duration(path: Path) -> float:
    """Return the length of a file (s) as it is played; 0 if there is nothing.

    Raises:
        ClipError: it cannot be read.
    """
    timing = None
    told = 0.0
    for part in _parts(path):
        with open_media(path, part) as media:
            told = 0.0 if media.restarts else media.duration
            timing = timing or PacketTimes(media)
            for _ in _packets(media, timing, Remarks()):
                pass
    measured = 0.0 if timing is None else _played(timing)
    # A head knows what of a codec's padding does not count; but not of jumps.
    return told if abs(told - measured) < PADDING else measured


def count_packets(path: Path, kind: Kind) -> int:
    """Return how many packets a file holds of a stream; 0 when there is no such stream.

    Raises:
        ClipError: the file cannot be read.
    """
    count = 0
    for part in _parts(path):
        with open_media(path, part) as media:
            timing = PacketTimes(media)
            count += sum(p.stream.type == kind for p in _packets(media, timing, Remarks()))
    return count


def open_clip(path: Path) -> AbstractContextManager[Media]:
    """Open a file, or its first part where its streams change.

    Raises:
        ClipError: no such file, or none that FFmpeg can read.
    """
    return open_media(path, _parts(path)[0])


def _parts(path: Path) -> Sequence[tuple[int, int] | None]:
    if not path.is_file():
        return [None]
    status = path.stat()
    parts = _parts_of(path, status.st_size, status.st_mtime_ns)
    return [None] if len(parts) < 2 else parts


@lru_cache(maxsize=4)
def _parts_of(path: Path, size: int, changed: int) -> list[tuple[int, int]]:
    return parts_of(path)  # as long as the file is the same


def _seek(media: Media, stream: Any, since: float) -> bool:
    """Go to the key frame before `since` s of stream time; False where that is not known."""
    if media.restarts or stream is None or stream.time_base is None:
        return False
    try:
        media.container.seek(int((media.start + Fraction(since)) / stream.time_base), stream=stream)
    except av.error.FFmpegError:
        return False
    return True


def _packets(media: Media, timing: PacketTimes, remarks: Remarks) -> Iterator[Any]:
    """Yield the packets of image and audio, until the file ends or breaks off."""
    if not media.streams:
        return
    try:
        for packet in media.container.demux(*media.streams):
            if packet.size:
                timing.settle(packet)
                yield packet
    except av.error.FFmpegError:
        remarks.add('places where the file is damaged: what comes after is not read')


def _decoded(
    path: Path, media: Media, wanted: Any, timing: PacketTimes, remarks: Remarks
) -> Iterator[Frame]:
    packets = _packets(media, timing, remarks)
    if wanted is None:
        for _ in packets:  # the others' stamps count
            pass
        return
    if wanted.type == 'audio':
        yield from _decoded_audio(wanted, packets, timing, remarks)
    else:
        yield from _decoded_images(path, wanted, packets, timing, remarks)


def _decoded_audio(
    wanted: Any, packets: Iterator[Any], timing: PacketTimes, remarks: Remarks
) -> Iterator[Frame]:
    for packet in chain(packets, [None]):
        if packet is not None and packet.stream.index != wanted.index:
            continue
        try:
            decoded = wanted.decode(packet)
        except av.error.FFmpegError:
            remarks.add('pieces of audio that cannot be decoded')
            continue
        for frame in decoded:
            yield Frame(frame, timing.of(frame.pts, wanted))


def _decoded_images(
    path: Path, wanted: Any, packets: Iterator[Any], timing: PacketTimes, remarks: Remarks
) -> Iterator[Frame]:
    images = decoded_images(path, wanted, packets, timing.whole, remarks)
    period = 1 / (wanted.average_rate or Fraction(30))
    for stamp, image in images:
        time = timing.of(stamp, wanted)
        if time is None:
            time = Fraction(0) if timing.last is None else timing.last + period
        timing.last = time if timing.last is None else max(time, timing.last)
        yield Frame(image.decoded, time, image.aspect, image.matrix)
