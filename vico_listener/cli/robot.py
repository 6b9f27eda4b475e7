"""`vico robot`: lists, shows and proposes robot profiles, and checks the signs of a head."""

import argparse
import json
import math
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from itertools import groupby
from pathlib import Path

import numpy as np
from tqdm import trange

from vico_listener.cli.robot_mover import RobotMover
from vico_listener.cli.robot_mover import RobotNames
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.robot import HeadCommand
from vico_listener.robot import HeadController
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.antennas import shown_positions
from vico_listener.robot.following import CAUSES
from vico_listener.robot.interfaces import Payload
from vico_listener.robot.joints import ANTENNAS
from vico_listener.robot.joints import BODY
from vico_listener.robot.joints import LIGHT
from vico_listener.robot.profile import known_profiles
from vico_listener.robot.profile import parse_profile
from vico_listener.robot.profile_proposal import propose_profile
from vico_listener.robot.urdf import Urdf
from vico_listener.rotation import AXES
from vico_listener.topic_name import objection_to
from vico_listener.yaml_text import parse_yaml

PATIENCE = 5.0
"""The longest time for the robot to answer, s."""

ANGLE = math.radians(5.0)
"""The angle by which the head turns to either side, rad."""

BROW = 0.4
"""How far a brow is raised or lowered for an antenna to show it, 0 to 1."""

HOLD = 1.5
"""The time for which each pose is held, s."""

DIRECTIONS = {
    ('roll', 1): 'tilts its right ear down',
    ('roll', -1): 'tilts its left ear down',
    ('pitch', 1): 'looks down',
    ('pitch', -1): 'looks up',
    ('yaw', 1): 'looks to its own left',
    ('yaw', -1): 'looks to its own right',
    ('right_antenna', 1): 'raises its right antenna',
    ('right_antenna', -1): 'lowers its right antenna',
    ('left_antenna', 1): 'raises its left antenna',
    ('left_antenna', -1): 'lowers its left antenna',
    ('light', 1): 'has a warm light',
    ('light', -1): 'has a cold light',
}


