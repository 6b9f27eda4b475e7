"""Bags are played in the order of their stamps, whatever clocks stamped and recorded them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bag_files import BEGIN
from bag_files import CHUNK
from bag_files import FPS
from bag_files import IMAGES
from bag_files import RATE
from bag_files import SOUND
from bag_files import Recording
from bag_files import Row
from bag_files import attitude
from bag_files import check_in_step
from bag_files import header_of
from bag_files import new_message
from bag_files import right
from bag_files import samples
from bag_files import write_bag

from vico_listener.clock import NANOSECONDS as SECOND
from vico_listener.errors import SettingError
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.clip import START_NS
from vico_listener.media.clip import AudioChunk
from vico_listener.media.clip import CameraFrame
from vico_listener.nodes.bag_source import BagSource
from vico_listener.nodes.source import AttitudeChange

HOUR = 3600 * SECOND
MILLISECOND = 1_000_000


def shifted(by: int) -> Callable[[int], int]:
    return lambda time: time + by


def since_start(time: int) -> int:
    """The monotonic clock of a computer that was started 5 s before."""
    return time - BEGIN + 5 * SECOND


def simulated(time: int) -> int:
    """A simulator's clock, which begins at 0."""
    return time - BEGIN


def reset(at: int = 1_450 * MILLISECOND, to: int = -4 * SECOND) -> Callable[[int], int]:
    """A clock that is set back at a time after the beginning."""
    return lambda time: time if time < BEGIN + at else time + to


def played(path: Path, **options: Any) -> tuple[BagSource, list[Any]]:
    source = BagSource(path, **options)
    return source, list(source.play())


def first_stamps(items: list[Any]) -> tuple[int, int]:
    image = next(item for item in items if isinstance(item, CameraFrame))
    sound = next(item for item in items if isinstance(item, AudioChunk))
    return image.stamp, sound.stamp


CLOCKS: dict[str, tuple[dict[str, Any], str]] = {
    'all right': ({}, ''),
    'audio without stamps': ({'microphone': None}, ''),
    'images without stamps': ({'camera': None}, 'images: no stamps'),
    'audio stamped 0': ({'microphone': lambda time: 0}, 'audio: no stamps'),
    'monotonic camera': ({'camera': since_start}, 'images: stamps that lie 1,69'),
    'monotonic camera, audio without': (
        {'camera': since_start, 'microphone': None},
        'images: stamps that lie 1,69',
    ),
    'monotonic microphone': ({'microphone': since_start}, 'audio: stamps that lie 1,69'),
    'camera an hour ahead': ({'camera': shifted(HOUR)}, 'images: stamps that lie 3,59'),
    'camera an hour behind': ({'camera': shifted(-HOUR)}, 'images: stamps that lie 3,600'),
    'microphone two hours ahead': ({'microphone': shifted(2 * HOUR)}, 'audio: stamps that lie 7,2'),
    'one constant stamp': ({'camera': lambda time: BEGIN}, 'images: stamps that do not rise'),
    'all simulated': ({'camera': simulated, 'microphone': simulated, 'recorder': simulated}, ''),
    'simulated, recorded in wall time': ({'camera': simulated, 'microphone': simulated}, ''),
    'recorded before the first /clock': (
        {'recorder': lambda time: 0 if time < BEGIN + 300 * MILLISECOND else time - BEGIN},
        '',
    ),
    'both clocks elsewhere': (
        {'camera': since_start, 'microphone': shifted(-5 * HOUR)},
        'images: stamps that lie',
    ),
}


@pytest.mark.parametrize('case', CLOCKS)
@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_what_was_recorded_together_is_played_together(
    tmp_path: Path, case: str, storage: str
) -> None:
    fields, note = CLOCKS[case]
    path = write_bag(tmp_path / 'bag', Recording(**fields).rows(), storage)
    source, items = played(path)
    check_in_step(items)
    assert source.start >= START_NS
    assert min(first_stamps(items)) == 0
    assert not note if not source.notes else source.notes[0].startswith(note) and note


@pytest.mark.parametrize('begin', [0, -3 * SECOND, -1000 * SECOND, -1 * MILLISECOND])
@pytest.mark.parametrize('headers', [True, False])
@pytest.mark.trouble(
    'clocks',
    'The stamps in a clip or bag begin at 0 or are negative',
    sees='It is played.',
)
def test_stamps_around_zero(tmp_path: Path, begin: int, headers: bool) -> None:
    recording = Recording(begin=begin, microphone=right if headers else None)
    path = write_bag(tmp_path / 'bag', recording.rows(), 'sqlite3')
    source, items = played(path)
    check_in_step(items)
    assert (source.start, source.notes) == (START_NS, [])
    if headers:
        assert first_stamps(items) == (0, 0)


