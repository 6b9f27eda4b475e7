"""`vico doctor` without ROS: what is judged of the machine, the environment and the streams."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from vico_listener.cli.main import main
from vico_listener.doctor import machine_state as machine
from vico_listener.doctor.environment import environment_findings
from vico_listener.doctor.environment import how_to_get
from vico_listener.doctor.environment import package_findings
from vico_listener.doctor.environment import segment_size
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.doctor.finding import as_json
from vico_listener.doctor.finding import as_text
from vico_listener.doctor.finding import exit_code
from vico_listener.doctor.sound import sound_findings
from vico_listener.doctor.streams import AUDIO_TYPES
from vico_listener.doctor.streams import IMAGE_TYPES
from vico_listener.doctor.streams import Stream
from vico_listener.doctor.streams import choose_topic
from vico_listener.doctor.streams import image_findings
from vico_listener.doctor.streams import launch_arguments
from vico_listener.doctor.streams import missing_finding
from vico_listener.doctor.streams import stream_findings
from vico_listener.resources import resource_path
from vico_listener.speech import AudioFormat

SHARED = resource_path('config/fastdds_shm.xml')


def told(findings, level: Level) -> str:
    return '\n'.join(f'{f.text} -> {f.remedy}' for f in findings if f.level is level)


def wrong(findings) -> str:
    return told(findings, Level.WRONG)


def notes(findings) -> str:
    return told(findings, Level.NOTE)


def test_the_exit_code_tells_whether_something_is_wrong() -> None:
    fine = [Finding('a', Level.OK, 'x'), Finding('a', Level.NOTE, 'y', 'z')]
    assert exit_code(fine) == 0 and 'nothing is wrong' in as_text(fine)
    bad = [*fine, Finding('b', Level.WRONG, 'no sound', 'plug it in')]
    assert exit_code(bad) == 1
    assert as_text(bad).splitlines()[-3:] == [
        '  wrong  no sound',
        '         -> plug it in',
        '1 thing is wrong',
    ]
    data = json.loads(as_json(bad))
    assert data['wrong'] == 1
    assert data['findings'][-1] == {
        'area': 'b', 'level': 'wrong', 'text': 'no sound', 'remedy': 'plug it in'
    }  # fmt: skip


def test_a_line_of_the_diagnostics_is_split_at_its_remedy() -> None:
    found = Finding.split('x', Level.WRONG, 'no audio for 3 s: start the driver; or else')
    assert (found.text, found.remedy) == ('no audio for 3 s', 'start the driver; or else')
    assert Finding.split('x', Level.WRONG, 'not active').remedy == ''


def test_this_machine_can_run_the_head(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the time that the face takes: that is not this test's."""
    assert wrong([machine.python_finding((3, 11))]) == ''
    assert wrong(machine.module_findings()) == ''
    assert 'use Python 3.10 to 3.14' in wrong([machine.python_finding((3, 9))])


def test_a_module_that_is_missing_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__('sys').modules, 'onnxruntime', None)
    found = wrong(machine.module_findings())
    assert 'onnxruntime does not work' in found and 'pip install -r' in found
    assert 'head.txt' in found


def test_models_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, 'bundled_path', lambda file: None)
    found = wrong(machine.model_findings())
    assert 'face_landmarker.task' in found and 'bundled_files' in found


def test_memory_is_that_which_is_available(tmp_path: Path) -> None:
    meminfo = tmp_path / 'meminfo'
    meminfo.write_text('MemTotal: 8000000 kB\nMemAvailable:  2048000 kB\n')
    assert machine.available_memory(meminfo) == 2000
    assert machine.available_memory(tmp_path / 'none') is None


@pytest.mark.parametrize(
    ('face', 'level'),
    [(11.0, Level.OK), (50.0, Level.NOTE), (120.0, Level.WRONG), ('broken', Level.WRONG)],
)
def test_a_face_that_is_too_slow_for_a_camera(face: float | str, level: Level) -> None:
    assert machine.speed_finding(face).level is level


def test_the_profile_that_ships_is_large_enough() -> None:
    assert segment_size(SHARED.read_text('utf-8')) == 25165824
    given = {'FASTRTPS_DEFAULT_PROFILES_FILE': str(SHARED), 'ROS_DISTRO': 'jazzy'}
    found = list(environment_findings(given))
    assert {f.level for f in found} == {Level.OK}
    assert '24 MB of shared memory' in as_text(found)


@pytest.mark.parametrize(
    ('given', 'level', 'text'),
    [
        ({}, Level.NOTE, 'no Fast DDS profile'),
        ({'FASTRTPS_DEFAULT_PROFILES_FILE': '/none.xml'}, Level.WRONG, 'No such file'),
        ({'ROS_DOMAIN_ID': 'seven'}, Level.WRONG, 'is not a valid domain'),
        ({'ROS_DOMAIN_ID': '233'}, Level.WRONG, 'is not a valid domain'),
        ({'ROS_DOMAIN_ID': '150'}, Level.NOTE, 'may have given its ports to other programs'),
        ({'ROS_DISTRO': 'foxy'}, Level.NOTE, 'foxy was never tried'),
        ({'ROS_LOCALHOST_ONLY': '1'}, Level.NOTE, 'only programs on this machine'),
        ({'ROS_SECURITY_ENABLE': 'true'}, Level.NOTE, 'DDS security is on'),
        (
            {'RMW_IMPLEMENTATION': 'rmw_zenoh_cpp', 'AMENT_PREFIX_PATH': '/none'},
            Level.WRONG,
            'rmw_zenoh_cpp not installed',
        ),
    ],
)
def test_what_is_wrong_with_the_environment(given: dict, level: Level, text: str) -> None:
    assert text in told(environment_findings(given), level)


