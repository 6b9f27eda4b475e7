"""Audio and images of other people's bags, whatever their types and formats."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.typesys import get_types_from_msg

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.bags import writer as writing
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.definitions import ATTITUDE
from vico_listener.media.bags.definitions import AUDIO_FOREIGN
from vico_listener.media.bags.definitions import AUDIO_INFO
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.bags.definitions import AUDIO_STAMPED
from vico_listener.media.bags.definitions import CAMERA_INFO
from vico_listener.media.bags.definitions import IMAGE
from vico_listener.media.bags.definitions import header_of
from vico_listener.media.bags.definitions import new_message
from vico_listener.media.bags.writer import BagWriter
from vico_listener.nodes.bag_source import BagSource
from vico_listener.nodes.source import AttitudeChange
from vico_listener.speech import AudioFormat

LATER = 1_700_000_000 * NANOSECONDS
"""A robot's clock."""


def write_image(bag: BagWriter, stamp: int, recorded: int, encoding: str = 'rgb8') -> None:
    image = np.arange(2 * 4 * 3, dtype=np.uint8)
    message = new_message(
        IMAGE,
        header=header_of(stamp, 'camera'),
        height=2,
        width=4,
        encoding=encoding,
        is_bigendian=0,
        step=12,
        data=image,
    )
    bag.write('/camera/image_raw', IMAGE, recorded, message)


def announce(bag: BagWriter, rate: int, channels: int, name: str, coding: str = 'wave') -> None:
    info = new_message(
        AUDIO_INFO,
        channels=channels,
        sample_rate=rate,
        sample_format=name,
        bitrate=0,
        coding_format=coding,
    )
    bag.write('/audio/audio_info', AUDIO_INFO, LATER + NANOSECONDS, info)  # late, as it comes


def test_stamps_are_those_of_the_recording(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'bag') as bag:
        bag.write('/attitude', ATTITUDE, LATER, new_message(ATTITUDE, data='negative'))
        write_image(bag, LATER + 10, LATER + 50)
        sound = new_message(AUDIO_PLAIN, data=np.zeros(320, np.uint8))  # 10 ms of 16 kHz
        bag.write('/audio', AUDIO_PLAIN, LATER + 10_000_000, sound)
        bag.write('/attitude', ATTITUDE, LATER + 20_000_000, new_message(ATTITUDE, data='neutral'))
        write_image(bag, 0, LATER + 40_000_000)  # no stamp: the time of recording
    source = BagSource(tmp_path / 'bag')
    assert (source.start, source.attitude) == (LATER, 'negative')
    said, image, chunk, change, last = source.play()
    assert isinstance(said, AttitudeChange) and isinstance(image, CameraFrame)
    assert image.stamp == 10
    assert image.image[0, 0].tolist() == [2, 1, 0]  # BGR
    assert isinstance(chunk, AudioChunk) and chunk.stamp == 0
    assert isinstance(change, AttitudeChange) and change.attitude == 'neutral'
    assert last.stamp == 40_000_000


@pytest.mark.parametrize(
    ('name', 'dtype', 'scale'),
    [('S16LE', '<i2', 1), ('S32LE', '<i4', 65536), ('F32LE', '<f4', 1 / 32768)],
)
def test_any_format_becomes_16_bit(tmp_path: Path, name: str, dtype: str, scale: float) -> None:
    samples = np.array([[0, 1000], [-32768, 32767], [5, -5]])
    with BagWriter(tmp_path / 'bag') as bag:
        write_image(bag, LATER, LATER)
        data = (samples * scale).astype(dtype).tobytes()
        plain = new_message(AUDIO_PLAIN, data=np.frombuffer(data, np.uint8))
        message = new_message(AUDIO_STAMPED, header=header_of(LATER + 7, ''), audio=plain)
        bag.write('/audio/audio_stamped', AUDIO_STAMPED, LATER + 9, message)
        announce(bag, 44100, 2, name)
    source = BagSource(tmp_path / 'bag')
    assert (source.info.sample_rate, source.info.channels) == (44100, 2)
    (chunk,) = (item for item in source.play() if isinstance(item, AudioChunk))
    assert chunk.stamp == 7
    np.testing.assert_allclose(chunk.samples, samples, atol=1)


