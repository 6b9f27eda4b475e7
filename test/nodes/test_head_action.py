"""The head node in front of a FollowJointTrajectory server: streaming goals, and their refusal."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from graph import Graph
from graph import wait_until
from rclpy.action import ActionServer
from rclpy.action import CancelResponse
from rclpy.action import GoalResponse
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from test_head_measured import listen as send_until

from vico_listener import msg
from vico_listener.nodes.head_node import HeadNode
from vico_listener.resources import resource_path

try:
    from control_msgs.action import FollowJointTrajectory
except ModuleNotFoundError:
    FollowJointTrajectory = None

ACTION = 'neck/follow_joint_trajectory'


class Driver(Node):
    """Takes every goal, or none, as a robot's driver does."""

    def __init__(self, **options: Any) -> None:
        super().__init__('driver', **options)
        self.goals: list[np.ndarray] = []
        self.accepts = True
        self.error = 0
        self._server = ActionServer(
            self,
            FollowJointTrajectory,
            ACTION,
            self._run,
            goal_callback=self._decide,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    def _decide(self, goal: Any) -> GoalResponse:
        if not self.accepts:
            return GoalResponse.REJECT
        self.goals.append(np.array(goal.trajectory.points[-1].positions))
        return GoalResponse.ACCEPT

    def _run(self, handle: Any) -> Any:
        result = FollowJointTrajectory.Result()
        if self.error:
            result.error_code, result.error_string = self.error, 'path tolerance violated'
            handle.abort()
        else:
            handle.succeed()
        return result

    def destroy_node(self) -> None:
        self._server.destroy()
        super().destroy_node()


def robot(folder: Path) -> str:
    data = yaml.safe_load((resource_path('config/robots') / 'stretch.yaml').read_text())
    file = folder / 'mine.yaml'
    file.write_text(yaml.safe_dump(data | {'action': ACTION}))
    return str(file)


def listen(publisher: Any, done: Any) -> None:
    """Send motions with the head nodded until it is done."""
    send_until(publisher, done, (0.0, 0.2))


@pytest.mark.trouble(
    'robot',
    'A robot that takes goals only, without `control_msgs`',
    sees='Refused: `needs the ROS package ... which is not installed`.',
    remedy='Install it.',
)
@pytest.mark.skipif(FollowJointTrajectory is not None, reason='control_msgs is installed')
def test_without_control_msgs_the_robot_is_refused_with_the_reason(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    head = graph.make(HeadNode, robot='stretch')
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
    reason = "robot 'stretch' needs the ROS package control_msgs, which is not installed"
    assert reason in capfd.readouterr().err


@pytest.mark.skipif(FollowJointTrajectory is None, reason='control_msgs is not installed')
def test_goals_stream_and_what_becomes_of_them_is_seen(graph: Graph, tmp_path: Path) -> None:
    head = graph.make(HeadNode, robot=robot(tmp_path), measured_wait=0.0)
    publisher = graph.tester().create_publisher(msg.ListenerMotion, 'motion', 60)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: publisher.get_subscription_count() == 1)
    listen(publisher, lambda: 'no server of the action' in head.diagnose()[1])
    assert head.diagnose()[2]['start'] != 'measured'
    driver = graph.add(Driver(context=graph.context))
    # Its tilt counts the other way.
    listen(publisher, lambda: driver.goals and abs(driver.goals[-1][1] + 0.2) < 0.01)
    # It began anew, where it is assumed to be, and got 2 s for the way there.
    assert driver.goals[0] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert len(driver.goals) > 10
    assert 'the robot does not follow' not in head.diagnose()[1]
    driver.accepts = False
    listen(publisher, lambda: 'refuses goals' in head.diagnose()[1])
    driver.accepts, driver.error = True, -4
    listen(publisher, lambda: 'path tolerance violated' in head.diagnose()[1])
    assert graph.run(head.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