def test_a_profile_without_a_segment_is_small(tmp_path: Path) -> None:
    profile = tmp_path / 'small.xml'
    profile.write_text('<dds xmlns="http://www.eprosima.com"><profiles/></dds>')
    given = {'FASTDDS_DEFAULT_PROFILES_FILE': str(profile)}
    assert 'has 0.0 MB' in notes(environment_findings(given))
    profile.write_text('<dds')
    assert 'not valid XML' in wrong(environment_findings(given))
    profile.write_text('<dds><segment_size>many</segment_size></dds>')
    assert 'not a number' in wrong(environment_findings(given))


def test_ros_is_not_needed_and_half_of_it_is_wrong() -> None:
    without = list(package_findings(lambda module: False))
    assert wrong(without) == '' and 'no ROS 2 here' in notes(without)
    not_built = list(package_findings(lambda module: module == 'rclpy'))
    assert 'messages of vico_listener are not built' in wrong(not_built)
    assert 'audio_common_msgs' in wrong(not_built) and 'hri_msgs' in notes(not_built)


def test_the_wheels_lack_what_apt_would_install() -> None:
    assert how_to_get('tf2-msgs', environment={}) == 'sudo apt install ros-$ROS_DISTRO-tf2-msgs'
    wheels = how_to_get('tf2-msgs', environment={'_ROS_WHEELS_BOOTSTRAP_COMPLETE': '1'})
    assert 'the ROS wheels of ./run have none' in wheels


def test_the_topic_that_a_user_forgot_to_remap_is_proposed() -> None:
    topics = {
        '/camera/color/image_raw': [IMAGE_TYPES[0]],
        '/camera/color/image_raw/compressed': [IMAGE_TYPES[1]],
        '/camera/depth/image_raw': [IMAGE_TYPES[0]],
        '/face/image': [IMAGE_TYPES[0]],
        '/scan': ['sensor_msgs/msg/LaserScan'],
    }
    chosen, others = choose_topic('/image', IMAGE_TYPES, topics)
    assert chosen == '/camera/color/image_raw'
    assert others == [chosen, f'{chosen}/compressed']
    how = launch_arguments('image', chosen, IMAGE_TYPES[0], '/camera/color/camera_info')
    found = missing_finding('camera', '/image', [], IMAGE_TYPES, others, how)
    assert found.text == 'nobody publishes /image'
    assert found.remedy == (
        f'start the stack with image:={chosen} camera_info:=/camera/color/camera_info '
        f'(or {chosen}/compressed)'
    )
    assert choose_topic('/image', IMAGE_TYPES, {})[0] == ''


def test_the_voice_of_the_robot_is_no_microphone() -> None:
    voices = dict.fromkeys(('/vocal_sound', '/robot_voice'), [AUDIO_TYPES[0]])
    assert choose_topic('/audio', AUDIO_TYPES, voices) == ('', [])
    assert choose_topic('/audio', AUDIO_TYPES, voices | {'/mic': [AUDIO_TYPES[0]]})[0] == '/mic'


def test_a_topic_of_another_type_is_none_to_listen_to() -> None:
    topics = {'/image': ['std_msgs/msg/String'], '/cam/compressed': [IMAGE_TYPES[1]]}
    chosen, others = choose_topic('/image', IMAGE_TYPES, topics)
    assert chosen == '/cam/compressed'
    how = launch_arguments('image', chosen, IMAGE_TYPES[1])
    found = missing_finding('camera', '/image', topics['/image'], IMAGE_TYPES, others, how)
    assert found.text == f'/image carries std_msgs/msg/String, and not {" or ".join(IMAGE_TYPES)}'
    assert found.remedy == (
        'start the stack with image:=/cam/compressed image_transport:=compressed'
    )
    alone = missing_finding('camera', '/image', topics['/image'], IMAGE_TYPES, [], '')
    assert alone.remedy == 'correct the name, or convert the messages'
    assert 'audio_stamped: false' in launch_arguments('audio', '/a', AUDIO_TYPES[1])
    assert launch_arguments('audio', '/a', AUDIO_TYPES[1], '/i', launch=False) == (
        '-r audio:=/a -r audio_info:=/i -p audio_stamped:=false'
    )


def stream(rate: float, count: int = 30, lost: int = 0, size: int = 921600) -> Stream:
    arrivals = [round(1e9 * n / rate) for n in range(count)]
    return Stream('/image', IMAGE_TYPES[0], ['/camera'], 'best effort', arrivals, size, lost)