def test_four_microphones_become_one_and_mp3_is_refused(tmp_path: Path) -> None:
    samples = np.array([[100, 200, 300, 400]], '<i2')
    for folder, coding in (('bag', 'wave'), ('mp3', 'MP3')):
        with BagWriter(tmp_path / folder) as bag:
            write_image(bag, LATER, LATER)
            plain = new_message(AUDIO_PLAIN, data=np.frombuffer(samples.tobytes(), np.uint8))
            bag.write('/audio', AUDIO_PLAIN, LATER, plain)
            announce(bag, 48000, 4, 'S16LE', coding)
    (chunk,) = (i for i in BagSource(tmp_path / 'bag').play() if isinstance(i, AudioChunk))
    assert chunk.samples.tolist() == [[250]]
    with pytest.raises(BagError, match='the audio is mp3, PCM is needed'):
        BagSource(tmp_path / 'mp3')


@pytest.mark.parametrize(
    ('topic', 'found'),
    [('/camera/camera_info', 900.0), ('/depth/camera_info', None), ('/camera_info', None)],
)
def test_the_intrinsics_beside_the_camera_are_found(
    tmp_path: Path, topic: str, found: float | None
) -> None:
    with BagWriter(tmp_path / 'bag') as bag:
        write_image(bag, LATER, LATER)
        bag.write(topic, CAMERA_INFO, LATER + 5, intrinsics())
        write_image(bag, LATER + 100, LATER + 100)
    info = BagSource(tmp_path / 'bag', audio_topic='none').camera_info
    assert (None if info is None else info.k[0]) == found


def test_attitudes_are_read_in_any_case_and_strange_ones_named(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'bag') as bag:
        for number, name in enumerate(('Negative', 'bored', 'POSITIVE ')):
            bag.write('/attitude', ATTITUDE, LATER + number, new_message(ATTITUDE, data=name))
        write_image(bag, LATER + 10, LATER + 10)
    source = BagSource(tmp_path / 'bag', audio_topic='none')
    assert source.attitude == 'negative'
    said = [i.attitude for i in source.play() if isinstance(i, AttitudeChange)]
    assert said == ['negative', 'positive']
    (line,) = source.remarks.lines()
    assert line.startswith('unknown attitudes, left out: 1') and "'bored'" in line


def intrinsics() -> Any:
    nothing = new_message(
        'sensor_msgs/msg/RegionOfInterest',
        x_offset=0,
        y_offset=0,
        height=0,
        width=0,
        do_rectify=False,
    )
    return new_message(
        CAMERA_INFO,
        header=header_of(LATER, 'camera'),
        height=2,
        width=4,
        distortion_model='plumb_bob',
        d=np.zeros(5),
        k=np.array([900.0, 0, 2, 0, 900, 1, 0, 0, 1]),
        r=np.eye(3).ravel(),
        p=np.zeros(12),
        binning_x=0,
        binning_y=0,
        roi=nothing,
    )


