"""`vico bench`: measures how fast each stage is and how late a command comes, beside references."""

import argparse
import json
import tempfile
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import UnavailableError
from vico_listener.lab.benchmark.bare_process import bare_process
from vico_listener.lab.benchmark.bench_table import Result
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.bench_table import format_results
from vico_listener.lab.benchmark.bench_table import pool
from vico_listener.lab.benchmark.bench_table import unsteady
from vico_listener.lab.benchmark.core import CORE_STAGES
from vico_listener.lab.benchmark.core import core_rows
from vico_listener.lab.benchmark.machine import Conditions
from vico_listener.lab.benchmark.machine import Core
from vico_listener.lab.benchmark.machine import describe_machine
from vico_listener.lab.benchmark.material import write_fluent_clip
from vico_listener.lab.cli import demo
from vico_listener.lab.cli import playing
from vico_listener.nodes.source import ClipSource
from vico_listener.resources import resource_path

RUNS = 5
QUICK_RUNS = 3

DOUBTFUL = 3
"""The exit code when nothing can be concluded."""

COMMAND_WAIT = 10.0
"""How long a motion waits for the next command on average, ms: they are sent every 20 ms."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico bench`."""
    parser.add_argument(
        '--out', type=Path, default=Path('bench.json'), help='the JSON file for the figures'
    )
    parser.add_argument(
        '--quick',
        action='store_true',
        help='measure three shorter runs instead of five, for a first impression',
    )
    parser.add_argument(
        '--no-latency', action='store_true', help='measure only the core, without ROS'
    )
    parser.add_argument(
        '--publish',
        action='store_true',
        help='write the table into README.md and docs/performance.md as well, unless nothing can '
        'be concluded',
    )
    parser.add_argument(
        '--gpu',
        action='store_true',
        help="measure the paper's chain (Deep3DFaceRecon, listener, PIRenderer) on a GPU instead",
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print the table and write the JSON; the exit code is 3 if nothing is concluded."""
    if args.publish and (args.quick or args.no_latency or args.gpu):
        raise UnavailableError('only the figures of a whole run are published')
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.open('a').close()  # rather fail now than after a minute
    machine = describe_machine()
    if args.gpu:
        return _run_gpu(args, machine)
    conditions = Conditions()
    results, cores = measure(args.quick, latency=not args.no_latency)
    doubts = conditions.doubts(cores) + unsteady(results)
    content = report_of(results, machine, doubts)
    args.out.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    print(f'{machine["cpu"]}, {machine["cores"]} cores, Python {machine["python"]}')
    print(format_results(results, concluded=not doubts))
    if doubts:
        print('nothing can be concluded: measure again on a machine that nobody else uses')
        print('\n'.join(f'  {doubt}' for doubt in doubts))
        return DOUBTFUL
    if args.publish:
        publish(content)
    return 0


def report_of(
    results: Sequence[Result], machine: dict[str, Any], doubts: Sequence[str]
) -> dict[str, Any]:
    """Return all that a bench found, as JSON has it."""
    return {
        'machine': machine,
        'doubts': list(doubts),
        'results': [result.to_json() for result in results],
    }


def publish(content: dict[str, Any]) -> None:
    """Write the figures among the pages, and what the pages say of them."""
    from vico_listener.lab.cli.docs import outdated
    from vico_listener.lab.docs.speed import MEASURED

    root = resource_path('package.xml').parent
    (root / MEASURED).write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    for path, text in outdated().items():
        path.write_text(text, encoding='utf-8')
        print(path)


def _run_gpu(args: argparse.Namespace, machine: dict[str, Any]) -> int:
    """Measure the paper's chain; a machine without a GPU is reported, but is not an error."""
    from vico_listener.lab.benchmark.gpu import chain_rows
    from vico_listener.lab.benchmark.gpu import describe_gpu
    from vico_listener.lab.benchmark.gpu import lacking
    from vico_listener.neural.execution import Execution

    gpu = describe_gpu()
    results = []
    if gpu:
        repeats = 60 if args.quick else 600
        results = pool([chain_rows(demo.default_clip(), Execution('torch', 'cuda'), repeats)])
    content = report_of(results, machine | {'gpu': gpu}, [])
    args.out.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    if not gpu:
        print(f'no GPU, nothing was measured: {lacking()}')
        print('the paper on a V100: fit 52.5, step 0.0372, render 29.3, total 81.84 ms; 12 fps')
        return 0
    print(gpu)
    print(format_results(results, concluded=True))
    return 0


def measure(quick: bool, latency: bool) -> tuple[list[Result], list[Core]]:
    """Measure all rows in several runs, with a progress bar.

    Args:
        quick: in fewer and shorter runs.
        latency: also measure the rows that need ROS.

    Returns:
        the results, and how well each run had its core to itself.
    """
    clip = demo.default_clip()
    count = QUICK_RUNS if quick else RUNS
    runs: list[list[Row]] = []
    cores = []
    stages = count * (CORE_STAGES + 2 * latency)
    with tqdm(total=stages, bar_format='{desc:<24}|{bar}| {n_fmt}/{total_fmt}') as bar:

        def report(name: str) -> None:
            bar.update(1 if bar.desc else 0)
            bar.set_description(name)

        for _ in range(count):
            rows, core = core_rows(clip, quick, report)
            cores.append(core)
            if latency:
                rows += latency_rows(clip, rows, report)
            runs.append(rows)
        bar.update()
    return pool(runs), cores


def latency_rows(clip: Path, core: Sequence[Row], report: Callable[[str], None]) -> list[Row]:
    """Measure the command latency of the stack in a separate process, fed in real time over DDS.

    Args:
        clip: video of the speaker.
        core: the rows of the same run, of which the chain's are the references.
        report: called with the name of each stage before it is measured.
    """
    chains = [row.p50 for row in core if row.name.startswith('core chain')]
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    rows = []
    for shown, chain in zip((False, True), chains, strict=True):
        what = 'face shown' if shown else 'commands only'
        report(f'latency, {what}')
        with tempfile.TemporaryDirectory() as folder:
            fluent = Path(folder) / 'speaker.mkv'
            sent = write_fluent_clip(clip, fluent)
            args = parser.parse_args([str(fluent), '--out', folder])
            # Nobody says where the head is, so there is nothing to wait for.
            live = {'lossless': False, 'size': 256, 'measured_wait': 0.0}
            played = playing.play_and_record(
                ClipSource(fluent), args, film=False, shown=shown, changes=live
            )
        rows += report_rows(played, sent, what, chain, bare_process())
    return rows


def report_rows(
    report: dict[str, Any], sent: int, what: str, chain: float, bare: tuple[float, float]
) -> list[Row]:
    """Return the rows of the bench table that a demo's report holds.

    Args:
        report: what `play_and_record` returned.
        sent: number of camera frames that were played.
        what: kind of run, which the names of the rows mention.
        chain: how long the same chain takes in one process, ms per frame.
        bare: what `bare_process` returned.
    """
    latency, stack = report['latency [ms]'], report['stack']
    motion, command, wait = latency['motion'], latency['command'], latency['audio_wait']
    # Counted from both ends: a frame that DDS lost is one the stack knows nothing of.
    lost = float(sent - report['frames']['images in'])
    start, memory = stack['first command [s]'], stack['peak memory [MB]']
    only_imports = 'a process that only imports'
    return [
        Row(
            f'arrival to motion, {what}',
            'ms',
            motion['p50'],
            motion['p99'],
            'the chain',
            chain,
            target=1.2,
            target_p99=2.0,
        ),
        Row(
            f'arrival to command, {what}',
            'ms',
            command['p50'],
            command['p99'],
            'the chain and the mean wait for the next command',
            chain + COMMAND_WAIT,
        ),
        Row(f'wait for audio, {what}', 'ms', wait['p50'], wait['p99'], 'a tick', 1e3 / MODEL_RATE),
        Row(f'images lost, {what}', '', lost, lost, 'images sent', float(sent), target=0.0),
        Row(f'start to first command, {what}', 's', start, start, only_imports, bare[0]),
        Row(f'peak memory, {what}', 'MB', memory, memory, only_imports, bare[1]),
    ]
