"""ROS4HRI: faces from it, expressions to it; and what happens where hri_msgs is missing."""

import importlib.util
from itertools import pairwise

import pytest
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import Image
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.nodes.topics import STATE_QOS
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait

INSTALLED = importlib.util.find_spec('hri_msgs') is not None
needs_hri = pytest.mark.skipif(not INSTALLED, reason='hri_msgs is not installed')


@pytest.mark.skipif(INSTALLED, reason='hri_msgs is installed')
def test_without_hri_msgs_faces_are_refused_and_heads_move(graph, capfd):
    perception = graph.make(PerceptionNode, face_source='ros4hri')
    assert graph.run(perception.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert "face_source 'ros4hri' needs the ROS package hri_msgs" in capfd.readouterr().err
    perception = graph.make(PerceptionNode, publish_humans=True)
    assert graph.run(perception.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert 'publish_humans needs the ROS package hri_msgs' in capfd.readouterr().err
    head = graph.make(HeadNode, robot='generic_2dof', subscribe=False)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS


def picture(stamp: float) -> Image:
    from vico_listener.nodes.image_codec import fill_image

    image = Image()
    image.header.stamp.sec = int(stamp)
    image.header.stamp.nanosec = round(stamp % 1 * 1e9)
    fill_image(image, load_portrait(default_portrait_path())[::2, ::2].copy())
    return image


@needs_hri
def test_the_largest_face_is_watched_until_another_is_much_larger(graph):
    from hri_msgs.msg import IdsList
    from hri_msgs.msg import NormalizedRegionOfInterest2D as Roi

    node = graph.make(PerceptionNode, face_source='ros4hri', use_audio=False)
    tester = graph.tester()
    heard = graph.record(tester, msg.SpeakerFrame, 'speaker')
    tracked = tester.create_publisher(IdsList, '/humans/faces/tracked', 10)
    sizes = {'near': 0.5, 'far': 0.2}
    rois = {n: tester.create_publisher(Roi, f'/humans/faces/{n}/roi', 10) for n in sizes}
    crops = {n: tester.create_publisher(Image, f'/humans/faces/{n}/cropped', 10) for n in sizes}
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    faces = node._inputs._images

    def show(sizes: dict[str, float]) -> None:
        tracked.publish(IdsList(ids=list(sizes)))
        for name, size in sizes.items():
            rois[name].publish(Roi(xmin=0.0, ymin=0.0, xmax=size, ymax=size, c=1.0))

    def watched(name: str) -> bool:
        show(sizes)
        return bool(faces.current == name and crops[name].get_subscription_count())

    wait_until(lambda: watched('near'))
    stamps = iter(range(1000))
    wait_until(
        lambda: (
            crops['near'].publish(picture(10 + next(stamps) / 30))
            or any(frame.face_valid for frame in heard)
        )
    )
    sizes['far'] = 0.55  # larger, but not by half
    for _ in range(5):
        watched('near')
    assert faces.current == 'near'
    sizes['far'] = 0.9
    wait_until(lambda: watched('far'))
    del sizes['far']
    wait_until(lambda: watched('near'))
    sizes.clear()
    wait_until(lambda: show(sizes) or faces.current == '')


@needs_hri
def test_the_disengaged_are_not_watched_and_expressions_are_told(graph):
    from hri_msgs.msg import EngagementLevel
    from hri_msgs.msg import Expression
    from hri_msgs.msg import FacialActionUnits
    from hri_msgs.msg import IdsList
    from hri_msgs.msg import NormalizedRegionOfInterest2D as Roi

    node = graph.make(PerceptionNode, face_source='ros4hri', use_audio=False, publish_humans=True)
    tester = graph.tester()
    units = graph.record(tester, FacialActionUnits, '/humans/faces/far/facs')
    shown = graph.record(tester, Expression, '/humans/faces/far/expression')
    tracked = tester.create_publisher(IdsList, '/humans/faces/tracked', 10)
    sizes = {'near': 0.5, 'far': 0.2}
    rois = {n: tester.create_publisher(Roi, f'/humans/faces/{n}/roi', 10) for n in sizes}
    crop = tester.create_publisher(Image, '/humans/faces/far/cropped', 10)
    persons = tester.create_publisher(IdsList, '/humans/persons/tracked', 10)
    face = tester.create_publisher(String, '/humans/persons/ada/face_id', STATE_QOS)
    level = tester.create_publisher(EngagementLevel, '/humans/persons/ada/engagement_status', 10)
    for step in (node.trigger_configure, node.trigger_activate):
        assert graph.run(step) == TransitionCallbackReturn.SUCCESS
    faces = node._inputs.hri_faces

    def watched(name: str, engaged: int) -> bool:
        tracked.publish(IdsList(ids=list(sizes)))
        for one, size in sizes.items():
            rois[one].publish(Roi(xmin=0.0, ymin=0.0, xmax=size, ymax=size, c=1.0))
        persons.publish(IdsList(ids=['ada']))
        face.publish(String(data='near'))
        level.publish(EngagementLevel(level=engaged))
        return bool(faces.current == name)

    wait_until(lambda: watched('near', EngagementLevel.ENGAGED))
    wait_until(lambda: watched('far', EngagementLevel.DISENGAGED))
    stamps = iter(range(1000))
    wait_until(lambda: crop.publish(picture(10 + next(stamps) / 30)) or (units and shown))
    assert len(units[-1].intensity) == 99 and units[-1].confidence[12] > 0.5
    assert -1.0 <= shown[-1].valence <= 1.0
    wait_until(lambda: watched('near', EngagementLevel.ENGAGED))


@needs_hri
def test_expressions_go_to_the_robots_face(graph):
    from hri_msgs.msg import Expression

    node = graph.make(HeadNode, robot='generic_2dof', subscribe=False)
    tester = graph.tester()
    heard = graph.record(tester, Expression, '/robot_face/expression')
    # Commands that nobody takes are not sent, and a head that is not moved shows nothing.
    graph.record(tester, JointTrajectory, '/head_controller/joint_trajectory')
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    face = face_with(mouthSmile=0.7)
    stamps = iter(range(1000))

    def smile() -> bool:
        stamp = 10**9 + next(stamps) * 33_333_333
        motion = ListenerMotion(stamp, stamp, face, Attitude.POSITIVE, 1.0, True, 'test')
        graph.run(lambda: node.follow(motion))
        return len(heard) > 3

    wait_until(smile)
    assert heard[-1].expression == 'happy' and 0.5 < heard[-1].valence <= 1.0
    gaps = [b.header.stamp.nanosec - a.header.stamp.nanosec for a, b in pairwise(heard)]
    assert all(gap >= 10**8 for gap in gaps if gap > 0)
