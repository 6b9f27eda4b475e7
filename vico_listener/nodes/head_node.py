"""`motion` in, the robot's head command out; the only writer to the head."""

from functools import cache
from functools import partial
from typing import Any

from geometry_msgs.msg import PointStamped

from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.errors import VicoError
from vico_listener.nodes.expression_output import create_avatar
from vico_listener.nodes.expression_output import create_expression_output
from vico_listener.nodes.gaze_input import GazeInput
from vico_listener.nodes.head_mover import HeadMover
from vico_listener.nodes.head_report import concern
from vico_listener.nodes.head_report import rest
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.nodes.motion_input import subscribe_to_motion
from vico_listener.nodes.robot_output import RobotOutput
from vico_listener.nodes.topics import subscribe_to
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.robot.gaze_follower import OFF
from vico_listener.robot.limits import verdict
from vico_listener.robot.offset import offset_profile
from vico_listener.robot.replay_clock import ReplayClock
from vico_listener.ros_api import HEAD
from vico_listener.ros_api.head import COMMAND_DEPTH
from vico_listener.ros_api.head import LOOK_AT
from vico_listener.ros_api.head import OFFSET

NOT_OURS = 'with output: offset, the program that moves the head decides where it looks'
"""Why a point is not looked at, and nobody followed."""


