"""`vico live` without ROS: sources, who may connect, the page in a real browser, the window."""

import asyncio
import math
import sys
import threading
import time
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from clip_files import write_clip

from vico_listener.cli.main import main
from vico_listener.clock import NANOSECONDS
from vico_listener.live import window as window_module
from vico_listener.live.controls import Control
from vico_listener.live.controls import ControlError
from vico_listener.live.controls import parse_control
from vico_listener.live.origin import host_allowed
from vico_listener.live.origin import is_loopback
from vico_listener.live.origin import origin_allowed
from vico_listener.live.sources import DeviceCamera
from vico_listener.live.sources import SourceError
from vico_listener.live.sources import default_microphone
from vico_listener.live.sources import open_camera
from vico_listener.live.sources import open_microphone
from vico_listener.live.view import Sample
from vico_listener.live.window import LiveWindow
from vico_listener.live.window import window_available

SAMPLE = Sample(1.0, 5.0, -3.0, 0.4, None, True, True, True, 'positive', 0.8)


def jpeg(grey: int) -> bytes:
    return cv2.imencode('.jpg', np.full((64, 64, 3), grey, np.uint8))[1].tobytes()


# Sources


@pytest.fixture(scope='module')
def clip(tmp_path_factory):
    """0.3 s of picture and 0.4 s of audio."""
    path = tmp_path_factory.mktemp('live') / 'clip.mp4'
    return write_clip(path, [0, 100, 200, 300], audio_ms=400)


class Time:
    """A clock that only waiting moves on."""

    def __init__(self) -> None:
        self.now = 5 * NANOSECONDS
        self.stopped = False

    def wait(self, seconds: float) -> None:
        self.now += round(seconds * NANOSECONDS)

    def is_set(self) -> bool:
        return self.stopped


def test_a_file_goes_round_with_image_and_audio_in_step(clip):
    streams = {
        'picture': (open_camera(str(clip), 0, 0, 0).frames, 4),
        'sound': (open_microphone(str(clip)).chunks, 40),
    }
    periods = {}
    for name, (stream, count) in streams.items():
        clock = Time()
        items = stream(clock.now, lambda clock=clock: clock.now, clock)
        stamps = []
        for _ in range(3 * count):
            item = next(items)
            assert clock.now >= item.available  # never before a device would deliver it
            stamps.append((item.stamp - 5 * NANOSECONDS) / NANOSECONDS)
        first, second, third = np.array(stamps).reshape(3, count)
        np.testing.assert_allclose(second - first, third - second, atol=1e-6)
        np.testing.assert_allclose(second - first, second[0] - first[0], atol=1e-6)
        periods[name] = second[0] - first[0]
        assert np.diff(stamps).min() > 0
    # The codec's padding, a chunk or two, would put the audio behind the picture.
    assert periods == {'picture': pytest.approx(0.4), 'sound': pytest.approx(0.4)}


def test_a_file_ends_when_it_is_told_to(clip):
    stop = threading.Event()
    frames = open_camera(str(clip), 0, 0, 0).frames(time.time_ns(), time.time_ns, stop)
    next(frames)
    stop.set()
    assert list(frames) == []


def test_a_video_brings_its_own_audio(clip, tmp_path):
    silent = write_clip(tmp_path / 'silent.mp4', [0, 100])
    assert default_microphone(str(clip)) == str(clip)
    assert default_microphone(str(silent)) == 'none'
    assert default_microphone('0') == 'default'
    assert open_microphone('none') is None
    with pytest.raises(SourceError, match=r'silent\.mp4 has no audio'):
        open_microphone(str(silent))


@pytest.mark.parametrize(
    ('camera', 'complaint'),
    [
        ('97', r'camera 97 gives no image.*or a file with a video of a speaker'),
        ('gone.mp4', "'gone.mp4' is neither the number of a camera nor a device or file"),
        (__file__, 'is not a video that FFmpeg can read'),
    ],
)
def test_a_missing_camera_is_explained(camera, complaint):
    with pytest.raises(SourceError, match=complaint):
        open_camera(camera, 640, 480, 30.0)


