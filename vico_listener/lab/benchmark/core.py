"""Measures face, speech, listener and render on one processor core, singly and as a chain."""

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.face import create_face_tracker
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.bench_table import each
from vico_listener.lab.benchmark.bench_table import percentiles
from vico_listener.lab.benchmark.bench_table import rates
from vico_listener.lab.benchmark.bench_table import sample
from vico_listener.lab.benchmark.machine import Core
from vico_listener.lab.benchmark.machine import one_core
from vico_listener.lab.benchmark.material import first_channel
from vico_listener.lab.benchmark.material import images_of
from vico_listener.lab.benchmark.sense_rows import face_row
from vico_listener.lab.benchmark.sense_rows import speech_network_row
from vico_listener.lab.benchmark.sense_rows import speech_row
from vico_listener.listener import DEFAULT_LISTENER
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.learned import DEFAULT_CHECKPOINT
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.runtimes import create_runtime
from vico_listener.listening_head import ListeningHead
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait
from vico_listener.render import portrait_of
from vico_listener.resources import resource_path
from vico_listener.speech import AudioFormat


def speaker_frames(count: int) -> list[SpeakerFrame]:
    """Return frames of a face that moves and a voice that comes and goes."""
    random = np.random.default_rng(1)
    frames = []
    for index in range(count):
        rotation = (0.1 * np.sin(index / np.array([11.0, 7.0, 13.0]))).astype(np.float32)
        face = replace(FaceMotion.neutral(), rotation=rotation)
        stamp = tick_stamp(index)
        acoustic = random.normal(0, 1, ACOUSTIC_SIZE).astype(np.float32)
        speaking = index % 60 < 40
        frames.append(SpeakerFrame(stamp, stamp, index, face, acoustic, speaking=speaking))
    return frames


