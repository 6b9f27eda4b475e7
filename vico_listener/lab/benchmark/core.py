"""Measures face, speech, listener and render on one processor core, singly and as a chain."""

import itertools
import math
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.durations import blocks
from vico_listener.lab.benchmark.durations import each
from vico_listener.lab.benchmark.durations import paired
from vico_listener.lab.benchmark.durations import percentiles
from vico_listener.lab.benchmark.durations import sample
from vico_listener.lab.benchmark.machine import Core
from vico_listener.lab.benchmark.machine import one_core
from vico_listener.lab.benchmark.material import first_channel
from vico_listener.lab.benchmark.material import images_of
from vico_listener.lab.benchmark.material import speech
from vico_listener.lab.benchmark.network_time import sample_with_networks
from vico_listener.lab.benchmark.sense_rows import IN_PLACE
from vico_listener.lab.benchmark.sense_rows import acoustic_row
from vico_listener.lab.benchmark.sense_rows import face_row
from vico_listener.lab.benchmark.sense_rows import mediapipe_rows
from vico_listener.lab.benchmark.sense_rows import tracking
from vico_listener.lab.benchmark.sense_rows import voice_row
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


def listener_rows(frames: list[NDArray[np.uint8]], repeats: int) -> list[Row]:
    """Measure a step of the default listener with its idle layer, warm and after perception."""
    agent = ListeningAgent.create(DEFAULT_LISTENER, FaceMotion.neutral())
    step = each(speaker_frames(600), agent.step)
    rows = []
    for what, between in (('warm', None), ('straight after a face', tracking(frames))):
        whole, networks = sample_with_networks(step, repeats, between=between)
        name = f'listener {DEFAULT_LISTENER} and idle layer, {what}'
        rows.append(Row(name, 'ms', *percentiles(whole), IN_PLACE, float(np.median(networks))))
    return rows


NETWORK_TARGETS = {'onnx': 2.0, 'numba': 1.25}
"""The ratios that are asked of a warm step of the network."""


