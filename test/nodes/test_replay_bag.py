"""Bags over DDS: played as the clip they are made of, the same at any speed, over and over."""

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clip_files import write_clip
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.serialization import deserialize_message
from stack_playing import motion_table
from stack_playing import play

from vico_listener import msg
from vico_listener.cli.main import main
from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.bags.clip_bags import ClipFiles
from vico_listener.lab.dataset.bags.clip_bags import make_bag
from vico_listener.lab.nodes.bag_recorder_node import BagRecorderNode
from vico_listener.media.bags.definitions import LISTENER_MOTION
from vico_listener.media.bags.definitions import typestore
from vico_listener.media.bags.reader import Bag
from vico_listener.motion import Attitude
from vico_listener.nodes.replay_node import ReplayNode


@pytest.fixture(scope='session')
def short_bag(tmp_path_factory: pytest.TempPathFactory, short_clip: Path) -> Path:
    folder = tmp_path_factory.mktemp('bags') / 'short'
    make_bag(ClipFiles('short', short_clip), folder)
    return folder


@pytest.fixture(scope='session')
def played_clip(short_clip: Path) -> np.ndarray:
    graph = Graph()
    try:
        return motion_table(play(graph, short_clip)['motion'])
    finally:
        graph.close()


@pytest.mark.parametrize(
    ('rate', 'composed'), [(0.0, True), (4.0, False), (1.0, True), (0.5, True)]
)
def test_bag_gives_the_motion_of_its_clip_at_any_rate(
    graph: Graph, short_bag: Path, played_clip: np.ndarray, rate: float, composed: bool
) -> None:
    heard = play(graph, short_bag, composed, rate)
    assert len(heard['motion']) >= 55
    np.testing.assert_array_equal(motion_table(heard['motion']), played_clip)


@pytest.mark.skipif('VICO_FULL' not in os.environ, reason='minutes: set VICO_FULL')
@pytest.mark.parametrize('images', ['raw', 'jpeg'])
def test_whole_bag_gives_the_same_motion_at_any_rate(
    graph: Graph, tmp_path: Path, speech_clip: Path, images: str
) -> None:
    bag = tmp_path / 'bag'
    make_bag(ClipFiles('speech', speech_clip), bag, 'sqlite3', images)
    tables = [
        motion_table(play(graph, bag, composed, rate)['motion'])
        for rate, composed in ((0.0, True), (0.0, False), (4.0, True), (1.0, True), (0.5, True))
    ]
    assert len(tables[0]) >= 255
    for table in tables[1:]:
        np.testing.assert_array_equal(table, tables[0])


@pytest.mark.parametrize('rate', [0.0, 4.0])
def test_every_pass_of_a_loop_is_the_first_one(
    graph: Graph, tmp_path: Path, short_clip: Path, rate: float
) -> None:
    bag = tmp_path / 'bag'
    make_bag(ClipFiles('short', short_clip), bag, attitude=Attitude.NEGATIVE)
    motions = play(graph, bag, rate=rate, passes=2)['motion']
    assert {m.attitude for m in motions} == {'negative'}  # the stack was told 'positive'
    starts = [i for i, m in enumerate(motions) if m.reset]
    assert len(starts) == 3
    first, second = (motion_table(motions[a:b]) for a, b in zip(starts, starts[1:], strict=False))
    assert len(first) >= 55
    np.testing.assert_array_equal(first, second)


def test_bag_of_jpegs_in_sqlite_is_answered(graph: Graph, tmp_path: Path, short_clip: Path) -> None:
    bag = tmp_path / 'bag'
    make_bag(ClipFiles('short', short_clip), bag, 'sqlite3', 'jpeg')
    # The images draw the seed, and these are not the clip's to the bit.
    seeded = {'ListenerNode': {'seed': 1}}
    lossless, lossy = (motion_table(play(graph, p, **seeded)['motion']) for p in (short_clip, bag))
    np.testing.assert_array_equal(lossy[:, :2], lossless[:, :2])
    # Lossy images: nearly the same face.
    np.testing.assert_allclose(lossy[:, 2:], lossless[:, 2:], atol=0.2)


