"""The thread that commands a robot over a WebSocket, and finds it again when it is lost."""

import contextlib
import json
import socket as sockets
import threading
import time
from collections.abc import Sequence
from typing import Any
from typing import Protocol

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

FORGIVEN = 3.0
"""Seconds of commands without a refusal after which the robot takes them again."""

HEARTBEAT = 0.25
"""Seconds between two pings."""

UNHEARD = 1.0
"""Where the network takes nothing for longer (s), or the robot's program answers no ping, the
connection is lost: what waits in buffers on the way would reach the robot all at once when they go
on."""


class Conversation(Protocol):
    """What a link must know of a robot; `WebSocketInterface` says it."""

    name: str
    url: str

    @property
    def state_url(self) -> str:
        """Where the robot says where its head is, or ''."""

    def positions(self, state: Any, joints: Sequence[Joint]) -> list[float] | None:
        """Return where the joints are, from what `state_url` holds."""

    @property
    def rival_url(self) -> str:
        """Where the robot says whether it moves its head itself, or ''."""

    def rival(self, state: Any) -> str:
        """Return what moves the head beside us, from what `rival_url` holds, or ''."""

    def payload(self, joints: Sequence[Joint], command: HeadCommand) -> Payload:
        """Return the event that carries a command."""

    def further(self, joints: Sequence[Joint], command: HeadCommand) -> Payload | None:
        """Return the event that goes with a command when it has changed, if any."""

    def greeting(self) -> Payload | None:
        """Return the event that asks for control, if any."""

    def accepts(self, event: Payload) -> bool:
        """Return whether an event gives control."""

    def refusal(self, event: Payload) -> str:
        """Return what an event says is wrong with a command, or ''."""


class WebSocketLink:
    """Sends the newest command to a robot; the caller never waits.

    A robot that takes commands slower than they come gets the newest each time. A lost connection
    is logged once, and tried again every second. Nothing that was to be sent before, and nothing
    that the robot said before, counts once it is back: its program may have started anew, and its
    head may be elsewhere.

    Args:
        interface: knows what to send, and what the robot's events mean.
        joints: of the robot's profile.
        inform, warn: take one line of text for the log, from the link's thread.

    Attributes:
        connected: whether the robot is there, and gives control.
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
        self._since = 0  # connected, ns
        self.connected = False
        self._rival: StatePoll[str] | None = None
        self._trouble = 'not connected yet'
        self._state = (
            StatePoll(interface.state_url, lambda state: interface.positions(state, joints))
            if interface.state_url
            else None
        )
        if interface.rival_url:
            self._rival = StatePoll(
                interface.rival_url, lambda state: interface.rival(state) or None
            )
        self._thread = threading.Thread(target=self._run, name='robot link', daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """What is wrong with the robot, or ''."""
        rival = None if self._rival is None or self._trouble else self._rival.newest()
        return self._trouble if rival is None else rival[1]

    def send(self, command: HeadCommand) -> None:
        """Have a command sent, unless a newer one comes first; returns at once.

        One for a robot that is not connected is dropped.
        """
        with self._news:
            if self.connected:
                self._newest = command
                self._news.notify()

    def measured(self) -> tuple[int, Sequence[float]] | None:
        """Return when (ns) the robot said where the joints are, and where (rad), if it does."""
        newest = None if self._state is None else self._state.newest()
        current = newest is not None and self.connected and newest[0] > self._since
        return newest if current else None

    def close(self) -> None:
        """Send what is left, within a second, and disconnect."""
        for poll in (self._state, self._rival):
            if poll is not None:
                poll.close()
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
                with connect(
                    url,
                    open_timeout=PATIENCE,
                    close_timeout=0.5,
                    ping_interval=None,  # see `_Heartbeat`
                    proxy=None,
                ) as socket:
                    self._socket = socket
                    if hasattr(sockets, 'TCP_USER_TIMEOUT'):  # Linux has it
                        way = sockets.IPPROTO_TCP, sockets.TCP_USER_TIMEOUT
                        socket.socket.setsockopt(*way, round(1000 * UNHEARD))
                    self._greet(socket)
                    self._trouble = ''
                    self._since, self.connected = time.monotonic_ns(), True
                    self._inform(f'connected to {url}')
                    lost = False
                    self._stream(socket)
            except (OSError, WebSocketException) as error:
                if self._closed:
                    return
                self._trouble = f'{url}: {str(error) or type(error).__name__}'
                if not lost:
                    self._warn(f'no connection to the robot, trying again: {self._trouble}')
                lost = True
            finally:
                self._socket = None
                with self._news:
                    self.connected, self._newest = False, None
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
        refused, taken_since = False, 0.0
        told: Payload | None = None
        heartbeat = _Heartbeat(socket)
        while True:
            with self._news:
                self._news.wait_for(lambda: self._newest is not None or self._closed, HEARTBEAT)
                command, self._newest = self._newest, None
            heartbeat.beat()
            if command is not None:
                socket.send(json.dumps(self._interface.payload(self._joints, command)))
                further = self._interface.further(self._joints, command)
                if further is not None and further != told:
                    told = further
                    socket.send(json.dumps(further))
            elif self._closed:
                return
            refusal = self._refusal(socket)
            if refusal:
                if not refused:
                    self._warn(f'{self._interface.url} refuses commands: {refusal}')
                refused, taken_since, self._trouble = True, 0.0, refusal
            elif refused and command is not None:
                taken_since = taken_since or time.monotonic()
                if time.monotonic() - taken_since > FORGIVEN:
                    self._inform(f'{self._interface.url} takes commands again')
                    refused, self._trouble = False, ''

    def _refusal(self, socket: Connection) -> str:
        """Return what the robot says is wrong with a command, if anything has come."""
        found = ''
        while True:
            try:
                event = _event(socket.recv(timeout=0.0))
            except TimeoutError:
                return found
            found = self._interface.refusal(event) or found


class _Heartbeat:
    """Pings a robot, which answers as long as its program goes on.

    Args:
        socket: the connection to it.
    """

    def __init__(self, socket: Connection) -> None:
        self._socket = socket
        self._asked = time.monotonic()
        self._answer = socket.ping()

    def beat(self) -> None:
        """Ping anew once the last ping is answered; called a few times a second, at least.

        Raises:
            TimeoutError: it is not answered.
        """
        waited = time.monotonic() - self._asked
        if not self._answer.is_set():
            if waited > UNHEARD:
                raise TimeoutError(f'it has not answered for {UNHEARD:g} s')
        elif waited > HEARTBEAT:
            self._asked = time.monotonic()
            self._answer = self._socket.ping()


def _event(text: str | bytes) -> Payload:
    """Return what the robot says; empty where it is no JSON object."""
    try:
        event = json.loads(text)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
