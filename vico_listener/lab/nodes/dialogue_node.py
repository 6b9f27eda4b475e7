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
from vico_listener.nodes.topics import STATE_QOS
from vico_listener.nodes.topics import message_class
from vico_listener.ros_api.listener import EVENT
from vico_listener.ros_api.listener import ROBOT_SPEAKING
from vico_listener.ros_api.listener import SET_CONVERSATION_STATE
from vico_listener.ros_api.listener import TURN
from vico_listener.ros_api.perception import CONVERSATION_STATE
from vico_listener.ros_api.perception import SPEAKER

COLUMNS = ('time', 'what', 'value')

EARLY = 0.2
"""So long before its voice is heard the robot says that it speaks, s."""

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
                (exchange.speaks - EARLY, 'speaking'),
                (exchange.silent, 'silent'),
            )
        ]
        self._file = (folder / EVENTS_FILE).open('w', newline='', encoding='utf-8')
        self._table = csv.writer(self._file)
        self._table.writerow(COLUMNS)
        self._voice = self.create_publisher(Bool, ROBOT_SPEAKING.name, STATE_QOS)
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
        while self._plan and self._now >= self._plan[0][0]:
            self._do(self._plan.pop(0)[1])

    def _do(self, step: str) -> None:
        self._note('robot', step)
        if step == 'thinking':
            self._state.call_async(self._request(state=step))
        else:
            self._voice.publish(Bool(data=step == 'speaking'))

    def _on_event(self, event: msg.ListenerEvent) -> None:
        at = (stamp_of(event.onset) - self._start) / NANOSECONDS
        self._note('event', event.kind, at)
        if event.vocal:
            self._note('vocal', event.vocal, at)

    def _on_turn(self, turn: msg.Turn) -> None:
        at = (stamp_of(turn.header.stamp) - self._start) / NANOSECONDS
        self._note('turn', turn.state, at)

    def _on_state(self, message: String) -> None:
        self._note('state', message.data)
        if message.data == 'speaking':  # what comes after it
            self._state.call_async(self._request(state='listening'))

    def _note(self, what: str, value: Any, at: float | None = None) -> None:
        self._table.writerow((f'{self._now if at is None else at:.3f}', what, value))
