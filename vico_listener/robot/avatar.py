"""An avatar on a screen, driven over OSC by the Virtual Motion Capture protocol.

https://protocol.vmc.info, "Performer to Marionette": VSeeFace, Warudo, VMagicMirror, and Unity,
Unreal, Blender and Godot with their plug-ins understand it. Coefficients are those of an ARKit
face under their names there ("perfect sync": `BrowDownLeft`); the head is a bone.
"""

from socket import gethostbyname

from numpy.typing import ArrayLike
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import IMMEDIATELY
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import UDPClient

from vico_listener.errors import SettingError
from vico_listener.frames import ListenerMotion
from vico_listener.motion import ARKIT52
from vico_listener.rotation import quaternion_from_rpy

PORT = 39539
"""Where avatars listen, by convention."""

TOGETHER = 24
"""Messages in a packet: more would not fit into one of Ethernet."""

NAMES = tuple(name[0].upper() + name[1:] for name in ARKIT52.coefficients)


def unity_quaternion(rpy: ArrayLike) -> list[float]:
    """Return the quaternion x, y, z, w of a head's rotation in Unity's axes.

    Args:
        rpy: (3,) roll, pitch, yaw, rad, REP-103.

    Unity's are left-handed: x to the avatar's right, y up, z out of its face.
    """
    x, y, z, w = quaternion_from_rpy(rpy).tolist()
    return [y, -z, -x, w]


class Avatar:
    """Sends every motion as a few UDP packets, for whoever listens.

    Args:
        address: HOST or HOST:PORT.

    Raises:
        SettingError: no such address.
    """

    def __init__(self, address: str) -> None:
        host, _, port = address.partition(':')
        port = port or str(PORT)
        if not host or not port.isdigit() or not 0 < int(port) < 2**16:
            raise SettingError(
                f"avatar: '{address}' is not of the form HOST:PORT, e.g. 127.0.0.1:{PORT}"
            )
        try:
            # A name is looked up once, not with every packet.
            self._client = UDPClient(gethostbyname(host), int(port))
        except OSError as error:
            raise SettingError(f"avatar: '{address}' cannot be reached: {error}") from None
        self.sent = 0
        self.lost = 0

    def show(self, motion: ListenerMotion) -> None:
        """Send a motion; one in another basis than `arkit52`, or not finite, is left out."""
        face = motion.face
        if face.basis is not ARKIT52 or not face.is_finite():
            return
        pose = 0.0, 0.0, 0.0, *unity_quaternion(motion.head_rotation)
        values = zip(NAMES, face.expression.tolist(), strict=True)
        messages = [
            _message('/VMC/Ext/OK', 1),
            _message('/VMC/Ext/Bone/Pos', 'Head', *pose),
            *(_message('/VMC/Ext/Blend/Val', name, value) for name, value in values),
            _message('/VMC/Ext/Blend/Apply'),
        ]
        try:
            for first in range(0, len(messages), TOGETHER):
                self._client.send(_bundle(messages[first : first + TOGETHER]))
        except OSError:
            self.lost += 1  # the network is away or its buffer full: the next one may get through
        else:
            self.sent += 1

    def close(self) -> None:
        """Let go of the socket."""
        self._client.close()


def _bundle(messages: list[OscMessage]) -> OscBundle:
    builder = OscBundleBuilder(IMMEDIATELY)
    for message in messages:
        builder.add_content(message)
    return builder.build()


def _message(address: str, *values: str | float | int) -> OscMessage:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return builder.build()
