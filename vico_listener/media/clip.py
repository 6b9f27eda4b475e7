"""Reads a speaker clip (mp4, mov, mkv, webm, ...) as a stream of camera frames and sound chunks.

Stamps come from the container, never from frame number / frame rate, so that variable frame rates
and streams that start late stay in step. Stream time 0 is the first stamp in the file.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.frames import CameraFrame
from vico_listener.frames import SoundChunk

CHUNK_SECONDS = Fraction(1, 100)
"""Length of a sound chunk: what audio_capture sends."""

START_NS = NANOSECONDS
"""Stamp of stream time 0 wherever a clip is played: a stamp of 0 counts as none."""


class ClipError(DataError):
    """A clip cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class ClipInfo:
    """What a clip holds: size in px, mean frame rate, duration in s, sound format (0 = none)."""

    path: Path
    width: int
    height: int
    fps: float
    duration: float
    sample_rate: int
    channels: int

    @property
    def has_audio(self) -> bool:
        """True when there is a sound stream."""
        return self.sample_rate > 0


def _open(path: Path) -> av.container.InputContainer:
    if not path.is_file():
        raise ClipError(f'no such clip: {path}')
    try:
        return av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        raise ClipError(
            f'{path.name} is not a video that FFmpeg can read ({error.strerror or error}): '
            'give an mp4, mov, mkv or webm file'
        ) from error


def _start(container: av.container.InputContainer) -> Fraction:
    """First stamp in the file, s."""
    starts = [
        s.start_time * s.time_base
        for s in (*container.streams.video[:1], *container.streams.audio[:1])
        if s.start_time is not None and s.time_base is not None
    ]
    return min(starts, default=Fraction(0))


def probe_clip(path: str | Path) -> ClipInfo:
    """Look into a clip without playing it.

    Raises:
        ClipError: no such file, not a video, no picture stream, or not a single picture in it.
    """
    path = Path(path)
    with _open(path) as container:
        if not container.streams.video:
            raise ClipError(f'{path.name} has no picture stream: give a video of the speaker')
        video = container.streams.video[0]
        try:
            first = next(container.decode(video), None)
        except av.error.FFmpegError as error:
            raise ClipError(f'{path.name}: the pictures cannot be decoded ({error})') from error
        if first is None:
            raise ClipError(f'{path.name} holds no picture: the video is empty')
        height, width = _picture(first).shape[:2]
        durations = [
            float(s.duration * s.time_base)
            for s in (video, *container.streams.audio[:1])
            if s.duration is not None and s.time_base is not None
        ]
        if container.duration is not None:
            durations.append(container.duration / av.time_base)
        audio = container.streams.audio[0] if container.streams.audio else None
        return ClipInfo(
            path=path,
            width=width,
            height=height,
            fps=float(video.average_rate or 0.0),
            duration=max(durations, default=0.0),
            sample_rate=0 if audio is None else audio.sample_rate,
            channels=0 if audio is None else audio.channels,
        )


def count_pictures(path: Path) -> int:
    """How many pictures a clip holds, counted without decoding them.

    Raises:
        ClipError: it cannot be read, or has no picture stream.
    """
    with _open(path) as container:
        if not container.streams.video:
            raise ClipError(f'{path.name} has no picture stream')
        packets = container.demux(container.streams.video[0])
        try:
            return sum(1 for packet in packets if packet.size)
        except av.error.FFmpegError as error:
            raise ClipError(f'{path.name}: the pictures cannot be read ({error})') from None


def _picture(frame: av.VideoFrame) -> NDArray[np.uint8]:
    picture = np.asarray(frame.to_ndarray(format='bgr24'), np.uint8)
    # Phones store upright videos on their side with a rotation mark.
    quarter_turns = round(getattr(frame, 'rotation', 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, quarter_turns)) if quarter_turns else picture


def probe_sound(path: Path) -> tuple[int, int]:
    """Sample rate (Hz) and channels of a file's sound.

    Raises:
        ClipError: it cannot be read, or holds no sound.
    """
    with _open(path) as container:
        if not container.streams.audio:
            raise ClipError(f'{path.name} holds no sound')
        stream = container.streams.audio[0]
        return stream.sample_rate, stream.channels


