"""The dashboard without ROS: whether a stack is there, what may be asked, the page in a browser."""

import asyncio
import time

import cv2
import numpy as np
import pytest

from vico_listener.errors import SettingError
from vico_listener.frames import PersonInView
from vico_listener.live.controls import OF_DASHBOARD
from vico_listener.live.controls import Control
from vico_listener.live.controls import parse_control
from vico_listener.live.stack_watch import SILENCE
from vico_listener.live.stack_watch import StackWatch
from vico_listener.live.view import Sample
from vico_listener.motion import FaceMotion

NODES = ('perception', 'listener', 'renderer', 'head')
SAMPLE = Sample(5.0, 5.0, -3.0, 0.4, None, True, True, True, 'positive', 0.8)


# Whether the stack is there


def stack(namespace: str = '/') -> list[tuple[str, str]]:
    return [(name, namespace) for name in NODES]


def talks(watch: StackWatch, now: float, level: int = 0, said: str = 'fine', **values: str) -> None:
    for name in NODES:
        watch.hear(name, level if name == 'head' else 0, said, values, now)


def test_a_stack_that_works() -> None:
    watch = StackWatch('/robot1', 7, 0.0)
    watch.see(stack('/robot1'), 1.0)
    talks(watch, 1.0)
    report = watch.report(2.0)
    assert (report.level, report.text) == ('ok', 'everything works')
    assert [node.name for node in report.nodes] == list(NODES)
    assert report.history == ((1.0, 'found the stack'),)


def test_what_a_node_complains_of_is_said_with_its_remedy() -> None:
    watch = StackWatch('/', 0, 0.0)
    watch.see(stack(), 0.0)
    watch.hear('camera', 0, 'also here', {}, 0.0)
    talks(watch, 0.0, 1, 'no joints: start the controller')
    report = watch.report(0.1)
    assert (report.level, report.text) == ('warn', 'head: no joints: start the controller')
    assert report.nodes[-1].name == 'camera'
    talks(watch, 0.0, 3)  # stale, as an aggregator says
    assert watch.report(0.1).level == 'error'


def test_no_stack_says_where_it_was_looked_for() -> None:
    watch = StackWatch('/', 42, 0.0)
    watch.see([('teleop', '/'), ('head', '/arm')], 0.0)  # somebody else's head is no stack
    report = watch.report(0.0)
    assert not watch.is_there and report.level == 'silent' and not report.nodes
    assert 'namespace / of the ROS domain 42' in report.text
    assert 'ROS_DOMAIN_ID' in report.text


def test_a_stack_in_another_namespace_is_named() -> None:
    watch = StackWatch('/', 0, 0.0)
    watch.see([*stack('/robot1'), *stack('/robot2')], 0.0)
    assert 'in /robot1, /robot2: start this page with --attach /robot1' in watch.report(0.0).text


def test_a_stack_that_ends_and_starts_again() -> None:
    watch = StackWatch('/', 0, 0.0)
    watch.see(stack(), 0.0)
    talks(watch, 0.0)
    watch.see([], 10.0)
    report = watch.report(14.0)
    assert 'ended 4 s ago' in report.text and report.level == 'silent'
    watch.see(stack(), 20.0)
    assert watch.report(20.1).level == 'warn'  # it has said nothing yet
    talks(watch, 21.0)
    report = watch.report(21.0)
    assert report.level == 'ok'
    told = [what for _, what in report.history]
    assert told == ['the stack started again', 'the stack ended', 'found the stack']


def test_a_stack_that_was_killed_is_seen_by_its_silence() -> None:
    watch = StackWatch('/', 0, 0.0)
    watch.see(stack(), 0.0)
    talks(watch, 0.0)
    watch.see(stack(), 10.0)  # DDS does not know yet
    report = watch.report(SILENCE + 1.0)
    assert report.level == 'error' and 'the stack says nothing' in report.text
    assert {node.level for node in report.nodes} == {'silent'}


def test_one_node_that_is_silent_or_missing_is_named() -> None:
    watch = StackWatch('/', 0, 0.0)
    watch.see(stack()[:3], 0.0)
    talks(watch, 0.0)
    assert watch.report(0.0).text == 'head: nothing is heard of it'
    assert watch.report(0.0).nodes[3].message.startswith('not there')


def test_a_node_that_counts_from_the_start_began_anew() -> None:
    watch = StackWatch('/', 0, 0.0)
    watch.see(stack(), 0.0)
    for now, steps in ((1.0, '900'), (2.0, '930'), (3.0, '5')):
        watch.hear('listener', 0, 'listening', {'steps': steps}, now)
    assert watch.report(3.0).history[0] == (0.0, 'listener began anew')


