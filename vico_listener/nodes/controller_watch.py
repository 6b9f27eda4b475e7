"""Reads the parameters of the controller that a head commands, where it has some."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from rcl_interfaces.srv import GetParameters
from rcl_interfaces.srv import ListParameters
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python
from rclpy.task import Future

from vico_listener.robot.controller_settings import advice
from vico_listener.robot.controller_settings import names_for
from vico_listener.robot.controller_settings import objections

AGAIN = 10
"""A controller is asked every so many looks, which come once a second: others may set it."""


class ControllerWatch:
    """Asks a controller for its parameters, and says what is wrong with them.

    Which it has differs from one ROS to another, and one that does not exist spoils the answer: it
    is asked for their names first.

    Args:
        node: owner of the clients.
        target: full name of the controller's command topic or action.
        joints: that trajectories name.
        reads_state: whether the head begins where the controller's state says.

    Attributes:
        problems: why it will refuse or stop what the head sends.
        advice: what would be better set otherwise; None if nothing is known of the controller.
    """

    def __init__(self, node: Node, target: str, joints: Sequence[str], reads_state: bool) -> None:
        self._node = node
        self._joints = list(joints)
        self._reads_state = reads_state
        self._wanted = names_for(joints)
        self._name = target.rpartition('/')[0]
        self._list = node.create_client(ListParameters, f'{self._name}/list_parameters')
        self._get = node.create_client(GetParameters, f'{self._name}/get_parameters')
        self._looks = 0
        self._closed = False
        self.problems: list[str] = []
        self.advice: list[str] | None = None

    def look(self) -> None:
        """Ask again, now and then; called once a second."""
        if not (self._list.service_is_ready() and self._get.service_is_ready()):
            # Gone, or none at all: another kind of program may take the commands.
            self._looks, self.problems, self.advice = 0, [], None
            return
        if self._looks % AGAIN == 0:
            self._ask(self._list, ListParameters.Request(), self._on_names)
        self._looks += 1

    def _on_names(self, response: ListParameters.Response) -> None:
        names = [name for name in self._wanted if name in response.result.names]

        def on_values(values: GetParameters.Response) -> None:
            if len(values.values) == len(names):
                found = map(parameter_value_to_python, values.values)
                self._judge(dict(zip(names, found, strict=True)))

        self._ask(self._get, GetParameters.Request(names=names), on_values)

    def _judge(self, values: dict[str, Any]) -> None:
        found = objections(values, self._joints, self._reads_state)
        self.problems = [f'{self._name}: {text}' for text in found]
        self.advice = advice(values)

    def close(self) -> None:
        """Ask no more; what was asked may still be answered."""
        self._closed = True
        self._node.destroy_client(self._list)
        self._node.destroy_client(self._get)

    def _ask(self, client: Client, request: Any, take: Callable[[Any], None]) -> None:
        """Ask, and take the answer, if one comes in time."""

        def on_done(future: Future) -> None:
            if not self._closed and future.result() is not None:
                take(future.result())

        client.call_async(request).add_done_callback(on_done)
