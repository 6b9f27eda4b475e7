"""The core's stages on one core: face, speech, listener, render, and the chain of them."""

import itertools
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.benchmark.machine import Core
from vico_listener.benchmark.machine import one_core
from vico_listener.benchmark.material import pictures
from vico_listener.benchmark.material import voice
from vico_listener.benchmark.rows import Row
from vico_listener.benchmark.rows import percentiles
from vico_listener.benchmark.rows import rates
from vico_listener.benchmark.rows import sample
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.face import create_face_tracker
from vico_listener.face.model_file import load_model
from vico_listener.face.network import Network
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.agent import ListeningAgent
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.render import create_renderer
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.speech import AcousticStream

RATE = 48_000
CHUNK = RATE // 30


def each(items: list[Any], action: Callable[[Any], Any]) -> Callable[[], Any]:
    """`action` of the next item, round and round."""
    source = itertools.cycle(items)
    return lambda: action(next(source))


def face_row(name: str, frames: list[NDArray[np.uint8]], repeats: int, target: float) -> Row:
    """Face tracking of real 640x480 frames; the reference is its largest network alone."""
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
        quoted='MediaPipe 9.8 ms; fit on a V100 52.5 ms',
    )


def speech_row(repeats: int) -> Row:
    """Acoustic features of one tick from 48 kHz stereo; the reference is librosa per tick."""
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
    return Row(
        'acoustic features, 48 kHz stereo',
        'ms',
        *percentiles(durations),
        target=0.05,
        reference='librosa, one window a tick (here)',
        reference_p50=_librosa_ms(chunk[:, 0]),
    )


def _librosa_ms(chunk: NDArray[np.int16]) -> float:
    try:
        import librosa
    except ImportError:
        return float('nan')
    window = np.tile(chunk.astype(np.float32) / 32768, 9)[: 9 * CHUNK]

    def features() -> None:
        mfcc = librosa.feature.mfcc(y=window, sr=RATE, n_mfcc=14, n_fft=2048, hop_length=CHUNK)
        librosa.feature.delta(mfcc, width=9)
        librosa.feature.delta(mfcc, width=9, order=2)

    return float(np.median(sample(features, 30)))


def speaker_frames(count: int) -> list[SpeakerFrame]:
    """Frames of a face that moves and a voice that comes and goes."""
    random = np.random.default_rng(1)
    frames = []
    for index in range(count):
        face = FaceMotion.neutral()
        face.rotation = (0.1 * np.sin(index / np.array([11.0, 7.0, 13.0]))).astype(np.float32)
        stamp = tick_stamp(index)
        acoustic = random.normal(0, 1, 45).astype(np.float32)
        speaking = index % 60 < 40
        frames.append(SpeakerFrame(stamp, stamp, index, face, acoustic, speaking=speaking))
    return frames


