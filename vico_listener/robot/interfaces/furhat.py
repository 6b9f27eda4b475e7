"""The Realtime API of Furhat: ``/v1/events`` takes JSON events."""

import math
import os
from collections.abc import Sequence

from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.web_socket import WebSocketInterface
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.robot.joints import by_axis
from vico_listener.rotation import AXES

KEY_VARIABLE = 'VICO_FURHAT_KEY'
"""Environment variable with the key, for a robot that wants one."""


class Furhat(WebSocketInterface):
    """``request.auth`` first, then ``request.face.headpose`` in degrees."""

    name = 'furhat'
    unit = 'deg'
    axes = AXES

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the pose of the head."""
        angles = by_axis(joints, command.positions)
        degrees = {axis: math.degrees(angle) for axis, angle in angles.items()}
        return {'type': 'request.face.headpose', **degrees, 'relative': False}

    def greeting(self) -> Payload:
        """Return the request for access, with a key where one is set up."""
        key = os.environ.get(KEY_VARIABLE)
        return {'type': 'request.auth', **({'key': key} if key else {})}

    def accepts(self, event: Payload) -> bool:
        """Return whether the event is the answer to the request that grants access."""
        if event.get('type') != 'response.auth':
            return False
        if event.get('access') is True:
            return True
        raise ConnectionRefusedError(f'Furhat refuses access: is {KEY_VARIABLE} right?')

    def refusal(self, event: Payload) -> str:
        """Return the message of an event whose type says error."""
        if not str(event.get('type', '')).endswith('error'):
            return ''
        return str(event.get('message') or event.get('detail') or event)
