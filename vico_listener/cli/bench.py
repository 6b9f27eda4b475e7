"""`vico bench`: how fast each stage is, and how late a command comes."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from fractions import Fraction
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
from pathlib import Path
from typing import Any

import av
import numpy as np
from tqdm import tqdm

from vico_listener.benchmark.core import core_rows
from vico_listener.benchmark.core import pictures
from vico_listener.benchmark.rows import Row
from vico_listener.benchmark.rows import format_rows
from vico_listener.clock import NANOSECONDS
from vico_listener.dataset.clip import ClipError
from vico_listener.dataset.clip import camera_frames
from vico_listener.dataset.clip import probe_clip
from vico_listener.dataset.clip import sound_chunks

PAPER_MS = 81.84
"""Delay per frame in the paper (Zhou et al. 2022), on a V100."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico bench`."""
    parser.add_argument('--out', type=Path, default=Path('bench.json'), help='the figures as JSON')
    parser.add_argument('--quick', action='store_true', help='few repetitions: a first impression')
    parser.add_argument('--no-latency', action='store_true', help='the core only, without ROS')


def run(args: argparse.Namespace) -> int:
    """Measure, print the table and write the JSON; exit code 0, or 1 with the reason."""
    from vico_listener.cli.demo import DemoError
    from vico_listener.cli.demo import default_clip

    try:
        clip = default_clip()
        with tqdm(total=5 + 2 * (not args.no_latency), unit='stage') as bar:

            def report(name: str) -> None:
                bar.set_description(name)
                bar.update()

            rows = core_rows(clip, args.quick, report)
            if not args.no_latency:
                report('latency, commands only')
                rows += latency_rows(clip, shown=False)
                report('latency, face shown')
                rows += latency_rows(clip, shown=True)
    except (ClipError, DemoError, OSError) as error:
        print(f'vico bench: {error}', file=sys.stderr)
        return 1
    here = machine()
    print(f'{here["cpu"]}, {here["cores"]} cores, Python {here["python"]}')
    print(format_rows(rows))
    content = {'machine': here, 'rows': [row.to_json() for row in rows]}
    args.out.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    return 0


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = platform.processor() or platform.machine()
    info = Path('/proc/cpuinfo')
    if info.is_file():
        names = [x for x in info.read_text().splitlines() if x.startswith('model name')]
        cpu = names[0].split(':', 1)[1].strip() if names else cpu
    libraries = {}
    for name in ('numpy', 'scipy', 'opencv-python-headless', 'ai-edge-litert', 'av', 'librosa'):
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            libraries[name] = 'not installed'
    return {
        'cpu': cpu,
        'cores': os.cpu_count(),
        'load': round(os.getloadavg()[0], 2),
        'python': platform.python_version(),
        'libraries': libraries,
        'date': time.strftime('%Y-%m-%d'),
    }


def latency_rows(clip: Path, shown: bool) -> list[Row]:
    """Command latency of the stack in a process of its own, fed in real time over DDS.

    Args:
        clip: the speaker.
        shown: somebody also watches the face.
    """
    from vico_listener.cli.demo import add_arguments as demo_arguments
    from vico_listener.cli.demo import play_and_record

    parser = argparse.ArgumentParser()
    demo_arguments(parser)
    with tempfile.TemporaryDirectory() as folder:
        fluent = write_fluent_clip(clip, Path(folder) / 'speaker.mkv')
        args = parser.parse_args([str(fluent), '--out', folder])
        live = {'lossless': False, 'size': 256}
        report = play_and_record(probe_clip(fluent), args, film=False, shown=shown, changes=live)
    latency, frames = report['latency [ms]'], report['frames']
    what = 'face shown' if shown else 'commands only'
    rows = [
        Row(
            f'command latency, {what}',
            'ms',
            latency['command']['p50'],
            latency['command']['p99'],
            target=12.0,
            reference='the paper on a V100 (quoted)',
            reference_p50=PAPER_MS,
        ),
        Row(
            f'wait for audio, {what}',
            'ms',
            latency['audio_wait']['p50'],
            latency['audio_wait']['p99'],
        ),
    ]
    if shown:
        return rows
    single = {
        'camera frames dropped': ('', float(frames['images dropped']), 0.0),
        'start to ready': ('s', report['stack']['start-up [s]'], 5.0),
        'peak memory of the stack': ('MB', report['stack']['peak memory [MB]'], 600.0),
    }
    p99 = latency['command']['p99']
    rows.append(Row('command latency, 99th percentile', 'ms', p99, p99, target=25.0))
    rows += [
        Row(name, unit, value, value, target=target)
        for name, (unit, value, target) in single.items()
    ]
    return rows


def write_fluent_clip(clip: Path, path: Path) -> Path:
    """Its speaker alone as 640x480 at 30 fps with sound, as a common camera would give it."""
    stamps = np.array([f.stamp for f in camera_frames(clip)])
    images = pictures(clip, alone=True)
    chunks = list(sound_chunks(clip))
    with av.open(str(path), 'w') as container:
        video = container.add_stream('mjpeg', rate=30)
        video.width, video.height, video.pix_fmt = 640, 480, 'yuvj420p'
        rate = chunks[0].sample_rate
        audio = container.add_stream('pcm_s16le', rate=rate, layout='mono')
        for tick in range(int(stamps[-1] * 30 // NANOSECONDS)):
            newest = int(np.searchsorted(stamps, tick * NANOSECONDS // 30, side='right')) - 1
            frame = av.VideoFrame.from_ndarray(images[max(0, newest)], format='bgr24')
            frame.pts, frame.time_base = tick, Fraction(1, 30)
            container.mux(video.encode(frame))
        samples = np.concatenate([c.samples for c in chunks])[:, :1]
        sound = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format='s16', layout='mono')
        sound.sample_rate, sound.pts, sound.time_base = rate, 0, Fraction(1, rate)
        container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path