def test_replay_refuses_what_it_cannot_play(
    graph: Graph, tmp_path: Path, short_clip: Path, capfd: pytest.CaptureFixture
) -> None:
    silent = tmp_path / 'silent'
    make_bag(ClipFiles('grey', write_clip(tmp_path / 'grey.mp4', [0, 40])), silent)
    cut = tmp_path / 'cut.mcap'
    cut.write_bytes((silent / 'silent.mcap').read_bytes()[:-100])
    for parameters, text in (
        ({'bag': '/no/bag'}, 'no such bag: /no/bag'),
        ({'bag': str(cut)}, 'truncated or damaged'),
        ({'bag': str(silent)}, 'holds no microphone'),
        ({'bag': str(silent), 'image_topic': '/x'}, 'holds no messages on /x'),
        ({'bag': str(silent), 'clip': str(short_clip)}, 'set one of them'),
    ):
        replay = graph.make(ReplayNode, **parameters)
        assert graph.run(replay.trigger_configure) == TransitionCallbackReturn.FAILURE
        assert text in capfd.readouterr().err
    mute = graph.make(ReplayNode, bag=str(silent), audio_topic='none')
    assert graph.run(mute.trigger_configure) == TransitionCallbackReturn.SUCCESS


def test_an_interruption_as_it_begins_to_play_leaves_nothing_behind(
    graph: Graph, short_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = graph.make(ReplayNode, clip=str(short_clip), rate=0.0)
    assert graph.run(replay.trigger_configure) == TransitionCallbackReturn.SUCCESS
    late: list[threading.Thread] = []

    def interrupted(thread: threading.Thread) -> None:
        late.append(thread)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, 'start', interrupted)
        with pytest.raises(KeyboardInterrupt):
            replay.activate()
    replay.deactivate()
    played: list[Any] = []
    replay.on_played = played.append
    # It begins now, when the graph may be gone.
    late[0].start()
    late[0].join()
    assert not played and not replay.failure and not replay.finished.is_set()


def test_recorded_bag_holds_what_was_published(
    graph: Graph, tmp_path: Path, short_bag: Path
) -> None:
    topics = ['speaker', 'motion', 'head_controller/joint_trajectory', 'image']
    recorder = BagRecorderNode(tmp_path / 'kept', topics, context=graph.context)
    graph.add(recorder)
    heard = play(graph, short_bag)
    wait_until(lambda: recorder.counts.get('/motion', 0) >= len(heard['motion']))
    assert recorder.missing() == [] and recorder.refused == {}
    wait_until(lambda: recorder.senses.senses.ticks >= len(heard['motion']))
    assert recorder.senses.check().verdict == 'ok'
    graph.remove(recorder)
    recorder.close()
    with Bag(tmp_path / 'kept') as bag:
        assert {t.name for t in bag.topics} == {'/' + topic for topic in topics}
        kept = [m for _, _, m in bag.messages(['/motion'])]
    assert [m.face.rotation.tolist() for m in kept] == [
        m.face.rotation.tolist() for m in heard['motion']
    ]


@pytest.mark.parametrize(
    ('face', 'strict', 'code'), [(False, ['--strict'], 3), (False, [], 0), (True, ['--strict'], 0)]
)
def test_record_fails_strictly_where_nobody_was_seen(
    graph: Graph,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    face: bool,
    strict: list[str],
    code: int,
) -> None:
    tester = graph.tester()
    speaker = tester.create_publisher(msg.SpeakerFrame, 'speaker', 60)
    frame = msg.SpeakerFrame(face_valid=face, audio_valid=True)
    tester.create_timer(1 / MODEL_RATE, lambda: speaker.publish(frame))
    options = ['--out', str(tmp_path / 'bag'), '--seconds', '3', *strict]
    assert main(['bag', 'record', *options]) == code
    verdict = 'ok' if face else 'no face in 100% of the time'
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == f'check: {verdict}'
    assert printed[-2] == f'senses: face {face:.0%}, audio 100%, speech 0%'


def test_ros_reads_what_bags_are_written_with(tmp_path: Path, short_bag: Path) -> None:
    from audio_common_msgs.msg import AudioDataStamped
    from rosbags.rosbag2 import Reader
    from sensor_msgs.msg import Image

    types = {'/image': Image, '/audio': AudioDataStamped}
    with Reader(short_bag) as reader:
        seen = {
            connection.topic: deserialize_message(bytes(data), types[connection.topic])
            for connection, _, data in reader.messages()
            if connection.topic in types
        }
    assert (seen['/image'].encoding, seen['/image'].width) == ('bgr8', 320)
    assert len(seen['/image'].data) == 320 * 240 * 3
    assert len(seen['/audio'].audio.data) > 0


def test_type_hashes_are_those_of_the_middleware(graph: Graph, short_bag: Path) -> None:
    node = graph.tester()
    node.create_publisher(msg.ListenerMotion, 'motion', 1)
    wait_until(lambda: node.get_publishers_info_by_topic('motion'))
    (info,) = node.get_publishers_info_by_topic('motion')
    if not hasattr(info, 'topic_type_hash'):
        pytest.skip('this ROS 2 has no type hashes')
    told = 'RIHS01_' + bytes(info.topic_type_hash.value).hex()
    assert typestore().hash_rihs01(LISTENER_MOTION) == told
