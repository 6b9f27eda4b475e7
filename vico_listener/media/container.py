"""Opens a file of images and audio, and chooses the streams in it that count."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any
from typing import BinaryIO
from typing import Literal

import av
import av.error
from av.stream import Disposition

from vico_listener.errors import DataError
from vico_listener.media.decoded_image import MAX_PIXELS
from vico_listener.media.display_matrix import OF_PHOTOS

Kind = Literal['video', 'audio']

COVERS = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
"""Images that come with the audio, or stand for the film, and are not the film."""

RESTARTS = 0x0200
"""FFmpeg's AVFMT_TS_DISCONT: the stamps of such a format may start anew anywhere."""


def file_url(path: Path) -> str:
    """Return how FFmpeg is told that a path is a file: else 'talk:1.mp4' would be a protocol."""
    return f'file:{path}'


class ClipError(DataError):
    """A clip cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Media:
    """An open file, and its streams that count; None where there is none."""

    container: av.container.InputContainer
    video: av.VideoStream | None
    audio: av.AudioStream | None

    @property
    def streams(self) -> list[Any]:
        """The streams that were chosen."""
        return [stream for stream in (self.video, self.audio) if stream is not None]

    @property
    def has_cover(self) -> bool:
        """True when there are images, but none of a film."""
        return self.video is None and any(
            s.disposition & COVERS for s in self.container.streams.video
        )

    @property
    def restarts(self) -> bool:
        """True when the stamps may start anew, so that the file's head knows no duration."""
        return bool(self.container.format.flags & RESTARTS)

    @property
    def start(self) -> Fraction:
        """The first stamp, s."""
        starts = [
            s.start_time * s.time_base
            for s in self.streams
            if s.start_time is not None and s.time_base is not None
        ]
        return min(starts, default=Fraction(0))

    @property
    def duration(self) -> float:
        """What the file's head tells, s; 0 if it tells nothing."""
        durations = [
            float(s.duration * s.time_base)
            for s in self.streams
            if s.duration is not None and s.time_base is not None
        ]
        if self.container.duration is not None:
            durations.append(self.container.duration / av.time_base)
        return max(durations, default=0.0)

    def choices(self) -> list[str]:
        """Return a line for images and for audio if there are several streams: which one counts."""
        lines = []
        for name, taken, streams in (
            ('video', self.video, self.container.streams.video),
            ('audio', self.audio, self.container.streams.audio),
        ):
            if taken is not None and len(streams) > 1:
                number = [s.index for s in streams].index(taken.index) + 1
                lines.append(
                    f'{name} stream {number} of {len(streams)} is taken ({_described(taken)})'
                )
        return lines


@contextmanager
def open_media(path: Path, part: tuple[int, int] | None = None) -> Iterator[Media]:
    """Open a file of images or audio.

    Args:
        path: of the file.
        part: first byte and end of what is read of it; None for all of it.

    Raises:
        ClipError: no such file, or none that FFmpeg can read.
    """
    if path.is_dir():
        raise ClipError(f'{path} is a folder: give a video file, or the folder of a rosbag2 bag')
    if not path.is_file():
        raise ClipError(f'no such clip: {path}')
    with ExitStack() as stack:
        source: str | _Part = file_url(path)
        try:
            if part is not None:
                source = _Part(stack.enter_context(path.open('rb')), *part)
            container = stack.enter_context(av.open(source, metadata_errors='replace'))
        except (av.error.FFmpegError, OSError) as error:
            raise ClipError(
                f'{path.name} is not a video that FFmpeg can read ({error.strerror or error}): '
                'give an mp4, mov, mkv or webm file'
            ) from error
        video = _chosen(container, 'video')
        if part is None and video is not None and _is_cover(path, video):
            video = _chosen(container, 'video', without=video)
        media = Media(container, video, _chosen(container, 'audio', video))
        if video is not None:
            video.thread_type = 'AUTO'
            video.codec_context.options = {'max_pixels': str(MAX_PIXELS)}
        try:
            yield media
        finally:
            # Freeing a decoder waits for its threads while it holds the lock that one of them may
            # want for a log message; this waits without.
            for stream in media.streams:
                stream.codec_context.flush_buffers()


class _Part:
    """A part of an open file as a file."""

    def __init__(self, file: BinaryIO, begin: int, end: int) -> None:
        self._file = file
        self._begin, self._size = begin, end - begin
        self.seek(0)

    def read(self, size: int = -1) -> bytes:
        left = self._size - self.tell()
        return self._file.read(left if size < 0 else min(size, left))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._size}[whence]
        self._file.seek(self._begin + min(max(0, origin + offset), self._size))
        return self.tell()

    def tell(self) -> int:
        return self._file.tell() - self._begin


def _chosen(container: Any, kind: Kind, related: Any = None, without: Any = None) -> Any:
    """Return the stream that a player takes, the library's choice, but no cover, or None."""
    streams = container.streams.video if kind == 'video' else container.streams.audio
    usable = [s for s in streams if _can_be_played(s) and s is not without]
    if kind == 'video':
        # A cover need not say that it is one.
        usable = [s for s in usable if s.frames != 1] or usable
    best = container.streams.best(kind, related=related)
    if best is not None and best.index in [s.index for s in usable]:
        return best
    return max(usable, key=lambda s: bool(s.disposition & Disposition.default), default=None)


def _is_cover(path: Path, stream: Any) -> bool:
    """Return True for a single image beside a film, also where neither says so (Matroska)."""
    if stream.codec_context.name not in OF_PHOTOS or len(stream.container.streams.video) < 2:
        return False
    with av.open(file_url(path), metadata_errors='replace') as container:
        images = (p for p in container.demux(container.streams[stream.index]) if p.size)
        try:
            return len(list(islice(images, 2))) < 2
        except av.error.FFmpegError:
            return False


def _can_be_played(stream: Any) -> bool:
    if stream.codec_context is None or stream.disposition & COVERS:
        return False
    return stream.type == 'video' or (stream.sample_rate > 0 and stream.channels > 0)


def _described(stream: Any) -> str:
    if stream.type == 'video':
        words = [f'{stream.codec_context.name} {stream.width}x{stream.height}']
    else:
        words = [f'{stream.codec_context.name} {stream.sample_rate} Hz, {stream.layout.name}']
    if stream.language not in (None, '', 'und'):
        words.append(str(stream.language))
    if stream.disposition & Disposition.default:
        words.append('default')
    return ', '.join(words)
