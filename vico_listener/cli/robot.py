"""`vico robot`: the robots that are known, what their profiles say, and whether they are right."""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from itertools import groupby
from typing import Any

from tqdm import tqdm

from vico_listener.clock import NANOSECONDS
from vico_listener.robot import HeadCommand
from vico_listener.robot import ProfileError
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.check import check_commands
from vico_listener.robot.payload import Payload
from vico_listener.robot.payload import make_payload
from vico_listener.robot.profile import known_profiles

PATIENCE = 5.0
"""Seconds in which the robot must be there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-commands of `vico robot`."""
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    actions.add_parser('list', help='the profiles that come with the package')
    show = actions.add_parser('show', help='what a profile says, with its defaults filled in')
    check = actions.add_parser(
        'check',
        help='turn the head 5 degrees about one axis after the other, to see that the signs are '
        'right; only prints what would be sent unless --move is given',
    )
    for action in (show, check):
        action.add_argument(
            'profile', metavar='PROFILE', help='a name in config/robots or a YAML file'
        )
    check.add_argument('--move', action='store_true', help='really move the robot')


def run(args: argparse.Namespace) -> int:
    """Run one action; exit code 0, 1 (the robot cannot be reached) or 2 (wrong profile)."""
    try:
        if args.action == 'list':
            return _list()
        profile = load_profile(args.profile)
        return _show(profile) if args.action == 'show' else _check(profile, args.move)
    except ProfileError as error:
        print(f'vico robot: {error}', file=sys.stderr)
        return 2
    except (RuntimeError, OSError) as error:
        print(f'vico robot: {error}', file=sys.stderr)
        return 1


def _list() -> int:
    for name in known_profiles():
        profile = load_profile(name)
        axes = ' '.join(joint.axis for joint in profile.joints)
        print(f'{name:14} {profile.interface:24} {axes:16} {profile.target}')
    return 0


def _show(profile: RobotProfile) -> int:
    print(f'profile    {profile.name}')
    for field in fields(profile):
        value = getattr(profile, field.name)
        if field.name not in ('name', 'joints') and value not in ('', 0.0):
            print(f'{field.name:10} {value}')
    for joint in profile.joints:
        print(f'\njoint      {joint.name}')
        print(
            f'  {joint.axis} x {joint.sign * joint.gain:+g}, straight ahead at {joint.offset:g} rad'
        )
        print(
            f'  {joint.minimum:g}..{joint.maximum:g} rad '
            f'({math.degrees(joint.minimum):.0f}..{math.degrees(joint.maximum):.0f} deg), '
            f'compressed in the outer {joint.soft_zone:.0%}'
        )
        print(
            f'  {joint.max_velocity:g} rad/s, {joint.max_acceleration:g} rad/s^2, '
            f'{joint.max_jerk:g} rad/s^3'
        )
        if joint.roll_gain:
            print(f'  shows {joint.roll_gain:+g} of the roll')
        if joint.range_by is not None:
            print(f'  range by {joint.range_by.joint} (rad):')
            table = joint.range_by
            for row in zip(table.knots, table.minimum, table.maximum, strict=True):
                print('    {:+.3f}: {:+.3f}..{:+.3f}'.format(*row))
    return 0


def _check(profile: RobotProfile, move: bool) -> int:
    scale = math.degrees(1.0) if profile.unit == 'deg' else 1.0
    commands = list(check_commands(profile))
    print(f'{profile.name}: {profile.interface} -> {profile.target}, {profile.rate:g} Hz')
    send, close = _open(profile) if move else (None, lambda: None)
    print('It moves. The head should' if move else 'Dry run, nothing is sent. The head should')
    try:
        for pose, group in groupby(commands, key=lambda pair: pair[0]):
            part = [command for _, command in group]
            angles = ', '.join(
                f'{joint.name} {round(scale * position, 3) + 0.0:+.3f} {profile.unit}'
                for joint, position in zip(profile.joints, part[-1].positions, strict=True)
            )
            print(f'  {pose.name:12} {pose.seen:26} {angles}')
            if send is None:
                print(f'      {_rounded(make_payload(profile, part[-1], profile.lookahead))}')
                continue
            for command in tqdm(part, desc=pose.name, leave=False, disable=None):
                send(command)
                time.sleep(1.0 / profile.rate)
    finally:
        close()
    print("If it moves the other way somewhere, change that joint's sign in the profile.")
    return 0


def _rounded(payload: Payload) -> str:
    text = json.dumps(payload)
    return json.dumps(json.loads(text, parse_float=lambda number: round(float(number), 4) + 0.0))


def _open(profile: RobotProfile) -> tuple[Callable[[HeadCommand], None], Callable[[], None]]:
    """Reach the robot; RuntimeError when it is not there.

    Returns:
        What sends a command now, and what ends it all.
    """
    try:
        import rclpy

        from vico_listener.nodes.robot_output import create_output
    except ModuleNotFoundError as error:
        raise RuntimeError(f'--move needs ROS 2 ({error}): ./run vico robot check ...') from error
    rclpy.init()
    node = rclpy.create_node('vico_robot_check')
    publishers: list[Any] = []

    def make_publisher(kind: Any, topic: str) -> Any:
        publishers.append(node.create_publisher(kind, topic, 60))
        return publishers[-1]

    def now() -> int:
        return int(node.get_clock().now().nanoseconds)

    def close() -> None:
        output.close()
        node.destroy_node()
        rclpy.try_shutdown()

    output = create_output(profile, node.get_logger(), now, make_publisher)
    output.open()
    deadline = time.monotonic() + PATIENCE
    while output.trouble or not all(p.get_subscription_count() for p in publishers):
        if time.monotonic() > deadline:
            reason = output.trouble or f'nobody listens to {node.resolve_topic_name(profile.topic)}'
            close()
            raise RuntimeError(f'the robot is not there: {reason}')
        time.sleep(0.05)

    def send(command: HeadCommand) -> None:
        output.send(command, command.stamp - round(NANOSECONDS / profile.rate), 0)

    return send, close
