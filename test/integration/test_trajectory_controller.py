"""Commands are accepted by a joint_trajectory_controller, and nods come through it."""

import math
from pathlib import Path

import numpy as np
import pytest

from vico_listener.lab.cli import nod_table
from vico_listener.lab.simulation.nod_size import nod
from vico_listener.lab.simulation.trajectory_controller import Point
from vico_listener.lab.simulation.trajectory_controller import Trajectory
from vico_listener.lab.simulation.trajectory_controller import TrajectoryController
from vico_listener.lab.simulation.trajectory_controller import trajectory_of
from vico_listener.robot import HeadCommand
from vico_listener.robot import load_profile
from vico_listener.robot.interfaces.joint_trajectory import JointTrajectory

MS = 1_000_000
NOW = 10**12
JOINTS = ('pan', 'tilt')
TIAGO = load_profile('tiago')


def points(*times_and_positions: tuple[int, float, float]) -> tuple[Point, ...]:
    return tuple(Point(time * MS, (pan, tilt)) for time, pan, tilt in times_and_positions)


def controller(**options: bool) -> TrajectoryController:
    return TrajectoryController(JOINTS, (0.0, 0.0), **options)


@pytest.mark.parametrize(
    ('trajectory', 'reason'),
    [
        (Trajectory((), points((0, 0, 0))), 'Empty joint names'),
        (Trajectory(JOINTS, ()), 'Empty trajectory'),
        (Trajectory(JOINTS, points((40, 0, 0)), NOW - 41 * MS), 'ends in the past'),
        (Trajectory(('pan',), (Point(0, (0.0,)),)), "don't match the controller joints"),
        (Trajectory(('pan', 'roll'), points((0, 0, 0))), "Incoming joint roll doesn't match"),
        (Trajectory(JOINTS, points((20, 0, 0), (20, 1, 1))), 'not strictly increasing'),
        (Trajectory(JOINTS, (Point(0, (0.0,)),)), 'Mismatch between joint_names size'),
    ],
)
def test_the_controller_refuses_what_the_real_one_refuses(
    trajectory: Trajectory, reason: str
) -> None:
    jtc = controller()
    assert not jtc.receive(trajectory, NOW)
    assert reason in jtc.reason
    assert (jtc.accepted, jtc.refused) == (0, 1)


def test_a_stamp_of_the_past_is_accepted_while_its_end_is_to_come() -> None:
    jtc = controller()
    assert jtc.receive(Trajectory(JOINTS, points((40, 1, 0)), NOW - 30 * MS), NOW)
    assert jtc.receive(Trajectory(JOINTS, points((40, 1, 0))), NOW)
    assert jtc.replaced == 1


def test_a_new_trajectory_begins_where_it_is_measured_or_where_it_was_sent() -> None:
    for desired, begin in ((False, 0.2), (True, 0.5)):
        jtc = controller(interpolate_from_desired_state=desired)
        jtc.receive(Trajectory(JOINTS, points((0, 0.5, 0.0))), NOW)
        assert jtc.update(NOW, (0.0, 0.0)).tolist() == [0.5, 0.0]
        jtc.receive(Trajectory(JOINTS, points((40, 0.9, 0.4))), NOW + MS)
        # Measured, it has come to 0.2 so far; the desired state is that of the last update.
        since = NOW if desired else NOW + 10 * MS
        until = NOW + 10 * MS + 40 * MS
        for time in range(10, 70, 10):
            at = NOW + time * MS
            share = min(1.0, (at - since) / (until - since))
            expected = [begin + share * (0.9 - begin), share * 0.4]
            assert jtc.update(at, (0.2, 0.0)) == pytest.approx(expected)


def test_points_are_joined_by_lines() -> None:
    jtc = controller()
    jtc.receive(Trajectory(JOINTS, points((0, 0, 0), (20, 1, 0), (40, 1, 2))), NOW)
    path = [jtc.update(NOW + time * MS, (7.0, 7.0)).tolist() for time in (0, 10, 20, 30, 40, 50)]
    assert np.allclose(path, [[0, 0], [0.5, 0], [1, 0], [1, 1], [1, 2], [1, 2]])


