"""The daemon of Reachy Mini: ``/api/move/ws/set_target`` takes targets and answers errors."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.web_socket import WebSocketInterface
from vico_listener.robot.joints import ANTENNAS
from vico_listener.robot.joints import BODY
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.robot.joints import by_axis
from vico_listener.rotation import AXES

TRACKING = (
    'the head tracking of its daemon also turns the head, and makes our motion smaller by '
    'its weight: stop it (stop_head_tracking), or give it a weight of 0.3 or less'
)
"""What is wrong when the daemon follows a face."""


STATE = '/api/state/full'
"""Where the daemon says where everything is."""


class ReachyMini(WebSocketInterface):
    """A `FullBodyTarget`: the pose of the head, the antennas and the yaw of the body, all in rad.

    The pose is that in the robot's base, whatever the body does. What the profile has no joint for
    is not sent, and stays as it is.
    """

    name = 'reachy_mini'
    measures = True
    axes = (*AXES, BODY, *ANTENNAS)

    def objection(self, joints: Sequence[Joint]) -> str:
        """See `RobotInterface.objection`; it takes both antennas or none."""
        antennas = [joint.name for joint in joints if joint.axis in ANTENNAS]
        if len(antennas) == 1:
            return f'the interface {self.name} takes both antennas: {antennas[0]} is alone'
        return super().objection(joints)

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the targets; the position of the head is the origin."""
        angles = by_axis(joints, command.positions)
        found: Payload = {'target_head_pose': {'x': 0.0, 'y': 0.0, 'z': 0.0, **angles}}
        others = dict(zip((joint.axis for joint in joints), command.positions, strict=True))
        if ANTENNAS[0] in others:
            found['target_antennas'] = [others[antenna] for antenna in ANTENNAS]
        if BODY in others:
            found['target_body_yaw'] = others[BODY]
        return found

    @property
    def state_url(self) -> str:
        """The present state of the same daemon."""
        place = urlsplit(self.url)
        scheme = 'https' if place.scheme == 'wss' else 'http'
        return f'{scheme}://{place.netloc}{STATE}'

    def positions(self, state: Any, joints: Sequence[Joint]) -> list[float] | None:
        """Return where the joints are, by their axes."""
        try:
            antennas = zip(ANTENNAS, state.get('antennas_position') or (), strict=False)
            known = {**state['head_pose'], BODY: state.get('body_yaw'), **dict(antennas)}
            return [float(known[joint.axis]) for joint in joints]
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    @property
    def rival_url(self) -> str:
        """The face that the daemon's own head tracking follows, of the same daemon."""
        return self.state_url.partition(STATE)[0] + '/api/media/tracking/face'

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
