"""A plain rclpy node with a listening head in it: camera images in, joint states out.

./run shell python examples/ros_node.py --ros-args -r image:=/image_raw
"""

import rclpy
from rclpy.node import Node
from sensor_msgs.msg import Image
from sensor_msgs.msg import JointState

from vico_listener import ListeningHead
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.robot import load_profile

ROBOT = 'generic_3dof'


class HeadInANode(Node):
    """Answers every image with the joint positions that follow from it."""

    def __init__(self, **options):
        super().__init__('head_in_a_node', **options)
        self.joints = [joint.name for joint in load_profile(ROBOT).joints]
        self.head = ListeningHead(robot=ROBOT, attitude='positive', audio=None)
        self.publisher = self.create_publisher(JointState, 'joint_states', 10)
        self.create_subscription(Image, 'image', self.on_image, 10)

    def on_image(self, image):
        for answer in self.head.see(image_to_bgr(image), stamp_of(image.header.stamp)):
            for command in answer.commands:
                state = JointState(name=self.joints, position=command.positions)
                state.header.stamp = time_message(command.stamp)
                self.publisher.publish(state)


if __name__ == '__main__':
    rclpy.init()
    rclpy.spin(HeadInANode())