def test_partial_goals_leave_the_other_joints_where_they_are() -> None:
    jtc = controller(allow_partial_joints_goal=True)
    jtc.receive(Trajectory(('tilt',), (Point(0, (0.4,)),)), NOW)
    assert jtc.update(NOW, (0.0, 0.0)).tolist() == [0.0, 0.4]


# What the head sends.


def test_the_way_begins_where_the_last_commands_lead_now() -> None:
    interface = TIAGO.interface
    assert isinstance(interface, JointTrajectory)
    commands = [
        HeadCommand(NOW + n * 20 * MS, (0.1 * n, 0.0), (0.0, 0.0)) for n in range(4)
    ]  # due every 20 ms from NOW + 40 ms on
    newest = HeadCommand(commands[3].stamp, commands[3].positions, (0.0, 0.0), tuple(commands[:3]))
    # 50 ms after NOW, half way from the first to the second.
    ahead = (newest.stamp - (NOW + 50 * MS)) / 1e9
    trajectory = trajectory_of(interface.payload(TIAGO.joints, newest, ahead))
    assert [point.time / MS for point in trajectory.points] == [0, 10, 30, 50]
    assert [point.positions[0] for point in trajectory.points] == pytest.approx(
        [0.05, 0.1, 0.2, 0.3]
    )
    # The last but one has passed: it stands there.
    slow = trajectory_of(interface.payload(TIAGO.joints, newest, -0.025))
    assert slow.points == (Point(15 * MS, newest.positions),)
    # Too late for all: where it ends, at once. Too early for the first: only what is to come.
    late = trajectory_of(interface.payload(TIAGO.joints, newest, -0.05))
    assert late.points == (Point(0, newest.positions),)
    early = trajectory_of(interface.payload(TIAGO.joints, newest, 0.07))
    assert [point.time / MS for point in early.points] == [50, 70, 90, 110]


@pytest.mark.trouble(
    'robot',
    'A trajectory controller that begins at the measured position',
    sees='Nods are as large as without it.',
)
@pytest.mark.parametrize('name', ['tiago', 'generic_2dof', 'generic_3dof', 'stretch'])
@pytest.mark.parametrize('lag', [0.02, 0.08])
@pytest.mark.parametrize('kind', ['jtc', 'jtc_desired'])
def test_nods_come_through_a_controller_as_large_as_without(
    name: str, lag: float, kind: str
) -> None:
    profile = load_profile(name)
    found = nod(profile, kind, lag)
    assert found.done == pytest.approx(1.0, abs=0.05)
    # Twice in each period of a nod: the command does not saw.
    assert found.reversals == pytest.approx(6.0, abs=0.3)
    assert (found.refused, found.replaced) == (0, 0)


def test_a_single_point_would_not_come_through() -> None:
    found = nod(TIAGO, 'jtc', whole_way=False)
    assert found.done < 0.4
    assert found.reversals > 50.0
    assert nod(TIAGO, 'jtc_desired', whole_way=False).done < 0.9


@pytest.mark.parametrize('name', ['tiago', 'stretch', 'reachy2', 'generic_pose', 'qtrobot', 'nao'])
def test_commands_are_sent_evenly(name: str) -> None:
    profile = load_profile(name)
    found = nod(profile, 'forward')
    # The timer of the test itself is up to 2 ms late, and looks once a millisecond.
    assert found.shortest_gap >= 1000.0 / profile.rate - 3.0


def test_the_table_of_the_documentation_is_that_of_the_command() -> None:
    docs = Path(__file__).resolve().parents[2] / 'docs'
    text = (docs / 'robots.md').read_text(encoding='utf-8')
    for name in ('tiago', 'stretch', 'reachy2'):
        assert nod_table.row(load_profile(name), 0.04) in text
    assert math.isclose(nod_table.NODS[0][0], 2.5)