def network_rows(frames: list[NDArray[np.uint8]], repeats: int) -> list[Row]:
    """Measure a step of the default network by runtime; the reference is weights times a vector."""
    checkpoint = load_checkpoint(resource_path(DEFAULT_CHECKPOINT))
    count = sum(weight.size for weight in checkpoint.weights.values())
    matrix = np.random.default_rng(0).normal(size=(512, count // 512)).astype(np.float32)
    vector = np.ones(matrix.shape[1], np.float32)
    random = np.random.default_rng(1)
    track = tracking(frames)
    rows = []
    for name, target in NETWORK_TARGETS.items():
        runtime = create_runtime(name, checkpoint)
        driven = list(random.normal(size=(64, checkpoint.config.driven_size)).astype(np.float32))
        step = each(driven, runtime.step)
        warm = paired(step, lambda: matrix @ vector, 5 * repeats)
        cold = [
            sample(action, repeats, between=track) for action in (step, lambda: matrix @ vector)
        ]
        for what, (durations, floor), asked in (
            ('warm', warm, target),
            ('straight after a face', cold, math.nan),
        ):
            reference = 'its weights times one vector'
            row = f'network step, {name}, {what}'
            middle = float(np.median(floor))
            rows.append(Row(row, 'ms', *percentiles(durations), reference, middle, target=asked))
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


def plain_remap(picture: NDArray[np.uint8]) -> Callable[[], Any]:
    """Return a function that warps a picture by a flow of 64x64, as simply as that can be done."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    flow = np.random.default_rng(0).normal(0, 2, (64, 64, 2)).astype(np.float32)

    def remap() -> None:
        dense = cv2.resize(flow, (width, height))
        cv2.remap(picture, x + dense[..., 0], y + dense[..., 1], cv2.INTER_LINEAR)

    return remap


def render_row(name: str, size: int, target: float, repeats: int, **options: Any) -> Row:
    """Measure a renderer; the reference is one plain remap of a picture of that size."""
    if photo := portrait_of(name, ''):
        options['portrait'] = load_portrait(photo)
    renderer = create_renderer(name, size=size, **options)
    picture = renderer.render(renderer.reference)
    height, width = picture.shape[:2]
    drawn, plain = paired(
        each(motions(renderer.reference), renderer.render), plain_remap(picture), repeats
    )
    reference = float(np.median(plain))
    row = f'{name} render {width}x{height}'
    return Row(row, 'ms', *percentiles(drawn), 'one plain remap', reference, target=target)


def chain_rows(clip: Path, frames: list[NDArray[np.uint8]], repeats: int) -> list[Row]:
    """Measure face, speech and listener in sequence, per frame, without and with a picture."""
    samples, rate = first_channel(clip)
    size = rate // MODEL_RATE
    pieces = samples[: len(samples) // size * size].astype('<i2').reshape(-1, size)
    rows = []
    for renderer in ('', 'portrait'):
        head = ListeningHead(renderer=renderer, audio=AudioFormat(rate))
        chunks = itertools.cycle(piece.tobytes() for piece in pieces)
        frame = each(frames, _answering(head, chunks))
        whole, networks = sample_with_networks(frame, repeats, warm_up=MODEL_RATE)
        reference = float(np.median(blocks(networks, MODEL_RATE)))
        name, what, target = 'core chain: face, speech, listener', IN_PLACE, 1.2
        if renderer:
            name, what, target = f'{name}, picture of 256 px', f'{what}, and one remap', math.nan
            picture = np.zeros((256, 256, 3), np.uint8)
            reference += float(np.median(sample(plain_remap(picture), repeats)))
        durations = percentiles(blocks(whole, MODEL_RATE))
        rows.append(Row(name, 'ms', *durations, what, reference, target=target))
    return rows


def _answering(head: ListeningHead, chunks: Iterator[bytes]) -> Callable[[NDArray[np.uint8]], None]:
    """Return a function that lets the head hear the next chunk and see an image."""
    ticks = itertools.count(1)

    def answer(image: NDArray[np.uint8]) -> None:
        number = next(ticks)
        # A little ahead, so that rounding does not leave the tick a sample short.
        head.hear(next(chunks), tick_stamp(number - 1) + NANOSECONDS // 1000)
        if not head.see(image, tick_stamp(number)):
            raise RuntimeError('an image was not answered at once')

    return answer


def core_rows(clip: Path, quick: bool, report: Callable[[str], None]) -> tuple[list[Row], Core]:
    """Measure all core rows once, and how well they had their core to themselves.

    Args:
        clip: the demo clip.
        quick: repeat less often.
        report: called with the name of each stage before it is measured.
    """
    few = 60 if quick else 180
    frames, both = images_of(clip, alone=True), images_of(clip, alone=False)
    rows: list[Row] = []
    with one_core() as core:
        report('face')
        rows.append(face_row('face 640x480, one person', frames, few, 1.15))
        rows.append(face_row('face 640x480, two people', both, few, math.nan))
        rows += mediapipe_rows('face 640x480, one person, again', frames, few)
        report('speech')
        wide, narrow = speech(clip, 48_000, 2), speech(clip, 16_000, 1)
        rows += acoustic_row('acoustic features, 16 kHz mono', narrow, 16_000, few, 0.025)
        rows += acoustic_row('acoustic features, 48 kHz stereo', wide, 48_000, few, 0.025)
        rows.append(voice_row(wide, 48_000, few))
        report('listener')
        rows += listener_rows(frames, few)
        report('network')
        rows += network_rows(frames, few)
        report('render')
        rows.append(render_row('portrait', 256, math.nan, few))
        rows.append(render_row('portrait', 384, 1.5, few))
        rows.append(render_row('head3d', 384, math.nan, few))
        rows.append(render_row('cartoon', 320, math.nan, few, width=480))
        report('core chain')
        rows += chain_rows(clip, frames, few)
    return rows, core


CORE_STAGES = 6
"""How often `core_rows` reports."""