# What may be asked


@pytest.mark.parametrize(
    'content',
    [
        {'gesture': 'nod 2'},
        {'conversation_state': 'thinking'},
        {'preset': 'calm'},
        {'active': False},
        {'attend': 'face_2'},
        {'intensity': 0.25},
    ],
)
def test_requests_are_read(content) -> None:
    assert parse_control(content, OF_DASHBOARD) == Control(*next(iter(content.items())))


@pytest.mark.parametrize(
    ('content', 'complaint'),
    [
        ({'gesture': 'wave'}, 'wave'),
        ({'gesture': 3}, 'gesture must be a text'),
        ({'conversation_state': 'asleep'}, 'must be one of listening, thinking'),
        ({'preset': 'wild'}, 'must be one of attentive'),
        ({'active': 1}, 'active must be true or false'),
        ({'attend': ''}, 'attend must be'),
        ({'attend': 'x' * 65}, 'attend must be'),
        ({'stop': True}, "unknown control 'stop'"),
    ],
)
def test_other_requests_are_refused(content, complaint) -> None:
    with pytest.raises(SettingError, match=complaint):
        parse_control(content, OF_DASHBOARD)


# The page


def until(condition) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, 'timed out'
        time.sleep(0.01)


class Served:
    """A dashboard's server, and what it was asked."""

    def __init__(self, control: bool, port: int = 0) -> None:
        from vico_listener.live.dashboard_page import DashboardPage
        from vico_listener.live.face_look import cartoon_look

        self.asked: list[Control] = []
        ask = self.asked.append if control else None
        self.page = DashboardPage('127.0.0.1', port, cartoon_look('paper'), ask)
        self.url = self.page.start()


@pytest.fixture(scope='module')
def served():
    pytest.importorskip('aiohttp', reason='aiohttp is not installed')
    made = {control: Served(control) for control in (False, True)}
    yield made
    for one in made.values():
        one.page.close()


def test_a_page_that_only_reads_changes_nothing(served) -> None:
    import aiohttp

    reading = served[False]

    async def talk() -> list:
        origin = {'Origin': reading.url.rstrip('/')}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(reading.url + 'live', headers=origin) as socket,
        ):
            answers = [await socket.receive_json(timeout=10)]
            await socket.send_str('{"gesture": "nod"}')
            return [*answers, await socket.receive_json(timeout=10)]

    options, answer = asyncio.run(talk())
    assert options['options']['control'] is False
    assert answer['outcome']['good'] is False and '--control' in answer['outcome']['text']
    assert reading.asked == []


def test_a_foreign_page_sees_nothing(served) -> None:
    import aiohttp

    async def connect(headers: dict[str, str]) -> int:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(served[True].url + 'live', headers=headers)
            return refusal.value.status

    for headers in ({}, {'Origin': 'https://evil.example'}, {'Host': 'evil.example'}):
        assert asyncio.run(connect(headers)) == 403


def shown(watch_level: int = 1) -> StackWatch:
    watch = StackWatch('/robot1', 7, 0.0)
    watch.see(stack('/robot1'), 0.0)
    values = {'attitude': 'neutral', 'conversation_state': 'thinking', 'active': 'True'}
    talks(watch, 0.0, watch_level, 'no joints: start the controller', **values, intensity='0.500')
    return watch


COLOURED = """() => {
  const canvas = document.querySelector('#curves .lane canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 1, canvas.width - 1, 1);
  const seen = Array.from({ length: canvas.width - 1 }, (_, x) => Number(data[4 * x + 3] > 127));
  return seen.filter((value, x) => value !== seen[x - 1]);
}"""
"""Whether the lane of the person is painted, from the left to the right, at each change of it."""


