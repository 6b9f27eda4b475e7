"""`vico doctor` and a running graph: what an integrator forgot is found, with the remedy."""

import array
import os
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
import rclpy
from audio_common_msgs.msg import AudioDataStamped
from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.msg import KeyValue
from graph import Graph
from rclpy.context import Context
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectory
from vico_listener.msg import SpeakerFrame

from vico_listener.cli.main import main
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.nodes import graph_survey
from vico_listener.nodes.graph_survey import GraphQuestion
from vico_listener.nodes.graph_survey import GraphSurvey
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.robot_description import ROBOT_DESCRIPTION
from vico_listener.nodes.topics import STATE_QOS
from vico_listener.resources import resource_path

URDF = (resource_path('config/example_robot') / 'head.urdf').read_text('utf-8')


def survey(**question: object) -> list[Finding]:
    """What a doctor in a process of its own would find; its time is short."""
    context = Context()
    rclpy.init(context=context, domain_id=int(os.environ['ROS_DOMAIN_ID']))
    try:
        given = {'seconds': 2.0, 'namespace': '', 'topics': {}} | question
        return GraphSurvey(context, GraphQuestion(**given)).findings()
    finally:
        rclpy.try_shutdown(context=context)


def told(findings: list[Finding], level: Level) -> str:
    return '\n'.join(f'{f.area}: {f.text} -> {f.remedy}' for f in findings if f.level is level)


@pytest.fixture(scope='module')
def robot() -> Iterator[Graph]:
    """A camera, a microphone and a neck, as their drivers are; nothing is remapped."""
    graph = Graph()
    node = graph.tester()
    images = node.create_publisher(Image, '/camera/image_raw', qos_profile_sensor_data)
    infos = node.create_publisher(CameraInfo, '/camera/camera_info', 10)
    audio = node.create_publisher(AudioDataStamped, '/audio', 10)
    joints = node.create_publisher(JointState, '/joint_states', 10)
    text = node.create_publisher(String, ROBOT_DESCRIPTION.name, STATE_QOS)
    node.create_subscription(JointTrajectory, '/neck/joint_trajectory', lambda message: None, 10)
    # With a pitch that counts the other way, and a stop that is nearer than the profile believes.
    text.publish(String(data=URDF.replace('0 1 0', '0 -1 0').replace('upper="1.2"', 'upper="0.9"')))
    picture = np.full((480, 640, 3), 120, np.uint8)
    second = np.sin(np.arange(1600) * 0.1) * 8000

    def publish() -> None:
        now = node.get_clock().now()
        image = Image()
        fill_image(image, picture)
        image.header.stamp = now.to_msg()
        images.publish(image)
        info = CameraInfo(width=1280, height=960)
        info.k = [500.0, 0.0, 600.0, 0.0, 500.0, 450.0, 0.0, 0.0, 1.0]
        infos.publish(info)
        message = AudioDataStamped()
        # Two hours behind: the microphone's computer has another clock.
        message.header.stamp.sec = now.to_msg().sec - 7200
        message.header.stamp.nanosec = now.to_msg().nanosec
        message.audio.data = array.array('B', second.astype('<i2').tobytes())
        audio.publish(message)
        state = JointState(name=['head_yaw', 'head_pitch', 'head_roll'], position=[0.1, 0.0, 0.0])
        joints.publish(state)

    node.create_timer(0.1, publish)
    yield graph
    graph.close()


@pytest.mark.trouble(
    'stack',
    'Camera, microphone and robot run, and nothing moves: a topic is not remapped, a clock differs',
    sees='`vico doctor`: `nobody publishes ...`, `nobody receives the commands on ...`.',
    remedy='Follow the remedy behind each: `start the stack with ...`.',
)
def test_what_was_forgotten_is_found(robot: Graph) -> None:
    found = survey(robot='generic_3dof', topics={'image': '/image'})
    wrong, fine = told(found, Level.WRONG), told(found, Level.OK)
    assert (
        'camera: nobody publishes /image -> start the stack with image:=/camera/image_raw' in wrong
    )
    assert '/camera/image_raw (sensor_msgs/msg/Image, best effort) from /tester: ' in fine
    assert 'camera: images of 640x480' in fine
    assert 'camera: camera_info fits the images' in fine  # of the same shape
    assert 'stamps: audio stamps ' in wrong and 'stamps to arrival' in wrong
    assert 'microphone: 16000 Hz mono S16LE, 100 ms per message' in fine
    assert 'robot: joint_states names the joints' in fine
    assert 'robot: nobody receives the commands on /head_controller/joint_trajectory' in wrong
    assert 'urdf: head_pitch counts the other way according to the URDF' in wrong
    assert 'beyond the stop at 0.9 rad' in wrong
    assert 'images a second: blinks and small nods are missed' in told(found, Level.NOTE)


def test_what_takes_the_commands_and_other_joints(robot: Graph) -> None:
    found = survey(robot='tiago', command='/neck/joint_trajectory', seconds=1.0)
    fine, wrong = told(found, Level.OK), told(found, Level.WRONG)
    assert '/tester receives the commands on /neck/joint_trajectory' in fine
    assert (
        'head_1_joint and head_2_joint missing, there are head_pitch, head_roll, head_yaw' in wrong
    )
    assert 'no joint head_1_joint, head_2_joint' in wrong


def test_a_wrong_profile_is_one_finding_of_many_and_the_urdf_is_offered(robot: Graph) -> None:
    found = survey(robot='r2d2', seconds=0.5)
    assert "robot: no robot profile 'r2d2'" in told(found, Level.WRONG)
    assert 'camera: ' in told(found, Level.OK)
    notes = told(found, Level.NOTE)
    assert 'vico robot from-urdf --topic /robot_description proposes one' in notes