SET = [
    ('all', -4),
    ('all', -5000),
    ('unstamped', -4),
    ('unstamped', -5000),
    ('recorder', -4),
    ('recorder', -5000),
    *((who, to) for who in ('camera', 'camera and microphone') for to in (-4, -5000, 400)),
]


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize(('who', 'to'), SET)
@pytest.mark.trouble(
    'clocks',
    'A clock was set in the middle of a recording',
    sees='The jump is removed: `jumps of the clocks, taken out`.',
)
def test_clock_that_is_set_midway(tmp_path: Path, storage: str, who: str, to: int) -> None:
    clock = reset(to=to * SECOND)
    fields: dict[str, Any] = {
        'all': {'camera': clock, 'microphone': clock, 'recorder': clock},
        'camera': {'camera': clock},
        'camera and microphone': {'camera': clock, 'microphone': clock},
        'recorder': {'recorder': clock},
        'unstamped': {'camera': clock, 'microphone': None, 'recorder': clock},
    }[who]
    path = write_bag(tmp_path / 'bag', Recording(**fields).rows(), storage)
    source, items = played(path)
    check_in_step(items, tolerance=45 * MILLISECOND)
    if who != 'recorder':
        assert source.remarks.lines()[0].startswith('jumps of the clocks, taken out: ')


