"""Robots that are commanded over a WebSocket, from a thread of their own.

Protocols as their makers document them: the daemon of Reachy Mini
(``/api/move/ws/set_target``, targets as JSON, errors as answers) and the Realtime API of Furhat
(``/v1/events``: ``request.auth``, then ``request.face.headpose``).
"""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from vico_listener.robot.controller import HeadCommand
from vico_listener.robot.payload import make_payload
from vico_listener.robot.profile import RobotProfile

KEY_VARIABLE = 'VICO_FURHAT_KEY'
PATIENCE = 3.0
"""Seconds in which a robot must answer."""

RETRY = 1.0
"""Seconds between two attempts to reach a robot."""

RESUME = 2.0
"""Seconds in which, back after a loss, the head goes from where it was left to where it should be.

Its own limits hold for the commands that it missed, not for the jump over them.
"""


class RobotLink:
    """Sends the newest command to a robot; the caller never waits.

    A robot that takes commands slower than they come gets the newest each time. A lost connection
    is logged once, tried again every second, and taken up smoothly.

    Args:
        profile: of a robot with the interface ``reachy_mini`` or ``furhat``.
        inform, warn: take one line of text for the log, from the link's thread.
    """

    def __init__(
        self, profile: RobotProfile, inform: Callable[[str], None], warn: Callable[[str], None]
    ) -> None:
        self._profile = profile
        self._inform = inform
        self._warn = warn
        self._newest: HeadCommand | None = None
        self._news = threading.Condition()
        self._closed = False
        self._socket: Connection | None = None
        self._sent: HeadCommand | None = None
        self.trouble = 'not connected yet'
        self._thread = threading.Thread(target=self._run, name='robot link', daemon=True)
        self._thread.start()

    def send(self, command: HeadCommand) -> None:
        """Have a command sent, unless a newer one comes first; returns at once."""
        with self._news:
            self._newest = command
            self._news.notify()

    def close(self) -> None:
        """Send what is left, within a second, and disconnect."""
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join(1.0)
        socket = self._socket
        if self._thread.is_alive() and socket is not None:
            socket.socket.close()  # a robot that takes nothing more would hold the thread

    def _run(self) -> None:
        lost = False
        while not self._closed:
            try:
                with connect(
                    self._profile.url, open_timeout=PATIENCE, close_timeout=0.5, proxy=None
                ) as socket:
                    self._socket = socket
                    if self._profile.interface == 'furhat':
                        _authenticate(socket)
                    self.trouble = ''
                    self._inform(f'connected to {self._profile.url}')
                    lost = False
                    self._stream(socket)
            except (OSError, WebSocketException) as error:
                if self._closed:
                    return
                self.trouble = f'{self._profile.url}: {str(error) or type(error).__name__}'
                if not lost:
                    self._warn(f'no connection to the robot, trying on: {self.trouble}')
                lost = True
            finally:
                self._socket = None
            with self._news:
                self._news.wait_for(lambda: self._closed, RETRY)

    def _stream(self, socket: Connection) -> None:
        """Send commands until the link is closed or the connection is lost."""
        left, back = self._sent, time.monotonic()
        refused = False
        while True:
            with self._news:
                self._news.wait_for(lambda: self._newest is not None or self._closed, PATIENCE)
                command, self._newest = self._newest, None
            if command is not None:
                share = min(1.0, (time.monotonic() - back) / RESUME)
                if left is not None and share < 1.0:
                    command = blend(left, command, share)
                socket.send(json.dumps(make_payload(self._profile, command, 0.0)))
                self._sent = command
            elif self._closed:
                return
            refusal = _refusal(socket)
            if refusal and not refused:
                self._warn(f'{self._profile.url} refuses commands: {refusal}')
                refused = True
                self.trouble = refusal


def blend(old: HeadCommand, new: HeadCommand, share: float) -> HeadCommand:
    """A command on the way from `old` (share 0) to `new` (share 1), with gentle ends."""
    weight = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)  # minimum jerk
    positions = np.array(old.positions) * (1.0 - weight) + np.array(new.positions) * weight
    return replace(new, positions=tuple(positions.tolist()))


def _authenticate(socket: Connection) -> None:
    """Furhat wants to be asked first, with a key where one is set up."""
    key = os.environ.get(KEY_VARIABLE)
    socket.send(json.dumps({'type': 'request.auth', **({'key': key} if key else {})}))
    deadline = time.monotonic() + PATIENCE
    while (left := deadline - time.monotonic()) > 0.0:
        event = _event(socket.recv(timeout=left))
        if event.get('type') == 'response.auth':
            if event.get('access') is True:
                return
            raise ConnectionRefusedError(f'Furhat refuses access: is {KEY_VARIABLE} right?')
    raise TimeoutError('Furhat does not answer request.auth')


def _refusal(socket: Connection) -> str:
    """What the robot says is wrong with a command, if anything has come."""
    found = ''
    while True:
        try:
            event = _event(socket.recv(timeout=0.0))
        except TimeoutError:
            return found
        if event.get('status') == 'error' or str(event.get('type', '')).endswith('error'):
            found = str(event.get('detail') or event.get('message') or event)


def _event(text: str | bytes) -> dict[str, object]:
    try:
        event = json.loads(text)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
