"""Performances over ROS: the action `perform_gesture` and the topic `gesture`."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from rclpy.action import ActionServer
from rclpy.action import CancelResponse
from rclpy.timer import Timer
from std_msgs.msg import String

from vico_listener.action import PerformGesture
from vico_listener.errors import UnavailableError
from vico_listener.errors import VicoError
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.performance import GestureRequest
from vico_listener.listener.performance import Performance
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.topics import subscribe_to
from vico_listener.ros_api.listener import GESTURE
from vico_listener.ros_api.listener import PERFORM_GESTURE

PERIOD = 0.05
"""Time between two looks at a performance, s."""
STALLED = 1.0
"""A performance that has not gone on for so long is given up, s."""


class GestureServer:
    """Takes goals and texts, and reports what becomes of the goals.

    Args:
        node: their owner.
        lock: is held by whoever uses the agent.
        agent: returns who plays the gestures; None while the node is not configured.
    """

    def __init__(
        self,
        node: ManagedNode,
        lock: AbstractContextManager[Any],
        agent: Callable[[], ListeningAgent | None],
    ) -> None:
        self._node, self._lock, self._agent = node, lock, agent
        self._goal: Any = None
        self._performance: Performance | None = None
        self._timer: Timer | None = None
        self._went_on = 0.0
        self._seen = 0.0
        subscribe_to(node, GESTURE, self._on_text)
        self._server = ActionServer(
            node,
            PerformGesture,
            PERFORM_GESTURE.name,
            execute_callback=self._finish,
            handle_accepted_callback=self._on_goal,
            cancel_callback=self._on_cancel,
        )

    def destroy(self) -> None:
        """End the action."""
        self._server.destroy()

    def end(self, outcome: str) -> None:
        """End the gesture that is played, if any, at once."""
        with self._lock:
            if (agent := self._agent()) is not None:
                agent.end_gesture(outcome)

    def _begin(self, request: GestureRequest) -> Performance:
        """Play a gesture from the next tick on.

        Raises:
            UnavailableError: another one is played, the listener is released, or the node is not
                active.
        """
        with self._lock:
            agent = self._agent()
            if agent is None or not self._node.is_active:
                name = self._node.get_fully_qualified_name()
                raise UnavailableError(f'not active: `ros2 lifecycle set {name} activate`')
            return agent.gesture(request)

    def _on_text(self, message: String) -> None:
        try:
            self._begin(GestureRequest.parse(message.data))
        except VicoError as error:
            self._node.get_logger().error(f'gesture: {error}')

    def _on_goal(self, goal: Any) -> None:
        """Begin, or refuse by a result that says why, which a rejected goal could not."""
        try:
            performance = self._begin(request_of(goal.request))
        except VicoError as error:
            reason = str(error)
            self._node.get_logger().error(f'{PERFORM_GESTURE.name}: {reason}')
            goal.execute(lambda handle: refusal(handle, reason))
            return
        self._goal, self._performance = goal, performance
        self._went_on, self._seen = time.monotonic(), 0.0
        self._timer = self._node.create_timer(PERIOD, self._look, clock=self._node.steady_clock)

    def _on_cancel(self, goal: Any) -> CancelResponse:
        if self._performance is None or goal.goal_id != self._goal.goal_id:
            return CancelResponse.REJECT
        self._performance.cancel()
        return CancelResponse.ACCEPT

    def _look(self) -> None:
        """Tell how far the performance is, and when it is over."""
        performance = self._performance
        assert performance is not None
        now = time.monotonic()
        if performance.played != self._seen:
            self._seen, self._went_on = performance.played, now
        elif now - self._went_on > STALLED:
            self.end('there are no speaker frames, so nothing moves: is perception active?')
        if performance.outcome:
            assert self._timer is not None
            self._node.destroy_timer(self._timer)
            self._goal.execute()
            return
        feedback = PerformGesture.Feedback()
        feedback.progress, feedback.remaining = performance.progress, performance.remaining
        self._goal.publish_feedback(feedback)

    def _finish(self, goal: Any) -> PerformGesture.Result:
        performance, self._performance = self._performance, None
        assert performance is not None
        if performance.outcome == 'done':
            goal.succeed()
        elif goal.is_cancel_requested:
            goal.canceled()
        else:
            goal.abort()
        return PerformGesture.Result(
            success=performance.outcome == 'done',
            message=performance.outcome,
            duration=performance.played,
        )


def request_of(goal: PerformGesture.Goal) -> GestureRequest:
    """Return the request of a goal, whose zeros mean what is usual.

    Raises:
        SettingError: there is no such gesture.
    """
    size, speed = float(goal.size) or 1.0, float(goal.speed) or 1.0
    return GestureRequest(goal.kind.strip().lower(), size, int(goal.cycles), speed, goal.side)


def refusal(goal: Any, reason: str) -> PerformGesture.Result:
    """End a goal that cannot be performed."""
    goal.abort()
    return PerformGesture.Result(success=False, message=reason)
