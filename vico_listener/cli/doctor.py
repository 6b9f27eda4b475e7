"""`vico doctor`: looks at this machine and a running graph, and says what is wrong with them."""

import argparse
from importlib.util import find_spec

from vico_listener.doctor.environment import environment_findings
from vico_listener.doctor.environment import package_findings
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.doctor.finding import as_json
from vico_listener.doctor.finding import as_text
from vico_listener.doctor.finding import exit_code
from vico_listener.doctor.machine_state import machine_findings
from vico_listener.errors import SettingError
from vico_listener.topic_name import objection_to

TOPICS = {
    'image': 'the topic of the camera images',
    'camera-info': 'the topic of the camera intrinsics',
    'audio': 'the topic of the microphone audio',
    'audio-info': 'the topic of the audio format',
}
"""The topics that can be named, and what they are."""

MOST = 600.0
"""The longest time to listen, s."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico doctor`."""
    parser.add_argument(
        '--machine', action='store_true', help='check only this machine, not the ROS graph'
    )
    parser.add_argument(
        '--seconds', type=float, default=5.0, help='for how long to listen to the topics [s]'
    )
    parser.add_argument('--namespace', default='', help='the ROS namespace of the stack')
    for name, what in TOPICS.items():
        parser.add_argument(
            f'--{name}',
            default='',
            metavar='TOPIC',
            help=f'{what} (default: the one that a running stack uses, or any that it finds)',
        )
    parser.add_argument(
        '--robot',
        default='',
        metavar='PROFILE',
        help='the robot profile: a name in config/robots, or a YAML file (default: the one that '
        'a running stack uses)',
    )
    parser.add_argument(
        '--command',
        default='',
        metavar='TOPIC',
        help="the topic or action for the robot's commands (default: the one in the profile)",
    )
    parser.add_argument('--json', action='store_true', help='print JSON instead of text')


def run(args: argparse.Namespace) -> int:
    """Look, print what was found, and return 0 if nothing is wrong."""
    if not 0.0 < args.seconds <= MOST:
        raise SettingError(f'--seconds must be above 0 and at most {MOST:g}, not {args.seconds:g}')
    topics = {name.replace('-', '_'): vars(args)[name.replace('-', '_')] for name in TOPICS}
    names = {**topics, 'command': args.command, 'namespace': args.namespace}
    for name, topic in names.items():
        if topic and objection_to(topic):
            raise SettingError(f'{name}: {objection_to(topic)}')
    findings = [*machine_findings(), *environment_findings(), *package_findings()]
    if not args.machine and _may_listen(findings):
        from vico_listener.nodes.graph_survey import GraphQuestion
        from vico_listener.nodes.graph_survey import survey_graph

        given = {name: topic for name, topic in topics.items() if topic}
        question = GraphQuestion(args.seconds, args.namespace, given, args.robot, args.command)
        findings += survey_graph(question)
    print(as_json(findings) if args.json else as_text(findings))
    return exit_code(findings)


def _may_listen(findings: list[Finding]) -> bool:
    """Return whether the nodes can be imported: what they need is there."""
    needed = ('python', 'ros')
    broken = any(f.area in needed and f.level is Level.WRONG for f in findings)
    return find_spec('rclpy') is not None and not broken