def test_a_camera_that_is_plugged_out_is_reported():
    picture = np.zeros((4, 4, 3), np.uint8)
    reads = iter([(True, picture)] * 2 + [(False, None)] * 100)
    released = []
    capture = SimpleNamespace(read=lambda: next(reads), release=lambda: released.append(True))
    clock = Time()
    frames = DeviceCamera(capture, '0').frames(0, lambda: clock.now, clock)
    assert [next(frames).stamp, next(frames).stamp] == [clock.now] * 2
    with pytest.raises(SourceError, match='camera 0 gives no more images'):
        next(frames)
    assert released


class FakeSounddevice:
    """PortAudio with one microphone that says "hum" at 16 kHz."""

    class PortAudioError(Exception):
        pass

    def __init__(self, latency: float = 0.05) -> None:
        self.latency = latency

    def query_devices(self, device=None, kind=None):
        hum = {'name': 'Hum', 'index': 3, 'default_samplerate': 16000.0, 'max_input_channels': 2}
        if kind is None:
            return [hum, {'name': 'Speakers', 'max_input_channels': 0}]
        if device not in (None, 3, 'Hum'):
            raise ValueError(f'No input device matching {device!r}')
        return hum

    def InputStream(self, callback, samplerate, blocksize, channels, dtype, device):  # noqa: N802
        assert (samplerate, blocksize, channels, dtype, device) == (16000, 160, 1, 'int16', 3)
        times = SimpleNamespace(currentTime=10.0, inputBufferAdcTime=10.0 - self.latency)
        callback(np.full((160, 1), 7, np.int16), 160, times, None)
        return threading.Lock()  # a context manager that does nothing


@pytest.mark.parametrize(('latency', 'ago'), [(0.05, 0.05), (10.0, 0.01)])
def test_audio_is_stamped_with_its_capture(monkeypatch, latency, ago):
    monkeypatch.setitem(sys.modules, 'sounddevice', FakeSounddevice(latency))
    microphone = open_microphone('default')
    chunks = microphone.chunks(0, lambda: 5 * NANOSECONDS, threading.Event())
    chunk = next(chunks)
    assert chunk.stamp == round((5 - ago) * NANOSECONDS)
    assert chunk.samples.shape == (160, 1)
    assert (chunk.sample_rate, microphone.channels) == (16000, 1)


def test_a_missing_microphone_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, 'sounddevice', FakeSounddevice())
    with pytest.raises(SourceError, match=r"no microphone 'Rode'.*here: Hum.*none"):
        open_microphone('Rode')
    monkeypatch.setitem(sys.modules, 'sounddevice', None)
    with pytest.raises(SourceError, match=r"needs the Python module 'sounddevice'.*none"):
        open_microphone('default')


def test_a_missing_portaudio_is_explained(monkeypatch, tmp_path):
    (tmp_path / 'sounddevice.py').write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'sounddevice', raising=False)
    with pytest.raises(SourceError, match='apt install libportaudio2'):
        open_microphone('default')


# Controls and who may send them


@pytest.mark.parametrize(
    ('content', 'control'),
    [
        ({'attitude': 'negative'}, Control('attitude', 'negative')),
        ({'intensity': 1}, Control('intensity', 1.0)),
        ({'stop': True}, Control('stop', True)),
    ],
)
def test_controls_are_read(content, control):
    assert parse_control(content) == control


@pytest.mark.parametrize(
    'content',
    [
        [],
        {},
        {'attitude': 'angry'},
        {'attitude': ['positive']},
        {'intensity': 1.01},
        {'intensity': math.nan},
        {'intensity': True},
        {'intensity': '1'},
        {'stop': 1},
        {'active': False},
        {'attitude': 'neutral', 'stop': True},
    ],
)
def test_other_controls_are_refused(content):
    with pytest.raises(ControlError):
        parse_control(content)


@pytest.mark.parametrize(
    ('header', 'allowed'),
    [
        ('localhost:8765', True),
        ('127.0.0.1:8765', True),
        ('[::1]:8765', True),
        ('192.168.1.7:8765', True),
        ('robot.lan:8765', True),
        ('evil.example:8765', False),
        ('localhost.evil.example', False),
        ('', False),
        (None, False),
        ('[', False),
    ],
)
def test_only_names_of_this_computer_are_served(header, allowed):
    assert host_allowed(header, 'robot.lan') is allowed


