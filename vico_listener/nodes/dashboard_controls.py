"""What users of a dashboard change in a running stack: parameters of its nodes, and gestures."""

import threading
from collections.abc import Callable
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.parameter_client import AsyncParameterClient
from rclpy.task import Future

from vico_listener.action import PerformGesture
from vico_listener.listener.performance import GestureRequest
from vico_listener.live.controls import Control
from vico_listener.nodes.live_node import SEND_PERIOD
from vico_listener.ros_api import LISTENER
from vico_listener.ros_api import PERCEPTION
from vico_listener.ros_api.listener import PERFORM_GESTURE

SET = {
    LISTENER.node: ('attitude', 'intensity', 'preset', 'conversation_state', 'active'),
    PERCEPTION.node: ('attend',),
}
"""The parameters that are set, by their node."""

Tell = Callable[[str, bool], object]
"""Takes what has become of a request, and whether that is good."""


class DashboardControls:
    """Sends requests to the stack of the node's namespace; the newest one of a kind counts.

    Args:
        node: owner of the clients.
        tell: is told what becomes of the requests.
    """

    def __init__(self, node: Node, tell: Tell) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._wishes: dict[str, Control] = {}
        self._clients = {name: AsyncParameterClient(node, name) for name in SET}
        action = PERFORM_GESTURE.name.replace('~', LISTENER.node)
        self._gestures = ActionClient(node, PerformGesture, action)
        node.create_timer(SEND_PERIOD, self._send)

    def ask(self, control: Control) -> None:
        """Ask for something (any thread)."""
        with self._lock:
            self._wishes[control.name] = control

    def _send(self) -> None:
        if not self._wishes:
            return
        with self._lock:
            wishes, self._wishes = self._wishes, {}
        for node, names in SET.items():
            wanted = [wishes[name] for name in names if name in wishes]
            if wanted:
                self._set(node, wanted)
        if 'gesture' in wishes:
            self._perform(str(wishes['gesture'].value))

    def _set(self, node: str, wanted: list[Control]) -> None:
        client = self._clients[node]
        if not client.services_are_ready():
            self._tell(f'{node} does not answer: nothing was changed', False)
            return
        parameters = [Parameter(control.name, value=control.value) for control in wanted]
        what = ', '.join(f'{control.name}: {_shown(control.value)}' for control in wanted)
        client.set_parameters(parameters).add_done_callback(lambda done: self._on_set(what, done))

    def _on_set(self, what: str, future: Future) -> None:
        response = future.result()
        results = [] if response is None else response.results
        reasons = [result.reason or 'refused' for result in results if not result.successful]
        self._tell('; '.join(reasons) or what, not reasons)

    def _perform(self, text: str) -> None:
        if not self._gestures.server_is_ready():
            self._tell('listener does not answer: no gesture was made', False)
            return
        request = GestureRequest.parse(text)
        goal = PerformGesture.Goal(
            kind=request.kind,
            size=request.size,
            cycles=request.cycles,
            speed=request.speed,
            side=request.side,
        )

        def on_goal(future: Future) -> None:
            handle = future.result()
            if handle is None or not handle.accepted:
                self._tell(f'{text}: refused', False)
                return
            handle.get_result_async().add_done_callback(lambda done: self._on_result(text, done))

        self._gestures.send_goal_async(goal).add_done_callback(on_goal)

    def _on_result(self, text: str, future: Future) -> None:
        answer = future.result()
        if answer is not None:
            result = answer.result
            self._tell(f'{text}: {result.message}', bool(result.success))


def _shown(value: Any) -> str:
    return f'{value:.2f}' if isinstance(value, float) else str(value)
