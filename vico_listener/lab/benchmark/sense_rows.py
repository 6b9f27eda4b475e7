"""Measures face tracking and acoustic features, with and without networks, on one core."""

import itertools
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.face import create_face_tracker
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.durations import each
from vico_listener.lab.benchmark.durations import paired
from vico_listener.lab.benchmark.durations import percentiles
from vico_listener.lab.benchmark.mediapipe_task import durations_of_mediapipe
from vico_listener.lab.benchmark.network_time import sample_with_networks
from vico_listener.speech import AcousticStream
from vico_listener.speech.features import DELTA_TICKS
from vico_listener.speech.features import FRAME
from vico_listener.speech.features import MEL_BANDS
from vico_listener.speech.features import MEL_RANGE
from vico_listener.speech.features import MFCC_SIZE
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.speech_network import SpeechNetwork

IN_PLACE = 'its networks, timed in their place'

FACE_FPS = 12
"""Images per second of the demo clip."""

LOOK_BACK = 2 * (DELTA_TICKS - 1)
"""The earlier ticks on which two deltas depend."""


def tracking(frames: list[NDArray[np.uint8]]) -> Callable[[], None]:
    """Return a function that tracks the face in the next image of a clip, in an endless cycle."""
    tracker = create_face_tracker()
    tracker.warm_up()
    stamps = itertools.count()
    return each(frames, lambda image: tracker.update(image, next(stamps) * NANOSECONDS // FACE_FPS))


def face_row(name: str, frames: list[NDArray[np.uint8]], repeats: int, target: float) -> Row:
    """Measure face tracking in real 640x480 images, beside the networks in it."""
    whole, networks = sample_with_networks(tracking(frames), repeats)
    return Row(name, 'ms', *percentiles(whole), IN_PLACE, float(np.median(networks)), target=target)


def mediapipe_rows(name: str, frames: list[NDArray[np.uint8]], repeats: int) -> list[Row]:
    """Measure face tracking beside MediaPipe's own task; no row where that cannot run."""
    with TemporaryDirectory() as folder:
        theirs = durations_of_mediapipe(frames, repeats, Path(folder))
    if not len(theirs):
        return []
    ours, _ = sample_with_networks(tracking(frames), repeats)
    reference = "MediaPipe's face landmarker"
    return [Row(name, 'ms', *percentiles(ours), reference, float(np.median(theirs)), target=1.0)]


def acoustic_row(
    name: str, sound: NDArray[np.int16], rate: int, repeats: int, target: float
) -> list[Row]:
    """Measure the features of one tick beside librosa; no row where that is not installed.

    Args:
        name: the name of the row.
        sound: (N, channels) speech.
        rate: its sample rate, Hz.
        repeats: how many ticks are measured.
        target: the ratio that is asked for.
    """
    if find_spec('librosa') is None:
        return []
    tick = hearing(AcousticStream(rate, sound.shape[1], 'S16LE'), sound, rate)
    for _ in range(2 * MODEL_RATE):
        tick()
    ours, theirs = paired(tick, librosa_tick(sound, rate), repeats)
    reference = float(np.median(theirs))
    return [
        Row(name, 'ms', *percentiles(ours), 'librosa, every tick anew', reference, target=target)
    ]


def hearing(stream: AcousticStream, sound: NDArray[np.int16], rate: int) -> Callable[[], None]:
    """Return a function that hears the next tick of a sound, in an endless cycle."""
    size = rate // MODEL_RATE
    pieces = sound[: len(sound) // size * size].astype('<i2').reshape(-1, size * sound.shape[1])
    chunks = itertools.cycle([piece.tobytes() for piece in pieces])
    ticks = itertools.count(1)

    def tick() -> None:
        number = next(ticks)
        stream.push(next(chunks), tick_stamp(number - 1))
        stream.frame(tick_stamp(number))

    return tick


def librosa_tick(sound: NDArray[np.int16], rate: int) -> Callable[[], None]:
    """Return a function that computes the same features by librosa, from the newest nine ticks.

    Nine are what two deltas over five ticks each look back on.
    """
    import librosa

    hop = INTERNAL_RATE // MODEL_RATE
    count = (FRAME + LOOK_BACK * hop) * rate // INTERNAL_RATE
    samples = sound[:count].T

    def features() -> None:
        audio = librosa.to_mono(np.ascontiguousarray(samples, np.float32) / 32768)
        if rate != INTERNAL_RATE:
            audio = librosa.resample(audio, orig_sr=rate, target_sr=INTERNAL_RATE)
        mel = librosa.feature.melspectrogram(
            y=audio, sr=INTERNAL_RATE, n_fft=FRAME, hop_length=hop, center=False,
            n_mels=MEL_BANDS, fmin=MEL_RANGE[0], fmax=MEL_RANGE[1],
        )  # fmt: skip
        mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=None), n_mfcc=MFCC_SIZE)
        librosa.feature.delta(mfcc, width=DELTA_TICKS)
        librosa.feature.delta(mfcc, width=DELTA_TICKS, order=2)
        librosa.feature.rms(y=audio, frame_length=FRAME, hop_length=hop, center=False)
        librosa.feature.zero_crossing_rate(audio, frame_length=FRAME, hop_length=hop, center=False)

    return features


def voice_row(sound: NDArray[np.int16], rate: int, repeats: int) -> Row:
    """Measure a tick of the features with the network that tells speech from other sounds."""
    stream = AcousticStream(rate, sound.shape[1], 'S16LE', network=SpeechNetwork())
    whole, networks = sample_with_networks(hearing(stream, sound, rate), repeats, warm_up=60)
    # At 30 ticks a second and 31 windows, now and then the network hears two at once.
    return Row(
        'acoustic features and speech network',
        'ms',
        *percentiles(whole),
        IN_PLACE,
        float(np.median(networks)),
    )
