"""The topics of people: who is there and whether they speak; and to whom the head attends."""

from collections.abc import Callable
from math import remainder
from typing import Any

from rclpy.parameter import Parameter as RosParameter
from std_msgs.msg import Bool
from std_msgs.msg import Float32

import vico_listener.srv as srv
from vico_listener.choices import ATTEND
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.errors import VicoError
from vico_listener.face import FaceTracker
from vico_listener.face.attention import check_attend
from vico_listener.frames import SpeakerFrame
from vico_listener.nodes.convert import people_message
from vico_listener.nodes.engagement_input import EngagementInput
from vico_listener.nodes.hri_faces import HriFaces
from vico_listener.nodes.hri_output import HriOutput
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.topics import advertise
from vico_listener.nodes.topics import offer
from vico_listener.perception import Feed
from vico_listener.ros_api.perception import PEOPLE
from vico_listener.ros_api.perception import SET_ATTEND
from vico_listener.ros_api.perception import SOUND_DIRECTION
from vico_listener.ros_api.perception import SPEAKING

FULL_TURN = 360.0


class PeopleTopics:
    """Joins a tracker to these topics while its node is active.

    Args:
        node: owner of the topics.
        complain: is told what is wrong with what comes in.
    """

    def __init__(self, node: ManagedNode, complain: Callable[[str], None]) -> None:
        self._node, self._complain = node, complain
        self._people = advertise(node, PEOPLE)
        self._speaking = advertise(node, SPEAKING)
        offer(node, SET_ATTEND, self._on_set_attend)
        self._names: tuple[str, ...] = ()
        self._hri: HriOutput | None = None
        self._engagement: EngagementInput | None = None

    def objection_to(self, whom: str) -> str:
        """Return why one cannot attend to somebody now, or ''."""
        try:
            check_attend(whom, self._names)
        except SettingError as error:
            return str(error)
        return ''

    def open(self, tracker: FaceTracker, feed: Feed, faces: HriFaces | None) -> None:
        """Begin with a tracker that works in the thread of a feed.

        Args:
            tracker: who is in view.
            feed: its thread.
            faces: those of ROS4HRI, if it is they that are seen.
        """
        self._tracker, self._feed = tracker, feed
        self._spoke: bool | None = None
        self._ticks = 0
        whom = self._node.table['attend']
        if whom not in ATTEND:
            self._complain(
                f'attend: {whom} was in view before the node was deactivated, so the head '
                'attends to whoever speaks: set attend again'
            )
            whom = ATTEND[0]
        tracker.attention.attend_to(whom)
        self._direction = InputSubscription(self._node, SOUND_DIRECTION, self._on_direction)
        if self._node.table['publish_humans']:
            self._hri = HriOutput(self._node, None if faces is None else lambda: faces.current)
        if self._hri is not None or faces is not None:
            leave_out = self._leave_out if faces is None else faces.leave_out
            self._engagement = EngagementInput(self._node, leave_out)

    def close(self) -> None:
        """Leave the tracker."""
        self._direction.destroy()
        if self._hri is not None:
            self._hri.destroy()
        if self._engagement is not None:
            self._engagement.destroy()
        self._hri = self._engagement = None
        self._names = ()

    def attend_to(self, whom: str) -> None:
        """Attend to somebody from the next image on; who has gone meanwhile is complained of.

        While the node is not active it does nothing: `open` sees to it.
        """
        if not self._node.is_active:
            return

        def attend() -> None:
            try:
                self._tracker.attention.attend_to(whom)
            except SettingError as error:
                self._complain(str(error))

        self._feed.call(attend)

    # Called by the feed's thread.

    def show(self, stamp: int, frame_id: str) -> None:
        """Publish who is in the image with a stamp (ns)."""
        people = self._tracker.people
        self._names = tuple(person.name for person in people)
        if self._hri is not None:
            self._hri.show(people, stamp, frame_id)
        if self._people.get_subscription_count() > 0:
            whom = self._tracker.attention.whom
            self._people.publish(people_message(people, whom, stamp, frame_id))

    def tell(self, frame: SpeakerFrame) -> None:
        """Publish whether the person in view speaks: when it changes, and once a second."""
        self._ticks += 1
        if self._hri is not None:
            self._hri.tell(frame)
        if frame.speaking != self._spoke or self._ticks >= MODEL_RATE:
            self._spoke, self._ticks = frame.speaking, 0
            self._speaking.publish(Bool(data=frame.speaking))

    @property
    def problem(self) -> str:
        """What is wrong with the people, or ''."""
        gone = self._tracker.attention.gone
        if not gone:
            return '' if self._hri is None else self._hri.problem
        return (
            f'attend: {gone} is no longer in view, so the head attends to whoever speaks: '
            'set attend again'
        )

    @property
    def values(self) -> dict[str, Any]:
        """The values of the diagnostics."""
        return {'people': len(self._names), 'attend': self._tracker.attention.whom}

    # Callbacks of the executor's thread.

    def _leave_out(self, faces: frozenset[str]) -> None:
        self._feed.call(lambda: self._tracker.attention.leave_out(faces))

    def _on_direction(self, message: Float32) -> None:
        azimuth = message.data
        if abs(azimuth) <= FULL_TURN:  # arrays count up to a full turn
            azimuth = remainder(azimuth - self._node.table['sound_direction_zero'], FULL_TURN)

        def hear() -> None:
            try:
                self._tracker.hear_from(azimuth)
            except VicoError as error:
                self._complain(f'{SOUND_DIRECTION.name}: {error}')

        self._feed.call(hear)

    def _on_set_attend(
        self, request: srv.SetAttend.Request, response: srv.SetAttend.Response
    ) -> srv.SetAttend.Response:
        whom = RosParameter('attend', value=request.attend.strip())
        result = self._node.set_parameters([whom])[0]
        response.success, response.message = result.successful, result.reason
        return response
