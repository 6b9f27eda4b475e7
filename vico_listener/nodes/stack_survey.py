"""Listens to what a running stack says of itself, and to what it sees and hears of its speaker."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node

from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.sense_watch import SenseWatch
from vico_listener.nodes.status_name import node_of
from vico_listener.nodes.topics import subscribe_to
from vico_listener.ros_api.perception import SPEAKER

ENOUGH = 15
"""Ticks from which on the shares of what was seen and heard say something."""


class StackSurvey:
    """Listens to `/diagnostics` and `speaker` while it exists.

    Args:
        node: owner of the subscriptions, in the namespace of the stack.
    """

    def __init__(self, node: Node) -> None:
        self._namespace = node.get_namespace()
        self._statuses: dict[str, Any] = {}
        self._watch = SenseWatch(self._namespace)
        node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 50)
        subscribe_to(node, SPEAKER, self._watch.on_speaker)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        self._watch.on_diagnostics(message)
        for status in message.status:
            name = node_of(status.name, self._namespace)
            if name:
                self._statuses[name] = status

    def findings(self, running: Sequence[str]) -> Iterator[Finding]:
        """Yield what there is to say of the nodes of the stack that run."""
        for name in running:
            status, area = self._statuses.get(name), f'stack: {name}'
            if status is None:
                text = 'it publishes nothing on /diagnostics'
                yield Finding(area, Level.WRONG, text, 'look at its log; it may hang')
            elif status.level == OK:
                yield Finding(area, Level.OK, status.message)
            else:
                yield Finding.split(area, Level.WRONG, status.message)
        if self._watch.senses.ticks >= ENOUGH:
            check = self._watch.check()
            line = check.lines()[0]
            if check.verdict == 'ok':
                yield Finding('stack', Level.OK, line)
            else:
                text = f'{check.verdict} ({line})'
                yield Finding('stack', Level.WRONG, text, 'sit in front of the camera, and speak')
