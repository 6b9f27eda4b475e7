"""The head node in front of a FollowJointTrajectory server: streaming goals, and their refusal."""

import time
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
from rclpy.task import Future
from test_head_measured import listen as send_until

from vico_listener import msg
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.robot_output import GRACE
from vico_listener.resources import resource_path

try:
    from control_msgs.action import FollowJointTrajectory
except ModuleNotFoundError:
    FollowJointTrajectory = None

ACTION = 'neck/follow_joint_trajectory'


class Driver(Node):
    """Takes every goal, or none, as a robot's driver does.

    Attributes:
        goals: the last positions of each.
        accepts: whether it takes them.
        waits: whether a goal goes on until the next one comes, which aborts it, without an error,
            as the driver of Stretch does.
        error: with which it aborts every goal; None = it does not.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__('driver', **options)
        self.goals: list[np.ndarray] = []
        self.accepts, self.waits = True, False
        self.error: int | None = None
        self._running = Future()
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

    async def _run(self, handle: Any) -> Any:
        result = FollowJointTrajectory.Result()
        if self.error is not None:
            result.error_code = self.error
            result.error_string = 'path tolerance violated' if self.error else ''
            handle.abort()
        elif self.waits:
            self._running.set_result(None)
            self._running = running = Future(executor=self.executor)
            await running
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
    # So slow that what became of a goal is known before the next one is sent.
    slow = {'action': ACTION, 'rate': 5.0, 'lookahead': 0.2}
    file.write_text(yaml.safe_dump(data | slow))
    return str(file)


def listen(publisher: Any, done: Any) -> None:
    """Send motions with the head nodded until it is done."""
    send_until(publisher, done, (0.0, 0.2))


@pytest.mark.trouble(
    'robot',
    'The robot is commanded by an action, but `control_msgs` is not installed',
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


@pytest.fixture
def head(graph: Graph, tmp_path: Path) -> HeadNode:
    """An active head, whose robot is not there yet."""
    node = graph.make(HeadNode, robot=robot(tmp_path), measured_wait=0.0)
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    return node


@pytest.fixture
def publisher(graph: Graph) -> Any:
    return graph.tester().create_publisher(msg.ListenerMotion, 'motion', 60)


needs_control_msgs = pytest.mark.skipif(
    FollowJointTrajectory is None, reason='control_msgs is not installed'
)


@pytest.mark.trouble(
    'robot',
    'The action of the robot has no server',
    sees='WARN: `no server of the action ...`. Nothing is sent.',
    remedy="Start the robot's driver, or name its action (`command:=ACTION`).",
)
@needs_control_msgs
def test_a_robot_that_is_not_there_is_said_once(
    graph: Graph, head: HeadNode, publisher: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    said = f"the robot does not follow: no server of the action {ACTION}: start the robot's driver"
    end = time.monotonic() + GRACE + 2.0
    listen(publisher, lambda: time.monotonic() > end)
    level, message, values = head.diagnose()
    assert (level, values['commands'], values['start']) == (WARN, 0, '')
    assert message.startswith(said) and 'no motion' not in message
    log = capfd.readouterr().err
    assert log.count(said) == 1
    assert 'no motion' not in log and 'begins' not in log and 'eases in' not in log


@needs_control_msgs
def test_goals_stream_and_what_becomes_of_them_is_seen(
    graph: Graph, head: HeadNode, publisher: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    driver = graph.add(Driver(context=graph.context))
    # Its tilt counts the other way.
    listen(publisher, lambda: len(driver.goals) > 10 and abs(driver.goals[-1][1] + 0.2) < 0.01)
    # It began where it is assumed to be, and got 2 s for the way there.
    assert driver.goals[0] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert 'the robot does not follow' not in head.diagnose()[1]
    driver.waits = True
    count = len(driver.goals)
    listen(publisher, lambda: len(driver.goals) > count + 20)
    values = head.diagnose()[2]
    assert (values['failed_goals'], values['refused_goals']) == (0, 0)
    assert 'the robot does not follow' not in head.diagnose()[1]
    driver.accepts = False
    listen(publisher, lambda: 'refuses' in head.diagnose()[1])
    driver.accepts, driver.error = True, -4
    listen(publisher, lambda: '(path tolerance violated)' in head.diagnose()[1])
    driver.error = 0
    listen(publisher, lambda: '(aborted)' in head.diagnose()[1])
    driver.error, driver.waits = None, False
    listen(publisher, lambda: 'the robot does not follow' not in head.diagnose()[1])
    wait_until(lambda: head.diagnose()[2]['commands'] == head._mover.output._goals.answers.sent)
    log = capfd.readouterr().err
    for found in ('refuses', 'aborts'):
        assert f'the robot does not follow: {ACTION} {found} ' in log
    assert log.count('in a mode that takes goals?') < 6, 'now and then, not every second'
    assert graph.run(head.trigger_deactivate) == TransitionCallbackReturn.SUCCESS


@needs_control_msgs
def test_a_driver_that_comes_back_finds_the_head_beginning_anew(
    graph: Graph, head: HeadNode, publisher: Any
) -> None:
    driver = graph.add(Driver(context=graph.context))
    listen(publisher, lambda: len(driver.goals) > 10)
    graph.remove(driver)
    listen(publisher, lambda: 'no server of the action' in head.diagnose()[1])
    sent = head.diagnose()[2]['commands']
    end = time.monotonic() + 1.0
    listen(publisher, lambda: time.monotonic() > end)
    assert head.diagnose()[2]['commands'] == sent
    driver = graph.add(Driver(context=graph.context))
    listen(publisher, lambda: len(driver.goals) > 3)
    assert 'no server of the action' not in head.diagnose()[1]