def test_only_pages_of_the_server_may_connect():
    assert origin_allowed('http://localhost:8765', 'localhost:8765')
    for origin in ('http://localhost:3000', 'https://evil.example', 'null', None, ''):
        assert not origin_allowed(origin, 'localhost:8765')
    assert not origin_allowed('http://None', None)


def test_addresses_that_only_this_computer_reaches():
    assert all(map(is_loopback, ('localhost', '127.0.0.1', '127.3.2.1', '::1')))
    assert not any(map(is_loopback, ('0.0.0.0', '::', '192.168.1.7', 'robot.lan')))


# The page


@pytest.fixture
def served():
    """A page's server, its address, and the controls that reached it."""
    page = pytest.importorskip('vico_listener.live.page', reason='aiohttp is not installed')
    controls = []
    server = page.LivePage('127.0.0.1', 0, controls.append)
    yield server, server.start(), controls
    server.close()


def until(condition):
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, 'timed out'
        time.sleep(0.01)


def ask(action):
    """Run a coroutine function with a client session."""
    import aiohttp

    async def run():
        async with aiohttp.ClientSession() as session:
            return await action(session)

    return asyncio.run(run())


def test_only_the_files_of_the_page_are_served(served):
    _, url, _ = served

    async def status(session, path, **headers):
        from yarl import URL

        async with session.get(URL(url + path, encoded=True), headers=headers) as response:
            return response.status, response.headers.get('Content-Security-Policy', '')

    async def all_of_them(session):
        found = {p: await status(session, p) for p in ('', 'app.js', 'style.css')}
        for path in ('../page.py', '%2e%2e/%2e%2e/setup.py', '//etc/passwd', 'app.js/..', 'x'):
            found[path] = await status(session, path)
        found['rebound'] = await status(session, '', Host='evil.example')
        return found

    found = ask(all_of_them)
    for path in ('', 'app.js', 'style.css'):
        assert found.pop(path)[0] == 200
    assert found.pop('rebound')[0] == 403
    assert {status for status, _ in found.values()} == {404}
    assert "default-src 'none'" in ask(lambda session: status(session, ''))[1]


@pytest.mark.parametrize(
    'headers',
    [{}, {'Origin': 'https://evil.example'}, {'Origin': 'http://localhost:1'}, {'Origin': 'null'}],
)
def test_a_foreign_page_gets_no_pictures_and_changes_nothing(served, headers):
    _, url, controls = served

    async def connect(session):
        import aiohttp

        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await session.ws_connect(url + 'live', headers=headers)
        return refusal.value.status

    async def post(session):
        async with session.post(url + 'live', json={'stop': True}) as response:
            return response.status

    assert ask(connect) == 403
    assert ask(post) == 405
    assert not controls


def test_what_is_sent_wrongly_is_refused_and_the_connection_lives(served):
    _, url, controls = served

    async def talk(session):
        origin = {'Origin': url.rstrip('/')}
        async with session.ws_connect(url + 'live', headers=origin) as socket:
            answers = [await socket.receive_json()]
            for text in ('{', '{"attitude": "angry"}', '{"attitude": "neutral"}', '7'):
                await socket.send_str(text)
                if 'neutral' not in text:
                    answers.append(await socket.receive_json())
            return answers

    answers = ask(talk)
    assert answers[0] == {'problem': ''}
    assert all('refused' in answer for answer in answers[1:])
    assert controls == [Control('attitude', 'neutral')]


