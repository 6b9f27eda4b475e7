"""The topics of what the listener decides on (`listener_event`), and of the turn (`turn`)."""

from collections import Counter

from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.turn_end import Turn
from vico_listener.listener.turn_end import TurnState
from vico_listener.listener.turn_end import changed
from vico_listener.nodes.convert import event_message
from vico_listener.nodes.convert import turn_message
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.topics import advertise
from vico_listener.ros_api.listener import EVENT
from vico_listener.ros_api.listener import TURN


class DecisionTopics:
    """Publishes after each step.

    Args:
        node: owner of the topics.
    """

    def __init__(self, node: ManagedNode) -> None:
        self._events = advertise(node, EVENT)
        self._turns = advertise(node, TURN)
        self._told: Turn | None = None
        self._state = TurnState.SILENT
        self.ends = Counter({'model': 0, 'rule': 0})
        """How many ends of turns were told, by what told them."""

    def open(self) -> None:
        """Begin anew: the next turn is told, whatever it is."""
        self._told = None

    def tell(self, agent: ListeningAgent, stamp: int, frame_id: str) -> None:
        """Publish what an agent decided on in its last step, and the turn, if it has changed.

        Args:
            agent: it has just taken a step.
            stamp: the tick, ns of stream time.
            frame_id: the frame of the listener's head.
        """
        for event in agent.events:
            self._events.publish(event_message(event, frame_id))
        state, before = agent.turn.state, self._state
        self._state = state
        if state is TurnState.YIELDING and before is not TurnState.YIELDING:
            self.ends[agent.turn.source] += 1
        if changed(self._told, agent.turn):
            self._told = agent.turn
            self._turns.publish(turn_message(agent.turn, stamp, frame_id))
