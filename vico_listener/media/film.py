"""Writes films: speaker and listener side by side, synchronised with the speaker's audio."""

from collections import deque
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_at
from vico_listener.frames import AudioChunk
from vico_listener.frames import Image
from vico_listener.media.container import file_url
from vico_listener.media.decoded_image import fit
from vico_listener.media.video import h264_stream
from vico_listener.media.video import video_frame

AUDIO_RATE = 48_000
"""The sample rate of a film's audio, Hz."""
MAX_ASPECT = 16 / 9
"""The largest width of the speaker's pane over its height."""
GAP_NS = 80_000_000
"""A stamp that lies so much later than the count of samples says that some are missing."""
BURST_NS = NANOSECONDS
"""How far stamps may lie before it: audio that was stamped on arrival comes in bursts."""


def speaker_width(height: int, image_height: int, image_width: int) -> int:
    """Return the width (px, even) of the speaker's pane, whose aspect is limited to 16:9."""
    aspect = min(MAX_ASPECT, image_width / image_height)
    return 2 * max(1, round(height * aspect / 2))


class Film:
    """Writes an H.264/AAC mp4 at 30 pictures per second.

    Each picture shows one tick, and the audio keeps its distance from the ticks, so that they stay
    synchronised. The stamps of both must be on the same time line.

    Args:
        path: the mp4 file.
        size: the height of the film and the width of the listener's pane, px, an even number.
        audio: (sample rate, channels) of the speaker's audio; None for a silent film.
        comment: what the metadata say of the film.

    Attributes:
        pictures: the number of pictures written.
    """

    def __init__(
        self, path: Path, size: int, audio: tuple[int, int] | None, comment: str = ''
    ) -> None:
        self._container = av.open(file_url(path), 'w')
        if comment:
            self._container.metadata['comment'] = comment
        self._size = size
        self._width = 0
        self._video: av.VideoStream | None = None
        self._audio: av.AudioStream | None = None
        self._audio_format = audio
        self._waiting: deque[AudioChunk] = deque()
        self._format: tuple[int, int] | None = None
        self._anchor = 0
        self._samples = 0
        self._first_tick: int | None = None
        self._last_tick = -1
        self.pictures = 0

    def add_audio(self, chunk: AudioChunk) -> None:
        """Add a chunk of audio, which is written with the next picture.

        It follows on the chunks before by the count of their samples, unless its stamp says that
        some are missing, or that it has been heard. Audio of another format than the first is left
        out. Another thread than that of the other methods may call this one.
        """
        rate = chunk.sample_rate
        format_ = rate, chunk.samples.shape[1]
        self._format = self._format or format_
        if self._audio_format is None or format_ != self._format:
            return
        end = self._anchor + self._samples * NANOSECONDS // rate
        if self._samples and chunk.stamp < end - BURST_NS:
            return
        if not self._samples or chunk.stamp > end + GAP_NS:
            self._anchor, self._samples, end = chunk.stamp, 0, chunk.stamp
        self._samples += len(chunk.samples)
        self._waiting.append(replace(chunk, stamp=end))

    def add_picture(self, stamp: int, speaker: Image, listener: Image) -> None:
        """Add the picture of a tick, unless a picture of that tick or a later one was added.

        Args:
            stamp: the stamp of the tick, ns.
            speaker: (H, W, 3) uint8 BGR, the image of the speaker, of any size.
            listener: (H, W, 3) uint8 BGR, the picture of the listener, of any size.
        """
        tick = tick_at(stamp + 1)
        if tick <= self._last_tick:
            return
        if self._video is None:
            self._start(speaker.shape[0], speaker.shape[1])
        assert self._video is not None
        if self._first_tick is None:
            self._first_tick = tick
        left = fit(speaker, self._size, self._width)
        right = fit(listener, self._size, self._size)
        both = np.hstack([left, right])
        frame = video_frame(both, tick - self._first_tick, MODEL_RATE)
        self._container.mux(self._video.encode(frame))
        self._last_tick = tick
        self.pictures += 1
        self._write_audio()

    def close(self) -> None:
        """Finish the file."""
        if self._video is not None:
            self._write_audio()
            self._container.mux(self._video.encode(None))
            if self._audio is not None:
                self._container.mux(self._audio.encode(None))
        self._container.close()

    def _start(self, height: int, width: int) -> None:
        self._width = speaker_width(self._size, height, width)
        size = self._width + self._size, self._size
        self._video = h264_stream(self._container, size, MODEL_RATE, quality=20)
        if self._audio_format is not None:
            layout = 'mono' if self._audio_format[1] == 1 else 'stereo'
            self._audio = self._container.add_stream('aac', rate=AUDIO_RATE, layout=layout)

    def _write_audio(self) -> None:
        assert self._audio is not None or self._audio_format is None
        while self._audio is not None and self._waiting:
            chunk = self._waiting.popleft()
            assert self._first_tick is not None
            origin = Fraction(self._first_tick, MODEL_RATE)
            rate = chunk.sample_rate
            position = round((Fraction(chunk.stamp, NANOSECONDS) - origin) * rate)
            samples = chunk.samples[max(0, -position) :]
            if not len(samples):
                continue
            layout = 'mono' if samples.shape[1] == 1 else 'stereo'
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples).reshape(1, -1), format='s16', layout=layout
            )
            frame.sample_rate = rate
            frame.time_base = Fraction(1, rate)
            frame.pts = max(0, position)
            self._container.mux(self._audio.encode(frame))
