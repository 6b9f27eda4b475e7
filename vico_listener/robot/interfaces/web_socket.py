"""Robots that take JSON over a WebSocket."""

from collections.abc import Callable
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from vico_listener.dependencies import remedy
from vico_listener.errors import NotInstalledError
from vico_listener.robot.fields import Fields
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.interfaces.robot_interface import LinkInterface
from vico_listener.robot.interfaces.robot_interface import Log
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.robot_interface import RobotLink
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint


class WebSocketInterface(LinkInterface):
    """A robot that takes JSON over a WebSocket; the profile has the field `url`."""

    def __init__(self, fields: Fields) -> None:
        self.url = fields.text('url')
        if not self.url.startswith(('ws://', 'wss://')):
            raise ProfileError(
                f'{fields.where}: url must begin with ws:// or wss://, not {self.url!r}'
            )
        if not _is_address(self.url):
            raise ProfileError(
                f'{fields.where}: url must be like ws://HOST:PORT/PATH, not {self.url!r}'
            )

    @property
    def target(self) -> str:
        """The URL."""
        return self.url

    def further(self, joints: Sequence[Joint], command: HeadCommand) -> Payload | None:
        """Return an event that goes with a command when it has changed, or None."""
        return None

    def greeting(self) -> Payload | None:
        """Return the event that asks the robot for control; None where it wants none."""
        return None

    def accepts(self, event: Payload) -> bool:
        """Return whether an event that comes after the greeting gives control.

        Raises:
            ConnectionRefusedError: the robot refuses control; the message says why.
        """
        return True

    def refusal(self, event: Payload) -> str:
        """Return what is wrong with a command, as an event of the robot says, or ''."""
        return ''

    @property
    def state_url(self) -> str:
        """Where the robot says over HTTP where its head is; '' where it does not."""
        return ''

    def positions(self, state: Any, joints: Sequence[Joint]) -> list[float] | None:
        """Return the joints' positions (rad) that a state of `state_url` holds, or None."""
        return None

    @property
    def rival_url(self) -> str:
        """Where the robot says over HTTP whether it moves its head itself; '' where it does not."""
        return ''

    def rival(self, state: Any) -> str:
        """Return what moves the head beside us, as a state of `rival_url` says, or ''."""
        return ''

    def connector(self, joints: Sequence[Joint], inform: Log, warn: Log) -> Callable[[], RobotLink]:
        """Return what starts a `WebSocketLink`; that finds the robot in a thread of its own."""
        try:
            from vico_listener.robot.interfaces.web_socket_link import WebSocketLink
        except ModuleNotFoundError as error:
            raise NotInstalledError(
                f"interface '{self.name}' needs the Python module {error.name!r}: "
                f'{remedy(error.name or "")}'
            ) from error
        return partial(WebSocketLink, self, joints, inform, warn)


def _is_address(url: str) -> bool:
    """Return whether a URL names a host, and a port that there can be, if any."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # brackets, or a port that is none
        return False
    return bool(parts.hostname) and port != 0 and not parts.fragment and not set(url) & set(' \t')