@pytest.mark.parametrize(('said', 'real'), [('S16BE', '<i2'), ('S16LE', '>i2'), ('S32LE', '<f4')])
@pytest.mark.trouble(
    'bags',
    'A bag states a wrong byte order or number type of its audio',
    sees='A line: `the audio is noise as ...: taken for ...`',
)
def test_audio_whose_bytes_are_told_wrongly_is_heard(tmp_path: Path, said: str, real: str) -> None:
    tone = 8000 * np.sin(2 * np.pi * 220 * np.arange(16000) / 16000)
    data = (tone / 32768 if real == '<f4' else np.round(tone)).astype(real)
    with BagWriter(tmp_path / 'bag') as bag:
        write_image(bag, LATER, LATER)
        for first in range(0, 16000, 320):
            plain = new_message(
                AUDIO_PLAIN, data=np.frombuffer(data[first : first + 320].tobytes(), np.uint8)
            )
            stamp = LATER + first * NANOSECONDS // 16000
            message = new_message(AUDIO_STAMPED, header=header_of(stamp, ''), audio=plain)
            bag.write('/audio', AUDIO_STAMPED, stamp + NANOSECONDS // 50, message)
        announce(bag, 16000, 1, said)
    source = BagSource(tmp_path / 'bag')
    assert [n for n in source.notes if f'noise as 16000 Hz mono {said}, as the bag says' in n]
    heard = [i.samples for i in source.play() if isinstance(i, AudioChunk)]
    np.testing.assert_allclose(np.concatenate(heard)[:, 0], tone, atol=1)


@pytest.mark.parametrize(('rate', 'name'), [(4000, 'S16LE'), (16000, 'paInt16')])
def test_a_format_that_cannot_be_heard_is_refused(tmp_path: Path, rate: int, name: str) -> None:
    with BagWriter(tmp_path / 'bag') as bag:
        write_image(bag, LATER, LATER)
        bag.write('/audio', AUDIO_PLAIN, LATER, new_message(AUDIO_PLAIN, data=np.zeros(8, 'u1')))
        announce(bag, rate, 1, name)
    with pytest.raises(BagError, match='the audio cannot be used: .*(4000 Hz|paInt16)'):
        BagSource(tmp_path / 'bag')


def test_wrong_format_and_unreadable_image_are_named(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'bag') as bag:
        write_image(bag, LATER, LATER)
        plain = new_message(AUDIO_PLAIN, data=np.zeros(3, np.uint8))
        bag.write('/audio', AUDIO_PLAIN, LATER, plain)
    with pytest.raises(BagError, match='/audio: '):
        BagSource(tmp_path / 'bag', default=AudioFormat(16000, 1, 'S16LE'))
    with BagWriter(tmp_path / 'depth') as bag:
        write_image(bag, LATER, LATER, '64FC1')
    with pytest.raises(BagError, match="/camera/image_raw: unknown image encoding '64FC1'"):
        BagSource(tmp_path / 'depth', audio_topic='none')


def test_the_other_audio_common_msgs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = 'audio_common_msgs/msg'
    texts = {
        'AudioData': 'float32[] float32_data\nint32[] int32_data\nint16[] int16_data\n'
        'int8[] int8_data\nuint8[] uint8_data\n',
        'AudioInfo': 'int32 format\nint32 channels\nint32 rate\nint32 chunk\n',
        'Audio': f'{package[:-4]}/AudioData audio_data\n{package[:-4]}/AudioInfo info\n',
        'AudioStamped': f'std_msgs/Header header\n{package[:-4]}/Audio audio\n',
    }
    from rosbags.typesys import Stores
    from rosbags.typesys import get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    types: dict = {}
    for name, text in texts.items():
        types |= get_types_from_msg(text, f'{package}/{name}')
    store.register(types)
    with BagWriter(tmp_path / 'bag') as bag:
        write_image(bag, LATER, LATER)
        monkeypatch.setattr(writing, 'typestore', lambda: store)
        make = store.types
        empty = {f'{n}_data': np.zeros(0, n) for n in ('float32', 'int32', 'int8', 'uint8')}
        message = make[f'{package}/AudioStamped'](
            header=header_of(LATER + 3, ''),
            audio=make[f'{package}/Audio'](
                audio_data=make[f'{package}/AudioData'](
                    int16_data=np.array([1, -2, 3], np.int16), **empty
                ),
                info=make[f'{package}/AudioInfo'](format=8, channels=1, rate=22050, chunk=3),
            ),
        )
        bag.write('/audio', AUDIO_FOREIGN, LATER + 4, message)
    source = BagSource(tmp_path / 'bag')
    assert source.info.sample_rate == 22050
    (chunk,) = (item for item in source.play() if isinstance(item, AudioChunk))
    assert (chunk.stamp, chunk.samples.tolist()) == (3, [[1], [-2], [3]])
