"""Time and sound of clips whose stamps or formats change midway, or that are damaged."""

from pathlib import Path

import numpy as np
import pytest
from clip_files import Track
from clip_files import greys
from clip_files import joined
from clip_files import write_media

from vico_listener.clock import NANOSECONDS
from vico_listener.media.clip import CameraFrame
from vico_listener.media.clip import SoundChunk
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import play
from vico_listener.media.clip import probe_clip
from vico_listener.media.clip import read_sound
from vico_listener.media.clip import sound_chunks
from vico_listener.media.remarks import Remarks
from vico_listener.media.transport_stream import parts_of

PERIOD = NANOSECONDS // 25


def stamps(path: Path) -> np.ndarray:
    return np.array([frame.stamp for frame in camera_frames(path)])


def seconds_of_sound(path: Path) -> float:
    samples, rate = read_sound(path)
    return len(samples) / rate


def check_in_order(path: Path) -> None:
    """Pictures and sound come in the order in which they are due, and sound never twice."""
    items = list(play(path))
    due = [item.available for item in items]
    assert due == sorted(due)
    chunks = [item for item in items if isinstance(item, SoundChunk)]
    for before, after in zip(chunks, chunks[1:], strict=False):
        assert after.stamp >= before.available - 1
        assert after.samples.shape[1] == before.samples.shape[1]
        assert after.sample_rate == before.sample_rate
    assert len({i.image.shape for i in items if isinstance(i, CameraFrame)}) == 1


JOINED = {
    'the same': ({}, {}),
    'other rate of the sound': ({}, {'rate': 48000}),
    'other channels': ({}, {'layout': 'mono'}),
    'first mono': ({'layout': 'mono'}, {'layout': 'stereo'}),
    'other codecs': ({}, {'codec': 'mp2', 'rate': 48000}),
}


@pytest.mark.parametrize('change', JOINED)
@pytest.mark.parametrize('begin', [0.0, 100.0])
def test_joined_transport_streams(tmp_path: Path, change: str, begin: float) -> None:
    first, second = JOINED[change]
    one = write_media(tmp_path / 'one.ts', greys(50), [Track(begin=begin, **first)], begin=begin)
    other = write_media(
        tmp_path / 'other.ts',
        greys(50, (96, 72) if change != 'the same' else (64, 64)),
        [Track(**second)],
        codec='mpeg2video' if change == 'other codecs' else 'libx264',
    )
    for name, parts in (('a.ts', (one, other)), ('b.ts', (other, one))):
        clip = joined(tmp_path / name, *parts)
        remarks = Remarks()
        frames = list(camera_frames(clip, remarks=remarks))
        times = np.array([f.stamp for f in frames])
        assert len(times) == 100
        np.testing.assert_allclose(np.diff(times), PERIOD, atol=0.11 * NANOSECONDS)
        assert np.abs(np.diff(times)[:49] - PERIOD).max() < 2000
        greyness = np.array([f.image[20:44, 20:44].mean() for f in frames])
        expected = np.array([10 * n % 250 for n in range(50)] * 2)
        assert np.abs(greyness - expected).max() < 12
        assert len({f.image.shape for f in frames}) == 1
        assert any('jumps of the stamps' in line for line in remarks.lines())
        assert seconds_of_sound(clip) == pytest.approx(4.0, abs=0.2)
        assert np.abs(read_sound(clip)[0][-20000:-5000].astype(float)).mean() > 3000
        assert probe_clip(clip).duration == pytest.approx(4.0, abs=0.2)
        check_in_order(clip)


def test_parts_of_a_transport_stream(tmp_path: Path) -> None:
    one = write_media(tmp_path / 'one.ts', greys(50), [Track()])
    other = write_media(tmp_path / 'other.ts', greys(50), [Track(codec='mp2')], codec='mpeg2video')
    same = joined(tmp_path / 'same.ts', one, one)
    assert parts_of(same) == [(0, same.stat().st_size)]
    cut = tmp_path / 'cut.ts'
    cut.write_bytes(one.read_bytes()[:-100])  # in the middle of a packet
    clip = joined(tmp_path / 'three.ts', other, cut, other)
    (a, b), (c, d), (e, f) = parts_of(clip)
    assert (a, b, d, f) == (0, c, e, clip.stat().st_size)
    size = other.stat().st_size
    assert 0 <= c - size <= 188 and 0 <= e - size - cut.stat().st_size <= 188
    assert len(stamps(clip)) >= 148


@pytest.mark.parametrize('suffix', ['mkv', 'mp4', 'mov', 'avi', 'ts', 'flv'])
@pytest.mark.parametrize(
    ('picture', 'sound'), [(0.0, 0.4), (0.4, 0.0), (0.0, 0.0), (1000.0, 1000.0)]
)
def test_streams_that_begin_apart(
    tmp_path: Path, suffix: str, picture: float, sound: float
) -> None:
    clip = write_media(
        tmp_path / f'clip.{suffix}', greys(25), [Track(begin=sound, seconds=1.0)], begin=picture
    )
    times = stamps(clip)
    first = next(sound_chunks(clip)).stamp
    begin = min(picture, sound)
    if suffix == 'avi':  # knows no beginning: silence and the first picture fill it
        return
    assert len(times) == 25
    # Codecs begin up to 50 ms before what they encode.
    assert times[0] / NANOSECONDS == pytest.approx(picture - begin, abs=0.05)
    assert first / NANOSECONDS == pytest.approx(sound - begin, abs=0.05)


@pytest.mark.parametrize('codec', ['libx264', 'mpeg4'])
@pytest.mark.parametrize('suffix', ['avi', 'mkv', 'mp4'])
def test_every_picture_in_order_with_pictures_between(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    pictures = [np.full((64, 64, 3), 20 + 97 * n % 200, np.uint8) for n in range(60)]
    options = {'crf': '1', 'bf': '3', 'b-adapt': '0'} if codec == 'libx264' else {'bf': '2'}
    clip = write_media(
        tmp_path / f'b.{suffix}', pictures, [Track(seconds=2.4)], codec=codec, options=options
    )
    frames = list(camera_frames(clip))
    assert len(frames) == 60
    shown = [float(f.image.mean()) for f in frames]
    np.testing.assert_allclose(shown, [p.mean() for p in pictures], atol=40)
    steps = np.diff([f.stamp for f in frames])
    np.testing.assert_allclose(steps, PERIOD, atol=1_100_000)
    assert frames[0].stamp <= 0.09 * NANOSECONDS
