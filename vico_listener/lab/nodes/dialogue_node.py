"""The robot's program in a conversation that is played: says when it speaks, notes what is told."""

import csv
from pathlib import Path
from typing import Any

from rclpy.node import Node
from std_msgs.msg import Bool
from std_msgs.msg import String

import vico_listener.msg as msg
from vico_listener.clock import NANOSECONDS
from vico_listener.lab.recording.conversation_report import EVENTS_FILE
from vico_listener.lab.recording.dialogue_clip import Exchange
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.topics import STATE_QOS
from vico_listener.nodes.topics import message_class
from vico_listener.ros_api.listener import EVENT
from vico_listener.ros_api.listener import ROBOT_SPEAKING
from vico_listener.ros_api.listener import SET_CONVERSATION_STATE
from vico_listener.ros_api.listener import TURN
from vico_listener.ros_api.perception import CONVERSATION_STATE
from vico_listener.ros_api.perception import ROBOT_VOICE_STAMPED
from vico_listener.ros_api.perception import SPEAKER

COLUMNS = ('time', 'what', 'value')

EARLY = 0.2
"""So long before its voice is heard the robot says that it speaks, s."""

AHEAD = 2.5
"""So long before it is played the robot tells what it says, s; the stack may be as much ahead."""

THINKS = 0.9
"""How long after the person's turn the robot begins to think, s."""

DEPTH = 200


class DialogueNode(Node):
    """Follows a played conversation by its speaker frames, and writes a table of what is told.

    Args:
        folder: where the table goes.
        exchanges: who speaks when.
        start: the stamp of the clip's time 0, ns.
    """

    def __init__(self, folder: Path, exchanges: list[Exchange], start: int) -> None:
        super().__init__('dialogue')
        self._start = start
        self._now = 0.0
        self._plan = [
            step
            for exchange in exchanges
            for step in (
                (exchange.end + THINKS, 'thinking'),
                (exchange.speaks - AHEAD, 'voice'),
                (exchange.speaks - EARLY, 'speaking'),
                (exchange.silent, 'silent'),
            )
        ]
        self._sayings = list(exchanges)
        self._speaks = False
        self._file = (folder / EVENTS_FILE).open('w', newline='', encoding='utf-8')
        self._table = csv.writer(self._file)
        self._table.writerow(COLUMNS)
        self._voice = self.create_publisher(Bool, ROBOT_SPEAKING.name, STATE_QOS)
        self._sound = self.create_publisher(
            message_class(ROBOT_VOICE_STAMPED.type), ROBOT_VOICE_STAMPED.name, DEPTH
        )
        service = message_class(SET_CONVERSATION_STATE.type)
        self._state = self.create_client(service, 'listener/set_conversation_state')
        self._request = service.Request
        self.create_subscription(msg.SpeakerFrame, SPEAKER.name, self._on_speaker, DEPTH)
        self.create_subscription(msg.ListenerEvent, EVENT.name, self._on_event, DEPTH)
        self.create_subscription(msg.Turn, TURN.name, self._on_turn, DEPTH)
        self.create_subscription(String, CONVERSATION_STATE.name, self._on_state, STATE_QOS)

    def connected(self) -> bool:
        """Return whether the listener is there."""
        return self._voice.get_subscription_count() > 0 and self._state.service_is_ready()

    def close(self) -> None:
        """Finish the table."""
        self._file.close()

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        self._now = (stamp_of(message.tick) - self._start) / NANOSECONDS
        if message.speaking != self._speaks:
            self._speaks = message.speaking
            self._note('person', 'speaking' if self._speaks else 'silent')
        while self._plan and self._now >= self._plan[0][0]:
            self._do(self._plan.pop(0)[1])

    def _do(self, step: str) -> None:
        if step == 'voice':
            self._say(self._sayings.pop(0))
            return
        self._note('robot', step)
        if step == 'thinking':
            self._state.call_async(self._request(state=step))
        else:
            self._voice.publish(Bool(data=step == 'speaking'))

    def _say(self, exchange: Exchange) -> None:
        message = self._sound.msg_type()
        at = self._start + round(exchange.speaks * NANOSECONDS)
        message.header.stamp = time_message(at)
        message.audio.data = (exchange.voice * 32767).astype('<i2').tobytes()
        self._sound.publish(message)

    def _on_event(self, event: msg.ListenerEvent) -> None:
        at = (stamp_of(event.onset) - self._start) / NANOSECONDS
        self._note('event', event.kind, at)
        if event.vocal:
            self._note('vocal', event.vocal, at)

    def _on_turn(self, turn: msg.Turn) -> None:
        at = (stamp_of(turn.header.stamp) - self._start) / NANOSECONDS
        self._note('turn', turn.state, at)
        for what in ('interruption', 'user_backchannel'):
            if getattr(turn, what):
                self._note('turn', what, at)

    def _on_state(self, message: String) -> None:
        self._note('state', message.data)
        if message.data == 'speaking':  # what comes after it
            self._state.call_async(self._request(state='listening'))

    def _note(self, what: str, value: Any, at: float | None = None) -> None:
        self._table.writerow((f'{self._now if at is None else at:.3f}', what, value))
