"""Sends head commands as goals of an action, and sees what becomes of them."""

from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import NotInstalledError
from vico_listener.nodes.robot_message import fill
from vico_listener.nodes.topics import message_class
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotProfile
from vico_listener.robot.interfaces import ActionInterface

MOST_UNANSWERED = 30
"""Goals that may wait for an answer; a server that leaves more does not answer."""


class GoalOutput:
    """Goals of one action; each takes the place of the one before it.

    Args:
        node: owner of the client.
        interface: of the robot's profile.
        profile: of the robot.
        action: its name.

    Attributes:
        sent, refused, failed: goals that were sent, that the server did not accept, and that ended
            with an error of their own.

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
        self._unanswered = 0
        self.sent = self.refused = self.failed = 0
        self.trouble = ''

    def open(self) -> None:
        """Look for the server."""
        self._client = ActionClient(self._node, self._kind, self._action)
        self._client.is_data = True  # see `DataExecutor`
        self._unanswered = 0
        self.trouble = f'no server of the action {self._action} yet'

    def close(self) -> None:
        """Send no more; the goal that the robot has is left to end."""
        client, self._client = self._client, None
        if client is not None:
            client.destroy()

    def is_heard(self) -> bool:
        """Return whether there is a server."""
        return self._client is not None and self._client.server_is_ready()

    def send(self, command: HeadCommand, now: int) -> bool:
        """Send a command at `now` (ns); return False if the server is away or does not answer."""
        client = self._client
        if client is None:
            return False
        if not client.server_is_ready():
            self.trouble = f'no server of the action {self._action}'
            self._unanswered = 0
            return False
        if self._unanswered >= MOST_UNANSWERED:
            self.trouble = f'{self._action} does not answer goals'
            return False
        goal = self._kind.Goal()
        ahead = (command.stamp - now) / NANOSECONDS
        fill(goal, self._interface.payload(self._joints, command, ahead))
        self._unanswered += 1
        self.sent += 1
        client.send_goal_async(goal).add_done_callback(self._on_answer)
        return True

    def _on_answer(self, future: Future) -> None:
        self._unanswered = max(0, self._unanswered - 1)
        handle: Any = future.result()
        if handle is None or self._client is None:
            return
        if not handle.accepted:
            self.refused += 1
            self.trouble = f'{self._action} refuses goals, {self.refused} so far'
            return
        if not self.failed:
            self.trouble = ''
        handle.get_result_async().add_done_callback(self._on_result)

    def _on_result(self, future: Future) -> None:
        found: Any = future.result()
        # One that another took the place of ends without an error of its own.
        if found is not None and found.result.error_code < 0:
            self.failed += 1
            reason = found.result.error_string or f'error {found.result.error_code}'
            self.trouble = f'{self._action} gave up {self.failed} goals: {reason}'
