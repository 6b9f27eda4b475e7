"""The topics of a conversation: whether the robot speaks comes in, the state in force goes out."""

import time
from collections import deque
from contextlib import AbstractContextManager
from typing import Any

from std_msgs.msg import Bool
from std_msgs.msg import String

from vico_listener.choices import ConversationState
from vico_listener.listener.agent import ListeningAgent
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.nodes.topics import advertise
from vico_listener.ros_api.listener import ROBOT_SPEAKING
from vico_listener.ros_api.perception import CONVERSATION_STATE

EXPIRED = (
    'robot_speaking stayed true until speaking_timeout, and the head listens again: whoever '
    'publishes it must publish false, or true again and again while the robot speaks'
)
"""What is wrong when the robot is said to speak for longer than anybody does."""
FLAPS = 10
"""So many changes of `robot_speaking` within `FLAP_SECONDS` are no sentences any more."""
FLAP_SECONDS = 5.0
FLAPPING = (
    'robot_speaking changes all the time: publish true when the robot begins a sentence and false '
    'when it has ended it, not for each chunk of sound, and from one program only'
)


class ConversationTopics:
    """Joins an agent to the conversation while its node is active.

    Args:
        node: owner of the topics.
        lock: is held by whoever uses the agent.
    """

    def __init__(self, node: ManagedNode, lock: AbstractContextManager[Any]) -> None:
        self._node, self._lock = node, lock
        self._publisher = advertise(node, CONVERSATION_STATE)
        self._agent: ListeningAgent | None = None
        self._subscription: StateSubscription | None = None
        self._told: ConversationState | None = None
        self._speaks = False
        self._changes: deque[float] = deque(maxlen=FLAPS)

    def open(self, agent: ListeningAgent) -> None:
        """Begin with an agent."""
        self._agent, self._told = agent, None
        self._subscription = StateSubscription(self._node, ROBOT_SPEAKING, self._on_speaking)
        self.tell()

    def close(self) -> None:
        """Leave the agent, and take it that the robot is silent."""
        if self._subscription is not None:
            self._subscription.destroy()
            self._subscription = None
        with self._lock:
            if self._agent is not None:
                self._agent.conversation.voice.tell(False)
            if self._node.context.ok():  # otherwise nobody is told anything any more
                self.tell()
            self._agent = None

    @property
    def problem(self) -> str:
        """What is wrong with what the robot's programs say of its voice; '' if nothing is."""
        if self._agent is not None and self._agent.conversation.voice.expired:
            return EXPIRED
        many = len(self._changes) == FLAPS
        return FLAPPING if many and time.monotonic() - self._changes[0] < FLAP_SECONDS else ''

    def tell(self) -> None:
        """Publish the state in force, if it is another than before."""
        with self._lock:
            if self._agent is not None and self._agent.state is not self._told:
                self._told = self._agent.state
                self._publisher.publish(String(data=self._told.value))

    def _on_speaking(self, message: Bool) -> None:
        if message.data != self._speaks:
            self._speaks = message.data
            self._changes.append(time.monotonic())
        with self._lock:
            if self._agent is not None:
                timeout = self._node.table['speaking_timeout']
                self._agent.conversation.voice.tell(message.data, timeout)
        self.tell()
