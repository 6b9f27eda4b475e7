"""The example of a plain rclpy node with a head in it."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest
from graph import Graph
from graph import wait_until
from sensor_msgs.msg import Image
from sensor_msgs.msg import JointState
from shared_material import needs_model

from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image

EXAMPLE = Path(__file__).parents[2] / 'examples' / 'ros_node.py'

pytestmark = needs_model


@pytest.fixture
def example() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(EXAMPLE)))


def test_images_go_in_and_joint_states_come_out(
    graph: Graph, example: SimpleNamespace, speech_clip: Path
) -> None:
    node = graph.add(example.HeadInANode(context=graph.context))
    tester = graph.tester()
    states = graph.record(tester, JointState, 'joint_states')
    publisher = tester.create_publisher(Image, 'image', 10)
    wait_until(lambda: publisher.get_subscription_count() == 1)
    wait_until(lambda: node.publisher.get_subscription_count() == 1)
    image = cv2.VideoCapture(str(speech_clip)).read()[1]
    for number in range(1, 11):
        message = Image()
        fill_image(message, image)
        message.header.stamp = time_message(NANOSECONDS + number * NANOSECONDS // 30)
        publisher.publish(message)
        wait_until(lambda number=number: node.head.senses.counters.images == number)
    graph.run(lambda: None)  # after the last image has been answered
    wait_until(lambda: len(states) > 5)
    assert list(states[-1].name) == ['head_yaw', 'head_pitch', 'head_roll']
    assert all(abs(angle) < 1.0 for angle in states[-1].position)
    stamps = [state.header.stamp.sec * 10**9 + state.header.stamp.nanosec for state in states]
    assert stamps == sorted(stamps)
