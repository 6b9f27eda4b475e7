"""Shows a running stack on a dashboard, and passes on what its users may change."""

import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node

from vico_listener.live.controls import Control
from vico_listener.live.dashboard_page import DashboardPage
from vico_listener.live.stack_watch import StackWatch
from vico_listener.nodes.dashboard_controls import DashboardControls
from vico_listener.nodes.dashboard_inputs import DashboardInputs
from vico_listener.nodes.stack_topics import camera_topic
from vico_listener.nodes.stack_topics import published_topics
from vico_listener.nodes.status_name import node_of
from vico_listener.ros_api import PERCEPTION
from vico_listener.ros_api import Topic

LOOK_PERIOD = 0.5
"""The time between two looks at the graph, s."""


class DashboardNode(Node):
    """Looks at the stack of its namespace; while no page is open, only whether it is there.

    Args:
        page: where it is shown.
        pictures: whether the face is shown as the stack draws it, which is so in any case where a
            browser cannot.
        control: whether users may change anything; without, it has no clients at all.
    """

    def __init__(
        self, page: DashboardPage, pictures: bool = False, control: bool = False, **options: Any
    ) -> None:
        super().__init__('dashboard', **options)
        self._page, self._pictures = page, pictures
        domain = int(self.context.get_domain_id())
        self._watch = StackWatch(self.get_namespace(), domain, time.monotonic())
        self._inputs: DashboardInputs | None = None
        self._topics: tuple[dict[str, Topic], Topic | None] | None = None
        self._rotation = 0
        self._controls = DashboardControls(self, page.show_outcome) if control else None
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        self.create_timer(LOOK_PERIOD, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def control(self, control: Control) -> None:
        """Pass on what a user wants (any thread)."""
        if self._controls is not None:
            self._controls.ask(control)

    def _look(self) -> None:
        self._watch.see(self.get_node_names_and_namespaces(), time.monotonic())
        self._page.show_stack(self._watch.report(time.monotonic()))
        topics = None
        if self._page.is_watched and self._watch.is_there:
            namespace = self.get_namespace()
            topics = published_topics(self, namespace), camera_topic(self, namespace)
        foreign = self._inputs is not None and self._inputs.foreign and not self._pictures
        if topics != self._topics or foreign:
            self._topics, self._pictures = topics, self._pictures or foreign
            self._subscribe_anew()

    def _subscribe_anew(self) -> None:
        if self._inputs is not None:
            self._inputs.destroy()
            self._inputs = None
        if self._topics is not None:
            topics, camera = self._topics
            self._inputs = DashboardInputs(self, self._page, topics, camera, self._pictures)
            self._inputs.rotation = self._rotation

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            name = node_of(status.name, self.get_namespace())
            if not name:
                continue
            values = {value.key: value.value for value in status.values}
            level = int.from_bytes(status.level, 'little')
            self._watch.hear(name, level, status.message, values, time.monotonic())
            if name == PERCEPTION.node:
                turned = values.get('image_rotation', '')
                self._rotation = int(turned) if turned.isdigit() else 0
                if self._inputs is not None:
                    self._inputs.rotation = self._rotation
