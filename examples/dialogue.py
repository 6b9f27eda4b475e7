"""A dialogue with a listening head: it waits for the end of your turn, thinks, speaks, gives way.

Recognition, answer and voice are fakes; put your own in the places of `answer_to` and `say`.
"""

import rclpy
from rclpy.node import Node
from std_msgs.msg import Bool
from std_msgs.msg import String
from vico_listener.msg import Turn
from vico_listener.srv import SetConversationState

from vico_listener.nodes.topics import STATE_QOS


def answer_to(turns: int) -> tuple[float, str]:
    """How long it takes to think of an answer, s, and the answer."""
    return 1.0, f'That is the {turns}. thing you told me. Please go on, I am listening.'


class Dialogue(Node):
    def __init__(self, **options) -> None:
        super().__init__('dialogue', **options)
        self.speaking = self.create_publisher(Bool, 'robot_speaking', STATE_QOS)
        self.gesture = self.create_publisher(String, 'gesture', 10)
        self.state = self.create_client(SetConversationState, 'listener/set_conversation_state')
        self.create_subscription(Turn, 'turn', self.on_turn, 10)
        self.heard, self.turns, self.plan, self.speaks = False, 0, None, False

    def on_turn(self, turn: Turn) -> None:
        if self.plan is None:  # it is the person's turn
            self.heard |= turn.state == 'speaking'
            if turn.state == 'yielding' and self.heard:
                self.heard, self.turns = False, self.turns + 1
                self.state.call_async(SetConversationState.Request(state='thinking'))
                seconds, text = answer_to(self.turns)
                self.plan = self.create_timer(seconds, lambda: self.say(text))
        elif turn.interruption or (turn.state == 'speaking' and not self.speaks):
            self.heard = True
            self.end('the person goes on, or takes the floor')

    def say(self, text: str) -> None:
        self.get_logger().info(f'robot: {text}')
        self.speaks = True
        self.speaking.publish(Bool(data=True))  # the head no longer hears, and does not nod
        self.destroy_timer(self.plan)
        self.plan = self.create_timer(0.06 * len(text), lambda: self.end('it has spoken'))

    def end(self, why: str) -> None:
        self.get_logger().info(f'listening again: {why}')
        self.destroy_timer(self.plan)
        self.plan, self.speaks = None, False
        listening = self.state.call_async(SetConversationState.Request(state='listening'))
        listening.add_done_callback(lambda _: self.speaking.publish(Bool(data=False)))
        self.gesture.publish(String(data='nod 1 size=0.5'))  # go ahead


if __name__ == '__main__':
    rclpy.init()
    rclpy.spin(Dialogue())
