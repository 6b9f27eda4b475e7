"""A clip or bag through the real graph: start the stack, play, record, report."""

import argparse
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.cli.stack_options import FACE_SIZE
from vico_listener.cli.stack_options import StackError
from vico_listener.cli.stack_options import check_stack
from vico_listener.cli.stack_options import stack_parameters
from vico_listener.cli.stack_options import wait_for_stack
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.nodes.main import PROGRAM
from vico_listener.nodes.source import ClipSource
from vico_listener.nodes.source import Source
from vico_listener.render.mark import COMMENT
from vico_listener.robot import load_profile

DRAIN = 2.0
"""Seconds after the last motion at the end of a clip before the recording is closed."""


def play_and_record(
    source: Source,
    args: argparse.Namespace,
    film: bool = True,
    shown: bool = True,
    changes: dict[str, Any] | None = None,
    simulation: Any = None,
    exchanges: Sequence[Any] = (),
    program: str = PROGRAM,
) -> dict[str, Any]:
    """Start the stack, play a clip or bag into it, record what it answers; return the report.

    Args:
        source: the speaker.
        args: options of `vico demo`.
        film: write the film and the preview.
        shown: subscribe to the face; otherwise the stack does not draw it.
        changes: parameters of the stack that differ from the demo's.
        simulation: `RobotFilm` that films the commanded robot instead of the face.
        exchanges: who speaks when, in a conversation.
        program: the module that runs the stack.
    """
    from vico_listener.lab.recording.preview import write_preview
    from vico_listener.lab.recording.run_report import limits

    recorder, played, elapsed, resources = _record(
        source,
        args,
        changes or {},
        film and simulation is None,
        shown and simulation is None,
        exchanges,
        program,
    )
    report = _report(args, source, recorder, elapsed, resources)
    strip = recorder.strip
    if simulation is not None:
        strip, figures = simulation.shoot(
            source.info, source.play(), args.out, recorder.curves.stamps, source.start
        )
        report |= figures
    if film:
        title = f'{source.info.path.name}: {args.listener} listener, {args.attitude}'
        spans = _spans(args.out, source, recorder) if exchanges else ()
        write_preview(args.out / 'preview.png', recorder.curves, strip, title, spans)
    if exchanges:
        from vico_listener.lab.recording.conversation_report import conversation_of

        report |= {'conversation': conversation_of(args.out, exchanges, source.start)}
    if recorder.counts['head_commands']:
        report |= limits(args.out, load_profile(args.robot))
    return report | {'problems': recorder.problems} | recorder.senses.check(played).sections()


def _record(
    source: Source,
    args: argparse.Namespace,
    changes: dict[str, Any],
    film: bool,
    shown: bool,
    exchanges: Sequence[Any],
    program: str,
) -> tuple[Any, Source, float, dict[str, float]]:
    """Play to the stack; return the recorder, what was played, for how long (s), what it took."""
    from rclpy.parameter import Parameter

    from vico_listener.lab.nodes.recorder_node import RecorderNode
    from vico_listener.media.film import Film
    from vico_listener.nodes.own_graph import OwnGraph
    from vico_listener.nodes.replay_node import ReplayNode

    began = time.monotonic()
    clip = source.info
    parameters = stack_parameters(args) | {'use_audio': clip.has_audio} | changes
    with (
        contextlib.ExitStack() as files,
        OwnGraph(args.out, parameters, program) as graph,
        contextlib.ExitStack() as playing,
    ):
        replay = ReplayNode(
            parameter_overrides=[
                Parameter(name, value=value)
                for name, value in replay_parameters(source, args).items()
            ]
        )
        playing.callback(replay.deactivate)  # its thread needs the graph
        recorder = RecorderNode(args.out, load_profile(args.robot).topic, source.start, shown=shown)
        files.callback(recorder.close)
        if film:
            audio = (clip.sample_rate, min(2, clip.channels)) if clip.has_audio else None
            recorder.film = Film(
                args.out / 'listener.mp4', FACE_SIZE, audio, COMMENT if args.mark else ''
            )
        replay.on_played = recorder.on_played
        nodes: list[Any] = [replay, recorder]
        if exchanges:
            from vico_listener.lab.nodes.dialogue_node import DialogueNode

            nodes.append(DialogueNode(args.out, list(exchanges), source.start))
            files.callback(nodes[-1].close)
        # Filming must not disturb what is filmed.
        graph.spin(*nodes, niceness=10)
        replay.trigger_configure()
        wait_for_stack(graph, lambda: all(node.connected() for node in nodes))
        startup = time.monotonic() - began
        played = time.monotonic()
        replay.trigger_activate()
        _follow(graph, replay, recorder, source)
        elapsed = time.monotonic() - played
        time.sleep(1.2)  # one more round of diagnostics, with the whole run in it
        memory = graph.stack.peak_memory()
        check_stack(graph)
        _check_format(recorder.diagnostics.get('perception', {}))
    resources = {
        'start-up [s]': startup,
        'first command [s]': recorder.first_command - began,
        'peak memory [MB]': memory,
    }
    return recorder, replay.source, elapsed, resources


