"""Makes head commands into messages of whatever type the robot's interface names."""

import re
from importlib import import_module
from typing import Any

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import NotInstalledError
from vico_listener.nodes.convert import time_message
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotProfile
from vico_listener.robot.interfaces import Payload
from vico_listener.robot.interfaces import TopicInterface


class CommandMessages:
    """Makes the messages that carry commands to a robot.

    Args:
        interface: of the robot's profile.
        profile: of the robot.
        replay: whether time is that of a replay, which every header then says.

    Attributes:
        kind: type of the messages.

    Raises:
        NotInstalledError: the ROS package of that type is not installed.
    """

    def __init__(
        self, interface: TopicInterface, profile: RobotProfile, replay: bool = False
    ) -> None:
        self._interface = interface
        self._joints = profile.joints
        self._at_once = interface.starts_at_stamp and not replay
        package, _, name = interface.message.partition('/msg/')
        try:
            self.kind: Any = getattr(import_module(f'{package}.msg'), name)
        except ModuleNotFoundError as error:
            raise NotInstalledError(
                f"robot '{profile.name}' needs the ROS package {package}, which is not installed "
                f'(sudo apt install ros-$ROS_DISTRO-{package.replace("_", "-")}, or build its '
                'source)'
            ) from error

    def make(self, command: HeadCommand, now: int, stamp: int | None = None) -> Any:
        """Return the message of a command.

        Args:
            command: due at its stamp.
            now: when it is sent, ns, by the same clock.
            stamp: the same by the clock of headers; None if the two are one.
        """
        message = self.kind()
        ahead = (command.stamp - now) / NANOSECONDS
        fill(message, self._interface.payload(self._joints, command, ahead))
        if hasattr(message, 'header'):
            sent = now if stamp is None else stamp
            message.header.stamp = time_message(0 if self._at_once else sent)
            message.header.frame_id = self._interface.frame_id
        return message


def fill(message: Any, payload: Payload) -> None:
    """Set fields of a message, nested ones too, from plain data that is named as in its type."""
    types = message.get_fields_and_field_types()
    for name, value in payload.items():
        if isinstance(value, dict):
            fill(getattr(message, name), value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            setattr(message, name, [_element(types[name], entry) for entry in value])
        else:
            setattr(message, name, value)


def _element(sequence: str, payload: Payload) -> Any:
    """Return an element of a sequence, whose type reads e.g. 'sequence<package/Type>'."""
    found = re.search(r'(\w+)/(\w+)', sequence)
    if found is None:
        raise ValueError(f'the payload holds mappings where the message has {sequence}')
    message = getattr(import_module(f'{found[1]}.msg'), found[2])()
    fill(message, payload)
    return message
