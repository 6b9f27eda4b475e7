"""Makes small video files for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def write_clip(
    path: Path, times_ms: list[int], audio_ms: int = 0, rate: int = 44100, size: int = 64
) -> Path:
    """A video whose n-th image has grey value 10 n at times_ms[n], with a tone."""
    with av.open(str(path), 'w') as container:
        video = container.add_stream('libx264', rate=1000)
        video.width = video.height = size
        video.pix_fmt = 'yuv420p'
        video.time_base = Fraction(1, 1000)
        video.codec_context.time_base = Fraction(1, 1000)
        video.options = {'crf': '5', 'bf': '0'}
        audio = container.add_stream('aac', rate=rate, layout='mono') if audio_ms else None
        for n, time in enumerate(times_ms):
            image = np.full((size, size, 3), 10 * n % 250, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(video.encode(frame))
        if audio is not None:
            tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(rate * audio_ms // 1000) / rate)
            frame = av.AudioFrame.from_ndarray(
                tone.astype(np.int16)[None], format='s16', layout='mono'
            )
            frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
        container.mux(video.encode(None))
    return path


@dataclass
class Track:
    """A stream of audio to write: a tone of `hertz`, 0 = silence.

    `begin` s is where it begins; `disposition` as FFmpeg counts.
    """

    codec: str = 'aac'
    rate: int = 44100
    layout: str = 'stereo'
    hertz: float = 440.0
    begin: float = 0.0
    seconds: float = 2.0
    disposition: int | None = None
    language: str = ''


def quadrants(width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """An image (BGR) that looks different however it is turned: dark to light, clockwise."""
    image = np.zeros((height, width, 3), np.uint8)
    half_height, half_width = height // 2, width // 2
    image[:half_height, :half_width] = 40
    image[:half_height, half_width:] = 100
    image[half_height:, half_width:] = 160
    image[half_height:, :half_width] = 220
    return image


def write_media(
    path: Path,
    images: Sequence[NDArray[np.uint8]],
    tracks: Sequence[Track] = (),
    fps: int = 25,
    codec: str = 'libx264',
    pixels: str = 'yuv420p',
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    begin: float = 0.0,
    head: dict[str, str] | None = None,
    video_disposition: int | None = None,
) -> Path:
    """A file of images (BGR, one size) and sounds, made as programs make them.

    Args:
        path: of the file, whose ending says which container.
        images: shown one after another; none = only audio.
        tracks: of audio.
        fps: images a second.
        codec: of the images.
        pixels: FFmpeg's pixel format.
        aspect: of the pixels.
        options: of the image's encoder.
        begin: stamp of the first image, s.
        head: options of the container.
        video_disposition: of the images.
    """
    with av.open(str(path), 'w', options=head or {}) as container:
        video = None
        if len(images):
            video = container.add_stream(codec, rate=fps)
            video.height, video.width = images[0].shape[:2]
            video.pix_fmt = pixels
            video.options = options or ({'crf': '5'} if codec == 'libx264' else {})
            if aspect is not None:
                video.codec_context.sample_aspect_ratio = aspect
            if video_disposition is not None:
                video.disposition = video_disposition
        sounds = []
        for track in tracks:
            sound = container.add_stream(track.codec, rate=track.rate, layout=track.layout)
            if track.disposition is not None:
                sound.disposition = track.disposition
            if track.language:
                sound.metadata['language'] = track.language
            sounds.append(sound)
        for n, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            frame.pts, frame.time_base = n + round(begin * fps), Fraction(1, fps)
            container.mux(video.encode(frame))
        if video is not None:
            container.mux(video.encode(None))
        for track, sound in zip(tracks, sounds, strict=True):
            frame = tone(track)
            frame.pts, frame.time_base = round(track.begin * track.rate), Fraction(1, track.rate)
            container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return path


def tone(track: Track) -> av.AudioFrame:
    """The audio of a track, every channel alike."""
    times = np.arange(round(track.rate * track.seconds)) / track.rate
    samples = (8000 * np.sin(2 * np.pi * track.hertz * times)).astype(np.int16)
    channels = av.AudioLayout(track.layout).nb_channels
    frame = av.AudioFrame.from_ndarray(
        np.repeat(samples, channels)[None], format='s16', layout=track.layout
    )
    frame.sample_rate = track.rate
    return frame


def joined(path: Path, *parts: Path) -> Path:
    """Files written one behind the other, as `cat` does."""
    path.write_bytes(b''.join(part.read_bytes() for part in parts))
    return path


def greys(count: int, size: tuple[int, int] = (64, 64)) -> list[NDArray[np.uint8]]:
    """Images (BGR) of which the n-th has the grey value 10 n, of width and height `size`."""
    return [np.full((size[1], size[0], 3), 10 * n % 250, np.uint8) for n in range(count)]
