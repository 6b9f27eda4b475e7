"""Decodes a stream of a file as a player does: what is damaged is skipped, and time goes on."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from itertools import islice
from pathlib import Path
from typing import Any

import av
import av.error

from vico_listener.clock import NANOSECONDS
from vico_listener.media.container import Kind
from vico_listener.media.container import Media
from vico_listener.media.container import open_media
from vico_listener.media.display_matrix import DisplayMatrices
from vico_listener.media.packet_times import PacketTimes
from vico_listener.media.remarks import Remarks
from vico_listener.media.stamps import CodedStamps
from vico_listener.media.transport_stream import parts_of

PADDING = 1.0
"""Seconds that the padding of codecs lasts at most."""

LOOK_AHEAD = 60
"""Packets that show whether a stream's stamps are those of presentation."""

NAMES = {'video': 'images', 'audio': 'pieces of audio'}


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
    coded = None
    if wanted.type == 'video' and wanted.codec_context.has_b_frames:
        head = list(islice(packets, LOOK_AHEAD))
        packets = chain(head, packets)
        if _may_be_coded(head) and _is_coded(path, wanted.index):
            coded = CodedStamps()
    aspect = _Aspect(wanted) if wanted.type == 'video' else None
    matrices = DisplayMatrices(wanted)
    period = 1 / (wanted.average_rate or Fraction(30)) if wanted.type == 'video' else None
    for packet in chain(packets, [None]):
        if packet is not None and packet.stream.index != wanted.index:
            continue
        if coded is not None and packet is not None:
            coded.put(packet.pts if packet.dts is None else packet.dts)
        try:
            decoded = wanted.decode(packet)
        except av.error.FFmpegError:
            remarks.add(f'{NAMES[wanted.type]} that cannot be decoded')
            if coded is not None:
                coded.drop()
            continue
        for frame in decoded:
            stamp = frame.pts if coded is None else coded.next()
            known = stamp is not None and wanted.time_base is not None
            time = stamp * wanted.time_base - timing.start if known else None
            if period is not None:
                if time is None:
                    time = Fraction(0) if timing.last is None else timing.last + period
                timing.last = time if timing.last is None else max(time, timing.last)
            if aspect is None:
                yield Frame(frame, time)
            else:
                yield Frame(frame, time, aspect.now(), matrices.next(frame))


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


def _may_be_coded(packets: list[Any]) -> bool:
    """Return whether the stamps of images rise although these are coded in another order."""
    stamps = [p.pts for p in packets if p.stream.type == 'video' and p.pts is not None]
    return stamps == sorted(stamps)


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