def test_the_dashboard_in_a_browser(served, chromium) -> None:
    server = served[True]
    page = chromium.new_page(viewport={'width': 390, 'height': 844})
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on('pageerror', lambda error: errors.append(str(error)))
    page.on('console', lambda m: m.type == 'error' and errors.append(m.text))
    page.goto(server.url)
    until(lambda: server.page.is_watched)
    server.page.show_stack(shown().report(0.1))
    page.wait_for_selector('#verdict[data-level=warn]:has-text("start the controller")')
    assert page.inner_text('#where') == 'namespace /robot1, ROS domain 7'
    assert page.get_attribute('article[data-node=head]', 'data-level') == 'warn'
    assert page.get_attribute('article[data-node=renderer]', 'data-level') == 'ok'
    assert page.inner_text('#states .on') == 'thinking'
    assert page.input_value('#intensity') == '0.5'
    image = np.full((100, 200, 3), 255, np.uint8)
    people = [
        PersonInView('face_1', (0.1, 0.2, 0.3, 0.8), 1.25, float('nan'), 0.0, False),
        PersonInView('face_4', (0.5, 0.2, 0.75, 0.8), float('nan'), 0.1, 0.9, True),
    ]
    server.page.show_people(people)
    page.wait_for_selector('#boxes .attended', state='attached')
    labels = page.evaluate('document.getElementById("boxes").textContent')
    assert 'face_1, 1.3 m' in labels and 'face_4, speaks, attended' in labels
    place: list[float] = []

    def placed() -> bool:  # an image is the present for two seconds only
        server.page.show_image(image)
        server.page.show_people(people)
        place[:] = page.evaluate(
            """() => {
              const all = document.getElementById('boxes').getBoundingClientRect();
              const box = document.querySelector('#boxes .attended').getBoundingClientRect();
              return [box.width / all.width, box.height / all.height, (box.x - all.x) / all.width,
                all.width / all.height];
            }"""
        )
        return bool(np.isfinite(place).all())  # what is hidden has no size

    until(placed)
    assert place == pytest.approx([0.25, 0.6, 0.5, 2.0], abs=0.01)
    server.page.show_sample(SAMPLE)
    server.page.show_motion(FaceMotion(np.zeros(52, np.float32)), 10**9)
    for k in range(4):  # each tells another probability
        server.page.show_band('turn', 4.0 + 0.3 * k, 'speaking')
    server.page.show_event(4.5, 'nod', 'nod x2')
    page.wait_for_selector('#sight:has-text("sees a face, hears speech")')
    page.wait_for_selector('body[data-motions="1"]')
    assert 'yielding' in page.inner_text('#curves .lane figcaption')
    until(lambda: page.evaluate(COLOURED) == [0, 1])  # nothing, and then one band
    for selector in ('#gestures [data-value=nod]', '#presets [data-value=calm]', '#release'):
        page.click(selector)
    page.click('#attend [data-value=face_4]')
    until(lambda: len(server.asked) == 4)
    assert server.asked == [
        Control('gesture', 'nod'),
        Control('preset', 'calm'),
        Control('active', False),
        Control('attend', 'face_4'),
    ]
    server.page.show_outcome('nod: done', good=True)
    page.wait_for_selector('#outcome[data-level=ok]:has-text("nod: done")')
    # Nothing is wider than a phone.
    assert page.evaluate('document.documentElement.scrollWidth') == 390
    assert not errors
    page.close()


def test_a_browser_that_only_reads_has_no_buttons(served, chromium) -> None:
    page = chromium.new_page()
    page.goto(served[False].url)
    page.wait_for_selector('#gestures [data-value=nod]')
    assert page.is_disabled('#gestures [data-value=nod]') and page.is_disabled('#intensity')
    assert '--control' in page.inner_text('#reading')
    page.close()


def test_a_page_whose_server_has_gone_says_so_and_comes_back(chromium) -> None:
    pytest.importorskip('aiohttp', reason='aiohttp is not installed')
    first = Served(control=False)
    page = chromium.new_page()
    page.goto(first.url)
    first.page.show_stack(shown().report(0.1))
    page.wait_for_selector('article[data-node=head]')
    first.page.close()
    page.wait_for_selector('body.lost #verdict[data-level=error]:has-text("no connection")')
    again = Served(control=False, port=int(first.url.rstrip('/').rpartition(':')[2]))
    again.page.show_stack(shown().report(0.1))
    page.wait_for_selector('body:not(.lost) #verdict[data-level=warn]')
    page.close()
    again.page.close()


def test_an_image_is_made_small() -> None:
    pytest.importorskip('aiohttp', reason='aiohttp is not installed')
    from vico_listener.live.page import small_jpeg

    large = small_jpeg(np.zeros((600, 900, 3), np.uint8), 300, 80)
    assert cv2.imdecode(np.frombuffer(large, np.uint8), 1).shape == (300, 450, 3)
    little = small_jpeg(np.zeros((60, 90, 3), np.uint8), 300, 80)
    assert cv2.imdecode(np.frombuffer(little, np.uint8), 1).shape == (60, 90, 3)
