"""The people in view for ROS4HRI (REP-155): who is tracked, where, and the speaker's expression.

Publishers come and go with the people, in the executor's thread; what they publish is the newest
of what the thread of the feed has left here.
"""

from collections.abc import Callable
from typing import Any

from vico_listener.errors import DataError
from vico_listener.face.action_units import action_units
from vico_listener.face.usual_face import UsualFace
from vico_listener.frames import PersonInView
from vico_listener.frames import SpeakerFrame
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.topics import message_class
from vico_listener.robot.emotion import emotion_of
from vico_listener.ros_api import Topic
from vico_listener.ros_api.perception import FACE_EXPRESSION
from vico_listener.ros_api.perception import FACE_REGION
from vico_listener.ros_api.perception import FACES
from vico_listener.ros_api.perception import FACS

PERIOD = 0.1
"""The time between two messages on each topic, s."""


class HriOutput:
    """Publishes while it exists, ten times a second, what is new.

    Args:
        node: owner of the publishers.
        watched: returns whose faces others track, if they do: the id of the one that perception
            watches, '' for none. Then only the expression of that one is published here.
    """

    def __init__(self, node: ManagedNode, watched: Callable[[], str] | None = None) -> None:
        self._node, self._watched = node, watched
        self._publishers: dict[str, Any] = {}
        self._usual: dict[str, UsualFace] = {}
        self._people: tuple[PersonInView, ...] | None = None
        self._frame: SpeakerFrame | None = None
        self._stamp, self._frame_id, self._foreign = 0, '', ''
        self._timer = node.create_timer(PERIOD, self._publish, clock=node.steady_clock)

    def destroy(self) -> None:
        """End the publishers; it is told that nobody is tracked any more."""
        self._node.destroy_timer(self._timer)
        if self._watched is None and self._node.context.ok():
            self._to(FACES).publish(self._message(FACES, ids=[]))
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        self._publishers.clear()

    @property
    def problem(self) -> str:
        """What is wrong: others say who is tracked, too, or faces are of another basis; or ''."""
        if self._foreign:
            return f'publish_humans: {self._foreign}'
        if self._watched is not None:
            return ''
        own = self._node.get_name(), self._node.get_namespace()
        found = self._node.get_publishers_info_by_topic(FACES.name)
        others = {i.node_name for i in found if (i.node_name, i.node_namespace) != own}
        if not others:
            return ''
        return (
            f'{FACES.name} is also published by {" and ".join(sorted(others))}, and each '
            'removes the faces of the other: set publish_humans to false, or face_source '
            'to ros4hri'
        )

    # Called by the feed's thread.

    def show(self, people: tuple[PersonInView, ...], stamp: int, frame_id: str) -> None:
        """Take in who is in the image with a stamp (ns)."""
        self._stamp, self._frame_id, self._people = stamp, frame_id, people

    def tell(self, frame: SpeakerFrame) -> None:
        """Take in how the speaker's face is."""
        self._frame = frame

    # Of the executor's thread.

    def _publish(self) -> None:
        people, frame = self._people, self._frame
        self._people = self._frame = None
        if people is None:
            return
        if self._watched is None:
            self._publish_people(people)
            speaker = next((person.name for person in people if person.attended), '')
        else:
            speaker = self._watched()
        if speaker and frame is not None and frame.face_valid:
            self._publish_expression(speaker, frame)

    def _publish_people(self, people: tuple[PersonInView, ...]) -> None:
        names = [person.name for person in people]
        known = {FACE_REGION, FACS, FACE_EXPRESSION}
        kept = {topic.of(name).name for topic in known for name in names} | {FACES.name}
        for gone in self._publishers.keys() - kept:
            self._node.destroy_publisher(self._publishers.pop(gone))
        self._usual = {name: kept for name, kept in self._usual.items() if name in names}
        self._to(FACES).publish(self._message(FACES, ids=names))
        for person in people:
            xmin, ymin, xmax, ymax = (min(max(value, 0.0), 1.0) for value in person.box)
            box = {'xmin': xmin, 'ymin': ymin, 'xmax': xmax, 'ymax': ymax, 'c': 1.0}
            self._to(FACE_REGION.of(person.name)).publish(self._message(FACE_REGION, **box))

    def _publish_expression(self, name: str, frame: SpeakerFrame) -> None:
        try:
            intensity, confidence = action_units(frame.face, frame.speaking)
        except DataError as error:
            self._foreign = str(error)
            return
        units = self._message(FACS, intensity=intensity.tolist(), confidence=confidence.tolist())
        self._to(FACS.of(name)).publish(units)
        usual = self._usual.setdefault(name, UsualFace())
        emotion = emotion_of(usual.difference(frame.face.expression, PERIOD))
        shown = self._message(
            FACE_EXPRESSION,
            expression=emotion.name,
            valence=emotion.valence,
            arousal=emotion.arousal,
            confidence=min(max(float(frame.face.confidence), 0.0), 1.0),
        )
        self._to(FACE_EXPRESSION.of(name)).publish(shown)

    def _message(self, topic: Topic, **fields: Any) -> Any:
        message = message_class(topic.type)(**fields)
        message.header.stamp = time_message(self._stamp)
        message.header.frame_id = self._frame_id
        return message

    def _to(self, topic: Topic) -> Any:
        if topic.name not in self._publishers:
            kind = message_class(topic.type)
            self._publishers[topic.name] = self._node.create_publisher(kind, topic.name, 10)
        return self._publishers[topic.name]