def test_the_page_in_a_browser(served, chromium):
    server, url, controls = served
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    errors = []
    page.on('pageerror', lambda error: errors.append(error))
    page.on('console', lambda m: m.type == 'error' and errors.append(m.text))
    requested = []
    page.on('request', lambda request: requested.append(request.url))
    page.goto(url)
    # Not page.wait_for_function: it looks again by eval, which the page's policy forbids.
    until(lambda: page.evaluate('document.querySelectorAll("#curves canvas").length') == 3)
    until(lambda: server._clients)

    def grey(image):
        return page.evaluate(
            """(id) => {
              const image = document.getElementById(id);
              const canvas = new OffscreenCanvas(1, 1).getContext('2d');
              if (!image.complete || !image.naturalWidth) return -1;
              canvas.drawImage(image, 0, 0, 1, 1);
              return canvas.getImageData(0, 0, 1, 1).data[0];
            }""",
            image,
        )

    for shade in (40, 200):
        server.show_face(jpeg(shade))
        server.show_speaker(np.full((48, 64, 3), 255 - shade, np.uint8))
        until(lambda shade=shade: abs(grey('face') - shade) < 5)
        until(lambda shade=shade: abs(grey('speaker') - 255 + shade) < 5)
    server.show_sample(SAMPLE)
    page.wait_for_selector('text=sees you, hears you speak')
    assert page.is_checked('[value=positive]')
    assert page.input_value('#intensity') == '0.8'
    server.show_problem('no camera image')
    page.wait_for_selector('#problem:has-text("no camera image")')
    server.show_problem('')
    page.wait_for_selector('#problem', state='hidden')
    page.check('[value=negative]')
    page.fill('#intensity', '0.25')
    page.click('#stop')
    until(lambda: len(controls) == 3)
    assert controls == [
        Control('attitude', 'negative'),
        Control('intensity', 0.25),
        Control('stop', True),
    ]
    assert not errors
    assert {u.split('/')[2] for u in requested if u.startswith('http')} == {url.split('/')[2]}
    page.close()


def test_a_busy_port_is_an_error(served):
    from vico_listener.live.page import LivePage

    port = int(served[1].rstrip('/').rsplit(':', 1)[1])
    second = LivePage('127.0.0.1', port, lambda control: None)
    with pytest.raises(OSError, match='address already in use'):
        second.start()
    second.close()


# The dashboard's options


@pytest.mark.parametrize(
    ('options', 'complaint'),
    [
        (['--camera', 'talk.mp4'], 'shows what the running stack sees and hears'),
        (['--microphone', 'none'], 'shows what the running stack sees and hears'),
        (['--view', 'window'], 'opens a page'),
        (['--attach', '1st robot'], "'1st robot' is not a valid namespace"),
        (['--theme', 'no.yaml'], "unknown theme 'no.yaml'"),
    ],
)
def test_what_is_of_no_use_beside_a_running_stack_is_refused(options, complaint, capsys):
    pytest.importorskip('rclpy', reason='ROS 2 is not on the path: use ./run test')
    assert main(['live', '--attach', 'robot1', *options]) == 1
    assert complaint in capsys.readouterr().err


# The window


def test_the_window_shows_listener_speaker_and_curves():
    view = LiveWindow(lambda control: None)
    empty = view.compose()
    view.show_face(jpeg(120))
    with_face = view.compose()
    assert abs(int(with_face[200, 100, 0]) - 120) < 3
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, :80] = 255
    view.show_speaker(picture)
    corner = view.compose()[360:480, 480 - 213 : 480]
    assert corner[60, -20].min() > 250 > 5 > corner[60, 20].max()  # as in a mirror
    view.show_sample(SAMPLE)
    view.show_sample(SAMPLE)
    curves = view.compose()[480:]
    assert (curves != empty[480:]).any()
    assert curves.shape == (180, 480, 3)


def test_keys_of_the_window():
    controls = []
    view = LiveWindow(controls.append)
    view.press(ord('+'))  # nothing is known yet
    view.show_sample(SAMPLE)
    for key in '13+-q':
        view.press(ord(key))
    assert controls == [
        Control('attitude', 'positive'),
        Control('attitude', 'negative'),
        Control('intensity', 0.9),
        Control('intensity', 0.7),
        Control('stop', True),
    ]


def test_a_window_needs_a_display_and_an_opencv_with_windows(monkeypatch):
    built = 'GUI:                           QT5'
    monkeypatch.setattr(window_module.platform, 'system', lambda: 'Linux')
    monkeypatch.setattr(window_module.cv2, 'getBuildInformation', lambda: built)
    monkeypatch.delenv('DISPLAY', raising=False)
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    assert not window_available()
    monkeypatch.setenv('DISPLAY', ':0')
    assert window_available()
    monkeypatch.setattr(
        window_module.cv2, 'getBuildInformation', lambda: built.replace('QT5', 'NONE')
    )
    assert not window_available()
