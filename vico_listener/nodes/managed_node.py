"""What every node of the package shares: lifecycle with reasons in the log, and diagnostics."""

import traceback
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.msg import KeyValue
from lifecycle_msgs.srv import ChangeState
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle import LifecycleState
from rclpy.lifecycle import TransitionCallbackReturn

from vico_listener.nodes.graph_watch import namesakes
from vico_listener.nodes.graph_watch import rival_clocks
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.nodes.rare_warnings import RareWarnings
from vico_listener.nodes.status_name import status_name
from vico_listener.ros_api import NodeApi
from vico_listener.user_message import user_message

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


class ManagedNode(LifecycleNode):
    """A lifecycle node whose subclass implements four plain methods that may raise.

    `configure` loads models and warms them up, `activate` creates subscriptions and timers,
    `deactivate` destroys them, `cleanup` drops what `configure` made. What a user can mend
    (`user_message`) fails the transition with its message in the log; anything else is logged with
    its traceback and ends in rclpy's error state.

    Attributes:
        failure: why the node cannot go on, which ends its process; '' as long as it can.
        warnings: logs what goes on now and then.
    """

    API = NodeApi('')
    """The tables of its parameters, topics and diagnostics."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.table = ParameterTable(
            self, self.API.parameters, self.parameter_changed, self.objection_to
        )
        self.is_active = False
        self.failure = ''
        self.warnings = RareWarnings(self.get_logger())
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        # Steady: diagnostics go on while a bag's clock is paused.
        self.steady_clock = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0, self.publish_diagnostics, clock=self.steady_clock)

        self._refuse_illegal_transitions()

    # Subclasses override these.

    def configure(self) -> None:
        """Read parameters, load models, warm up."""

    def activate(self) -> None:
        """Create subscriptions and timers."""

    def deactivate(self) -> None:
        """Destroy what `activate` created."""

    def cleanup(self) -> None:
        """Drop what `configure` made."""

    def parameter_changed(self, name: str, value: Any) -> None:
        """Apply a parameter marked `live`; it has been checked."""

    def objection_to(self, name: str, value: Any) -> str:
        """Return why an allowed value of a parameter cannot be set now, or ''."""
        return ''

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return level, message and values (those in `API`) for /diagnostics, while active."""
        return OK, 'active', {}

    # Lifecycle callbacks of rclpy, which swallows exceptions raised in them.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: D102
        return self._transition('configure', self._check_and_configure)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: D102
        super().on_activate(state)  # publishers first: `activate` may start to publish
        self.is_active = True
        result = self._transition('activate', self.activate)
        if result != TransitionCallbackReturn.SUCCESS:
            self.is_active = False
            super().on_deactivate(state)
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: D102
        self.is_active = False
        result = self._transition('deactivate', self.deactivate)
        super().on_deactivate(state)
        return result

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: D102
        return self._transition('cleanup', self._clean_up)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: D102
        if self.is_active:
            self.is_active = False
            self._transition('deactivate', self.deactivate)
        return self._transition('shutdown', self._clean_up)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: D102
        return self._transition('recovery from an error', self._clean_up)

    def destroy_node(self) -> None:
        """Destroy the node, also while it is active: no thread of it lives on."""
        if self.is_active:
            self.is_active = False
            self._transition('deactivate', self.deactivate)
        super().destroy_node()

    def _refuse_illegal_transitions(self) -> None:
        """Answer a transition that the state does not allow with a refusal.

        rclpy raises there instead, which ends the executor and with it the node (rclpy #1209).
        """
        service = self._service_change_state
        change_state = service.callback

        def guarded(
            request: ChangeState.Request, response: ChangeState.Response
        ) -> ChangeState.Response:
            allowed = {t[0]: t[1] for t in self._state_machine.available_transitions}
            wanted = request.transition
            if wanted.label in allowed.values() or (not wanted.label and wanted.id in allowed):
                return change_state(request, response)
            self.get_logger().error(
                f'transition {wanted.label or wanted.id} refused in state '
                f"'{self._state_machine.current_state[1]}': allowed are "
                f'{", ".join(sorted(set(allowed.values())))}'
            )
            response.success = False
            return response

        service.callback = guarded

    def _check_and_configure(self) -> None:
        self.table.check()
        self.configure()
        self.table.in_use = True

    def _clean_up(self) -> None:
        self.table.in_use = False
        self.cleanup()

    def _transition(self, name: str, action: Any) -> TransitionCallbackReturn:
        try:
            action()
        except Exception as error:
            message = user_message(error)
            if message is None:
                self.get_logger().error(f'{name} failed:\n{traceback.format_exc()}')
                raise
            self.get_logger().error(f'{name} failed: {message}')
            return TransitionCallbackReturn.FAILURE
        self.get_logger().info(f'{name}: done')
        return TransitionCallbackReturn.SUCCESS

    def _passive(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return the level and message while the node is not active, without values."""
        state = self._state_machine.current_state[1]
        step = {'unconfigured': 'configure', 'inactive': 'activate'}.get(state)
        node = self.get_fully_qualified_name()
        remedy = f': `ros2 lifecycle set {node} {step}`' if step else ''
        return WARN, f'not active, {state}{remedy}', {}

    def publish_diagnostics(self) -> None:
        """Publish one status on /diagnostics (also called by a 1 Hz timer)."""
        level, message, values = self.diagnose() if self.is_active else self._passive()
        for problem in [*namesakes(self), *rival_clocks(self)]:
            self.warnings.tell(problem)
            level, message = max(level, WARN), problem if level == OK else f'{message}; {problem}'
        status = DiagnosticStatus(
            level=level,
            name=status_name(self.get_fully_qualified_name()),
            message=message,
            hardware_id='vico_listener',
            values=[
                KeyValue(key=key, value=_text(value))
                for key, value in values.items()
                if self.API.documents(key)
            ],
        )
        array = DiagnosticArray(status=[status])
        array.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(array)


def _text(value: Any) -> str:
    return f'{value:.3f}' if isinstance(value, float) else str(value)
