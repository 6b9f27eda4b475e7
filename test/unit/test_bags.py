"""Clips become bags that others can read, and bags are read back or refused with a reason."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from clip_files import write_clip
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores
from rosbags.typesys import get_types_from_msg
from rosbags.typesys import get_typestore

from vico_listener.cli.main import main
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.lab.dataset.bags.clip_bags import ClipFiles
from vico_listener.lab.dataset.bags.clip_bags import find_clips
from vico_listener.lab.dataset.bags.clip_bags import make_bag
from vico_listener.lab.dataset.bags.truth import read_truth
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import placed_track
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.definitions import AUDIO_STAMPED
from vico_listener.media.bags.definitions import IMAGE
from vico_listener.media.bags.definitions import header_of
from vico_listener.media.bags.definitions import new_message
from vico_listener.media.bags.input_topics import choose_inputs
from vico_listener.media.bags.reader import Bag
from vico_listener.media.bags.reader import Topic
from vico_listener.media.bags.reader import is_bag
from vico_listener.media.bags.writer import BagWriter
from vico_listener.media.clip import START_NS
from vico_listener.media.clip import audio_chunks
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import read_audio
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude

COUNT = 12


@pytest.fixture(scope='module')
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('clip')
    return write_clip(folder / 'talk.mp4', list(range(0, 400, 40)), audio_ms=400)


@pytest.fixture(scope='module')
def bags(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('bags')
    for storage in ('mcap', 'sqlite3'):
        files = ClipFiles('talk', clip)
        make_bag(files, folder / storage, storage, attitude=Attitude.NEGATIVE)
    return {storage: folder / storage for storage in ('mcap', 'sqlite3')}


def face_track(seed: int) -> FaceTrack:
    random = np.random.default_rng(seed)
    valid = np.ones(COUNT, bool)
    valid[5] = False
    return FaceTrack(
        random.random((COUNT, 52), np.float32),
        random.normal(0, 0.2, (COUNT, 3)).astype(np.float32),
        random.normal(0, 0.3, (COUNT, 3)).astype(np.float32),
        valid,
    )


def write_features(path: Path) -> ClipFeatures:
    features = ClipFeatures(
        clip='talk',
        split='test',
        attitude=Attitude.POSITIVE,
        speaker_id='a',
        listener_id='b',
        acoustic=np.zeros((COUNT, 45), np.float32),
        speaking=np.zeros(COUNT, bool),
        heard=np.ones(COUNT, bool),
        speaker=face_track(1),
        listener=face_track(2),
    )
    features.save(path)
    return features


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_bag_holds_the_clip_and_every_definition(
    bags: dict[str, Path], clip: Path, storage: str
) -> None:
    frames = list(camera_frames(clip))
    stamps, shown, sound = [], [], []
    with Reader(bags[storage]) as reader:
        stores = {}
        for connection in reader.connections:
            # Only what is inside the bag is used to read it.
            stores[connection.msgtype] = get_typestore(Stores.EMPTY)
            types = get_types_from_msg(connection.msgdef.data, connection.msgtype)
            stores[connection.msgtype].register(types)
        times = []
        for connection, recorded, data in reader.messages():
            message = stores[connection.msgtype].deserialize_cdr(data, connection.msgtype)
            times.append(recorded)
            if connection.topic == '/image':
                stamps.append(message.header.stamp.sec * NANOSECONDS + message.header.stamp.nanosec)
                shown.append(message.data.reshape(message.height, message.step // 3, 3))
            elif connection.topic == '/audio':
                sound.append(message.audio.data.view('<i2'))
            elif connection.topic == '/attitude':
                assert message.data == 'negative'
            elif connection.topic == '/audio_info':
                assert (message.sample_rate, message.channels) == (44100, 1)
                assert (message.sample_format, message.coding_format) == ('S16LE', 'wave')
    assert stamps == [START_NS + p.stamp for p in frames]
    assert all(np.array_equal(a, b.image) for a, b in zip(shown, frames, strict=True))
    np.testing.assert_array_equal(np.concatenate(sound), read_audio(clip)[0][:, 0])
    assert times == sorted(times)


def test_mcap_library_reads_the_bag(bags: dict[str, Path], clip: Path) -> None:
    reading = pytest.importorskip('mcap.reader', reason='pip install mcap')
    with (bags['mcap'] / 'mcap.mcap').open('rb') as file:
        reader = reading.make_reader(file)
        summary = reader.get_summary()
        schemas = {schema.name: schema for schema in summary.schemas.values()}
        assert {'sensor_msgs/msg/Image', AUDIO_STAMPED} <= set(schemas)
        assert all(s.encoding == 'ros2msg' and s.data for s in schemas.values())
        topics = [channel.topic for _, channel, _ in reader.iter_messages()]
        assert reader.get_header().profile == 'ros2'
    assert topics.count('/image') == 10
    assert topics.count('/audio') == len(list(audio_chunks(clip)))


def test_metadata_is_what_rosbag2_of_jazzy_writes(bags: dict[str, Path]) -> None:
    for storage, path in bags.items():
        content = yaml.safe_load((path / 'metadata.yaml').read_text())
        information = content['rosbag2_bagfile_information']
        assert information['version'] == 9
        assert information['storage_identifier'] == storage
        (file,) = information['files']
        assert (path / file['path']).is_file()
        assert information['relative_file_paths'] == [file['path']]
        assert file['message_count'] == information['message_count']
        assert information['starting_time']['nanoseconds_since_epoch'] == START_NS
        assert information['custom_data'] == {'clip': 'talk', 'attitude': 'negative'}
        for topic in information['topics_with_message_count']:
            metadata = topic['topic_metadata']
            assert metadata['type_description_hash'].startswith('RIHS01_')
            (qos,) = metadata['offered_qos_profiles']
            assert (qos['reliability'], qos['history']) == ('reliable', 'keep_last')
            assert qos['durability'] == 'volatile'


def test_sqlite_schema_is_that_of_rosbag2_of_jazzy(bags: dict[str, Path]) -> None:
    expected = {  # rosbag2_storage_sqlite3 0.26, schema version 4
        'schema': ['schema_version', 'ros_distro'],
        'metadata': ['id', 'metadata_version', 'metadata'],
        'topics': [
            'id',
            'name',
            'type',
            'serialization_format',
            'offered_qos_profiles',
            'type_description_hash',
        ],
        'message_definitions': [
            'id',
            'topic_type',
            'encoding',
            'encoded_message_definition',
            'type_description_hash',
        ],
        'messages': ['id', 'topic_id', 'timestamp', 'data'],
    }
    database = sqlite3.connect(bags['sqlite3'] / 'sqlite3.db3')
    for table, columns in expected.items():
        found = [row[1] for row in database.execute(f'PRAGMA table_info({table})')]
        assert found == columns
    assert database.execute('SELECT schema_version FROM schema').fetchall() == [(4,)]
    assert database.execute('SELECT metadata_version FROM metadata').fetchall() == [(9,)]
    database.close()


def test_jpeg_bag_looks_like_the_clip(tmp_path: Path, clip: Path) -> None:
    import cv2

    counts = make_bag(ClipFiles('talk', clip), tmp_path / 'bag', images='jpeg')
    assert counts['/image/compressed'] == 10
    with Bag(tmp_path / 'bag') as bag:
        _, message = bag.first('/image/compressed')
    image = cv2.imdecode(message.data, cv2.IMREAD_COLOR)
    original = next(camera_frames(clip)).image
    assert np.abs(image.astype(int) - original).max() <= 3


def test_what_is_skipped_on_the_way_into_a_bag_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    leap = write_clip(tmp_path / 'leap.mkv', [0, 40, 80, 100_000, 100_040])
    assert main(['bag', 'make', str(leap), '--out', str(tmp_path / 'bag')]) == 0
    assert 'leap: skipped: jumps of the stamps, taken out: 1' in capsys.readouterr().out


def test_truth_comes_back_as_the_camera_saw_it(tmp_path: Path, clip: Path) -> None:
    listener = write_features(tmp_path / 'talk.npz').listener
    (files,) = find_clips(clip, tmp_path)
    make_bag(files, tmp_path / 'bag')
    with Bag(tmp_path / 'bag') as bag:
        inputs = choose_inputs(bag.path, bag.topics)
        assert bag.first('/attitude')[1].data == 'positive'
        _, message = bag.first('/true_motion')
        # Relative to its own first face, as ListenerMotion is.
        np.testing.assert_allclose(message.face.rotation, 0, atol=1e-6)
        np.testing.assert_allclose(message.face.translation, 0, atol=1e-6)
    truth = read_truth(tmp_path / 'bag', inputs)
    assert truth is not None
    expected = [(START_NS + tick_stamp(k)) * 30 / NANOSECONDS for k in range(COUNT)]
    np.testing.assert_allclose(truth.ticks, expected, atol=1e-6)
    placed = placed_track(truth.motion, truth.reference)
    np.testing.assert_array_equal(placed.valid, listener.valid)
    for name in ('expression', 'rotation', 'translation'):
        seen = getattr(listener, name)[listener.valid]
        np.testing.assert_allclose(getattr(placed, name)[listener.valid], seen, atol=2e-6)


def damaged(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        file = next(f for f in folder.iterdir() if f.suffix in ('.mcap', '.db3'))
        file.write_bytes(change(file.read_bytes()))

    return apply


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize(
    ('damage', 'reason'),
    [
        (damaged(lambda data: data[: len(data) // 2]), 'truncated or damaged'),
        (damaged(lambda data: data[:-5000]), 'truncated or damaged'),
        (damaged(lambda data: b''), 'truncated or damaged'),
        (damaged(lambda data: b'x' * len(data)), 'truncated or damaged'),
        (lambda folder: (folder / 'metadata.yaml').unlink(), 'ros2 bag reindex'),
        (lambda folder: (folder / 'metadata.yaml').write_text('{'), 'truncated or damaged'),
        (shutil.rmtree, 'no such bag'),
    ],
)
def test_broken_bag_is_refused(
    bags: dict[str, Path],
    tmp_path: Path,
    storage: str,
    damage: Callable[[Path], None],
    reason: str,
) -> None:
    folder = tmp_path / 'bag'
    shutil.copytree(bags[storage], folder)
    damage(folder)
    with pytest.raises(BagError, match=reason), Bag(folder) as bag:
        list(bag.messages({topic.name for topic in bag.topics}))


def test_what_is_no_bag_is_refused(tmp_path: Path) -> None:
    for name, reason in (('talk.bag', 'ROS 1'), ('talk.txt', 'no rosbag2 bag')):
        (tmp_path / name).write_text('x')
        with pytest.raises(BagError, match=reason):
            Bag(tmp_path / name)
    BagWriter(tmp_path / 'empty').close()
    with pytest.raises(BagError, match='is empty'):
        Bag(tmp_path / 'empty')
    assert is_bag(tmp_path / 'empty') and not is_bag(tmp_path / 'talk.txt')


def test_single_file_is_a_bag(bags: dict[str, Path]) -> None:
    with Bag(bags['mcap'] / 'mcap.mcap') as bag:
        assert choose_inputs(bag.path, bag.topics).image.name == '/image'


def test_existing_folder_is_not_overwritten_and_a_failed_one_not_left(
    bags: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    with pytest.raises(BagError, match='exists'):
        make_bag(ClipFiles('talk', clip), bags['mcap'])
    with pytest.raises(BagError, match="'raw' or 'jpeg', not 'gif'"):
        make_bag(ClipFiles('talk', clip), tmp_path / 'bag', images='gif')
    assert not (tmp_path / 'bag').exists()


def topic(name: str, kind: str, count: int = 5) -> Topic:
    return Topic(name, {'raw': IMAGE, 'audio': AUDIO_STAMPED}.get(kind, kind), count)


JPEG = 'sensor_msgs/msg/CompressedImage'
PLAIN = 'audio_common_msgs/msg/AudioData'
FOREIGN = 'audio_common_msgs/msg/AudioStamped'


@pytest.mark.parametrize(
    ('topics', 'image', 'audio'),
    [
        ([topic('/i', 'raw'), topic('/a', 'audio')], '/i', '/a'),
        ([topic('/i', JPEG), topic('/a', PLAIN)], '/i', '/a'),
        ([topic('/i', JPEG), topic('/a', FOREIGN)], '/i', '/a'),
        # raw before compressed, stamped before not, no depth, not the listener's own face
        (
            [
                topic('/cam', 'raw'),
                topic('/cam/compressed', JPEG),
                topic('/depth/image', 'raw'),
                topic('/face/image', 'raw'),
                topic('/audio/audio', PLAIN),
                topic('/audio/audio_stamped', 'audio'),
                topic('/other', 'raw', 0),
            ],
            '/cam',
            '/audio/audio_stamped',
        ),
    ],
)
def test_topics_are_found_by_type(topics: list[Topic], image: str, audio: str) -> None:
    inputs = choose_inputs(Path('bag'), topics)
    assert inputs.audio is not None
    assert (inputs.image.name, inputs.audio.name) == (image, audio)


def test_wrong_or_missing_topics_are_named() -> None:
    def refused(*topics: Topic, **names: str) -> str:
        with pytest.raises(BagError) as error:
            choose_inputs(Path('bag'), list(topics), **names)
        return str(error.value)

    camera, other = topic('/i', 'raw'), topic('/j', JPEG)
    microphone, text = topic('/a', 'audio'), topic('/t', 'std_msgs/msg/String')
    assert 'no camera' in refused(microphone) and '/a' in refused(microphone)
    assert "set audio_topic to 'none'" in refused(camera)
    assert 'choose one with image_topic: /i' in refused(camera, other, microphone)
    assert 'no messages on /x' in refused(camera, microphone, image_topic='/x')
    message = refused(camera, microphone, text, audio_topic='t')
    assert 't is of the type std_msgs/msg/String' in message
    assert choose_inputs(Path('bag'), [camera, other, microphone], 'j').image is other
    assert choose_inputs(Path('bag'), [camera], audio_topic='none').audio is None


def test_unknown_type_without_definition_is_refused(tmp_path: Path, bags: dict[str, Path]) -> None:
    folder = tmp_path / 'bag'
    shutil.copytree(bags['sqlite3'], folder)
    database = sqlite3.connect(folder / 'sqlite3.db3')
    database.execute('DELETE FROM message_definitions')
    database.execute("UPDATE topics SET type = 'my_msgs/msg/Sound' WHERE name = '/audio'")
    database.commit()
    database.close()
    content = (folder / 'metadata.yaml').read_text()
    (folder / 'metadata.yaml').write_text(content.replace(AUDIO_STAMPED, 'my_msgs/msg/Sound'))
    with Bag(folder) as bag:
        assert bag.first('/image')[1].width == 64  # a known type needs no definition
        with pytest.raises(BagError, match='no definition of my_msgs/msg/Sound'):
            bag.first('/audio')


def test_data_set_in_vicos_layout(tmp_path: Path, clip: Path) -> None:
    for folder in ('videos', 'audios', 'features'):
        (tmp_path / folder).mkdir()
    for name in ('a', 'b'):
        shutil.copy(clip, tmp_path / 'videos' / f'{name}.speaker.mp4')
        shutil.copy(clip, tmp_path / 'videos' / f'{name}.listener.mp4')
        (tmp_path / 'audios' / f'{name}.wav').write_bytes(b'')
    write_features(tmp_path / 'features' / 'b.npz')
    first, second = find_clips(tmp_path)
    assert (first.name, first.features) == ('a', None)
    assert second.video == tmp_path / 'videos' / 'b.speaker.mp4'
    assert second.audio == tmp_path / 'audios' / 'b.wav'
    assert second.known()[0] is Attitude.POSITIVE
    (tmp_path / 'audios' / 'a.wav').unlink()
    with pytest.raises(BagError, match=r'a\.wav is missing'):
        find_clips(tmp_path)


def test_commands_make_bags_of_a_folder_and_describe_them(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture
) -> None:
    videos, out = tmp_path / 'in', tmp_path / 'out'
    videos.mkdir()
    shutil.copy(clip, videos / 'one.mp4')
    make = ['bag', 'make', str(videos), '--out', str(out), '--images', 'jpeg']
    assert main(make) == 0
    assert main(['bag', 'info', str(out / 'one')]) == 0
    text = capsys.readouterr().out
    assert 'mcap' in text and '/image/compressed' in text and 'sensor_msgs/msg' in text
    assert main(make) == 1
    assert 'vico bag: cannot write the bag' in capsys.readouterr().err
    assert main(['bag', 'make', str(tmp_path / 'no'), '--out', str(out)]) == 1
    assert 'no such clip or data set' in capsys.readouterr().err


def test_info_says_what_a_replay_would_miss(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    image = new_message(
        IMAGE,
        header=header_of(NANOSECONDS, ''),
        height=1,
        width=1,
        encoding='mono8',
        is_bigendian=0,
        step=1,
        data=np.zeros(1, np.uint8),
    )
    with BagWriter(tmp_path / 'bag') as writer:
        writer.write('/image', IMAGE, NANOSECONDS, image)
    assert main(['bag', 'info', str(tmp_path / 'bag')]) == 0
    assert 'holds no microphone' in capsys.readouterr().out