@dataclass(frozen=True)
class Pose:
    """One pose of the check.

    Attributes:
        name: its name.
        rotation: roll, pitch, yaw, rad.
        seen: what the user should see.
        expression: that the antennas show.
    """

    name: str
    rotation: tuple[float, float, float]
    seen: str
    expression: Mapping[str, float] = field(default_factory=dict)

    @property
    def face(self) -> FaceMotion:
        """The face of the listener."""
        values = np.zeros(ARKIT52.size, np.float32)
        for name, value in self.expression.items():
            values[ARKIT_INDEX[name]] = value
        return FaceMotion(values, np.array(self.rotation, np.float32))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-commands of `vico robot`."""
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    actions.add_parser('list', help='list the profiles that come with the package')
    show = actions.add_parser('show', help='show a profile with its defaults filled in')
    check = actions.add_parser(
        'check',
        help='turn the head 5 degrees about each axis in turn, so that you can check the signs '
        'in the profile; without --move only print what would be sent',
    )
    for action in (show, check):
        action.add_argument(
            'profile',
            metavar='PROFILE',
            help='the name of a profile in config/robots, or a YAML file',
        )
    check.add_argument('--move', action='store_true', help='really move the robot')
    check.add_argument(
        '--command',
        default='',
        metavar='TOPIC',
        help="the topic or action for the robot's commands (default: the one in the profile)",
    )
    check.add_argument(
        '--joint-states',
        default='',
        metavar='TOPIC',
        help="the topic of the robot's joint positions (default: joint_states)",
    )
    check.add_argument(
        '--namespace', default='', help='the ROS namespace of the robot (default: none)'
    )
    _add_proposal(
        actions.add_parser(
            'from-urdf',
            help='propose a profile from the URDF of a robot; check it on the robot before use',
        )
    )


def _add_proposal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('file', nargs='?', metavar='FILE', help='the URDF file')
    parser.add_argument(
        '--topic',
        default='',
        help='read the URDF from this topic of the running robot instead, e.g. /robot_description',
    )
    parser.add_argument(
        '--joints',
        default='',
        metavar='A,B,C',
        help='the joints of the neck (default: those whose names say so)',
    )
    parser.add_argument(
        '--command',
        default='',
        metavar='TOPIC',
        help='the command topic of the controller of these joints',
    )
    parser.add_argument(
        '-o',
        '--output',
        type=Path,
        metavar='YAML',
        help='the file to write instead of printing the profile',
    )


def run(args: argparse.Namespace) -> int:
    """Run the chosen action."""
    if args.action == 'list':
        return _list()
    if args.action == 'from-urdf':
        return _propose(args)
    profile = load_profile(args.profile)
    if args.action == 'show':
        return _show(profile)
    names = RobotNames(args.command, args.joint_states, args.namespace)
    return _check(profile, names, args.move)


def _list() -> int:
    profiles = [load_profile(name) for name in known_profiles()]
    turns = [' '.join(joint.axis for joint in profile.joints) for profile in profiles]
    width = max(map(len, turns))
    for profile, axes in zip(profiles, turns, strict=True):
        interface = profile.interface
        print(f'{profile.name:14} {interface.name:24} {axes:{width}} {interface.target}')
    return 0


def _propose(args: argparse.Namespace) -> int:
    if bool(args.file) == bool(args.topic):
        raise SettingError('from-urdf needs either the FILE of a URDF or --topic')
    if args.command and objection_to(args.command):
        raise SettingError(f'command: {objection_to(args.command)}')
    text = _heard(args.topic) if args.topic else Path(args.file).read_bytes()
    names = [name.strip() for name in args.joints.split(',') if name.strip()]
    proposal = propose_profile(Urdf(text), names, args.command, args.topic or Path(args.file).name)
    parse_profile(parse_yaml(proposal), 'proposal')  # what is written can be read
    if args.output is None:
        print(proposal, end='')
        return 0
    if args.output.exists():
        raise SettingError(f'{args.output} exists already: give another name')
    args.output.write_text(proposal, encoding='utf-8')
    print(f'{args.output}: try it with vico robot check {args.output}')
    return 0


def _heard(topic: str) -> str:
    """Return the URDF that a topic says."""
    try:
        from vico_listener.nodes.robot_description import hear_description
    except ModuleNotFoundError as error:
        raise NotInstalledError(
            f'--topic needs ROS 2 ({error}): ./run vico robot from-urdf ...'
        ) from error
    return hear_description(topic, PATIENCE)


def _show(profile: RobotProfile) -> int:
    interface = profile.interface
    print(f'profile    {profile.name}')
    print(f'interface  {interface.name}')
    for name, value in {**vars(interface), 'unit': interface.unit, 'rate': profile.rate}.items():
        print(f'{name:10} {value}')
    for joint in profile.joints:
        print(f'\njoint      {joint.name}')
        rest = 'straight ahead' if joint.axis in AXES else 'at rest'
        print(f'  {joint.axis} x {joint.sign * joint.gain:+g}, {rest} at {joint.offset:g} rad')
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


def _check(profile: RobotProfile, names: RobotNames, move: bool) -> int:
    interface, lagged = profile.interface, False
    target = names.command or interface.target
    scale = math.degrees(1.0) if interface.unit == 'deg' else 1.0
    commands = list(check_commands(profile))
    print(f'{profile.name}: {interface.name} -> {target}, {profile.rate:g} Hz')
    mover = RobotMover(profile, PATIENCE, names) if move else None
    print('It moves. The head should' if move else 'Dry run, nothing is sent. The head should')
    try:
        if mover is not None:
            print(mover.begin(commands[0][0].face))
        for pose, group in groupby(commands, key=lambda pair: pair[0]):
            part = [command for _, command in group]
            angles = ', '.join(
                f'{joint.name} {round(scale * position, 3) + 0.0:+.3f} {interface.unit}'
                for joint, position in zip(profile.joints, part[-1].positions, strict=True)
            )
            print(f'  {pose.name:13} {pose.seen:26} {angles}')
            if mover is None:
                print(f'      {_rounded(interface.payload(profile.joints, part[-1]))}')
                continue
            _hold(mover, pose)
            for lag in mover.lags:
                print(f'      {lag}: {CAUSES}', file=sys.stderr)
                lagged = True
    finally:
        if mover is not None:
            mover.close()
    print("If it moves the other way somewhere, change that joint's sign in the profile.")
    return int(lagged)


def _hold(mover: RobotMover, pose: Pose) -> None:
    """Turn the head to a pose and hold it there; while it begins anew, no time counts."""
    for _ in trange(round(HOLD * mover.rate), desc=pose.name, leave=False, disable=None):
        mover.turn(pose.face)
        while not mover.under_way:
            mover.turn(pose.face)


def check_poses(profile: RobotProfile) -> list[Pose]:
    """Return the poses: straight ahead, then +, - and back about each axis that the head has.

    The body is left out: it turns only when the head looks far aside.
    """
    ahead = Pose('neutral', (0.0, 0.0, 0.0), 'looks straight ahead')
    poses = [ahead]
    for joint in profile.joints:
        if joint.axis == BODY:
            continue
        for direction in (1, -1):
            poses.append(_pose(joint.axis, direction))
        poses.append(ahead)
    return poses


def _pose(axis: str, direction: int) -> Pose:
    seen = DIRECTIONS[axis, direction]
    if axis == LIGHT:
        name, value = ('mouthSmile', 0.6) if direction > 0 else ('mouthFrown', 0.6)
        both = {f'{name}{side}': value for side in ('Left', 'Right')}
        return Pose(axis, (0.0, 0.0, 0.0), seen, both)
    if axis in ANTENNAS:
        side = axis.removesuffix('_antenna').capitalize()
        brow = f'browOuterUp{side}' if direction > 0 else f'browDown{side}'
        return Pose(axis.replace('_', ' '), (0.0, 0.0, 0.0), seen, {brow: BROW})
    roll, pitch, yaw = (direction * ANGLE * (axis == other) for other in AXES)
    return Pose(f'{axis} {direction * math.degrees(ANGLE):+.0f} deg', (roll, pitch, yaw), seen)


def check_commands(profile: RobotProfile) -> Iterator[tuple[Pose, HeadCommand]]:
    """Yield every command of the check in order, with the pose to which it leads.

    They come from the controller of all other motion of the head, so that all limits apply.
    """
    head = HeadController(profile)
    now = 0
    for pose in check_poses(profile):
        for _ in range(round(HOLD * profile.rate)):
            head.follow(pose.rotation, now, shown_positions(pose.face, pose.rotation[0]))
            for command in head.advance(now):
                yield pose, command
            now += round(NANOSECONDS / profile.rate)


def _rounded(payload: Payload) -> str:
    text = json.dumps(payload)
    return json.dumps(json.loads(text, parse_float=lambda number: round(float(number), 4) + 0.0))
