"""The daemon of Reachy Mini: ``/api/move/ws/set_target`` takes targets and answers errors."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.web_socket import WebSocketInterface
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.robot.joints import by_axis

TRACKING = (
    "its daemon's own head tracking turns the head, too, and makes our motion smaller by its "
    'weight: stop it (stop_head_tracking), or give it a weight of 0.3 or less'
)
"""What is wrong when the daemon follows a face."""


class ReachyMini(WebSocketInterface):
    """The pose of the head in rad, as a `FullBodyTarget` without a body."""

    name = 'reachy_mini'
    measures = True

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the pose; the position is the origin."""
        angles = by_axis(joints, command.positions)
        return {'target_head_pose': {'x': 0.0, 'y': 0.0, 'z': 0.0, **angles}}

    @property
    def state_url(self) -> str:
        """The present pose of the head, of the same daemon."""
        place = urlsplit(self.url)
        scheme = 'https' if place.scheme == 'wss' else 'http'
        return f'{scheme}://{place.netloc}/api/state/present_head_pose'

    def positions(self, state: Any, joints: Sequence[Joint]) -> list[float] | None:
        """Return roll, pitch and yaw of the pose, by the axes of the joints."""
        try:
            return [float(state[joint.axis]) for joint in joints]
        except (KeyError, TypeError, ValueError):
            return None

    @property
    def rival_url(self) -> str:
        """The face that the daemon's own head tracking follows, of the same daemon."""
        return self.state_url.replace('/api/state/present_head_pose', '/api/media/tracking/face')

    def rival(self, state: Any) -> str:
        """Return that the daemon follows a face itself, if it does."""
        target = state.get('face_target') if isinstance(state, dict) else None
        if not isinstance(target, dict) or target.get('detected') is not True:
            return ''
        return TRACKING

    def refusal(self, event: Payload) -> str:
        """Return the detail of an event whose status is an error."""
        if event.get('status') != 'error':
            return ''
        return str(event.get('detail') or event.get('message') or event)