def _spans(folder: Path, source: Source, recorder: Any) -> list[tuple[float, float, str]]:
    """Return when which conversation state held, s from the first motion on."""
    from vico_listener.lab.recording.conversation_report import EVENTS_FILE
    from vico_listener.lab.recording.conversation_report import read_rows
    from vico_listener.lab.recording.conversation_report import state_spans

    first, last = (
        (recorder.curves.stamps[end] - source.start) / NANOSECONDS if recorder.curves.stamps else 0
        for end in (0, -1)
    )
    spans = state_spans(read_rows(folder / EVENTS_FILE), last)
    return [(begin - first, end - first, state) for begin, end, state in spans]


def _check_format(perception: dict[str, str]) -> None:
    """Refuse a run whose audio was taken for another format at first.

    Raises:
        StackError: the format changed while the run lasted.
    """
    changes = int(perception.get('format_changes', 0))
    if changes:
        raise StackError(
            f'the format of the audio changed {changes} time(s) while it was played, to '
            f'{perception.get("audio_format")}: the audio before was misread, so nothing is '
            'reported; play it again, or give a recording of one format'
        )


def replay_parameters(source: Source, args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of the replay node."""
    rate = {'rate': 0.0 if args.fast else 1.0}
    if isinstance(source, ClipSource):
        return rate | {'clip': str(source.info.path), 'audio_topic': args.audio_topic}
    names = ('image_topic', 'audio_topic', 'stamps')
    return rate | {'bag': str(source.info.path)} | {name: getattr(args, name) for name in names}


def _follow(graph: Any, replay: Any, recorder: Any, source: Source) -> None:
    """Show progress until the clip is over and its last frame has been answered."""
    clip = source.info
    layout = '{desc} {percentage:3.0f}%|{bar}| {n:.1f}/{total:.1f} s'
    with tqdm(total=clip.duration, desc=clip.path.name, bar_format=layout, mininterval=0.2) as bar:
        last, since = -1, time.monotonic()
        while not replay.finished.is_set() or time.monotonic() - since < DRAIN:
            time.sleep(0.05)
            if recorder.last_motion != last:
                last, since = recorder.last_motion, time.monotonic()
                done = (last - source.start) / NANOSECONDS
                bar.update(max(0.0, min(bar.total, done) - bar.n))
            check_stack(graph)
            if not replay.finished.is_set():
                since = max(since, time.monotonic() - DRAIN / 2)


def _report(
    args: argparse.Namespace,
    source: Source,
    recorder: Any,
    elapsed: float,
    resources: dict[str, float],
) -> dict[str, Any]:
    from vico_listener.head_parts import measure_reference
    from vico_listener.lab.recording.run_report import behaviour
    from vico_listener.media.track_writers import write_reference
    from vico_listener.media.tracks import REFERENCE_FILE

    if recorder.counts['motions'] == 0:
        raise StackError('the stack answered nothing:\n  ' + '\n  '.join(recorder.problems))
    clip = source.info
    portrait = stack_parameters(args)['portrait']
    write_reference(args.out / REFERENCE_FILE, measure_reference(portrait))
    perception = recorder.diagnostics.get('perception', {})
    head = recorder.diagnostics.get('head', {})
    renderer = recorder.diagnostics.get('renderer', {})
    counts = recorder.counts
    return {
        'clip': clip.path.name,
        'listener': args.listener,
        'attitude': ', then '.join(recorder.attitudes),
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
            'motion': _percentiles(head, 'motion_latency'),
            'command': _percentiles(head, 'command_latency'),
        },
        'behaviour': behaviour(args.out),
        **_distance(args, source),
        'stack': resources | {'clip [s]': _length(source, recorder), 'playing [s]': elapsed},
    }


def _length(source: Source, recorder: Any) -> float:
    """Return how long what was played is, s: as it is told, unless the stamps were put right."""
    put_right = any(what.startswith('jumps') for what in source.remarks.counts)
    if source.info.duration > 0 and not put_right:
        return source.info.duration
    return float(recorder.last_motion - source.start) / NANOSECONDS


def _distance(args: argparse.Namespace, source: Source) -> dict[str, Any]:
    """Return the FD to the true listener, where a bag holds one."""
    if isinstance(source, ClipSource):
        return {}
    from vico_listener.lab.dataset.bags.truth import read_truth
    from vico_listener.lab.recording.run_report import distance_to_truth
    from vico_listener.nodes.bag_source import BagSource

    assert isinstance(source, BagSource)
    truth = read_truth(source.info.path, source.inputs)
    if truth is None:
        return {}
    try:
        return {'FD to the true listener': distance_to_truth(args.out, truth)}
    except VicoError as error:
        raise StackError(f'no FD: {error}') from None


def _percentiles(values: dict[str, str], prefix: str) -> dict[str, float]:
    return {key: float(values.get(f'{prefix}_{key}_ms', 'nan')) for key in ('p50', 'p99', 'max')}
