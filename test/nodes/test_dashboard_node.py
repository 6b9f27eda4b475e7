"""The dashboard beside real topics: it finds them whatever their names, and changes what it may."""

from typing import Any

import numpy as np
import pytest
import vico_listener.msg as msg
from graph import Graph
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

from vico_listener.frames import ListenerMotion
from vico_listener.live.controls import Control
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.nodes.convert import motion_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.listener_node import ListenerNode

pytest.importorskip('aiohttp', reason='aiohttp is not installed')

from vico_listener.nodes.dashboard_node import DashboardNode  # noqa: E402


class Page:
    """What a dashboard would show."""

    def __init__(self) -> None:
        self.is_watched = True
        self.shown: dict[str, list[Any]] = {}

    def __getattr__(self, name: str) -> Any:
        kept = self.shown.setdefault(name, [])
        return lambda *args, **named: kept.append((*args, *named.values()))

    def newest(self, name: str) -> Any:
        kept = self.shown.get(name)
        return kept[-1] if kept else None


def dashboard(graph: Graph, page: Page, **options: Any) -> DashboardNode:
    return graph.add(DashboardNode(page, context=graph.context, namespace='/robot1', **options))


def test_it_shows_what_a_stack_publishes_under_other_names(graph: Graph) -> None:
    perception = graph.add(Node('perception', context=graph.context, namespace='/robot1'))
    listener = graph.add(Node('listener', context=graph.context, namespace='/robot1'))
    perception.create_subscription(
        Image, '/head_camera/rgb', lambda _: None, qos_profile_sensor_data
    )
    people = perception.create_publisher(msg.People, '/who', 10)
    motions = listener.create_publisher(msg.ListenerMotion, '/robot1/told', 60)
    events = listener.create_publisher(msg.ListenerEvent, '/robot1/listener_event', 10)
    turns = listener.create_publisher(msg.Turn, '/robot1/turn', 10)
    camera = graph.tester().create_publisher(Image, '/head_camera/rgb', qos_profile_sensor_data)
    page = Page()
    page.is_watched = False
    node = dashboard(graph, page)
    wait_until(lambda: len(page.shown.get('show_stack', [])) > 2)
    assert page.newest('show_stack')[0].history[0][1] == 'found the stack'
    assert motions.get_subscription_count() == 0  # nobody looks
    page.is_watched = True
    wait_until(lambda: motions.get_subscription_count() and camera.get_subscription_count() == 2)
    picture = Image()
    fill_image(picture, np.full((48, 64, 3), 99, np.uint8))
    motion = ListenerMotion(
        2 * 10**9, 1, face_with(mouthSmile=0.5), Attitude.POSITIVE, 1.0, True, ''
    )
    event = msg.ListenerEvent(kind='nod', size=0.1, cycles=2, vocal='yeah')

    def everything() -> bool:
        people.publish(msg.People(people=[msg.Person(id='face_7', attended=True)]))
        motions.publish(motion_message(motion, 'head'))
        events.publish(event)
        turns.publish(msg.Turn(state='silent', interruption=True))
        camera.publish(picture)
        wanted = ('show_people', 'show_motion', 'show_event', 'show_band', 'show_image')
        return all(page.newest(name) for name in wanted)

    wait_until(everything)
    assert page.newest('show_people')[0][0].name == 'face_7'
    assert page.newest('show_motion')[1] == 2 * 10**9
    assert page.newest('show_event')[1:] == ('nod', 'nod x2 6° "yeah"')
    assert page.newest('show_band') == ('turn', 0.0, 'silent', 'interrupts')
    assert page.newest('show_image')[0].shape == (48, 64, 3)
    assert not list(node.clients)  # it only reads
    page.is_watched = False
    wait_until(lambda: motions.get_subscription_count() == 0)


def test_a_face_that_no_browser_can_draw_is_shown_as_pictures(graph: Graph) -> None:
    listener = graph.add(Node('listener', context=graph.context, namespace='/robot1'))
    renderer = graph.add(Node('renderer', context=graph.context, namespace='/robot1'))
    motions = listener.create_publisher(msg.ListenerMotion, '/robot1/motion', 60)
    pictures = renderer.create_publisher(CompressedImage, '/robot1/face/image/compressed', 2)
    page = Page()
    dashboard(graph, page)
    wait_until(motions.get_subscription_count)
    assert pictures.get_subscription_count() == 0
    face = FaceMotion(np.zeros(64, np.float32), basis=BFM64)
    motion = ListenerMotion(10**9, 1, face, Attitude.POSITIVE, 1.0, True, '')

    def shown() -> bool:
        motions.publish(motion_message(motion, 'head'))
        pictures.publish(CompressedImage(data=b'jpeg'))
        return page.newest('show_face') == (b'jpeg',)

    wait_until(shown)
    assert not page.newest('show_motion')


def test_users_change_what_they_may_and_hear_why_not(graph: Graph) -> None:
    listener = graph.make(ListenerNode, listener='rules', namespace='/robot1')
    assert graph.run(listener.trigger_configure) == TransitionCallbackReturn.SUCCESS
    page = Page()
    node = dashboard(graph, page, control=True)

    def asked(control: Control) -> tuple[str, bool]:
        """What becomes of it, once the services are known."""
        page.shown['show_outcome'].clear()

        def answered() -> bool:
            node.control(control)
            return any(map(about, page.shown['show_outcome']))

        def about(said: tuple[str, bool]) -> bool:
            return said[0].startswith((control.name, str(control.value)))

        wait_until(answered)
        return next(filter(about, page.shown['show_outcome']))

    assert asked(Control('attitude', 'negative')) == ('attitude: negative', True)
    assert listener.get_parameter('attitude').value == 'negative'
    text, good = asked(Control('gesture', 'nod 2'))
    assert not good and 'not active' in text
    page.shown['show_outcome'].clear()
    node.control(Control('attend', 'face_9'))
    wait_until(lambda: page.newest('show_outcome'))
    assert page.newest('show_outcome') == ('perception does not answer: nothing was changed', False)
    wait_until(lambda: page.newest('show_stack')[0].nodes)
    nodes = {report.name: report for report in page.newest('show_stack')[0].nodes}
    assert nodes['head'].level == 'silent'
    wait_until(
        lambda: any(
            'ros2 lifecycle set /robot1/listener activate' in report.message
            for report in page.newest('show_stack')[0].nodes
        )
    )