def check_images_beside_their_audio(items: list[Any]) -> None:
    """Each image has the stamp of what was said when it was taken, wherever that lies."""
    said = {
        int(item.samples[0, 0]) - 1: item.stamp for item in items if isinstance(item, AudioChunk)
    }
    frames = [item for item in items if isinstance(item, CameraFrame)]
    assert len(frames) >= 20
    for frame in frames:
        number = round(float(frame.image.mean()) / 2)
        assert abs(said[number * 100 // FPS // 2 * 2] - frame.stamp) <= 25 * MILLISECOND


@pytest.mark.parametrize('at', range(1_400, 1_500, 10))
def test_all_clocks_are_set_ahead(tmp_path: Path, at: int) -> None:
    clock = reset(at=at * MILLISECOND, to=400 * SECOND)
    recording = Recording(camera=clock, microphone=clock, recorder=clock)
    _, items = played(write_bag(tmp_path / 'bag', recording.rows()))
    check_images_beside_their_audio(items)


def test_pause_is_no_jump(tmp_path: Path) -> None:
    rows = Recording(seconds=10.0).rows()
    for row in rows:
        if row.recorded > BEGIN + 5 * SECOND:
            row.recorded += 90 * SECOND
            if hasattr(row.message, 'header'):
                row.message.header.stamp.sec += 90
    source, items = played(write_bag(tmp_path / 'bag', rows))
    assert source.remarks.lines() == source.notes == []
    check_images_beside_their_audio(items)
    assert items[-1].stamp > 99 * SECOND


@pytest.mark.parametrize('offset', [-5000, -1200, -400, -150, 150, 400, 1200, 5000])
@pytest.mark.trouble(
    'clocks',
    'The clocks of camera and microphone in a bag differ',
    sees='It is played by its stamps, and a line at the start states the offset.',
    remedy='`(with stamps=arrival as they were recorded)`',
)
def test_offset_is_kept_and_told(tmp_path: Path, offset: int) -> None:
    recording = Recording(seconds=12.0, camera=shifted(offset * MILLISECOND))
    path = write_bag(tmp_path / 'bag', recording.rows())
    source, items = played(path)
    due = [item.available for item in items]
    assert due == sorted(due)
    image, sound = first_stamps(items)
    assert image - sound == offset * MILLISECOND
    (note,) = source.notes
    where = 'before' if offset < 0 else 'behind'
    told = abs(offset * MILLISECOND - 20 * MILLISECOND) / SECOND
    assert note.startswith(f'images: stamped {told:.2f} s {where} the audio')
    source, items = played(path, stamps='arrival')
    check_in_step(items, images=120, seconds=12.0)
    assert source.notes == []


@pytest.mark.parametrize('offset', [-400, 400])
def test_offset_is_told_of_audio_without_stamps(tmp_path: Path, offset: int) -> None:
    """Such audio counts by its times of recording, from which the camera's stamps differ."""
    recording = Recording(seconds=12.0, camera=shifted(offset * MILLISECOND), microphone=None)
    source, items = played(write_bag(tmp_path / 'bag', recording.rows()))
    image, sound = first_stamps(items)
    (note,) = source.notes
    told = abs(image - sound) / SECOND
    assert told == pytest.approx(0.4, abs=0.05)
    where = 'before' if offset < 0 else 'behind'
    assert re.fullmatch(rf'images: stamped 0\.\d\d s {where} the audio .*', note)
    assert abs(float(note.split()[2]) - told) < 0.05


def test_offset_that_leaves_less_than_half_of_a_short_bag_is_none(tmp_path: Path) -> None:
    recording = Recording(camera=shifted(-2 * SECOND))
    path = write_bag(tmp_path / 'bag', recording.rows())
    source, items = played(path)
    check_in_step(items)
    assert 'stamps that lie 2.02 s from the rest' in source.notes[0]
    source, items = played(path, stamps='header')
    assert first_stamps(items) == (0, 2 * SECOND)
    with pytest.raises(SettingError, match="'clock' is none of auto, header, arrival"):
        BagSource(path, stamps='clock')


def test_images_out_of_order(tmp_path: Path) -> None:
    rows = Recording().rows()
    images = [row for row in rows if row.topic == IMAGES]
    images[5].recorded, images[6].recorded = images[6].recorded, images[5].recorded
    images[20].recorded += 250 * MILLISECOND
    rows.sort(key=lambda row: row.recorded)
    source, items = played(write_bag(tmp_path / 'bag', rows))
    check_in_step(items)
    assert source.remarks.lines() == []


@pytest.mark.parametrize('length', [20, 200, 500, 1000])
def test_long_messages_of_audio_are_cut(tmp_path: Path, length: int) -> None:
    recording = Recording(chunk=length * MILLISECOND)
    _, items = played(write_bag(tmp_path / 'bag', recording.rows()))
    check_in_step(items)
    assert max(len(i.samples) for i in items if isinstance(i, AudioChunk)) <= RATE // 50


def in_bursts(rows: list[Row], period: int, headed: bool) -> list[Row]:
    """Audio that is recorded, and stamped, when the buffer of a driver is full."""
    for row in rows:
        if row.topic == SOUND:
            row.recorded = -(-row.recorded // period) * period
            if headed:
                row.message.header = header_of(row.recorded - 2 * CHUNK, '')
    return sorted(rows, key=lambda row: row.recorded)


@pytest.mark.parametrize('period', [100, 300, 1000])
@pytest.mark.parametrize('headed', [True, False])
@pytest.mark.trouble(
    'clocks',
    'Audio that was stamped on arrival came in bursts',
    sees='It is spread evenly by the number of samples.',
)
def test_audio_in_bursts_is_laid_evenly(tmp_path: Path, period: int, headed: bool) -> None:
    recording = Recording(seconds=6.0, microphone=right if headed else None)
    rows = in_bursts(recording.rows(), period * MILLISECOND, headed)
    source, items = played(write_bag(tmp_path / 'bag', rows))
    check_in_step(items, images=60, seconds=6.0)
    note = ['audio: stamps that do not rise, so the times of recording count'] if headed else []
    assert source.notes == note


def test_gap_between_bursts_stays_one(tmp_path: Path) -> None:
    rows = in_bursts(Recording(seconds=20.0, microphone=None).rows(), 300 * MILLISECOND, False)
    lost = range(BEGIN + 9 * SECOND, BEGIN + 14 * SECOND)
    rows = [row for row in rows if row.topic != SOUND or row.recorded not in lost]
    _, items = played(write_bag(tmp_path / 'bag', rows))
    chunks = [item for item in items if isinstance(item, AudioChunk)]
    late = [c.stamp - (int(c.samples[0, 0]) - 1) * CHUNK for c in chunks]
    assert np.abs(np.array(late) - np.median(late)).max() <= 300 * MILLISECOND
    assert abs(late[-1] - late[0]) <= 40 * MILLISECOND


@pytest.mark.parametrize(
    ('info', 'rate', 'channels', 'told'),
    [
        (None, 44100, 2, '16000 Hz mono S16LE: taken for 44100 Hz stereo S16LE'),
        (None, 44100, 1, 'taken for 44100 Hz mono S16LE'),
        (None, 48000, 2, 'taken for 48000 Hz stereo S16LE'),
        (None, 16000, 1, 'the format of the audio is not recorded: 16000 Hz mono S16LE is assumed'),
        ({'sample_rate': 0, 'channels': 0, 'coding_format': ''}, 48000, 1, 'taken for 48000 Hz'),
        ({'sample_rate': 16000, 'channels': 1}, 44100, 2, 'as the bag says: taken for 44100 Hz'),
        ({'sample_rate': 48000, 'channels': 2}, 44100, 2, 'as the bag says: taken for 44100 Hz'),
        ({'sample_rate': 44100, 'channels': 2}, 44100, 2, ''),
    ],
)
@pytest.mark.trouble(
    'audio',
    'A bag holds a wrong format of its audio, or none',
    sees='The likely format is used and named: `the audio has ... bytes a second, which is not '
    '... taken for ...`',
    remedy='Record `audio_info`, too.',
)
def test_format_of_the_audio_is_doubted(
    tmp_path: Path, info: dict[str, Any] | None, rate: int, channels: int, told: str
) -> None:
    rows = Recording(info=info).rows()
    for row in rows:
        if row.topic == SOUND:
            data = np.full(rate // 50 * channels, 500, '<i2').view(np.uint8)
            row.message.audio = new_message(AUDIO_PLAIN, data=data)
    source = BagSource(write_bag(tmp_path / 'bag', rows))
    assert told in ''.join(source.notes) and bool(told) == bool(source.notes)
    if 'taken' in told or not told:
        assert (source.info.sample_rate, source.info.channels) == (rate, channels)
        assert sum(len(i.samples) for i in source.play() if isinstance(i, AudioChunk)) == 3 * rate


def test_audio_that_was_lost_is_no_other_format(tmp_path: Path) -> None:
    rows = Recording(info={'sample_rate': 16000, 'channels': 1}).rows()
    sound = [row for row in rows if row.topic == SOUND]
    lost = sound[20:60]
    rows = [row for row in rows if not any(row is gone for gone in lost)]
    source = BagSource(write_bag(tmp_path / 'bag', rows))
    assert (source.info.sample_rate, source.info.channels) == (16000, 1)
    assert not any('taken for' in note for note in source.notes)


@pytest.mark.parametrize('name', ['PCM', 'pcm_s16le', 'RAW', 'LPCM', 'wav', ''])
def test_names_of_pcm(tmp_path: Path, name: str) -> None:
    rows = Recording(info={'coding_format': name}).rows()
    check_in_step(played(write_bag(tmp_path / 'bag', rows))[1])


def test_samples_that_go_on_in_the_next_message(tmp_path: Path) -> None:
    rows = [row for row in Recording(microphone=None).rows() if row.topic != SOUND]
    data = samples(0, 3 * SECOND).view(np.uint8)
    for begin in range(0, len(data), 321):
        part = new_message(AUDIO_PLAIN, data=data[begin : begin + 321])
        end = BEGIN + min(begin + 321, len(data)) * SECOND // (2 * RATE)
        rows.append(Row(end, SOUND, AUDIO_PLAIN, part))
    rows.sort(key=lambda row: row.recorded)
    check_in_step(played(write_bag(tmp_path / 'bag', rows))[1])


@pytest.mark.parametrize('place', [0, 10, 29])
@pytest.mark.trouble(
    'bags',
    'A corrupt JPEG, or a message that is not audio',
    sees='It is left out, counted and named: `... that cannot be read, left out`.',
)
def test_single_damaged_messages_are_skipped_and_counted(tmp_path: Path, place: int) -> None:
    rows = Recording().rows()
    image = [row for row in rows if row.topic == IMAGES][place]
    image.message.data = image.message.data[:20]
    sound = [row for row in rows if row.topic == SOUND][5 * place]
    sound.message.audio = new_message(AUDIO_PLAIN, data=np.zeros(7, np.uint8))
    source, items = played(write_bag(tmp_path / 'bag', rows))
    assert sum(isinstance(item, CameraFrame) for item in items) == 29
    assert sum(isinstance(item, AudioChunk) for item in items) == 149
    assert {line.split(' (')[0] for line in source.remarks.lines()} == {
        'images that cannot be read, left out: 1',
        'pieces of audio that cannot be read, left out: 1',
    }


def test_only_damaged_messages_are_an_error(tmp_path: Path) -> None:
    for topic in (IMAGES, SOUND):
        rows = Recording(seconds=20).rows()
        for row in rows:
            if row.topic == topic == IMAGES:
                row.message.data = row.message.data[:20]
            elif row.topic == topic:
                ogg = np.frombuffer(b'OggS' + bytes(20), np.uint8)
                row.message.audio = new_message(AUDIO_PLAIN, data=ogg)
        name = topic.replace('/', '_')
        with pytest.raises(BagError, match=topic):
            BagSource(write_bag(tmp_path / name, rows))


def test_attitudes_keep_their_place(tmp_path: Path) -> None:
    rows = Recording(camera=simulated, microphone=simulated).rows()
    rows += [attitude(BEGIN, 'negative'), attitude(BEGIN + 2 * SECOND, 'neutral')]
    rows.sort(key=lambda row: row.recorded)
    source, items = played(write_bag(tmp_path / 'bag', rows))
    assert source.attitude == 'negative'
    _, change = (item for item in items if isinstance(item, AttitudeChange))
    assert change.attitude == 'neutral'
    assert change.stamp == pytest.approx(2 * SECOND, abs=30 * MILLISECOND)


def test_each_pass_is_the_same(tmp_path: Path) -> None:
    clock = reset()
    recording = Recording(camera=clock, microphone=clock, recorder=clock)
    source = BagSource(write_bag(tmp_path / 'bag', recording.rows()))
    passes = [[item.stamp for item in source.play()] for _ in range(2)]
    assert passes[0] == passes[1]
    assert source.remarks.lines() == ['jumps of the clocks, taken out: 1']