def camera_frames(path: Path, since: float = 0.0) -> Iterator[CameraFrame]:
    """The pictures of a clip from `since` s on; damaged ones are skipped, stamps strictly rise."""
    with _open(path) as container:
        start = _start(container)
        video = container.streams.video[0]
        video.thread_type = 'AUTO'
        step = 1 / (video.average_rate or Fraction(30))
        _seek(container, video, start, since)
        last = -step
        for frame in _decoded(container, video):
            if frame.pts is None or frame.time_base is None:
                time = last + step
            else:
                time = frame.pts * frame.time_base - start
            if time <= last:
                continue
            last = time
            if time < since:
                continue
            yield CameraFrame(round(time * NANOSECONDS), _picture(frame))


def sound_chunks(path: Path, since: float = 0.0) -> Iterator[SoundChunk]:
    """The sound of a clip in chunks of 10 ms, at its own rate; nothing when there is none.

    The first chunk may begin some time before `since` (s).
    """
    with _open(path) as container:
        if not container.streams.audio:
            return
        start = _start(container)
        audio = container.streams.audio[0]
        _seek(container, audio, start, since)
        rate = audio.sample_rate
        layout = 'mono' if audio.channels == 1 else 'stereo'
        resampler = av.AudioResampler(format='s16', layout=layout, rate=rate)
        size = int(rate * CHUNK_SECONDS)
        pending = np.zeros((0, 1 if layout == 'mono' else 2), np.int16)
        origin: Fraction | None = None
        position = 0
        for frame in _decoded(container, audio):
            if frame.pts is not None and frame.time_base is not None:
                time = frame.pts * frame.time_base - start
                expected = None if origin is None else origin + Fraction(position, rate)
                # Sample counting is the clock; a real gap in the container starts a new count.
                if expected is None or abs(time - expected) > Fraction(1, 20):
                    if len(pending) and origin is not None:
                        yield _chunk(origin, position - len(pending), pending, rate)
                    pending = pending[:0]
                    origin, position = time, 0
            for part in resampler.resample(frame):
                samples = part.to_ndarray().reshape(-1, pending.shape[1])
                pending = np.concatenate([pending, samples])
                position += len(samples)
            origin = Fraction(0) if origin is None else origin
            while len(pending) >= size:
                yield _chunk(origin, position - len(pending), pending[:size], rate)
                pending = pending[size:]
        if len(pending) and origin is not None:
            yield _chunk(origin, position - len(pending), pending, rate)


def read_sound(path: Path) -> tuple[NDArray[np.int16], int]:
    """All samples of a file's sound, (N, channels), and their rate in Hz.

    Raises:
        ClipError: it cannot be read, or holds no sound.
    """
    chunks = list(sound_chunks(path))
    if not chunks:
        raise ClipError(f'{path} has no sound')
    return np.concatenate([c.samples for c in chunks]), chunks[0].sample_rate


def sound_between(path: Path, since: float, until: float) -> tuple[NDArray[np.float32], int]:
    """The sound of a stretch of time, mixed to one channel; zeros where there is none.

    Args:
        path: the clip.
        since: beginning, s of stream time.
        until: end, s of stream time.

    Returns:
        samples (N,) -1..1, and their rate in Hz.

    Raises:
        ClipError: it cannot be read, or holds no sound.
    """
    rate, _ = probe_sound(path)
    sound = np.zeros(round((until - since) * rate), np.float32)
    for chunk in sound_chunks(path, since):
        mono = chunk.samples.mean(axis=1) / 32768
        begin = round((chunk.stamp / NANOSECONDS - since) * rate)
        if begin >= len(sound):
            break
        mono = mono[max(0, -begin) : len(sound) - begin]
        begin = max(0, begin)
        sound[begin : begin + len(mono)] = mono
    return sound, rate


def _seek(
    container: av.container.InputContainer, stream: av.stream.Stream, start: Fraction, since: float
) -> None:
    """Go to the key frame before `since` s of stream time."""
    if since > 0 and stream.time_base is not None:
        container.seek(int((start + Fraction(since)) / stream.time_base), stream=stream)


def _chunk(origin: Fraction, position: int, samples: NDArray[np.int16], rate: int) -> SoundChunk:
    stamp = round((origin + Fraction(position, rate)) * NANOSECONDS)
    return SoundChunk(stamp, samples, rate)


def _decoded(container: av.container.InputContainer, stream: av.stream.Stream) -> Iterator:
    """Frames of a stream; a packet that cannot be decoded is skipped, as a player does."""
    try:
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                continue
    except av.error.InvalidDataError:  # the file breaks off
        return


def play(path: str | Path) -> Iterator[CameraFrame | SoundChunk]:
    """Frames and sound of a clip in the order in which camera and microphone would deliver them."""
    path = Path(path)
    return heapq.merge(sound_chunks(path), camera_frames(path), key=lambda item: item.available)