def listener_rows(frames: list[NDArray[np.uint8]], repeats: int) -> list[Row]:
    """A step of the default listener with its idle layer: warm, and after a perception frame."""
    agent = ListeningAgent.create('rules', FaceMotion.neutral())
    speakers = speaker_frames(600)
    warm = sample(each(speakers, agent.step), repeats)
    tracker = create_face_tracker()
    stamps = itertools.count()
    cold = []
    for picture, speaker in zip(
        itertools.islice(itertools.cycle(frames), repeats // 4),
        itertools.cycle(speakers),
        strict=False,
    ):
        tracker.update(picture, next(stamps) * NANOSECONDS // 12)
        start = time.perf_counter()
        agent.step(speaker)
        cold.append(1e3 * (time.perf_counter() - start))
    return [
        Row('listener step (rules + idle), warm', 'ms', *percentiles(warm)),
        Row(
            'listener step, straight after a face',
            'ms',
            *percentiles(np.array(cold)),
            reference="the paper's LSTM on a V100 (quoted)",
            reference_p50=0.0372,
        ),
    ]


def motions(reference: FaceMotion, count: int = 60) -> list[FaceMotion]:
    """A nodding, smiling, blinking listener."""
    made = []
    for index in range(count):
        motion = reference.copy()
        motion.rotation = np.array(
            [0.03 * np.sin(index / 9), 0.08 * np.sin(index / 2), 0.05 * np.sin(index / 7)],
            np.float32,
        )
        for name in ('mouthSmileLeft', 'mouthSmileRight'):
            motion.expression[ARKIT_INDEX[name]] = 0.5 + 0.3 * np.sin(index / 11)
        for name in ('eyeBlinkLeft', 'eyeBlinkRight'):
            motion.expression[ARKIT_INDEX[name]] = max(0.0, np.sin(index / 3))
        made.append(motion)
    return made


def render_row(size: int, target: float, repeats: int) -> Row:
    """Portrait renderer; the reference is one plain remap of a 64x64 flow."""
    portrait = load_portrait(default_portrait_path())
    renderer = create_renderer('portrait', portrait=portrait, size=size)
    durations = sample(each(motions(renderer.reference), renderer.render), repeats)
    picture = renderer.render(renderer.reference)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    flow = np.random.default_rng(0).normal(0, 2, (64, 64, 2)).astype(np.float32)

    def plain() -> None:
        dense = cv2.resize(flow, (size, size))
        cv2.remap(picture, x + dense[..., 0], y + dense[..., 1], cv2.INTER_LINEAR)

    return Row(
        f'portrait render {size}x{size}',
        'ms',
        *percentiles(durations),
        target=target,
        reference='plain remap of a 64x64 flow (here)',
        reference_p50=float(np.median(sample(plain, repeats))),
    )


def chain_row(frames: list[NDArray[np.uint8]], repeats: int) -> Row:
    """Frames per second of face, speech, listener and render one after the other."""
    tracker = create_face_tracker(backend='landmarker')
    stream = AcousticStream(RATE, 1, 'S16LE')
    agent = ListeningAgent.create('rules', FaceMotion.neutral())
    portrait = load_portrait(default_portrait_path())
    renderer = create_renderer('portrait', portrait=portrait, size=256)
    sound = np.random.default_rng(0).normal(0, 3000, CHUNK).astype('<i2').tobytes()
    ticks = itertools.count(1)

    def one(picture: NDArray[np.uint8]) -> None:
        number = next(ticks)
        stamp = tick_stamp(number)
        stream.push(sound, tick_stamp(number - 1))
        acoustic = stream.frame(stamp)
        face = tracker.update(picture, stamp, acoustic.speaking)
        motion = agent.step(SpeakerFrame(stamp, stamp, number, face, acoustic.features))
        assert motion is not None
        renderer.render(motion.face)

    p50, p99 = percentiles(sample(each(frames, one), repeats))
    return Row(
        'core chain (face, speech, listener, render)',
        'fps',
        1e3 / p50,
        1e3 / p99,
        target=100.0,
        higher=True,
        reference='the paper on a V100 (quoted)',
        reference_p50=12.0,
    )


def core_rows(clip: Path, quick: bool, report: Callable[[str], None]) -> list[Row]:
    """All core rows; `report` is told the name of each stage before it is measured."""
    few, many = (20, 60) if quick else (200, 2000)
    frames, both = pictures(clip, alone=True), pictures(clip, alone=False)
    stages: list[tuple[str, Callable[[], list[Row]]]] = [
        (
            'face',
            lambda: [
                face_row('face, 640x480', frames, few, 7.5),
                face_row('face, two people in view', both, few, math.nan),
            ],
        ),
        ('speech', lambda: [speech_row(many)]),
        ('listener', lambda: listener_rows(frames, many)),
        ('render', lambda: [render_row(256, 1.5, few), render_row(384, 2.5, few)]),
        ('chain', lambda: [chain_row(frames, few)]),
    ]
    rows: list[Row] = []
    with one_core():
        for name, measure in stages:
            report(name)
            rows += measure()
    return rows
