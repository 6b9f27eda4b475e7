"""A ROS graph of its own for a test, over real DDS."""

import contextlib
import gc
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import rclpy
from rcl_interfaces.msg import Log
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException
from rclpy.logging import LoggingSeverity
from rclpy.logging import set_logger_level
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile

from vico_listener.nodes import isolation
from vico_listener.nodes.data_executor import DataExecutor
from vico_listener.nodes.isolation import isolate

TIMEOUT = 20.0

# As many as there are: the tests of two processes each keep a third of them.
isolation.DOMAINS = range(1, 102)


class Graph:
    """Nodes in one context and domain, spun by a thread."""

    def __init__(self) -> None:
        isolate()
        # A test before this one may have asked for less.
        set_logger_level('', LoggingSeverity.INFO)
        self.context = Context()
        self._elsewhere: tuple[Context, Node] | None = None
        rclpy.init(context=self.context, domain_id=int(os.environ['ROS_DOMAIN_ID']))
        self.executor = DataExecutor(context=self.context)
        self._nodes: list[Node] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()

    def _spin(self) -> None:
        with contextlib.suppress(ExternalShutdownException):
            while not self._ends.is_set():
                self.executor.spin_once()

    def add(self, node: Node) -> Node:
        """Spin a node."""
        self.executor.add_node(node)
        self._nodes.append(node)
        return node

    def make(self, factory: Callable[..., Node], **parameters: Any) -> Any:
        """Make a node with parameters and spin it."""
        special = {
            k: parameters.pop(k) for k in ('subscribe', 'join', 'namespace') if k in parameters
        }
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        return self.add(factory(context=self.context, parameter_overrides=overrides, **special))

    def run(self, action: Callable[[], Any]) -> Any:
        """Run something in the executor's thread, as a service call would, and return its result.

        rclpy's entities must not be destroyed while another thread waits for them.
        """
        task = self.executor.create_task(action)
        wait_until(task.done, 60.0)
        if task.exception() is not None:
            raise task.exception()
        return task.result()

    def remove(self, node: Node) -> None:
        """Destroy a node."""
        self.executor.remove_node(node)
        self._nodes.remove(node)
        self.run(node.destroy_node)

    def tester(self) -> Node:
        """A plain node for the test's own publishers and subscriptions."""
        return self.add(Node('tester', context=self.context))

    def stranger(self) -> Node:
        """A node of another participant, as another process would be; it is not spun."""
        context = Context()
        rclpy.init(context=context, domain_id=int(os.environ['ROS_DOMAIN_ID']))
        self._elsewhere = (context, Node('stranger', context=context))
        return self._elsewhere[1]

    def record(self, node: Node, kind: Any, topic: str, depth: int = 500) -> list[Any]:
        """Subscribe and return the list that messages are added to."""
        messages: list[Any] = []
        node.create_subscription(kind, topic, messages.append, depth)
        return messages

    def logs(self, node: Node) -> list[Log]:
        """Return the list that every log line of the graph is added to, also earlier ones.

        Reading a captured stream while a node writes to it may lose a line.
        """
        lines: list[Log] = []
        kept = QoSProfile(depth=500, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        node.create_subscription(Log, '/rosout', lines.append, kept)
        return lines

    def close(self) -> None:
        """End everything; a node that lived on would take part in another test's graph."""
        # A callback whose context has gone would raise in the thread.
        self._ends.set()
        self._thread.join(5.0)
        rclpy.try_shutdown(context=self.context)
        self._thread.join(5.0)
        for node in self._nodes:
            node.destroy_node()
        if self._elsewhere is not None:
            self._elsewhere[1].destroy_node()
            rclpy.try_shutdown(context=self._elsewhere[0])
        gc.collect()  # a lifecycle node leaves DDS only with its last reference, and it is a circle


def wait_until(condition: Callable[[], Any], timeout: float = TIMEOUT) -> None:
    """Wait for a condition; fail the test when it does not come true."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, 'timed out'
        time.sleep(0.01)