def after_a_face(frames: list[NDArray[np.uint8]], repeats: int, action: Callable[[], Any]) -> Any:
    """Return durations (ms) of `action` right after a face was tracked, which fills the caches."""
    tracker = create_face_tracker()
    stamps = itertools.count()
    source = itertools.cycle(frames)
    durations = np.empty(repeats)
    for index in range(repeats):
        tracker.update(next(source), next(stamps) * NANOSECONDS // 12)
        start = time.perf_counter()
        action()
        durations[index] = 1e3 * (time.perf_counter() - start)
    return durations


def listener_rows(frames: list[NDArray[np.uint8]], repeats: int) -> list[Row]:
    """Measure a listener's step with its idle layer: with warm caches, and after perception."""
    rows = []
    for name in (DEFAULT_LISTENER, 'rules'):
        agent = ListeningAgent.create(name, FaceMotion.neutral())
        step = each(speaker_frames(600), agent.step)
        warm = sample(step, 5 * repeats)
        cold = after_a_face(frames, repeats, step)
        rows.append(Row(f'listener {name} and idle layer, warm', 'ms', *percentiles(warm)))
        rows.append(Row(f'listener {name}, straight after a face', 'ms', *percentiles(cold)))
    return rows


NETWORK_TARGETS = {'onnx': (0.035, 0.150), 'numba': (0.020, 0.075)}
"""Targets of the network's step in ms: warm, and straight after a face."""


def network_rows(frames: list[NDArray[np.uint8]], repeats: int) -> list[Row]:
    """Measure a step of the default network by runtime; the reference is weights times a vector."""
    checkpoint = load_checkpoint(resource_path(DEFAULT_CHECKPOINT))
    count = sum(weight.size for weight in checkpoint.weights.values())
    matrix = np.random.default_rng(0).normal(size=(512, count // 512)).astype(np.float32)
    vector = np.ones(matrix.shape[1], np.float32)
    floor = float(np.median(sample(lambda: matrix @ vector, 5 * repeats)))
    random = np.random.default_rng(1)
    rows = []
    for name, targets in NETWORK_TARGETS.items():
        runtime = create_runtime(name, checkpoint)
        driven = list(random.normal(size=(64, checkpoint.config.driven_size)).astype(np.float32))
        step = each(driven, runtime.step)
        warm, cold = sample(step, 5 * repeats), after_a_face(frames, repeats, step)
        for what, durations, target in (
            ('warm', warm, targets[0]),
            ('straight after a face', cold, targets[1]),
        ):
            rows.append(
                Row(
                    f'network step, {name}, {what}',
                    'ms',
                    *percentiles(durations),
                    target=target,
                    reference='its weights times one vector',
                    reference_p50=floor,
                    quoted="the paper's on a V100 0.0372 ms",
                )
            )
    return rows


def motions(reference: FaceMotion, count: int = 60) -> list[FaceMotion]:
    """Return the motion of a listener who nods, smiles and blinks."""
    made = []
    for index in range(count):
        rotation = np.array(
            [0.03 * np.sin(index / 9), 0.08 * np.sin(index / 2), 0.05 * np.sin(index / 7)],
            np.float32,
        )
        expression = reference.expression.copy()
        for name in ('mouthSmileLeft', 'mouthSmileRight'):
            expression[ARKIT_INDEX[name]] = 0.5 + 0.3 * np.sin(index / 11)
        for name in ('eyeBlinkLeft', 'eyeBlinkRight'):
            expression[ARKIT_INDEX[name]] = max(0.0, np.sin(index / 3))
        made.append(replace(reference, expression=expression, rotation=rotation))
    return made


def render_row(name: str, size: int, target: float, repeats: int, **options: Any) -> Row:
    """Measure a renderer; the reference is one plain remap of a 64x64 flow."""
    if photo := portrait_of(name, ''):
        options['portrait'] = load_portrait(photo)
    renderer = create_renderer(name, size=size, **options)
    durations = sample(each(motions(renderer.reference), renderer.render), repeats)
    picture = renderer.render(renderer.reference)
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    flow = np.random.default_rng(0).normal(0, 2, (64, 64, 2)).astype(np.float32)

    def plain() -> None:
        dense = cv2.resize(flow, (width, height))
        cv2.remap(picture, x + dense[..., 0], y + dense[..., 1], cv2.INTER_LINEAR)

    return Row(
        f'{name} render {width}x{height}',
        'ms',
        *percentiles(durations),
        target=target,
        reference='one plain remap of a 64x64 flow',
        reference_p50=float(np.median(sample(plain, repeats))),
        quoted='PIRenderer on a V100 29.3 ms' if name == 'portrait' else '',
    )


def chain_row(clip: Path, frames: list[NDArray[np.uint8]], repeats: int) -> Row:
    """Measure the frames per second of face, speech, listener and render in sequence."""
    samples, rate = first_channel(clip)
    size = rate // MODEL_RATE
    pieces = samples[: len(samples) // size * size].astype('<i2').reshape(-1, size)
    chunks = itertools.cycle(piece.tobytes() for piece in pieces)
    head = ListeningHead(renderer='portrait', audio=AudioFormat(rate))
    ticks = itertools.count(1)

    def one(image: NDArray[np.uint8]) -> None:
        number = next(ticks)
        # A little ahead, so that rounding does not leave the tick a sample short.
        head.hear(next(chunks), tick_stamp(number - 1) + NANOSECONDS // 1000)
        if not head.see(image, tick_stamp(number)):
            raise RuntimeError('an image was not answered at once')

    durations = sample(each(frames, one), repeats, warm_up=MODEL_RATE)
    return Row(
        'core chain: face, speech, listener, render 256',
        'fps',
        *rates(durations, MODEL_RATE),
        target=100.0,
        higher=True,
        quoted='the paper on a V100 12 fps (19 pipelined)',
    )


def core_rows(clip: Path, quick: bool, report: Callable[[str], None]) -> tuple[list[Row], Core]:
    """Measure all core rows, and how well they had their core to themselves.

    Args:
        clip: the demo clip.
        quick: repeat less often.
        report: called with the name of each stage before it is measured.
    """
    few, many = (60, 200) if quick else (600, 3000)
    frames, both = images_of(clip, alone=True), images_of(clip, alone=False)
    rows: list[Row] = []
    with one_core() as core:
        report('face')
        rows.append(face_row('face 640x480, one person', frames, few, 7.5))
        rows.append(face_row('face 640x480, two people', both, few, math.nan))
        report('speech')
        rows.append(speech_row(many))
        rows.append(speech_network_row(many))
        report('listener')
        rows += listener_rows(frames, few)
        report('network')
        rows += network_rows(frames, few)
        report('render')
        rows.append(render_row('portrait', 256, 1.5, few))
        rows.append(render_row('portrait', 384, 2.5, few))
        rows.append(render_row('head3d', 384, 12.0, few))
        rows.append(render_row('cartoon', 320, 1.0, few, width=480))
        report('core chain')
        rows.append(chain_row(clip, frames, few))
    return rows, core


CORE_STAGES = 6
"""How often `core_rows` reports."""
