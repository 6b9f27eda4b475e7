"""Between the stack's topics and a live view: pictures, curves and problems out, controls in."""

import threading
from dataclasses import replace
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.parameter_client import AsyncParameterClient
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage

import vico_listener.msg as msg
from vico_listener.frames import SpeakerFrame
from vico_listener.live.controls import Control
from vico_listener.live.view import View
from vico_listener.live.view import sample_of
from vico_listener.nodes.convert import motion_of
from vico_listener.nodes.convert import speaker_of
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.topics import subscribe_to
from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.ros_api.renderer import FACE_COMPRESSED

FACE_DEPTH = 2
"""Pictures that wait to be shown; older ones are of no use."""
SEND_PERIOD = 0.05
"""Seconds between two requests to the listener while the user moves a control."""


class LiveNode(Node):
    """Shows a view what the stack publishes, and sets the listener's parameters.

    Args:
        view: where it is shown.
    """

    def __init__(self, view: View, **options: Any) -> None:
        super().__init__('live', **options)
        self._view = view
        self._speaker: SpeakerFrame | None = None
        self._problems: dict[str, str] = {}
        self._wishes: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._parameters = AsyncParameterClient(self, 'listener')
        self.create_timer(SEND_PERIOD, self._send_wishes)
        subscribe_to(self, replace(FACE_COMPRESSED, depth=FACE_DEPTH), self._on_face)
        subscribe_to(self, SPEAKER, self._on_speaker)
        subscribe_to(self, MOTION, self._on_motion)
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)

    def control(self, control: Control) -> None:
        """Set `attitude` or `intensity` of the listener (any thread); the newest wish counts."""
        with self._lock:
            self._wishes[control.name] = control.value

    def _send_wishes(self) -> None:
        # A request to a service that is not there yet would be lost.
        if not self._wishes or not self._parameters.services_are_ready():
            return
        with self._lock:
            wishes, self._wishes = self._wishes, {}
        parameters = [Parameter(name, value=value) for name, value in wishes.items()]
        self._parameters.set_parameters(parameters).add_done_callback(self._on_set)

    def _on_set(self, future: Future) -> None:
        response = future.result()
        reasons = [] if response is None else [r.reason for r in response.results if r.reason]
        for reason in reasons:
            self.get_logger().error(reason)
            self._view.show_problem(reason)

    def _on_face(self, message: CompressedImage) -> None:
        self._view.show_face(bytes(message.data))

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        self._speaker = speaker_of(message)

    def _on_motion(self, message: msg.ListenerMotion) -> None:
        if self._speaker is None:
            return
        self._view.show_sample(sample_of(motion_of(message), self._speaker))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            bad = status.level != OK
            self._problems[status.name] = status.message if bad else ''
        self._view.show_problem('; '.join(filter(None, self._problems.values())))
