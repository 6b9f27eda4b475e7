"""Topics and services that set live parameters of the listener."""

import math
from typing import Any

from rclpy.parameter import Parameter as RosParameter
from std_msgs.msg import Bool
from std_msgs.msg import String
from std_srvs.srv import SetBool

import vico_listener.srv as srv
from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.choices import parse_attitude
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.knobs import NAMES as KNOBS
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.nodes.topics import offer
from vico_listener.nodes.topics import subscribe_to
from vico_listener.ros_api.listener import ACTIVE
from vico_listener.ros_api.listener import ATTITUDE
from vico_listener.ros_api.listener import SET_ACTIVE
from vico_listener.ros_api.listener import SET_CONVERSATION_STATE


class ListenerSettings:
    """Takes what sets attitude, activity and conversation state, as long as the node lives."""

    def __init__(self, node: ManagedNode) -> None:
        self._node = node
        self._attitude = StateSubscription(node, ATTITUDE, self._on_attitude)
        subscribe_to(node, ACTIVE, self._on_active)
        offer(node, SET_ACTIVE, self._on_set_active)
        offer(node, SET_CONVERSATION_STATE, self._on_set_state)

    def _set(self, name: str, value: Any) -> str:
        """Set a parameter; why it was refused, or ''."""
        result = self._node.set_parameters([RosParameter(name, value=value)])[0]
        if not result.successful:
            self._node.get_logger().error(f'{name}: {result.reason}')
        return str(result.reason)

    def _on_attitude(self, message: String) -> None:
        self._set('attitude', message.data.strip().lower())

    def _on_active(self, message: Bool) -> None:
        self._set('active', message.data)

    def _on_set_active(
        self, request: SetBool.Request, response: SetBool.Response
    ) -> SetBool.Response:
        response.message = self._set('active', request.data)
        response.success = not response.message
        return response

    def _on_set_state(
        self, request: srv.SetConversationState.Request, response: srv.SetConversationState.Response
    ) -> srv.SetConversationState.Response:
        response.message = self._set('conversation_state', request.state.strip().lower())
        response.success = not response.message
        return response


SETTINGS = ('preset', *KNOBS, 'active', 'conversation_state', 'away_after')
"""The live parameters of an agent that it is not made with."""


def apply_setting(agent: ListeningAgent, name: str, value: Any) -> None:
    """Apply a live parameter to an agent; others are none of its settings."""
    if name == 'attitude':
        agent.set_attitude(parse_attitude(value))
    elif name == 'intensity':
        agent.set_attitude(intensity=value)
    elif name == 'preset':
        agent.set_knobs(Preset(value))
    elif name in KNOBS:
        agent.set_knobs(**{name: value})
    elif name == 'active':
        agent.set_active(value)
    elif name == 'conversation_state':
        agent.set_state(ConversationState(value))
    elif name == 'away_after':
        agent.conversation.away_after = value or math.inf
