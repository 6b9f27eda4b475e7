"""The thread that commands a robot over a WebSocket, and finds it again when it is lost."""

import contextlib
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from typing import Protocol

import numpy as np
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from vico_listener.robot.interfaces.robot_interface import Log
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.state_poll import StatePoll
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint

PATIENCE = 3.0
"""Seconds in which a robot must answer."""

RETRY = 1.0
"""Seconds between two attempts to reach a robot."""

RESUME = 2.0
"""Seconds in which, back after a loss, the head goes from where it was left to where it should be.

Its own limits hold for the commands that it missed, not for the jump over them.
"""


class Conversation(Protocol):
    """What a link must know of a robot; `WebSocketInterface` says it."""

    name: str
    url: str

    @property
    def state_url(self) -> str:
        """Where the robot says where its head is, or ''."""

    def positions(self, state: Any, joints: Sequence[Joint]) -> list[float] | None:
        """Return where the joints are, from what `state_url` holds."""

    def payload(self, joints: Sequence[Joint], command: HeadCommand) -> Payload:
        """Return the event that carries a command."""

    def greeting(self) -> Payload | None:
        """Return the event that asks for control, if any."""

    def accepts(self, event: Payload) -> bool:
        """Return whether an event gives control."""

    def refusal(self, event: Payload) -> str:
        """Return what an event says is wrong with a command, or ''."""


class WebSocketLink:
    """Sends the newest command to a robot; the caller never waits.

    A robot that takes commands slower than they come gets the newest each time. A lost connection
    is logged once, tried again every second, and taken up smoothly.

    Args:
        interface: knows what to send, and what the robot's events mean.
        joints: of the robot's profile.
        inform, warn: take one line of text for the log, from the link's thread.
    """

    def __init__(
        self, interface: Conversation, joints: Sequence[Joint], inform: Log, warn: Log
    ) -> None:
        self._interface = interface
        self._joints = joints
        self._inform = inform
        self._warn = warn
        self._newest: HeadCommand | None = None
        self._news = threading.Condition()
        self._closed = False
        self._socket: Connection | None = None
        self._sent: HeadCommand | None = None
        self.trouble = 'not connected yet'
        self._state = (
            StatePoll(interface.state_url, lambda state: interface.positions(state, joints))
            if interface.state_url
            else None
        )
        self._thread = threading.Thread(target=self._run, name='robot link', daemon=True)
        self._thread.start()

    def send(self, command: HeadCommand) -> None:
        """Have a command sent, unless a newer one comes first; returns at once."""
        with self._news:
            self._newest = command
            self._news.notify()

    def measured(self) -> tuple[int, Sequence[float]] | None:
        """Return when (ns) the robot said where the joints are, and where (rad), if it does."""
        return None if self._state is None else self._state.newest()

    def close(self) -> None:
        """Send what is left, within a second, and disconnect."""
        if self._state is not None:
            self._state.close()
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join(1.0)
        socket = self._socket
        if self._thread.is_alive() and socket is not None:
            socket.socket.close()  # a robot that takes nothing more would hold the thread

    def _run(self) -> None:
        url = self._interface.url
        lost = False
        while not self._closed:
            try:
                with connect(url, open_timeout=PATIENCE, close_timeout=0.5, proxy=None) as socket:
                    self._socket = socket
                    self._greet(socket)
                    self.trouble = ''
                    self._inform(f'connected to {url}')
                    lost = False
                    self._stream(socket)
            except (OSError, WebSocketException) as error:
                if self._closed:
                    return
                self.trouble = f'{url}: {str(error) or type(error).__name__}'
                if not lost:
                    self._warn(f'no connection to the robot, trying on: {self.trouble}')
                lost = True
            finally:
                self._socket = None
            with self._news:
                self._news.wait_for(lambda: self._closed, RETRY)

    def _greet(self, socket: Connection) -> None:
        """Ask for control where the robot wants to be asked, and wait for the answer."""
        greeting = self._interface.greeting()
        if greeting is None:
            return
        socket.send(json.dumps(greeting))
        deadline = time.monotonic() + PATIENCE
        with contextlib.suppress(TimeoutError):
            while (left := deadline - time.monotonic()) > 0.0:
                if self._interface.accepts(_event(socket.recv(timeout=left))):
                    return
        raise TimeoutError(f'{self._interface.name} does not answer the request for control')

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
                socket.send(json.dumps(self._interface.payload(self._joints, command)))
                self._sent = command
            elif self._closed:
                return
            refusal = self._refusal(socket)
            if refusal and not refused:
                self._warn(f'{self._interface.url} refuses commands: {refusal}')
                refused = True
                self.trouble = refusal

    def _refusal(self, socket: Connection) -> str:
        """Return what the robot says is wrong with a command, if anything has come."""
        found = ''
        while True:
            try:
                event = _event(socket.recv(timeout=0.0))
            except TimeoutError:
                return found
            found = self._interface.refusal(event) or found


def blend(old: HeadCommand, new: HeadCommand, share: float) -> HeadCommand:
    """Return a command on the way from `old` (share 0) to `new` (share 1), with gentle ends."""
    weight = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)  # minimum jerk
    positions = np.array(old.positions) * (1.0 - weight) + np.array(new.positions) * weight
    return replace(new, positions=tuple(positions.tolist()))


def _event(text: str | bytes) -> Payload:
    """Return what the robot says; empty where it is no JSON object."""
    try:
        event = json.loads(text)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
