"""`vico markers`: the speaker's face and the listener's gaze as markers, for rviz and Foxglove."""

import argparse

from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.topic_name import objection_to


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico markers`."""
    parser.add_argument('--namespace', default='', help='the ROS namespace of the stack')
    parser.add_argument(
        '--head-frame',
        default='head',
        metavar='FRAME',
        help='the frame relative to which the listener moves its head, with x ahead',
    )


def run(args: argparse.Namespace) -> int:
    """Publish markers until Ctrl-C."""
    if args.namespace and objection_to(args.namespace):
        raise SettingError(f'namespace: {objection_to(args.namespace)}')
    try:
        from vico_listener.nodes.marker_node import spin_markers
    except ModuleNotFoundError as error:
        raise NotInstalledError(f'markers need ROS 2 ({error}): ./run vico markers') from error
    print('markers are published (stop it by Ctrl-C; the stack goes on)', flush=True)
    spin_markers(args.namespace, args.head_frame)
    return 0
