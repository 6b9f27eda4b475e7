"""`vico bag`: clips to rosbag2 bags, what is in a bag, and the stack's output as one."""

import argparse
import contextlib
import sys
import time
from pathlib import Path

from tqdm import tqdm

from vico_listener.lab.dataset.bags.clip_bags import ClipFiles
from vico_listener.lab.dataset.bags.clip_bags import find_clips
from vico_listener.lab.dataset.bags.clip_bags import make_bag
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.input_topics import choose_inputs
from vico_listener.media.bags.reader import Bag
from vico_listener.media.bags.writer import STORAGES
from vico_listener.media.clip import probe_clip
from vico_listener.media.remarks import Remarks
from vico_listener.motion import Attitude
from vico_listener.nodes.bag_source import BagSource
from vico_listener.perception.run_check import NOT_OK
from vico_listener.robot import load_profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of `vico bag`."""
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    make = actions.add_parser(
        'make', help='make a bag from a video, or one from each clip of a data set'
    )
    make.add_argument(
        'source',
        type=Path,
        metavar='CLIP|DATASET',
        help='a video file, or the folder of a data set',
    )
    make.add_argument(
        '--out',
        type=Path,
        required=True,
        help='the folder of the bag or, for a data set, of all bags',
    )
    make.add_argument(
        '--format', choices=sorted(STORAGES), default='mcap', help='the storage format of the bag'
    )
    make.add_argument(
        '--images', choices=('raw', 'jpeg'), default='raw', help='how the images are stored'
    )
    make.add_argument(
        '--attitude',
        choices=[a.value for a in Attitude],
        help='the attitude of the listener to write into the bag (default: that of the data set)',
    )
    make.add_argument(
        '--features',
        type=Path,
        help='the folder of features (NAME.npz), from which attitude and motion of the real '
        'listener are taken',
    )
    info = actions.add_parser('info', help='show what is in a bag and what a replay would play')
    info.add_argument('bag', type=Path, help='a folder, or a .mcap or .db3 file')
    record = actions.add_parser(
        'record', help='record what a running stack publishes, until Ctrl-C'
    )
    record.add_argument('--out', type=Path, required=True, help='the folder of the bag')
    record.add_argument(
        '--format', choices=sorted(STORAGES), default='mcap', help='the storage format of the bag'
    )
    record.add_argument('--namespace', default='/', help='the namespace of the stack')
    record.add_argument(
        '--robot', default='generic_3dof', help='the profile of the robot that the stack commands'
    )
    record.add_argument(
        '--topic',
        action='append',
        default=[],
        metavar='NAME',
        help='a further topic to record; may be given several times',
    )
    record.add_argument('--use-sim-time', action='store_true', help='use the time of /clock')
    record.add_argument(
        '--seconds',
        type=float,
        default=0.0,
        help='the number of seconds after which to stop; 0 for no limit',
    )
    record.add_argument(
        '--strict',
        action='store_true',
        help=f'exit with code {NOT_OK} if image or audio was missing most of the time',
    )


def run(args: argparse.Namespace) -> int:
    """Make, describe or record a bag."""
    if args.action == 'make':
        _make(args)
    elif args.action == 'info':
        print(describe_bag(args.bag))
    else:
        return _record(args)
    return 0


def _make(args: argparse.Namespace) -> None:
    clips = find_clips(args.source, args.features)
    for clip in clips:
        _make_one(clip, args.out if args.source.is_file() else args.out / clip.name, args)


def _make_one(clip: ClipFiles, folder: Path, args: argparse.Namespace) -> None:
    layout = '{desc} {percentage:3.0f}%|{bar}| {n:.1f}/{total:.1f} s'
    info = probe_clip(clip.video)
    remarks = Remarks()
    attitude = Attitude(args.attitude) if args.attitude else None
    with tqdm(total=info.duration, desc=clip.name, bar_format=layout, mininterval=0.2) as bar:
        counts = make_bag(
            clip,
            folder,
            args.format,
            args.images,
            attitude,
            lambda done: bar.update(max(0.0, done - bar.n)) and None,
            remarks,
        )
    print(f'{folder}: ' + ', '.join(f'{topic} {count}' for topic, count in counts.items()))
    for line in (*info.notes, *(f'skipped: {line}' for line in remarks.lines())):
        print(f'{clip.name}: {line}')


def describe_bag(path: Path) -> str:
    """Return the topics of a bag, and which of them a replay would play, as text.

    Raises:
        BagError: it cannot be read.
    """
    with Bag(path) as bag:
        topics, storage, duration = bag.topics, bag.storage, bag.duration
    width = max(len(topic.name) for topic in topics)
    lines = [f'{path}: {storage}, {duration:.2f} s']
    lines += [f'  {t.name:<{width}}  {t.count:>7}  {t.kind}' for t in topics]
    try:
        inputs = choose_inputs(path, topics)
    except BagError as error:
        return '\n'.join([*lines, f'replay: {error}'])
    for what, topic in vars(inputs).items():
        lines.append(f'{what.replace("_", " "):<15} {"-" if topic is None else topic.name}')
    try:
        lines += [f'note: {note}' for note in BagSource(path).notes]
    except BagError as error:
        lines.append(f'replay: {error}')
    return '\n'.join(lines)


def _record(args: argparse.Namespace) -> int:
    import rclpy
    from rclpy.executors import ExternalShutdownException
    from rclpy.parameter import Parameter

    from vico_listener.lab.nodes.bag_recorder_node import BagRecorderNode
    from vico_listener.nodes.data_executor import DataExecutor
    from vico_listener.nodes.ros import start_ros

    topics = ['speaker', 'motion', load_profile(args.robot).topic, *args.topic]
    start_ros(['--ros-args', '-r', f'__ns:={args.namespace}'])
    try:
        node = BagRecorderNode(
            args.out,
            list(dict.fromkeys(topics)),
            args.format,
            parameter_overrides=[Parameter('use_sim_time', value=args.use_sim_time)],
        )
        executor = DataExecutor()
        executor.add_node(node)
        end = time.monotonic() + args.seconds if args.seconds > 0 else float('inf')
        layout = '{desc} {n} messages, {elapsed}'
        with (
            contextlib.suppress(ExternalShutdownException, KeyboardInterrupt),
            tqdm(desc=args.out.name, bar_format=layout, mininterval=0.5) as bar,
        ):
            while time.monotonic() < end:
                executor.spin_once(0.1)
                bar.update(sum(node.counts.values()) - bar.n)
        node.close()
    finally:
        rclpy.try_shutdown()
    counts = node.counts
    print(f'{args.out}: ' + ', '.join(f'{topic} {count}' for topic, count in counts.items()))
    for topic in node.missing():
        print(f'nobody published {topic}', file=sys.stderr)
    if not any(counts.values()):
        raise BagError(f'nothing was recorded, {args.out} is empty: does the stack run?')
    check = node.senses.check()
    print('\n'.join(check.lines()))
    return NOT_OK if args.strict and check.verdict != 'ok' else 0
