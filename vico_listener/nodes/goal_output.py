"""Sends head commands as goals of an action, and sees what becomes of them."""

from functools import partial
from typing import Any

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import NotInstalledError
from vico_listener.nodes.robot_message import fill
from vico_listener.nodes.topics import message_class
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotProfile
from vico_listener.robot.goal_answers import End
from vico_listener.robot.goal_answers import GoalAnswers
from vico_listener.robot.interfaces import ActionInterface

ENDS = {GoalStatus.STATUS_CANCELED: End.CANCELLED, GoalStatus.STATUS_ABORTED: End.ABORTED}


class GoalOutput:
    """Goals of one action; each takes the place of the one before it.

    Args:
        node: owner of the client.
        interface: of the robot's profile.
        profile: of the robot.
        action: its name.

    Attributes:
        answers: what the server answers.

    Raises:
        NotInstalledError: the package of the action is not installed.
    """

    def __init__(
        self, node: Node, interface: ActionInterface, profile: RobotProfile, action: str
    ) -> None:
        self._node = node
        self._interface = interface
        self._action = action
        self._joints = profile.joints
        try:
            self._kind = message_class(interface.message)
        except ModuleNotFoundError as error:
            package = interface.message.partition('/')[0]
            raise NotInstalledError(
                f"robot '{profile.name}' needs the ROS package {package}, which is not installed "
                f'(sudo apt install ros-$ROS_DISTRO-{package.replace("_", "-")}, or build its '
                'source)'
            ) from error
        self._client: ActionClient | None = None
        self.answers = GoalAnswers()

    def open(self) -> None:
        """Look for the server."""
        self._client = ActionClient(self._node, self._kind, self._action)
        self._client.is_data = True  # see `DataExecutor`
        self.answers.restart()

    def close(self) -> None:
        """Send no more; the goal that the robot has is left to end."""
        client, self._client = self._client, None
        if client is not None:
            client.destroy()

    def is_heard(self) -> bool:
        """Return whether there is a server that answers."""
        if self._client is None:
            return False
        if not self._client.server_is_ready():
            self.answers.restart()
            return False
        return not self.answers.waits

    @property
    def trouble(self) -> str:
        """What is wrong with the server, or ''."""
        if self._client is None:
            return ''
        if not self._client.server_is_ready():
            return (
                f"no server of the action {self._action}: start the robot's driver, or name its "
                'action (command:=ACTION)'
            )
        return f'{self._action} {self.answers.trouble}' if self.answers.trouble else ''

    def send(self, command: HeadCommand, now: int) -> bool:
        """Send a command at `now` (ns); return False if the server is away or does not answer."""
        client = self._client
        if client is None or not self.is_heard():
            return False
        goal = self._kind.Goal()
        ahead = (command.stamp - now) / NANOSECONDS
        fill(goal, self._interface.payload(self._joints, command, ahead))
        take = partial(self._on_answer, self.answers.send())
        client.send_goal_async(goal).add_done_callback(take)
        return True

    def _on_answer(self, number: int, future: Future) -> None:
        handle: Any = future.result()
        if handle is None or self._client is None:
            return
        self.answers.answer(number, handle.accepted)
        if handle.accepted:
            handle.get_result_async().add_done_callback(partial(self._on_result, number))

    def _on_result(self, number: int, future: Future) -> None:
        found: Any = future.result()
        if found is not None:
            end = ENDS.get(found.status, End.DONE)
            self.answers.end(number, end, found.result.error_code, found.result.error_string)
