"""Makes small video files for tests."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_clip(
    path: Path, times_ms: list[int], sound_ms: int = 0, rate: int = 44100, size: int = 64
) -> Path:
    """A video whose n-th picture has grey value 10 n at times_ms[n], with a tone."""
    with av.open(str(path), 'w') as container:
        video = container.add_stream('libx264', rate=1000)
        video.width = video.height = size
        video.pix_fmt = 'yuv420p'
        video.time_base = Fraction(1, 1000)
        video.codec_context.time_base = Fraction(1, 1000)
        video.options = {'crf': '5', 'bf': '0'}
        audio = container.add_stream('aac', rate=rate, layout='mono') if sound_ms else None
        for n, time in enumerate(times_ms):
            picture = np.full((size, size, 3), 10 * n % 250, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(video.encode(frame))
        if audio is not None:
            tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(rate * sound_ms // 1000) / rate)
            frame = av.AudioFrame.from_ndarray(
                tone.astype(np.int16)[None], format='s16', layout='mono'
            )
            frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
        container.mux(video.encode(None))
    return path