def test_a_stream_is_judged_by_what_came() -> None:
    assert stream(30.0).rate == pytest.approx(30.0)
    assert stream(30.0).longest_gap == pytest.approx(1 / 30)
    assert wrong(stream_findings('camera', stream(30.0), 1.0)) == ''
    assert 'nothing arrived on /image' in wrong(stream_findings('camera', stream(30.0, 0), 5.0))
    lossy = list(stream_findings('camera', stream(20.0, lost=15), 1.0))
    assert '15 messages (33%)' in wrong(lossy) and 'fastdds_shm.xml' in wrong(lossy)
    paused = stream(30.0)
    paused.arrivals[20:] = [t + 2_000_000_000 for t in paused.arrivals[20:]]
    assert 'a pause of 2.0 s' in notes(stream_findings('camera', paused, 3.0))
    two = stream(30.0)
    two.publishers = ['/left', '/right']
    assert '2 nodes publish /image: /left, /right' in wrong(stream_findings('camera', two, 1.0))


def test_images_are_judged() -> None:
    def judged(rate=30.0, size=(640, 480), brightness=120.0, raw=False) -> list[Finding]:
        return list(image_findings(stream(rate), *size, brightness, raw))

    assert {f.level for f in judged()} == {Level.OK}
    assert 'only 8.0 images a second' in notes(judged(rate=8.0))
    assert 'only 2.0 images a second' in wrong(judged(rate=2.0))
    assert 'nearly black' in wrong(judged(brightness=3.0))
    assert 'nearly white' in wrong(judged(brightness=250.0))
    assert '55 MB of raw images' in notes(judged(rate=60.0, raw=True))
    assert 'only near faces' in notes(judged(size=(160, 120)))


def pcm(values: np.ndarray) -> list[bytes]:
    return [chunk.astype('<i2').tobytes() for chunk in np.array_split(values, 10)]


def test_sound_is_judged() -> None:
    t = np.arange(8000) / 16000
    tone = 8000 * np.sin(math.tau * 200 * t)
    fine = list(sound_findings(AudioFormat(), pcm(tone)))
    assert wrong(fine) == notes(fine) == ''
    assert '16000 Hz mono S16LE, 50 ms per message' in as_text(fine)
    assert 'peak -12 dB' in as_text(fine)
    assert 'nothing but zeros' in wrong(sound_findings(AudioFormat(), pcm(0 * tone)))
    assert 'very quiet (peak -72 dB)' in notes(sound_findings(AudioFormat(), pcm(0.001 * tone)))
    assert 'are clipped' in notes(
        sound_findings(AudioFormat(), pcm(np.clip(9 * tone, -32768, 32767)))
    )
    mp3 = list(sound_findings(AudioFormat(coding='mp3'), pcm(tone)))
    assert 'start audio_capture with format:=wave' in wrong(mp3)
    # An array whose first channel is mute hears by its second one.
    stereo = np.stack([0 * tone, tone], 1).ravel()
    assert wrong(sound_findings(AudioFormat(channels=2), pcm(stereo))) == ''
    assert 'zeros' in wrong(sound_findings(AudioFormat(channels=2, channel=0), pcm(stereo)))
    assert 'the messages are 0.5 s long' in notes(
        sound_findings(AudioFormat(), [b''.join(pcm(tone))])
    )


@pytest.mark.parametrize(
    ('audio', 'chunk', 'text'),
    [
        (AudioFormat(), b'RIFF....WAVEfmt ' + bytes(800), 'the audio is a WAV file'),
        (AudioFormat(), b'ID3\x04' + bytes(800), 'the audio is MP3, not raw PCM'),
        (AudioFormat(), b'\1' * 1599, '3 of 3 messages end within a sample of 16000 Hz mono'),
        (AudioFormat(channels=3), b'\1' * 1600, '3 of 3 messages end within a sample'),
        (
            AudioFormat(sample_format='F32LE'),
            np.array([0.1, np.nan, 0.1, 0.1], '<f4').tobytes(),
            '25.0% of the samples are NaN',
        ),
    ],
)
def test_bytes_that_are_no_such_sound_are_one_finding_of_many(
    audio: AudioFormat, chunk: bytes, text: str
) -> None:
    assert text in wrong(sound_findings(audio, [chunk] * 3))


def test_findings_of_an_area_stand_together() -> None:
    found = [Finding(area, Level.OK, text) for area, text in ('a1', 'b2', 'a3')]
    words = as_text(found).replace('nothing is wrong', '').split()
    assert words == ['a', 'ok', '1', 'ok', '3', 'b', 'ok', '2']


def test_the_command_looks_at_the_machine_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from vico_listener.cli import doctor

    monkeypatch.setattr(
        doctor, 'machine_findings', lambda: [Finding('machine', Level.WRONG, 'no', 'yes')]
    )
    assert main(['doctor', '--machine', '--json']) == 1
    assert json.loads(capsys.readouterr().out)['findings'][0]['text'] == 'no'
    assert main(['doctor', '--seconds', '0']) == 1
    assert '--seconds must be above 0' in capsys.readouterr().err
    assert main(['doctor', '--image', 'my camera']) == 1
    assert 'image: ' in capsys.readouterr().err
