"""Audio and images of other people's bags, whatever their types and formats."""

from pathlib import Path

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
    picture = np.arange(2 * 4 * 3, dtype=np.uint8)
    message = new_message(
        IMAGE,
        header=header_of(stamp, 'camera'),
        height=2,
        width=4,
        encoding=encoding,
        is_bigendian=0,
        step=12,
        data=picture,
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
