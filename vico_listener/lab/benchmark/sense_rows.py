"""Measures face tracking, acoustic features and the network that tells speech, on one core."""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.face import create_face_tracker
from vico_listener.face.litert import Network
from vico_listener.face.model_file import load_model
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.bench_table import each
from vico_listener.lab.benchmark.bench_table import percentiles
from vico_listener.lab.benchmark.bench_table import sample
from vico_listener.speech import AcousticStream
from vico_listener.speech.features import DELTA_TICKS
from vico_listener.speech.features import FRAME
from vico_listener.speech.features import MEL_BANDS
from vico_listener.speech.features import MEL_RANGE
from vico_listener.speech.features import MFCC_SIZE
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.speech_network import WINDOW
from vico_listener.speech.speech_network import SpeechNetwork

RATE = 48_000
CHUNK = RATE // MODEL_RATE


def face_row(name: str, frames: list[NDArray[np.uint8]], repeats: int, target: float) -> Row:
    """Measure face tracking in real 640x480 images; the reference is its largest network alone."""
    tracker = create_face_tracker()
    tracker.warm_up()
    stamps = itertools.count()

    def track(frame: NDArray[np.uint8]) -> None:
        tracker.update(frame, next(stamps) * NANOSECONDS // 12)

    durations = sample(each(frames, track), repeats)
    model = load_model()
    network = Network(model.landmarks, 'landmark', (1, 256, 256, 3), (3 * 478, 1))
    network.input()[:] = np.random.default_rng(0).random((256, 256, 3), np.float32)
    bare = sample(network.run, repeats)
    return Row(
        name,
        'ms',
        *percentiles(durations),
        target=target,
        reference='landmark network alone',
        reference_p50=float(np.median(bare)),
        quoted='MediaPipe on a Zen 4 EPYC 9.8 ms; fit on a V100 52.5 ms',
    )


def speech_row(repeats: int) -> Row:
    """Measure the features of one tick from 48 kHz stereo; the reference is librosa per tick."""
    random = np.random.default_rng(0)
    chunk = (random.normal(0, 3000, (CHUNK, 2))).astype('<i2')
    stream = AcousticStream(RATE, 2, 'S16LE')
    data = chunk.tobytes()
    ticks = itertools.count(1)

    def tick() -> None:
        number = next(ticks)
        stream.push(data, tick_stamp(number - 1))
        stream.frame(tick_stamp(number))

    durations = sample(tick, repeats, warm_up=60)
    librosa = librosa_ms(50)
    return Row(
        'acoustic features, 48 kHz stereo',
        'ms',
        *percentiles(durations),
        target=0.05,
        reference='librosa: not installed' if math.isnan(librosa) else 'librosa, every tick anew',
        reference_p50=librosa,
    )


def librosa_ms(repeats: int) -> float:
    """Return librosa's median for the same features from the newest 9 ticks, without resampling.

    Nine are what two deltas over 5 ticks each look back on. NaN when librosa is not installed.
    """
    try:
        import librosa
    except ImportError:
        return math.nan
    hop = INTERNAL_RATE // MODEL_RATE
    audio = np.random.default_rng(0).normal(0, 0.1, FRAME + 8 * hop).astype(np.float32)

    def features() -> None:
        mel = librosa.feature.melspectrogram(
            y=audio, sr=INTERNAL_RATE, n_fft=FRAME, hop_length=hop, center=False,
            n_mels=MEL_BANDS, fmin=MEL_RANGE[0], fmax=MEL_RANGE[1],
        )  # fmt: skip
        mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=None), n_mfcc=MFCC_SIZE)
        librosa.feature.delta(mfcc, width=DELTA_TICKS)
        librosa.feature.delta(mfcc, width=DELTA_TICKS, order=2)
        librosa.feature.rms(y=audio, frame_length=FRAME, hop_length=hop, center=False)
        librosa.feature.zero_crossing_rate(audio, frame_length=FRAME, hop_length=hop, center=False)

    return float(np.median(sample(features, repeats)))


def speech_network_row(repeats: int) -> Row:
    """Measure the network that tells speech from other sounds; what it hears is the reference."""
    network = SpeechNetwork()
    random = np.random.default_rng(0)
    windows = list(random.normal(0, 0.1, (64, WINDOW)).astype(np.float32))
    durations = sample(each(windows, network.probability), repeats)
    return Row(
        'telling speech from other sounds',
        'ms',
        *percentiles(durations),
        reference='the sound that it hears at a time',
        reference_p50=1e3 * WINDOW / INTERNAL_RATE,
    )
