"""`vico bench`: measures how fast each stage is and how late a command comes."""

import argparse
import json
import math
import tempfile
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.bench_table import format_rows
from vico_listener.lab.benchmark.core import CORE_STAGES
from vico_listener.lab.benchmark.core import core_rows
from vico_listener.lab.benchmark.machine import describe_machine
from vico_listener.lab.benchmark.machine import time_of_others
from vico_listener.lab.benchmark.material import write_fluent_clip
from vico_listener.lab.cli import demo
from vico_listener.lab.cli import playing
from vico_listener.nodes.source import ClipSource

PAPER = 'the paper on a V100 81.84 ms'
"""Delay per frame in Zhou et al. (ECCV 2022)."""

CORE_SHARE = 0.95
"""The one-core rows were disturbed when the process had a smaller share of its core than this."""

OTHERS = 0.1
"""The latency rows were disturbed when other processes used more cores than this."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico bench`."""
    parser.add_argument(
        '--out', type=Path, default=Path('bench.json'), help='the JSON file for the figures'
    )
    parser.add_argument(
        '--quick',
        action='store_true',
        help='repeat each measurement less often, for a first impression',
    )
    parser.add_argument(
        '--no-latency', action='store_true', help='measure only the core, without ROS'
    )
    parser.add_argument(
        '--gpu',
        action='store_true',
        help="measure the paper's chain (Deep3DFaceRecon, listener, PIRenderer) on a GPU instead",
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print the table and write the JSON."""
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.open('a').close()  # rather fail now than after a minute
    machine = describe_machine()
    if args.gpu:
        return _run_gpu(args, machine)
    rows, conditions = measure(args.quick, latency=not args.no_latency)
    machine |= conditions
    content = {'machine': machine, 'rows': [row.to_json() for row in rows]}
    args.out.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    print(f'{machine["cpu"]}, {machine["cores"]} cores, Python {machine["python"]}')
    print(format_rows(rows))
    for note in notes(machine):
        print(f'note: {note}')
    return 0


def _run_gpu(args: argparse.Namespace, machine: dict[str, Any]) -> int:
    """Measure the paper's chain; a machine without a GPU is reported, but is not an error."""
    from vico_listener.lab.benchmark.gpu import chain_rows
    from vico_listener.lab.benchmark.gpu import describe_gpu
    from vico_listener.neural.execution import Execution

    gpu = describe_gpu()
    rows = []
    if gpu:
        repeats = 60 if args.quick else 600
        rows = chain_rows(demo.default_clip(), Execution('torch', 'cuda'), repeats)
    content = {'machine': machine | {'gpu': gpu}, 'rows': [row.to_json() for row in rows]}
    args.out.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    if not gpu:
        print('no GPU: torch is not installed or sees no CUDA device, nothing was measured')
        print('the paper on a V100: fit 52.5, step 0.0372, render 29.3, total 81.84 ms; 12 fps')
        return 0
    print(gpu)
    print(format_rows(rows))
    return 0


def notes(machine: dict[str, Any]) -> list[str]:
    """Return what the reader has to know to judge the figures."""
    found = []
    if not machine['pinned']:
        found.append('this system cannot keep a process on one core: "one core" is not ensured')
    if machine['core_share'] < CORE_SHARE:
        found.append(
            f'the one-core rows had {100 * machine["core_share"]:.0f} % of their core: '
            'other processes were busy, their times are too long'
        )
    if (machine['cores_used_by_others'] or 0.0) > OTHERS:
        found.append(
            f'other processes used {machine["cores_used_by_others"]:.2f} of {machine["cores"]} '
            'cores during the latency runs: latencies and losses are too high'
        )
    return found


def measure(quick: bool, latency: bool) -> tuple[list[Row], dict[str, Any]]:
    """Measure all rows and the conditions they were measured under, with a progress bar.

    Args:
        quick: repeat less often.
        latency: also measure the rows that need ROS.
    """
    clip = demo.default_clip()
    stages = CORE_STAGES + 2 * latency
    with tqdm(total=stages, bar_format='{desc:<24}|{bar}| {n_fmt}/{total_fmt}') as bar:

        def report(name: str) -> None:
            bar.update(1 if bar.desc else 0)
            bar.set_description(name)

        rows, core = core_rows(clip, quick, report)
        others = math.nan
        if latency:
            before, began = time_of_others(), time.monotonic()
            report('latency, commands only')
            rows += latency_rows(clip, shown=False)
            report('latency, face shown')
            rows += latency_rows(clip, shown=True)
            others = (time_of_others() - before) / (time.monotonic() - began)
        bar.update()
    return rows, {
        'pinned': core.pinned,
        'core_share': round(core.share, 3),
        'cores_used_by_others': round(others, 3) if math.isfinite(others) else None,
    }


def latency_rows(clip: Path, shown: bool) -> list[Row]:
    """Measure the command latency of the stack in a separate process, fed in real time over DDS.

    Args:
        clip: video of the speaker.
        shown: whether the face is also watched.
    """
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    with tempfile.TemporaryDirectory() as folder:
        fluent = Path(folder) / 'speaker.mkv'
        sent = write_fluent_clip(clip, fluent)
        args = parser.parse_args([str(fluent), '--out', folder])
        # Nobody says where the head is, so there is nothing to wait for.
        live = {'lossless': False, 'size': 256, 'measured_wait': 0.0}
        report = playing.play_and_record(
            ClipSource(fluent), args, film=False, shown=shown, changes=live
        )
    return report_rows(report, sent, 'face shown' if shown else 'commands only')


def report_rows(report: dict[str, Any], sent: int, what: str) -> list[Row]:
    """Return the rows of the bench table that a demo's report holds.

    Args:
        report: what `play_and_record` returned.
        sent: number of camera frames that were played.
        what: kind of run, which the names of the rows mention.
    """
    latency = report['latency [ms]']
    motion, command, wait = latency['motion'], latency['command'], latency['audio_wait']
    stack = report['stack']
    # Counted from both ends: a frame that DDS lost is one the stack knows nothing of.
    lost = float(sent - report['frames']['images in'])
    singles = [
        (f'camera frames lost of {sent}', '', lost, 0.0),
        ('start to first command', 's', stack['first command [s]'], 5.0),
        ('peak memory of the stack', 'MB', stack['peak memory [MB]'], 600.0),
    ]
    return [
        Row(
            f'motion latency, {what}',
            'ms',
            motion['p50'],
            motion['p99'],
            target=12.0,
            target_p99=25.0,
            quoted=PAPER,
        ),
        # What is more than that is the wait for the robot's turn, every 20 ms.
        Row(f'command latency, {what}', 'ms', command['p50'], command['p99']),
        Row(f'wait for audio, {what}', 'ms', wait['p50'], wait['p99']),
        *(
            Row(f'{name}, {what}', unit, value, value, target=target)
            for name, unit, value, target in singles
        ),
    ]