def test_the_urdf_of_a_running_robot_is_heard(
    robot: Graph, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['robot', 'from-urdf', '--topic', '/robot_description']) == 0
    printed = capsys.readouterr().out
    assert 'proposed from /robot_description' in printed
    assert '{name: head_pitch, axis: pitch, sign: -1' in printed


def test_an_empty_graph_is_no_fault(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_survey, 'PATIENCE', 0.5)
    found = survey()
    assert [f.level for f in found] == [Level.NOTE]
    assert 'there are no other nodes in this graph' in found[0].text
    # But it is where a robot or a camera is asked for.
    found = survey(robot='r2d2')
    assert "no robot profile 'r2d2'" in told(found, Level.WRONG)
    assert 'there are no other nodes' in told(survey(topics={'image': '/image'}), Level.WRONG)


def test_what_a_stack_says_of_itself_is_told(graph: Graph) -> None:
    perception = graph.add(Node('perception', context=graph.context))
    frames = perception.create_publisher(SpeakerFrame, 'speaker', 10)
    diagnostics = perception.create_publisher(DiagnosticArray, '/diagnostics', 10)
    says = 'no audio for 3 s: whoever publishes /audio is silent'
    status = DiagnosticStatus(
        level=DiagnosticStatus.WARN, name='vico_listener: perception', message=says
    )
    status.values = [KeyValue(key='audio_format', value='None')]

    def publish() -> None:
        frames.publish(SpeakerFrame(audio_valid=True))
        diagnostics.publish(DiagnosticArray(status=[status]))

    perception.create_timer(0.02, publish)
    found = told(survey(seconds=0.5), Level.WRONG)
    assert 'stack: perception: no audio for 3 s -> whoever publishes /audio is silent' in found
    assert 'stack: no face in 100% of the time' in found


def test_a_camera_of_another_type_and_a_deaf_controller(graph: Graph) -> None:
    """What would send nothing to the stack, or nothing to the robot, is never called right."""
    node = graph.tester()
    said = node.create_publisher(String, '/image', 10)
    urdf = node.create_publisher(String, '/robot_description', 10)
    node.create_subscription(
        Float64MultiArray, '/head_controller/joint_trajectory', lambda message: None, 10
    )
    node.create_subscription(JointTrajectory, '/kept', lambda message: None, STATE_QOS)
    node.create_timer(0.1, lambda: said.publish(String(data='hello')))
    urdf.publish(String(data=URDF))  # before anybody listens
    found = survey(robot='generic_3dof', seconds=0.5)
    wrong, fine = told(found, Level.WRONG), told(found, Level.OK)
    assert '/image carries std_msgs/msg/String, and not sensor_msgs/msg/Image' in wrong
    assert 'nothing arrived on /image' not in wrong
    assert '/tester takes std_msgs/msg/Float64MultiArray on /head_controller/' in wrong
    assert 'receives the commands' not in fine
    assert 'make its publisher transient local' in wrong
    kept = told(survey(robot='generic_3dof', command='/kept', seconds=0.2), Level.WRONG)
    assert 'make its subscription volatile' in kept


def test_what_a_running_stack_misses_beside_its_camera_is_told(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = graph.tester()
    node.create_publisher(Image, '/cam/image', 10)
    node.create_publisher(CameraInfo, '/cam/camera_info', 10)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, 'which', lambda name: None)  # as with the wheels
        before = told(survey(seconds=0.2), Level.NOTE)
    assert './run stack --ros-args -p robot:=PROFILE -r image:=/cam/image -r camera_info' in before
    monkeypatch.setattr(shutil, 'which', lambda name: f'/usr/bin/{name}')
    before = told(survey(seconds=0.2), Level.NOTE)
    assert 'image:=/cam/image camera_info:=/cam/camera_info' in before
    graph.add(Node('perception', namespace='/robot1', context=graph.context))
    elsewhere = told(survey(seconds=0.2), Level.NOTE)
    assert 'in the namespace /robot1 -> look at it by --namespace /robot1' in elsewhere
    perception = graph.add(Node('perception', context=graph.context))
    perception.create_subscription(Image, '/cam/image', lambda message: None, 10)
    perception.create_subscription(CameraInfo, '/camera_info', lambda message: None, 10)
    wrong = told(survey(seconds=0.2), Level.WRONG)
    assert 'the stack expects camera_info on /camera_info, which nobody publishes' in wrong
    assert 'camera_info:=/cam/camera_info' in wrong


def test_stamps_of_a_clock_that_is_not_set_are_told(graph: Graph) -> None:
    node = graph.tester()
    images = node.create_publisher(Image, '/image', 10)

    def publish() -> None:
        image = Image()
        fill_image(image, np.full((48, 64, 3), 120, np.uint8))
        image.header.stamp = (node.get_clock().now() + Duration(seconds=4)).to_msg()
        images.publish(image)

    node.create_timer(0.03, publish)
    assert 'after their stamps -> if they are from another' in told(survey(), Level.NOTE)


def test_the_joints_are_those_that_a_running_head_listens_to(graph: Graph) -> None:
    """Whatever they were remapped to."""
    node = graph.tester()
    states = node.create_publisher(JointState, '/neck/joints', 10)
    names = ['head_yaw', 'head_pitch', 'head_roll']
    node.create_timer(
        0.05, lambda: states.publish(JointState(name=names, position=[0.1, 0.0, 0.0]))
    )
    head = graph.add(Node('head', context=graph.context))
    head.create_subscription(JointState, '/neck/joints', lambda message: None, 10)
    found = survey(robot='generic_3dof', seconds=1.0)
    assert 'robot: /neck/joints names the joints' in told(found, Level.OK)
