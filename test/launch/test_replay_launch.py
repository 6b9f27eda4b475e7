"""replay.launch.py: a clip of a speaker is answered by a listener and a robot's head."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

launch_pytest = pytest.importorskip('launch_pytest', reason='needs an installed ROS 2')

from launched import STACK  # noqa: E402
from launched import Launched  # noqa: E402
from launched import observe  # noqa: E402
from trajectory_msgs.msg import JointTrajectory  # noqa: E402
from vico_listener.msg import ListenerMotion  # noqa: E402

from launch import LaunchDescription  # noqa: E402
from vico_listener.nodes.convert import stamp_of  # noqa: E402
from vico_listener.robot import load_profile  # noqa: E402

PROFILE = load_profile('generic_3dof')
SECONDS = 8
"""The clip is a little longer."""


@launch_pytest.fixture
def composed(speech_clip: Path) -> tuple[LaunchDescription, Launched]:
    launch = Launched('replay.launch.py', clip=str(speech_clip), robot=PROFILE.name, rate='0.0')
    return launch.description, launch


@launch_pytest.fixture
def separate(speech_clip: Path) -> tuple[LaunchDescription, Launched]:
    launch = Launched(
        'replay.launch.py',
        clip=str(speech_clip),
        robot=PROFILE.name,
        rate='0.0',
        attitude='positive',
        composed='false',
    )
    return launch.description, launch


def check_answers(attitude: str) -> None:
    with observe() as observer:
        motions = observer.record(ListenerMotion, 'motion')
        commands = observer.record(JointTrajectory, PROFILE.topic)
        observer.wait_until(lambda: len(motions) > SECONDS * 30 - 30)
        observer.wait_until(lambda: len(commands) > SECONDS * PROFILE.rate - 50)
    assert {m.attitude for m in motions} == {attitude}
    assert all(np.isfinite(m.face.expression).all() for m in motions)
    steps = np.diff([stamp_of(m.header.stamp) for m in motions])
    assert np.abs(steps - 1e9 / 30).max() < 2, 'one motion for every tick'
    check_commands(commands)


def check_commands(commands: list[JointTrajectory]) -> None:
    assert all(c.joint_names == [j.name for j in PROFILE.joints] for c in commands)
    positions = np.array([c.points[0].positions for c in commands])
    speeds = np.diff(positions, axis=0) * PROFILE.rate
    for index, joint in enumerate(PROFILE.joints):
        assert joint.minimum <= positions[:, index].min()
        assert positions[:, index].max() <= joint.maximum
        assert np.abs(speeds[:, index]).max() <= joint.max_velocity * 1.001
    assert np.ptp(positions, axis=0).max() > 0.02, 'the head moves'


@pytest.mark.launch(fixture=composed)
def test_composed(composed: tuple[LaunchDescription, Launched]) -> Iterator[None]:
    check_answers('neutral')
    yield
    composed[1].assert_clean_end('stack', 'replay')


@pytest.mark.launch(fixture=separate)
def test_separate(separate: tuple[LaunchDescription, Launched]) -> Iterator[None]:
    check_answers('positive')
    yield
    separate[1].assert_clean_end(*STACK, 'replay')
