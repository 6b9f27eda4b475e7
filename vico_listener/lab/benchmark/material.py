"""Prepares what the bench plays: the demo clip as a camera of 640x480 would have filmed it."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import read_audio
from vico_listener.media.container import file_url

SIZE = 640, 480

SPEAKER = slice(0, 150), slice(110, 310)
"""Rows and columns of the demo clip (320x240) that show the speaker without the bystander."""


def images_of(clip: Path, alone: bool) -> list[NDArray[np.uint8]]:
    """Return every image of the demo clip at 640x480, the speaker `alone` or with the bystander."""
    part = SPEAKER if alone else (slice(None), slice(None))
    return [np.asarray(cv2.resize(f.image[part], SIZE), np.uint8) for f in camera_frames(clip)]


def first_channel(clip: Path) -> tuple[NDArray[np.int16], int]:
    """Return the first channel (N,) of the clip's audio and its rate in Hz."""
    samples, rate = read_audio(clip)
    return samples[:, 0], rate


def speech(clip: Path, rate: int, channels: int) -> NDArray[np.int16]:
    """Return the clip's audio (N, channels) at another rate in Hz, the same in every channel."""
    samples, before = first_channel(clip)
    times = np.arange(len(samples) * rate // before) * (before / rate)
    resampled = np.interp(times, np.arange(len(samples)), samples).astype(np.int16)
    return np.repeat(resampled[:, None], channels, axis=1)


def write_fluent_clip(clip: Path, path: Path) -> int:
    """Write the speaker alone at 640x480 and 30 fps, with audio; return the number of images."""
    stamps = np.array([f.stamp for f in camera_frames(clip)])
    images = images_of(clip, alone=True)
    samples, rate = first_channel(clip)
    count = int(stamps[-1] * MODEL_RATE // NANOSECONDS)
    with av.open(file_url(path), 'w') as container:
        video = container.add_stream('mjpeg', rate=MODEL_RATE)
        video.width, video.height = SIZE
        video.pix_fmt = 'yuvj420p'
        audio = container.add_stream('pcm_s16le', rate=rate, layout='mono')
        for tick in range(count):
            newest = np.searchsorted(stamps, tick * NANOSECONDS // MODEL_RATE, side='right') - 1
            frame = av.VideoFrame.from_ndarray(images[max(0, int(newest))], format='bgr24')
            frame.pts, frame.time_base = tick, Fraction(1, MODEL_RATE)
            container.mux(video.encode(frame))
        chunk = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format='s16', layout='mono')
        chunk.sample_rate, chunk.pts, chunk.time_base = rate, 0, Fraction(1, rate)
        container.mux(audio.encode(chunk))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return count
