"""Messages that are too much for a busy node are counted, whatever DDS says of them."""

import threading

import pytest
from graph import Graph
from graph import wait_until
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from std_msgs.msg import String

from vico_listener.nodes.input_subscription import NUMBERED
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.ros_api import Topic

DATA = Topic('data', 'std_msgs/msg/String', 'Whatever a test sends.', depth=4)
BURST = 20


@pytest.mark.skipif(not NUMBERED, reason='this rclpy does not tell sequence numbers')
@pytest.mark.parametrize('reliability', ['RELIABLE', 'BEST_EFFORT'])
def test_what_a_busy_node_does_not_take_is_lost_and_counted(graph: Graph, reliability: str) -> None:
    node, stranger = graph.tester(), graph.stranger()
    received: list[str] = []
    busy, free = threading.Event(), threading.Event()

    def take(message: String) -> None:
        received.append(message.data)
        if message.data == 'be busy':
            busy.set()
            free.wait(10.0)

    qos = QoSProfile(depth=100, reliability=ReliabilityPolicy[reliability])
    publisher = stranger.create_publisher(String, 'data', qos)
    subscription = graph.run(lambda: InputSubscription(node, DATA, take))
    wait_until(lambda: publisher.get_subscription_count() == 1)

    def hello() -> bool:
        publisher.publish(String(data='hello'))
        return len(received) > 0

    wait_until(hello)
    publisher.publish(String(data='be busy'))
    assert busy.wait(10.0)
    before, lost = len(received), subscription.lost
    for number in range(BURST):
        publisher.publish(String(data=str(number)))
    free.set()
    wait_until(lambda: received[-1] == str(BURST - 1))
    # Between the burst and the release the middleware may still have been delivering.
    assert len(received) - before + subscription.lost - lost == BURST
    assert received[before:] == sorted(received[before:], key=int)
    graph.run(subscription.destroy)