class HeadNode(ManagedNode):
    """Runs a `HeadMover` at the robot's rate.

    Live, time is a steady clock, which nobody can set, commands go out evenly, and the head begins
    where it is measured. In a replay, with `use_sim_time` and `lossless`, time is the motion's own
    stamps, and nothing is measured, so that it gives the same commands at any speed; should the
    replay die, wall time takes over.

    Args:
        subscribe: False in the composed stack, where `follow` is called directly.

    Attributes:
        follow: follows one motion, see `HeadMover.follow`.
    """

    API = HEAD

    def __init__(self, name: str = 'head', subscribe: bool = True, **options: Any) -> None:
        super().__init__(name, **options)
        self._subscribe = subscribe
        self._subscription: Any = None
        self._timer: Any = None
        self._gaze: GazeInput | None = None
        self._mover = HeadMover(self)
        self.follow = self._mover.follow
        # Each publisher is made once and kept for good: rclpy never forgets a managed one.
        make = partial(self.create_lifecycle_publisher, qos_profile=COMMAND_DEPTH)
        self._publisher_of = cache(make)
        subscribe_to(self, LOOK_AT, self._on_look_at)

    def configure(self) -> None:
        """Load the robot's profile; without one the node commands no robot."""
        mover = self._mover
        mover.avatar = create_avatar(self.table['avatar']) if self.table['avatar'] else None
        offset = self.table['output'] == 'offset'
        if reason := self.objection_to('follow', self.table['follow']):
            raise SettingError(reason)
        if not self.table['robot'] and not offset:
            return
        replay = bool(self.get_parameter('use_sim_time').value) and self.table['lossless']
        mover.replay = ReplayClock() if replay else None
        robot = self.table['robot']
        profile = offset_profile(robot, OFFSET.name) if offset else load_profile(robot)
        mover.output = RobotOutput(self, profile, replay, self._publisher_of, self.table['command'])
        mover.measured = None if replay else MeasuredInput(self, profile)
        mover.expression = create_expression_output(self._publisher_of)
        with mover.lock:
            mover.head = RobotHead(profile)
            if mover.measured is not None:
                wait = self.table['measured_wait'] if mover.measured.source else 0.0
                mover.head = RobotHead(profile, mover.measured.positions, wait)
            mover.head.gaze.follow = self.table['follow']

    def activate(self) -> None:
        """Take hold of the robot, subscribe to `motion` and start the timer."""
        mover = self._mover
        if mover.output is not None:
            mover.output.open()
            if mover.measured is not None:
                mover.measured.open(mover.output.link)
        if self._subscribe and (mover.head is not None or mover.avatar is not None):
            self._subscription = subscribe_to_motion(self, mover.follow)
        self._gaze = GazeInput(self, self.table['gaze_frame'])
        if mover.head is None:
            self.get_logger().info('no robot is set, so no head commands are sent (robot:=PROFILE)')
            return
        # Replaying, commands come with the motion; the timer takes over when the replay dies.
        period = 1.0 / mover.head.profile.rate
        self._timer = self.create_timer(period, mover.advance, clock=self.steady_clock)

    def deactivate(self) -> None:
        """Stop commanding at once."""
        if self._gaze is not None:
            self._gaze.close()
            self._gaze = None
        if self._subscription is not None:
            self.destroy_subscription(self._subscription)
            self._subscription = None
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
        if self._mover.measured is not None:
            self._mover.measured.close()
        self._mover.release()

    def cleanup(self) -> None:
        """Drop the profile."""
        mover = self._mover
        with mover.lock:
            mover.head = mover.output = mover.measured = None
        if mover.avatar is not None:
            mover.avatar.close()
            mover.avatar = None

    def _on_look_at(self, message: PointStamped) -> None:
        """Aim the base gaze at a point."""
        with self._mover.lock:
            if self._mover.head is None or self._gaze is None:
                return
            try:
                if self.table['output'] == 'offset':
                    raise UnavailableError(f'look_at: {NOT_OURS}')
                self._mover.head.look_at(self._gaze.place(message))
            except VicoError as error:
                self._gaze.refuse(str(error))

    def objection_to(self, name: str, value: Any) -> str:
        """Refuse to follow somebody without a robot, or where the gaze is another program's."""
        alone = '' if self.table['robot'] else 'no robot is set (robot:=PROFILE)'
        reason = NOT_OURS if self.table['output'] == 'offset' else alone
        return f'follow: {reason}' if reason and name == 'follow' and value != OFF else ''

    def parameter_changed(self, name: str, value: Any) -> None:
        """Follow somebody else: no other parameter is live."""
        with self._mover.lock:
            if self._mover.head is not None:
                self._mover.head.gaze.follow = value

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return the commands sent and their latency since image and audio were in."""
        with self._mover.lock:  # a head that rests has sent its last command
            return _diagnosis(self._mover, self._gaze)


def _diagnosis(mover: HeadMover, gaze: GazeInput | None) -> tuple[bytes, str, dict[str, Any]]:
    """Return level, message and values of what moves the head, whose lock is held."""
    head, output, avatar = mover.head, mover.output, mover.avatar
    limits = 'ok' if head is None else verdict(head.limits.found())
    whereabouts, said = concern(head, mover.measured, mover.now())
    values: dict[str, Any] = {
        'robot': head.profile.name if head else '',
        'commands': head.commands if head else 0,
        'gaze': head.gaze.state if head else '',
        'refused_motions': head.refused if head else 0,
        'skipped_commands': head.skipped if head else 0,
        'limits': limits,
        **said,
        'controller': '' if output is None else output.controller,
    }
    if output is not None:
        values |= output.goals
    if avatar is not None:
        values |= {'avatar_motions': avatar.sent, 'avatar_lost': avatar.lost}
    for name, latency in (('motion', mover.motion_latency), ('command', mover.command_latency)):
        values |= {f'{name}_latency_{k}_ms': v for k, v in latency.summary_ms().items()}
    if head is None or output is None:
        return OK, 'no robot is set (robot:=PROFILE)', values
    at_topic = output.at_topic(head.awake)
    if head.refused:
        return ERROR, f'{head.refused} motions were not finite', values
    if limits != 'ok':
        return ERROR, f'commands beyond the limits of the head: {limits}', values
    resting = '' if head.awake or not output.is_heard() else rest(head)
    trouble = output.trouble
    lagging = f'the robot does not follow: {trouble}' if trouble else ''
    warnings = [lagging or whereabouts or resting, *at_topic, *(gaze.refusals() if gaze else ())]
    if any(warnings):
        return WARN, '; '.join(filter(None, warnings)), values
    return OK, 'following', values
