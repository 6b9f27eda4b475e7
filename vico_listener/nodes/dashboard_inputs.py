"""What a dashboard hears of a running stack, as long as somebody looks at it."""

import math
import time
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import String

import vico_listener.msg as msg
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.face.observation import turned_image
from vico_listener.frames import SpeakerFrame
from vico_listener.live.dashboard_page import DashboardPage
from vico_listener.live.view import sample_of
from vico_listener.motion import ARKIT52
from vico_listener.nodes.convert import motion_of
from vico_listener.nodes.convert import people_of
from vico_listener.nodes.convert import speaker_of
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.live_node import FACE_DEPTH
from vico_listener.nodes.perception_inputs import image_of
from vico_listener.nodes.topics import STATE_QOS
from vico_listener.nodes.topics import message_class
from vico_listener.ros_api import Topic
from vico_listener.ros_api.listener import EVENT
from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.listener import TURN
from vico_listener.ros_api.perception import CONVERSATION_STATE
from vico_listener.ros_api.perception import PEOPLE
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.ros_api.renderer import FACE_COMPRESSED

IMAGE_PERIOD = 0.1
"""The shortest time between two images of the camera that are shown, s."""


class DashboardInputs:
    """Subscribes while it exists.

    Args:
        node: owner of the subscriptions.
        page: where it is shown.
        topics: of the stack, by their usual names.
        camera: the images that perception takes; None for none.
        pictures: whether the face is shown as the stack draws it, and not drawn by the browser.

    Attributes:
        rotation: by how many degrees clockwise the camera's images are turned to be upright.
        foreign: whether motions come that no browser can draw.
    """

    def __init__(
        self,
        node: Node,
        page: DashboardPage,
        topics: dict[str, Topic],
        camera: Topic | None,
        pictures: bool,
    ) -> None:
        self._node, self._page, self._pictures = node, page, pictures
        self.rotation = 0
        self.foreign = False
        self._speaker: SpeakerFrame | None = None
        self._time = 0.0
        self._shown = 0.0
        handlers: dict[str, Any] = {
            MOTION.name: self._on_motion,
            SPEAKER.name: self._on_speaker,
            PEOPLE.name: self._on_people,
            EVENT.name: self._on_event,
            TURN.name: self._on_turn,
            CONVERSATION_STATE.name: self._on_state,
        }
        if pictures:
            handlers[FACE_COMPRESSED.name] = self._on_face
        self._subscriptions = [
            node.create_subscription(
                message_class(topics[name].type),
                topics[name].name,
                handler,
                STATE_QOS if topics[name].state else _depth(name, topics[name]),
            )
            for name, handler in handlers.items()
            if name in topics
        ]
        if camera is not None:
            self._camera = message_class(camera.type)
            # Best effort goes with every camera, and what comes between two looks is left alone.
            newest = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
            self._subscriptions.append(
                node.create_subscription(
                    self._camera, camera.name, self._on_image, newest, raw=True
                )
            )

    def destroy(self) -> None:
        """End the subscriptions."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_image(self, data: bytes) -> None:
        now = time.monotonic()
        if now - self._shown < IMAGE_PERIOD:
            return
        self._shown = now
        try:
            image = image_of(deserialize_message(data, self._camera))
        except ImageError as error:
            self._node.get_logger().warning(f'the camera: {error}', throttle_duration_sec=10.0)
            return
        self._page.show_image(turned_image(image, self.rotation))

    def _on_face(self, message: CompressedImage) -> None:
        self._page.show_face(bytes(message.data))

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        try:
            self._speaker = speaker_of(message)
        except VicoError as error:
            self._node.get_logger().warning(f'speaker: {error}', throttle_duration_sec=10.0)

    def _on_motion(self, message: msg.ListenerMotion) -> None:
        try:
            motion = motion_of(message)
        except VicoError as error:
            self._node.get_logger().warning(f'motion: {error}', throttle_duration_sec=10.0)
            return
        self._time = motion.stamp / NANOSECONDS
        self.foreign = motion.face.basis is not ARKIT52
        if not (self._pictures or self.foreign):
            self._page.show_motion(motion.face, motion.stamp)
        if self._speaker is not None:
            self._page.show_sample(sample_of(motion, self._speaker))

    def _on_people(self, message: msg.People) -> None:
        self._page.show_people(people_of(message))

    def _on_event(self, message: msg.ListenerEvent) -> None:
        self._page.show_event(_seconds(message.onset), message.kind, event_text(message))

    def _on_turn(self, message: msg.Turn) -> None:
        note = 'interrupts' if message.interruption else ''
        note = 'yeah' if message.user_backchannel else note
        self._page.show_band('turn', _seconds(message.header.stamp), message.state, note)

    def _on_state(self, message: String) -> None:
        # It has no stamp: it counts from the newest tick on.
        self._page.show_band('state', self._time, message.data)


def event_text(message: msg.ListenerEvent) -> str:
    """Return a decision in few words."""
    parts = [message.kind if message.kind != 'vocal' else '']
    if message.kind in ('nod', 'shake') and message.cycles > 1:
        parts.append(f'x{message.cycles}')
    if message.kind in ('nod', 'shake', 'beat', 'glance'):
        parts.append(f'{abs(math.degrees(message.size)):.0f}°')
    if message.vocal:
        parts.append(f'"{message.vocal}"')
    return ' '.join(filter(None, parts))


def _seconds(stamp: Any) -> float:
    return stamp_of(stamp) / NANOSECONDS


def _depth(name: str, topic: Topic) -> int:
    return FACE_DEPTH if name == FACE_COMPRESSED.name else topic.depth
