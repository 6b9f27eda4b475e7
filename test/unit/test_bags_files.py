"""Bags that `ros2 bag play` plays, whatever their files, index, compression and metadata."""

import io
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml
from bag_files import IMAGES
from bag_files import SOUND
from bag_files import Recording
from bag_files import Row
from bag_files import check_in_step
from bag_files import write_bag
from bag_files import write_mcap

from vico_listener.lab.cli.bag import describe_bag
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.mcap_file import _records
from vico_listener.media.bags.reader import Bag
from vico_listener.media.bags.reader import is_bag
from vico_listener.media.bags.storage import zstd
from vico_listener.nodes.bag_source import BagSource


@pytest.fixture(scope='module')
def rows() -> list[Row]:
    return Recording().rows()


@pytest.fixture(scope='module')
def bags(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('bags')
    return {s: write_bag(folder / s, rows, s) for s in ('mcap', 'sqlite3')}


@pytest.fixture(params=['mcap', 'sqlite3'])
def bag(request: pytest.FixtureRequest, bags: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of a bag to work on."""
    shutil.copytree(bags[request.param], tmp_path / 'copy')
    return tmp_path / 'copy'


def storage_file(folder: Path) -> Path:
    return next(file for file in folder.iterdir() if file.suffix in ('.mcap', '.db3'))


def edit_metadata(folder: Path, **changes: Any) -> None:
    file = folder / 'metadata.yaml'
    content = yaml.safe_load(file.read_text())
    content['rosbag2_bagfile_information'].update(changes)
    file.write_text(yaml.safe_dump(content))


def check(path: Path) -> BagSource:
    """It is played whole."""
    assert is_bag(path)
    source = BagSource(path)
    check_in_step(list(source.play()))
    assert source.remarks.lines() == source.notes
    return source


def test_plain_and_single_files(bag: Path) -> None:
    assert check(bag).notes == []
    assert check(storage_file(bag)).notes == []


@pytest.mark.parametrize('name', ['', 'my_plugin', 'sqlite3', 'mcap'])
def test_name_of_the_storage_does_not_matter(bag: Path, name: str) -> None:
    edit_metadata(bag, storage_identifier=name)
    check(bag)


@pytest.mark.trouble(
    'bags',
    'Edited or poor metadata: QoS, empty `storage_identifier`',
    sees='It is played.',
)
def test_metadata_need_not_tell_what_the_files_do(bag: Path) -> None:
    content = yaml.safe_load((bag / 'metadata.yaml').read_text())
    information = content['rosbag2_bagfile_information']
    for topic in information['topics_with_message_count']:
        topic['topic_metadata']['offered_qos_profiles'] = [{'history': 'keep_last', 'depth': 3}]
        topic['message_count'] = 7
    edit_metadata(
        bag,
        version=99,
        topics_with_message_count=information['topics_with_message_count'],
        message_count=1,
        duration={'nanoseconds': 0},
    )
    check(bag)
    names = information['relative_file_paths']
    edit_metadata(bag, relative_file_paths=[f'some_folder/{name}' for name in names])
    check(bag)


@pytest.mark.parametrize('wrong', ['{', 'text', 'rosbag2_bagfile_information: {}', ''])
def test_metadata_that_name_no_files(bag: Path, wrong: str) -> None:
    (bag / 'metadata.yaml').write_text(wrong)
    with pytest.raises(BagError, match=r'damaged \(metadata\.yaml'):
        BagSource(bag)


@pytest.mark.parametrize('told', [True, False])
@pytest.mark.trouble(
    'bags',
    'Files or messages that are compressed',
    sees='They are played.',
)
def test_compressed_files(bag: Path, told: bool) -> None:
    file = storage_file(bag)
    packed = file.with_name(f'{file.name}.zstd')
    packed.write_bytes(zstd.compress(file.read_bytes()))
    file.unlink()
    if told:
        edit_metadata(
            bag,
            relative_file_paths=[packed.name],
            compression_format='zstd',
            compression_mode='FILE',
        )
    check(bag)
    check(packed)
    shutil.copy(packed, bag.parent / 'talk.zst')
    check(bag.parent / 'talk.zst')
    packed.write_bytes(packed.read_bytes()[:-1000])
    with pytest.raises(BagError, match='truncated or damaged'):
        BagSource(packed)


def test_file_that_was_decompressed_since(bag: Path) -> None:
    edit_metadata(bag, relative_file_paths=[f'{storage_file(bag).name}.zstd'])
    check(bag)


@pytest.mark.trouble(
    'bags',
    'A file of the bag is missing',
    sees='Refused: `... is not complete`',
    remedy='`put it back, or let ros2 bag reindex write the metadata of what is there`',
)
def test_missing_file_is_named(bag: Path) -> None:
    file = storage_file(bag)
    file.unlink()
    with pytest.raises(BagError, match=f'not complete: {file.name}, .*reindex'):
        BagSource(bag)


def test_compressed_messages_in_sqlite(bags: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / 'bag'
    shutil.copytree(bags['sqlite3'], folder)
    with sqlite3.connect(storage_file(folder)) as database:
        for number, data in database.execute('SELECT id, data FROM messages').fetchall():
            packed = zstd.compress(data)
            database.execute('UPDATE messages SET data = ? WHERE id = ?', (packed, number))
    database.close()
    check(folder)
    check(storage_file(folder))  # which no metadata accompany


@pytest.mark.trouble(
    'bags',
    'The `-wal` file of an sqlite bag was not merged',
    sees='Both are read: `log beside the file that was not merged, read with it`.',
)
def test_log_that_was_not_merged(bags: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / 'bag'
    shutil.copytree(bags['sqlite3'], folder)
    file = storage_file(folder)
    database = sqlite3.connect(file)
    rows = database.execute('SELECT * FROM messages ORDER BY id').fetchall()
    database.execute('DELETE FROM messages WHERE id > 50')
    database.commit()
    database.execute('VACUUM')
    database.execute('PRAGMA journal_mode=WAL')
    database.execute('PRAGMA wal_autocheckpoint=0')
    database.executemany('INSERT INTO messages VALUES (?, ?, ?, ?)', rows[50:])
    database.commit()
    crashed = tmp_path / 'crashed'
    shutil.copytree(folder, crashed)
    database.close()
    (crashed / f'{file.name}-shm').unlink()
    before = {f.name: f.read_bytes() for f in crashed.iterdir()}
    source = check(crashed)
    assert source.notes == ['log beside the file that was not merged, read with it: 1']
    assert {f.name: f.read_bytes() for f in crashed.iterdir()} == before


@pytest.mark.parametrize('name', ['b talk #2', 'what?', '50%', 'ü %23 ?x=1#y'])
@pytest.mark.trouble(
    'bags',
    'The name of a bag contains `#`, `?` or `%`',
    sees='It is played.',
)
def test_names_that_mean_something_in_a_uri(
    rows: list[Row], bags: dict[str, Path], tmp_path: Path, name: str
) -> None:
    check(write_bag(tmp_path / name / name, rows, 'mcap'))
    with pytest.raises(BagError, match='must not hold .* when it is sqlite3; write it as mcap'):
        write_bag(tmp_path / f'{name} sql', rows, 'sqlite3')
    assert [path.name for path in tmp_path.iterdir()] == [name]
    shutil.copytree(bags['sqlite3'], tmp_path / name / 'sql')
    check(tmp_path / name / 'sql')


def test_older_databases(bags: dict[str, Path], tmp_path: Path) -> None:
    source = sqlite3.connect(storage_file(bags['sqlite3']))
    for schema in (1, 2, 3):
        file = tmp_path / f'schema_{schema}.db3'
        database = sqlite3.connect(file)
        extra = ', offered_qos_profiles TEXT NOT NULL' if schema > 1 else ''
        database.execute(
            'CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT, type TEXT, '
            f'serialization_format TEXT{extra})'
        )
        database.execute(
            'CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, '
            'data BLOB)'
        )
        if schema == 3:
            database.execute('CREATE TABLE schema(schema_version INTEGER, ros_distro TEXT)')
            database.execute("INSERT INTO schema VALUES (3, 'humble')")
        for number, name, kind in source.execute('SELECT id, name, type FROM topics'):
            row = (number, name, kind, 'cdr') + (('',) if schema > 1 else ())
            database.execute(f'INSERT INTO topics VALUES ({",".join("?" * len(row))})', row)
        stored = source.execute('SELECT * FROM messages').fetchall()
        database.executemany('INSERT INTO messages VALUES (?, ?, ?, ?)', stored)
        database.commit()
        database.close()
        check(file)
    source.close()


def unordered(rows: list[Row]) -> list[Row]:
    """A little out of order, as several writers leave it."""
    return sorted(rows, key=lambda row: row.recorded + (35_000_000 if row.topic == IMAGES else 0))


def by_topic(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.topic)


@pytest.mark.parametrize('arrange', [list, unordered, by_topic])
@pytest.mark.parametrize(
    'options',
    [
        {},
        {'chunk_size': 1000},
        {'use_chunking': False},
        {'use_chunking': False, 'use_statistics': False},
        {'use_summary_offsets': False, 'repeat_channels': False, 'repeat_schemas': False},
        {'index': 'no message index'},
        {'index': 'none'},
        {'index': 'none', 'use_chunking': False, 'use_statistics': False, 'bare': True},
        {'index': 'none', 'bare': True, 'compression': 'ZSTD'},
        {'compression': 'LZ4'},
    ],
    ids=str,
)
@pytest.mark.trouble(
    'bags',
    'MCAP without an index, a little out of order',
    sees='It is played.',
)
def test_mcap_with_whatever_index(
    rows: list[Row], tmp_path: Path, options: dict[str, Any], arrange: Any
) -> None:
    writing = pytest.importorskip('mcap.writer', reason='pip install mcap')
    kinds = writing.IndexType
    given = dict(options)
    index = given.pop('index', '')
    if index:
        given['index_types'] = (
            kinds.NONE if index == 'none' else kinds.CHUNK | kinds.METADATA | kinds.ATTACHMENT
        )
    if given.pop('bare', False):
        given |= {
            'use_summary_offsets': False,
            'repeat_channels': False,
            'repeat_schemas': False,
            'use_statistics': False,
        }
    if 'compression' in given:
        given['compression'] = writing.CompressionType[given['compression']]
    path = write_mcap(tmp_path / 'talk.mcap', arrange(rows), **given)
    check(path)
    with Bag(path) as bag:
        assert {t.name: t.count for t in bag.topics} == {
            IMAGES: 30,
            SOUND: 150,
            '/audio/audio_info': 1,
        }
        assert bag.duration == pytest.approx(2.99, abs=0.05)


@pytest.mark.parametrize('profile', ['', 'ros1', 'my robot'])
def test_profile_of_an_mcap_does_not_matter(rows: list[Row], tmp_path: Path, profile: str) -> None:
    pytest.importorskip('mcap.writer', reason='pip install mcap')
    check(write_mcap(tmp_path / 'talk.mcap', rows, profile))


@pytest.mark.trouble(
    'bags',
    'A bag of ROS 1',
    sees='Refused: `... is a bag of ROS 1`',
    remedy='`rosbags-convert --src ... makes a rosbag2 of it`',
)
def test_bags_of_ros1_are_named(tmp_path: Path) -> None:
    folder = tmp_path / 'old'
    folder.mkdir()
    bag = folder / 'talk.bag'
    bag.write_bytes(b'#ROSBAG V2.0\n' + bytes(100))
    renamed = tmp_path / 'renamed.db3'
    shutil.copy(bag, renamed)
    for path in (bag, folder, renamed):
        assert is_bag(path)
        with pytest.raises(BagError, match='a bag of ROS 1: rosbags-convert --src'):
            BagSource(path)
    writing = pytest.importorskip('mcap.writer', reason='pip install mcap')
    path = tmp_path / 'ros1.mcap'
    with path.open('wb') as file:
        writer = writing.Writer(file)
        writer.start(profile='ros1', library='test')
        schema = writer.register_schema('sensor_msgs/Image', 'ros1msg', b'Header header')
        channel = writer.register_channel('/image', 'ros1', schema)
        writer.add_message(channel, 1, b'123', 1)
        writer.finish()
    with pytest.raises(BagError, match='messages of ROS 1'):
        BagSource(path)


def test_other_content_under_a_bags_name(tmp_path: Path) -> None:
    for content in (b'', b'text', bytes(1000)):
        (tmp_path / 'x.mcap').write_bytes(content)
        with pytest.raises(BagError, match='truncated or damaged'):
            BagSource(tmp_path / 'x.mcap')


@pytest.mark.parametrize(
    'wrong', [(b'uint8[] data', b'uint8[] tata'), (b'uint32 nanosec', b'uint32 nanosek')]
)
@pytest.mark.trouble(
    'bags',
    'A damaged definition of a known type',
    sees='It is played.',
)
def test_known_types_need_no_intact_definition(
    rows: list[Row], tmp_path: Path, wrong: tuple[bytes, bytes]
) -> None:
    path = write_mcap(tmp_path / 'talk.mcap', rows, use_chunking=False)
    data = path.read_bytes()
    assert wrong[0] in data
    path.write_bytes(data.replace(*wrong))
    check(path)


def test_split_bag(rows: list[Row], tmp_path: Path) -> None:
    pytest.importorskip('mcap.writer', reason='pip install mcap')
    folder = tmp_path / 'split'
    folder.mkdir()
    cuts = [0, 60, 120, len(rows)]
    names = []
    for number, (begin, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        names.append(f'split_{number}.mcap')
        write_mcap(folder / names[-1], rows[begin:end])
    (folder / 'metadata.yaml').write_text(
        yaml.safe_dump({'rosbag2_bagfile_information': {'relative_file_paths': names}})
    )
    check(folder)
    assert 'mcap, 3.00 s' in describe_bag(folder)


@pytest.mark.parametrize('wrong', ['checksum', 'compressed'])
@pytest.mark.trouble(
    'bags',
    'A damaged part of a bag',
    sees='A line: `parts of the file that are damaged, left out`',
    remedy='`mcap recover` or `ros2 bag reindex` may save what is there.',
)
def test_damaged_chunk_costs_what_is_in_it(rows: list[Row], tmp_path: Path, wrong: str) -> None:
    writing = pytest.importorskip('mcap.writer', reason='pip install mcap')
    kind = writing.CompressionType['NONE' if wrong == 'checksum' else 'ZSTD']
    path = write_mcap(tmp_path / 'talk.mcap', rows, compression=kind, chunk_size=20_000)
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 3] = bytes(255 - byte for byte in data[middle : middle + 3])
    path.write_bytes(data)
    source = BagSource(path)
    items = list(source.play())
    assert len(items) > 125
    assert any(line.startswith('parts of the file') for line in source.remarks.lines())


@pytest.mark.parametrize('place', [0, 20, 2**62, 2**64 - 9])
def test_an_index_that_leads_nowhere_is_damage(place: int) -> None:
    with pytest.raises(ValueError, match='beyond its end'):
        next(_records(io.BytesIO(bytes(10)), place, place + 12, frozenset()))


def test_files_are_known_by_their_content_and_any_case(bag: Path, tmp_path: Path) -> None:
    storage = storage_file(bag)
    for name in (f'UP{storage.suffix.upper()}', 'noend'):
        other = tmp_path / name
        shutil.copy(storage, other)
        assert is_bag(other)
        check(other)


def test_what_is_nearly_a_bag_is_named(bag: Path, tmp_path: Path) -> None:
    metadata = bag / 'metadata.yaml'
    for path, words in (
        (metadata, 'is the metadata of a bag: give its folder'),
        (bag.parent, f'is a folder of bags, give one of them: .*{bag.name}'),
    ):
        assert is_bag(path)
        with pytest.raises(BagError, match=words):
            Bag(path)
    for text, words in (('', 'it is empty, where'), ('[1, 2]', 'it holds a list, where')):
        metadata.write_text(text)
        with pytest.raises(BagError, match=words):
            Bag(bag)
