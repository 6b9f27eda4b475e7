"""What a launch of the package says and how its processes end, for the tests."""

import contextlib
import time
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import rclpy
from ament_index_python.packages import get_package_share_directory
from launch.actions import IncludeLaunchDescription
from launch.actions import RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.event_handlers import OnProcessIO
from launch.events.process import ProcessExited
from launch.events.process import ProcessIO
from launch.launch_description_sources import PythonLaunchDescriptionSource
from lifecycle_msgs.srv import GetState
from rcl_interfaces.srv import GetParameters
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

from launch import LaunchContext
from launch import LaunchDescription
from vico_listener.nodes.isolation import isolate

TIMEOUT = 40.0
STACK = ('perception', 'listener', 'renderer', 'head')


class Launched:
    """A launch of one of the package's files, in a ROS domain of its own.

    Args:
        file: launch file.
        arguments: launch arguments.

    Attributes:
        description: what to launch.
        output: everything its processes have written.
        exit_codes: of the processes that have ended, by executable.
    """

    def __init__(self, file: str, **arguments: str) -> None:
        isolate()
        self.output = ''
        self.exit_codes: dict[str, int] = {}
        path = f'{get_package_share_directory("vico_listener")}/launch/{file}'
        source = PythonLaunchDescriptionSource(path)
        self.description = LaunchDescription(
            [
                RegisterEventHandler(
                    OnProcessIO(on_stdout=self._on_output, on_stderr=self._on_output)
                ),
                RegisterEventHandler(OnProcessExit(on_exit=self._on_exit)),
                IncludeLaunchDescription(source, launch_arguments=arguments.items()),
            ]
        )

    def _on_output(self, event: ProcessIO) -> None:
        self.output += event.text.decode()

    def _on_exit(self, event: ProcessExited, _: LaunchContext) -> None:
        self.exit_codes[event.process_name.rsplit('-', 1)[0]] = event.returncode

    def assert_clean_end(self, *processes: str) -> None:
        """Every process has ended by itself when asked to, and none complained."""
        assert self.exit_codes == dict.fromkeys(processes, 0), self.output
        for complaint in ('Traceback', '[ERROR]', '[FATAL]', 'does not have a parameter'):
            assert complaint not in self.output


class Observer:
    """A node of the test, in the domain of the launch."""

    def __init__(self, context: Context) -> None:
        self.node = Node('observer', context=context)
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)

    def wait_until(self, condition: Callable[[], Any]) -> None:
        """Spin until something is so; fail the test when it does not come true."""
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < deadline, 'timed out'
            self._executor.spin_once(timeout_sec=0.05)

    def call(self, kind: Any, service: str, request: Any) -> Any:
        """Call a service, once it is there."""
        client = self.node.create_client(kind, service)
        self.wait_until(client.service_is_ready)
        future = client.call_async(request)
        self.wait_until(future.done)
        self.node.destroy_client(client)
        return future.result()

    def wait_until_active(self, node: str) -> None:
        """Wait for a managed node to say that it is active."""
        self.wait_until(
            lambda: (
                self.call(GetState, f'{node}/get_state', GetState.Request()).current_state.label
                == 'active'
            )
        )

    def parameter(self, node: str, name: str) -> Any:
        """Value of a node's parameter."""
        request = GetParameters.Request(names=[name])
        response = self.call(GetParameters, f'{node}/get_parameters', request)
        return parameter_value_to_python(response.values[0])

    def record(self, kind: Any, topic: str) -> list[Any]:
        """Subscribe and return the list that messages are added to."""
        messages: list[Any] = []
        self.node.create_subscription(kind, topic, messages.append, 1000)
        return messages


@contextlib.contextmanager
def observe() -> Iterator[Observer]:
    """An observer in the domain that is set."""
    context = Context()
    rclpy.init(context=context)
    try:
        yield Observer(context)
    finally:
        rclpy.try_shutdown(context=context)
