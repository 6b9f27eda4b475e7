"""`vico soak`: injects faults, then runs for long, and tabulates what the stack withstood."""

import argparse
import json
import math
import shlex
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.lab.cli.demo import default_clip

BUSY_LOOPS = 4
"""Processes that take time away from the demos of ``--demos``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico soak`."""
    parser.add_argument(
        '--minutes', type=float, default=30.0, help='the length of the long run [min]; 0 for none'
    )
    parser.add_argument(
        '--faults',
        nargs='*',
        default=[],
        help='the names of the faults to inject, or none (default: all)',
    )
    parser.add_argument(
        '--stretch', type=float, default=3.0, help='the factor by which to lengthen the faults'
    )
    parser.add_argument(
        '--transitions', type=int, default=200, help='the number of lifecycle transitions to try'
    )
    parser.add_argument(
        '--demos',
        type=int,
        default=0,
        metavar='N',
        help='instead, play a clip and its bag in turn, N times in all, while four busy loops '
        'load the machine; the motion must always be the same',
    )
    parser.add_argument(
        '--at-once',
        type=int,
        default=1,
        metavar='N',
        help='how many of the --demos to play at the same time',
    )
    parser.add_argument(
        '--integrators',
        action='store_true',
        help='instead, run the stack with simulated robots for --minutes: a trajectory '
        'controller, a simulator with its own clock, a dialogue program that borrows the '
        'head, and two robots at once',
    )
    parser.add_argument(
        '--clip', type=Path, help='a video of a speaker (default: the clip of the demo)'
    )
    parser.add_argument(
        '--robot', default='generic_3dof', help='the robot profile whose limits are checked'
    )
    parser.add_argument(
        '--params-file',
        type=Path,
        nargs='+',
        default=[],
        metavar='FILE',
        help='parameter files for the stack, such as config/small.yaml; later ones win',
    )
    parser.add_argument(
        '--prefix',
        type=shlex.split,
        default='',
        metavar='COMMAND',
        help='a command to run the stack with, such as "taskset -c 0"; it must run it in its own '
        'place',
    )
    parser.add_argument(
        '--out', type=Path, default=Path('out/soak'), help='the folder of the results'
    )


def run(args: argparse.Namespace) -> int:
    """Run the suite; the exit code is 1 when something did not hold."""
    clip = args.clip or default_clip()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.demos:
        return _demos(clip, args.demos, args.at_once, args.out)
    if args.integrators:
        return _integrators(clip, args.robot, args.minutes * 60.0, args.out)
    from vico_listener.lab.faults.catalogue import faults_by_name
    from vico_listener.lab.faults.suite import FaultSuite

    faults = faults_by_name(args.faults)
    for file in args.params_file:
        if not file.is_file():
            raise FileNotFoundError(f'no such file: --params-file {file}')
    with FaultSuite(
        args.out,
        clip,
        args.robot,
        args.stretch,
        args.transitions,
        args.params_file,
        args.prefix,
    ) as suite:
        with tqdm(suite.run(faults), total=len(faults), desc='faults', unit='fault') as bar:
            rows = [_row(result) for result in bar]
        if args.minutes > 0:
            rows.append(_long_run(suite, args.minutes * 60.0, args.out))
    return _judged(rows, args.out)


def _judged(rows: list[dict[str, str]], out: Path) -> int:
    """Write and print a table of results; return the exit code."""
    table = _table(rows)
    (out / 'soak.md').write_text(table + '\n', encoding='utf-8')
    (out / 'soak.json').write_text(json.dumps(rows, indent=1) + '\n', encoding='utf-8')
    print(table)
    failed = [row for row in rows if row['verdict'] != 'held']
    print(f'\n{len(rows) - len(failed)} of {len(rows)} held; {out / "soak.md"}')
    return 1 if failed else 0


def _integrators(clip: Path, robot: str, duration: float, out: Path) -> int:
    from vico_listener.lab.faults.integrators import SCENES
    from vico_listener.lab.faults.integrators import Integrators
    from vico_listener.robot import load_profile

    rows = []
    integrators = Integrators(out, clip, load_profile(robot), duration)
    for scene in tqdm(SCENES, desc='scenes', unit='scene'):
        outcome = integrators.play(scene)
        verdict = '; '.join(outcome.problems) or 'held'
        figures = '; '.join(outcome.figures)
        rows.append({'scene': outcome.scene, 'figures': figures, 'verdict': verdict})
    return _judged(rows, out)


def _demos(clip: Path, count: int, at_once: int, out: Path) -> int:
    from vico_listener.lab.faults.repeated_demos import problems
    from vico_listener.lab.faults.repeated_demos import repeat_demos

    played = repeat_demos(clip, count, BUSY_LOOPS, out, at_once)
    demos = []
    with tqdm(played, total=count, desc='demos', unit='demo') as progress:
        for demo in progress:
            demos.append(demo)
            if not demo.motion:
                progress.write(f'{demo.recording} failed: {demo.said}')
            progress.set_postfix_str(f'motions: {len({d.motion for d in demos if d.motion})}')
    found = problems(demos)
    print('\n'.join(found) or f'{count} demos, one motion: {demos[0].motion}')
    return 1 if found else 0


def _row(result: Any) -> dict[str, str]:
    return {
        'fault': result.fault.what,
        'meanwhile': result.fault.meanwhile.value,
        'gap [s]': _number(result.gap),
        'back after [s]': _number(result.back),
        'images sent / counted': f'{result.published} / {result.counted}'
        if result.published
        else '-',
        'memory [MB]': _number(result.memory, 0),
        'verdict': '; '.join(result.problems) or 'held',
    }


def _number(value: float, digits: int = 2) -> str:
    return f'{value:.{digits}f}' if math.isfinite(value) else '-'


def _long_run(suite: Any, duration: float, out: Path) -> dict[str, str]:
    """Let the stack run and watch its memory, queue and motion."""
    from vico_listener.lab.benchmark.machine import MachineWatch
    from vico_listener.lab.faults import long_run

    watch = MachineWatch()
    seconds: list[long_run.Second] = []
    suite.watcher.watch()
    images, used = suite.input.images, suite.stack.processor_time()
    start = time.monotonic()
    for _ in tqdm(range(round(duration)), desc='long run', unit='s'):
        time.sleep(max(0.0, start + len(seconds) + 1 - time.monotonic()))
        queue = suite.watcher.count('perception', 'queue')
        motions = len(suite.watcher.watch().motions)
        lost = suite.watcher.count('perception', 'dropped_images')
        before, images = images, suite.input.images
        used_before, used = used, suite.stack.processor_time()
        seconds.append(
            long_run.Second(
                suite.stack.memory(),
                queue,
                motions,
                images - before,
                lost,
                used - used_before,
                *watch.since_last(),
            )
        )
    watch.stop()
    long_run.plot(seconds, out / 'soak.png')
    return {
        'fault': f'none, for {duration / 60:.1f} minutes',
        'meanwhile': f'first motion after {suite.start:.1f} s, {long_run.summary(seconds)}',
        'gap [s]': '-',
        'back after [s]': '-',
        'images sent / counted': '-',
        'memory [MB]': _number(seconds[-1].memory, 0),
        'verdict': '; '.join(long_run.problems(seconds, suite.stack.running)[:3]) or 'held',
    }


def _table(rows: list[dict[str, str]]) -> str:
    names = list(rows[0])
    lines = ['| ' + ' | '.join(names) + ' |', '|' + '---|' * len(names)]
    return '\n'.join(lines + ['| ' + ' | '.join(row.values()) + ' |' for row in rows])
