"""The topic of a `joint_trajectory_controller` of ros2_control."""

from collections.abc import Sequence

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.fields import Fields
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.robot_interface import TopicInterface
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint


class JointTrajectory(TopicInterface):
    """Trajectories, positions only: the way from where the head is now to the newest command.

    The first point is where the last commands lead now, so that a controller goes on from there,
    whatever it takes for the beginning of a trajectory by itself: by default the position that it
    measures, which lags behind and would make nods smaller. In a replay there is the newest command
    only.
    """

    name = 'joint_trajectory'
    message = 'trajectory_msgs/msg/JointTrajectory'
    starts_at_stamp = True

    def __init__(self, fields: Fields) -> None:
        super().__init__(fields)
        self.lookahead: float = fields.number('lookahead', 0.0, 1.0)
        self.hold_joints = take_hold_joints(fields)

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return points, each of which is to be reached `lookahead` after it is due."""
        return way_to(joints, command, ahead + self.lookahead, self.hold_joints)


def take_hold_joints(fields: Fields) -> tuple[str, ...]:
    """Take the optional field `hold_joints`: joints of the controller that are not the head's.

    Raises:
        ProfileError: it is no list of names.
    """
    if 'hold_joints' not in fields:
        return ()
    names = fields.entries('hold_joints')
    if not all(isinstance(name, str) and name for name in names):
        raise ProfileError(f'{fields.where}: hold_joints must be names, not {names!r}')
    return tuple(names)


def way_to(
    joints: Sequence[Joint], command: HeadCommand, left: float, hold: Sequence[str] = ()
) -> Payload:
    """Return the trajectory to a command that shall be reached in `left` s.

    The joints to `hold` are part of it where the command says where they are.
    """
    newest = round(left * NANOSECONDS)
    way = [(newest - (command.stamp - c.stamp), c.positions) for c in command.earlier]
    way.append((max(0, newest), command.positions))
    passed = [point for point in way if point[0] <= 0]
    points = [point for point in way if point[0] > 0]
    # Where only the newest is to come, the head has stopped at the one before.
    if passed and len(points) > 1:
        (since, last), (until, following) = passed[-1], points[0]
        share = -since / (until - since)
        between = [a + share * (b - a) for a, b in zip(last, following, strict=True)]
        points.insert(0, (0, tuple(between)))
    return {
        'joint_names': [*(joint.name for joint in joints), *(hold if command.held else ())],
        'points': [
            _point(time, (*positions, *command.held)) for time, positions in points or way[-1:]
        ],
    }


def _point(time: int, positions: Sequence[float]) -> Payload:
    seconds, nanoseconds = divmod(time, NANOSECONDS)
    return {
        'positions': list(positions),
        'time_from_start': {'sec': seconds, 'nanosec': nanoseconds},
    }
