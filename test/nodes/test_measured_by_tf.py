"""A head that TF says the place of: a pose, or a robot without joint states."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from graph import Graph
from rclpy.lifecycle import TransitionCallbackReturn
from test_head_outputs import changed

from vico_listener.nodes import measured_input
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.robot import load_profile
from vico_listener.robot.fields import ProfileError
from vico_listener.rotation import quaternion_from_rpy

MEASURED = {'source': 'tf', 'base': 'torso', 'frame': 'face'}


def transform(parent: str, child: str, rpy: list[float], stamp: int = 1) -> TransformStamped:
    found = TransformStamped(child_frame_id=child)
    found.header.frame_id = parent
    found.header.stamp = time_message(stamp)
    turn = found.transform.rotation
    turn.x, turn.y, turn.z, turn.w = quaternion_from_rpy(rpy).tolist()
    return found


def message(*transforms: TransformStamped) -> Any:
    """As a tf2_msgs/TFMessage, which need not be installed."""
    return SimpleNamespace(transforms=list(transforms))


@pytest.fixture
def heard(graph: Graph, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> MeasuredInput:
    monkeypatch.setattr(measured_input, '_check_installed', lambda robot, kind: None)
    profile = load_profile(changed(tmp_path, 'generic_pose', measured=MEASURED))
    return MeasuredInput(graph.tester(), profile)


def place(heard: MeasuredInput) -> Any:
    return heard.positions.at(heard._clock.now().nanoseconds)


def test_positions_come_from_the_frames_between_base_and_head(heard: MeasuredInput) -> None:
    assert heard.source == '/tf'
    heard._on_static(message(transform('neck', 'face', [0.0, 0.0, 0.0])))
    assert place(heard) is None
    heard._on_frames(message(transform('map', 'torso', [0.0, 0.0, 2.0])))
    assert place(heard) is None  # nobody has said how the neck is turned
    heard._on_frames(message(transform('torso', 'neck', [0.1, 0.2, -0.3], 5)))
    assert np.allclose(place(heard), [0.1, 0.2, -0.3])
    heard._on_frames(message(transform('torso', 'neck', [0.0, 0.15, -0.3], 6)))
    assert np.allclose(place(heard), [0.0, 0.15, -0.3])


def test_frames_of_other_parts_are_no_news_of_the_head(heard: MeasuredInput) -> None:
    heard._on_frames(message(transform('torso', 'face', [0.0, 0.1, 0.0])))
    known = dict(heard.positions._known)
    heard._on_frames(message(transform('map', 'torso', [0.0, 0.0, 1.0], 9)))
    heard._on_frames(message(transform('torso', 'hand', [1.0, 0.0, 1.0], 9)))
    assert heard.positions._known == known


def test_tf_needs_its_messages(
    graph: Graph, tmp_path: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    head = graph.make(HeadNode, robot=changed(tmp_path, 'generic_pose', measured=MEASURED))
    try:
        import tf2_msgs  # noqa: F401
    except ModuleNotFoundError:
        assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
        assert 'measured: needs the ROS package tf2_msgs' in capfd.readouterr().err
    else:
        assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS


@pytest.mark.parametrize(
    ('profile', 'changes', 'reason'),
    [
        ('generic_pose', {'measured': {'source': 'tf', 'base': 'torso'}}, 'frame is missing'),
        ('generic_pose', {'measured': {**MEASURED, 'unit': 'deg'}}, 'unknown field unit'),
        (
            'generic_3dof',
            {'measured': MEASURED, 'hold_joints': ['lift']},
            'positions of hold_joints',
        ),
    ],
)
def test_what_tf_cannot_say_is_refused(
    profile: str, changes: dict[str, Any], reason: str, tmp_path: Any
) -> None:
    with pytest.raises(ProfileError, match=reason):
        load_profile(changed(tmp_path, profile, **changes))
