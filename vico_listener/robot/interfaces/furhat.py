"""The Realtime API of Furhat: ``/v1/events`` takes JSON events."""

import math
import os
from collections.abc import Sequence

from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.web_socket import WebSocketInterface
from vico_listener.robot.joints import LIGHT
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.robot.joints import by_axis
from vico_listener.rotation import AXES

KEY_VARIABLE = 'VICO_FURHAT_KEY'
"""Environment variable with the key, for a robot that wants one."""


COLD, CALM, WARM = (20, 60, 160), (40, 40, 40), (200, 110, 20)
"""The light (red, green, blue, 0 to 255) of a listener who is not glad, at rest, and glad."""

STEPS = 12
"""Colours from one to the next: whatever changes less is not sent."""


def colour(warmth: float) -> str:
    """Return the colour of a light as ``#rrggbb``, from -1 (cold) to 1 (warm)."""
    share = round(STEPS * min(abs(warmth), 1.0)) / STEPS
    end = WARM if warmth > 0.0 else COLD
    mixed = (round(calm + share * (other - calm)) for calm, other in zip(CALM, end, strict=True))
    return '#' + ''.join(f'{part:02x}' for part in mixed)


class Furhat(WebSocketInterface):
    """``request.auth`` first, then ``request.face.headpose`` in degrees, and the light."""

    name = 'furhat'
    unit = 'deg'
    axes = (*AXES, LIGHT)

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the pose of the head."""
        angles = by_axis(joints, command.positions)
        degrees = {axis: math.degrees(angle) for axis, angle in angles.items()}
        return {'type': 'request.face.headpose', **degrees, 'relative': False}

    def further(self, joints: Sequence[Joint], command: HeadCommand) -> Payload | None:
        """Return the colour of the light, if the profile has one."""
        for joint, position in zip(joints, command.positions, strict=True):
            if joint.axis == LIGHT:
                return {'type': 'request.led.set', 'color': colour(position)}
        return None

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
