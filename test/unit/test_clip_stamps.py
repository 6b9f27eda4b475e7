"""Time and audio of clips whose stamps or formats change midway, or that are damaged."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clip_files import Track
from clip_files import greys
from clip_files import joined
from clip_files import tone
from clip_files import write_media

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.clip import audio_chunks
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import play
from vico_listener.media.clip import probe_clip
from vico_listener.media.clip import read_audio
from vico_listener.media.remarks import Remarks
from vico_listener.media.stamps import Continuity
from vico_listener.media.transport_stream import parts_of

PERIOD = NANOSECONDS // 25

PARTLY = 'images that are damaged in part'
"""They are shown all the same, as players do."""


def stamps(path: Path) -> np.ndarray:
    return np.array([frame.stamp for frame in camera_frames(path)])


def seconds_of_audio(path: Path) -> float:
    samples, rate = read_audio(path)
    return len(samples) / rate


def check_in_order(path: Path) -> None:
    """Images and audio come in the order in which they are due, and audio never twice."""
    items = list(play(path))
    due = [item.available for item in items]
    assert due == sorted(due)
    chunks = [item for item in items if isinstance(item, AudioChunk)]
    for before, after in zip(chunks, chunks[1:], strict=False):
        assert after.stamp >= before.available - 1
        assert after.samples.shape[1] == before.samples.shape[1]
        assert after.sample_rate == before.sample_rate
    assert len({i.image.shape for i in items if isinstance(i, CameraFrame)}) == 1


JOINED = {
    'the same': ({}, {}),
    'other rate of the audio': ({}, {'rate': 48000}),
    'other channels': ({}, {'layout': 'mono'}),
    'first mono': ({'layout': 'mono'}, {'layout': 'stereo'}),
    'other codecs': ({}, {'codec': 'mp2', 'rate': 48000}),
}


@pytest.mark.parametrize('change', JOINED)
@pytest.mark.parametrize('begin', [0.0, 100.0])
@pytest.mark.trouble(
    'clips',
    'Recordings were joined: rate, layout or codec change, or stamps start again',
    sees='Images and audio stay synchronous.',
)
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
        assert seconds_of_audio(clip) == pytest.approx(4.0, abs=0.2)
        assert np.abs(read_audio(clip)[0][-20000:-5000].astype(float)).mean() > 3000
        assert probe_clip(clip).duration == pytest.approx(4.0, abs=0.2)
        check_in_order(clip)


@pytest.mark.parametrize('codec', ['mjpeg', 'libvpx'])
@pytest.mark.parametrize(
    'sizes', [((64, 48), (96, 72)), ((96, 72), (64, 48)), ((64, 48), (48, 64))]
)
@pytest.mark.trouble(
    'clips',
    'The size of the images changes midway',
    sees='A line: `images of another size than the first, scaled to its size`',
)
def test_images_that_change_their_size_midway(
    tmp_path: Path, codec: str, sizes: tuple[tuple[int, int], ...]
) -> None:
    pixels = 'yuvj420p' if codec == 'mjpeg' else 'yuv420p'
    parts = [
        write_media(tmp_path / f'{n}.mkv', greys(20, size), codec=codec, pixels=pixels)
        for n, size in enumerate(sizes)
    ]
    clip = tmp_path / 'clip.mkv'
    with av.open(str(clip), 'w') as new:
        target = None
        for number, part in enumerate(parts):
            with av.open(str(part)) as old:
                target = target or new.add_stream_from_template(old.streams.video[0])
                for packet in old.demux(video=0):
                    if packet.dts is not None:
                        packet.pts = packet.dts = packet.pts + 800 * number
                        packet.stream = target
                        new.mux_one(packet)
    remarks = Remarks()
    frames = list(camera_frames(clip, remarks=remarks))
    assert [f.image.shape for f in frames] == [(sizes[0][1], sizes[0][0], 3)] * 40
    np.testing.assert_allclose(np.diff([f.stamp for f in frames]), PERIOD, atol=1_100_000)
    middle = [float(f.image[20:28, 28:36].mean()) for f in frames]
    np.testing.assert_allclose(middle, [10 * n for n in range(20)] * 2, atol=12)
    assert remarks.lines() == ['images of another size than the first, scaled to its size: 20']


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
@pytest.mark.parametrize(('image', 'sound'), [(0.0, 0.4), (0.4, 0.0), (0.0, 0.0), (1000.0, 1000.0)])
def test_streams_that_begin_apart(tmp_path: Path, suffix: str, image: float, sound: float) -> None:
    clip = write_media(
        tmp_path / f'clip.{suffix}', greys(25), [Track(begin=sound, seconds=1.0)], begin=image
    )
    times = stamps(clip)
    first = next(audio_chunks(clip)).stamp
    begin = min(image, sound)
    if suffix == 'avi':  # knows no beginning: silence and the first image fill it
        return
    assert len(times) == 25
    assert probe_clip(clip).duration == pytest.approx(1.0 + abs(sound - image), abs=0.45)
    # Codecs begin up to 50 ms before what they encode.
    assert times[0] / NANOSECONDS == pytest.approx(image - begin, abs=0.05)
    assert first / NANOSECONDS == pytest.approx(sound - begin, abs=0.05)


@pytest.mark.parametrize('codec', ['libx264', 'mpeg4'])
@pytest.mark.parametrize('suffix', ['avi', 'mkv', 'mp4'])
@pytest.mark.trouble(
    'clips',
    'AVI without presentation stamps',
    sees='Every image is shown, in order.',
)
def test_every_image_in_order_with_images_between(tmp_path: Path, suffix: str, codec: str) -> None:
    images = [np.full((64, 64, 3), 20 + 97 * n % 200, np.uint8) for n in range(60)]
    options = {'crf': '1', 'bf': '3', 'b-adapt': '0'} if codec == 'libx264' else {'bf': '2'}
    clip = write_media(
        tmp_path / f'b.{suffix}', images, [Track(seconds=2.4)], codec=codec, options=options
    )
    frames = list(camera_frames(clip))
    assert len(frames) == 60
    shown = [float(f.image.mean()) for f in frames]
    np.testing.assert_allclose(shown, [p.mean() for p in images], atol=40)
    steps = np.diff([f.stamp for f in frames])
    np.testing.assert_allclose(steps, PERIOD, atol=1_100_000)
    assert frames[0].stamp <= 0.09 * NANOSECONDS


def numbered(number: int) -> np.ndarray:
    """An image (BGR) whose eight stripes are the bits of its number."""
    image = np.zeros((64, 256, 3), np.uint8)
    for bit in range(8):
        image[:, 32 * bit : 32 * bit + 32] = 255 * (number >> bit & 1)
    return image


def number_of(image: np.ndarray) -> int:
    return sum(int(image[32, 32 * bit + 16].mean() > 127) << bit for bit in range(8))


@pytest.mark.parametrize(
    ('codec', 'options'),
    [
        ('libx264', {'crf': '10', 'bf': '0', 'g': '12'}),
        ('libx264', {'crf': '10', 'bf': '3', 'b-adapt': '0', 'g': '12'}),
        ('mpeg4', {'bf': '2', 'qscale': '2', 'g': '12'}),
    ],
)
@pytest.mark.parametrize('damaged', [False, True])
def test_the_nth_image_of_an_avi_has_the_nth_stamp(
    tmp_path: Path, codec: str, options: dict[str, str], damaged: bool
) -> None:
    clip = write_media(
        tmp_path / 'n.avi', [numbered(n) for n in range(100)], codec=codec, options=options
    )
    if damaged:
        # Only the head of the image is lost: FFmpeg counts no image that is lost as a whole.
        lose(clip, [36], keep=5, lost=4)
    shown = [(round(frame.stamp / PERIOD), number_of(frame.image)) for frame in camera_frames(clip)]
    before = [place for place in shown if place[0] < 33]
    after = [place for place in shown if place[0] > 60]
    assert before == [(n, n) for n in range(33)] and after == [(n, n) for n in range(61, 100)]
    assert damaged or len(shown) == 100


def lose(clip: Path, numbers: list[int], keep: int, lost: int | None = None) -> None:
    """Fill images with zeros, of which the first bytes are kept."""
    with av.open(str(clip)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    data = bytearray(clip.read_bytes())
    for number in numbers:
        begin = packets[number].pos + keep
        size = packets[number].size - keep if lost is None else lost
        data[begin : begin + size] = bytes(size)
    clip.write_bytes(data)


@pytest.mark.parametrize('codec', ['libx264', 'libx265', 'mpeg4'])
@pytest.mark.trouble(
    'clips',
    'An image on which others depend is damaged',
    sees='All images that are not shown are counted: `images that cannot be decoded`.',
    remedy='Take an intact copy.',
)
def test_images_that_build_on_a_damaged_one_are_counted(tmp_path: Path, codec: str) -> None:
    options = {
        'libx264': {'crf': '10', 'g': '12'},
        'libx265': {'x265-params': 'log-level=none:keyint=12'},
        'mpeg4': {'bf': '2', 'g': '12'},
    }
    images = [numbered(n) for n in range(48)]
    clip = write_media(tmp_path / 'c.mp4', images, codec=codec, options=options[codec])
    remarks = Remarks()
    assert len(list(camera_frames(clip, remarks=remarks))) == 48 and not remarks.lines()
    lose(clip, [24], keep=5)
    shown = len(list(camera_frames(clip, remarks=remarks)))
    skipped = sum(remarks.counts[what] for what in remarks.counts if what != PARTLY)
    assert shown < 48 and shown + skipped == 48


def moved(path: Path, source: Path, change: Callable[[str, float], float]) -> Path:
    """A copy of a file whose stamps (s) are changed: kind of the stream, stamp -> stamp."""
    with av.open(str(source)) as old, av.open(str(path), 'w') as new:
        targets = {s.index: new.add_stream_from_template(s) for s in old.streams}
        for packet in old.demux():
            if packet.dts is None:
                continue
            time = float(packet.dts * packet.time_base)
            shift = round((change(packet.stream.type, time) - time) / packet.time_base)
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = targets[packet.stream.index]
            new.mux_one(packet)
    return path


JUMPS: dict[str, Callable[[str, float], float]] = {
    'far ahead': lambda kind, time: time + (1e5 if time >= 1 else 0),
    'the images far ahead': lambda kind, time: time + (5e4 if time >= 1 and kind == 'video' else 0),
    'another beginning': lambda kind, time: time + (3e4 if kind == 'video' else 0),
}


@pytest.mark.parametrize('jump', JUMPS)
@pytest.mark.parametrize('suffix', ['mkv', 'mp4'])
@pytest.mark.trouble(
    'clips',
    'Stamps that jump absurdly',
    sees='A line: `jumps of the stamps, taken out`',
)
def test_absurd_jumps_are_taken_out(tmp_path: Path, suffix: str, jump: str) -> None:
    source = write_media(
        tmp_path / 'whole.mkv', greys(50), [Track()], options={'crf': '5', 'bf': '0'}
    )
    clip = moved(tmp_path / f'jump.{suffix}', source, JUMPS[jump])
    remarks = Remarks()
    times = np.array([f.stamp for f in camera_frames(clip, remarks=remarks)])
    assert len(times) == 50
    np.testing.assert_allclose(np.diff(times), PERIOD, atol=0.09 * NANOSECONDS)
    assert times[0] < 0.1 * NANOSECONDS and times[-1] < 2.2 * NANOSECONDS
    assert probe_clip(clip).duration == pytest.approx(2.0, abs=0.2)
    assert any('jump' in line for line in remarks.lines())
    sound = list(audio_chunks(clip))
    assert sound[0].stamp < 0.1 * NANOSECONDS
    assert sound[-1].available < 2.3 * NANOSECONDS
    check_in_order(clip)


@pytest.mark.parametrize(('suffix', 'leap'), [('mkv', 70), ('mp4', 70), ('ts', 12)])
@pytest.mark.parametrize('both', [True, False])
@pytest.mark.trouble(
    'clips',
    'Stamps leap, or images and audio pause for long, where images are coded out of order',
    sees='Every image is shown, in step with the audio; a line: `jumps of the stamps, taken out`',
)
def test_no_image_is_left_out_where_stamps_leap(
    tmp_path: Path, suffix: str, leap: int, both: bool
) -> None:
    """Also of those that are coded before others and shown after them."""
    clip = tmp_path / f'leap.{suffix}'
    with av.open(str(clip), 'w') as container:
        video = container.add_stream('libx264', rate=25)
        video.height = video.width = 64
        video.pix_fmt = 'yuv420p'
        video.options = {'crf': '1', 'bf': '3', 'b-adapt': '0', 'b-pyramid': 'normal'}
        sound = container.add_stream('aac', rate=44100, layout='mono') if both else None
        for n, image in enumerate(greys(60)):
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            frame.pts, frame.time_base = n + (25 * leap if n >= 30 else 0), Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            for begin in (0.0, leap + 1.2):
                frame = tone(Track(layout='mono', seconds=1.2))
                frame.pts, frame.time_base = round(begin * 44100), Fraction(1, 44100)
                container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    remarks = Remarks()
    frames = list(camera_frames(clip, remarks=remarks))
    assert remarks.lines() == ['jumps of the stamps, taken out: 1']
    greyness = [float(f.image[20:44, 20:44].mean()) for f in frames]
    np.testing.assert_allclose(greyness, [10 * n % 250 for n in range(60)], atol=12)
    np.testing.assert_allclose(np.diff([f.stamp for f in frames]), PERIOD, atol=0.09 * NANOSECONDS)
    if both:
        ends = [c.available for c in audio_chunks(clip)]
        assert ends[-1] == pytest.approx(frames[-1].stamp, abs=0.15 * NANOSECONDS)


def test_long_pause_and_late_audio_are_no_jumps(tmp_path: Path) -> None:
    source = write_media(tmp_path / 'whole.mkv', greys(50), [Track()])
    late = moved(tmp_path / 'l.mkv', source, lambda kind, t: t + (20 if kind == 'audio' else 0))
    assert next(audio_chunks(late)).stamp == pytest.approx(20 * NANOSECONDS, abs=1e8)
    pause = moved(tmp_path / 'p.mkv', source, lambda kind, time: time + (30 if time >= 1 else 0))
    assert np.diff(stamps(pause)).max() == pytest.approx(30.04 * NANOSECONDS, abs=5e7)


def test_continuity_keeps_streams_in_step() -> None:
    second = NANOSECONDS
    line = Continuity(10 * second)
    for n in range(50):
        assert line.place('image', n * PERIOD, PERIOD) == 0
        assert line.place('sound', n * PERIOD + 10_000_000, PERIOD) == 0
    first = line.place('sound', 70 * second, PERIOD)
    assert first == 50 * PERIOD + 10_000_000 - 70 * second
    assert line.place('image', 70 * second, PERIOD) == first
    assert line.place('late', 71 * second, 0) == first
    assert len(line.jumps) == 1 and line.end == 71 * second + first
    # A single stamp that is wrong, and one for the better.
    outlier = line.place('image', 10**15, PERIOD)
    assert 10**15 + outlier == 70 * second + PERIOD + first
    assert line.place('image', 70 * second + 2 * PERIOD, PERIOD) == first


@pytest.mark.parametrize('suffix', ['mp4', 'mkv', 'ts', 'avi'])
@pytest.mark.parametrize('place', ['first packet', 'middle', 'cut off'])
def test_damage_costs_what_is_damaged(tmp_path: Path, suffix: str, place: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (60, 64, 64, 3), np.uint8)
    clip = write_media(
        tmp_path / f'clip.{suffix}',
        list(noise),
        [Track(seconds=2.4)],
        codec='mpeg2video',
        options={'g': '1', 'b': '2000000'},
    )
    with av.open(str(clip)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(clip.read_bytes())
    begin, size = packets[{'first packet': 0, 'middle': 30, 'cut off': 40}[place]]
    if place == 'cut off' and suffix != 'mp4':  # whose index comes last
        del data[begin:]
    else:
        data[begin + 188 : begin + 188 + size // 2] = bytes(size // 2)
    clip.write_bytes(data)
    assert 38 <= len(stamps(clip)) <= 60
    assert probe_clip(clip).width == 64
    check_in_order(clip)


@pytest.mark.trouble(
    'clips',
    'The first image is damaged',
    sees='The clip begins with the next one; a line: `images that cannot be decoded`.',
    remedy='Take an intact copy.',
)
def test_first_image_that_cannot_be_decoded(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (20, 64, 64, 3), np.uint8)
    clip = write_media(tmp_path / 'clip.mkv', list(noise), codec='mjpeg', pixels='yuvj420p')
    data = clip.read_bytes()
    begin = data.index(b'\xff\xd8\xff')
    clip.write_bytes(data[:begin] + b'\0' * 1000 + data[begin + 1000 :])
    remarks = Remarks()
    frames = list(camera_frames(clip, remarks=remarks))
    assert len(frames) == 19 and frames[0].stamp == PERIOD
    assert remarks.lines() == ['images that cannot be decoded: 1']
    assert probe_clip(clip).width == 64


def test_fragmented_and_edited_mp4(tmp_path: Path) -> None:
    flags = {'movflags': 'frag_keyframe+empty_moov+default_base_moof'}
    options = {'crf': '5', 'g': '10', 'bf': '2'}
    clip = write_media(tmp_path / 'f.mp4', greys(50), [Track()], options=options, head=flags)
    whole = write_media(tmp_path / 'w.mp4', greys(50), [Track()], options=options)
    assert len(stamps(clip)) == len(stamps(whole)) == 50
    np.testing.assert_allclose(np.diff(stamps(clip)), PERIOD, atol=2000)
    assert (tmp_path / 'w.mp4').read_bytes().count(b'elst') == 2
    assert stamps(whole)[0] == 0  # the edit list takes the encoder's delay out
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 2 // 3])
    assert 25 <= len(stamps(clip)) < 45


SOUNDS = [
    ('wav', 'pcm_u8', 'mono'),
    ('wav', 'pcm_s24le', 'stereo'),
    ('wav', 'pcm_f32le', '5.1'),
    ('wav', 'pcm_f64le', 'mono'),
    ('mkv', 'flac', '5.1'),
    ('mkv', 'libopus', 'stereo'),
    ('webm', 'libopus', 'stereo'),
    ('mp4', 'ac3', '5.1'),
    ('mov', 'pcm_s16be', '7.1'),
    ('avi', 'mp2', 'stereo'),
    ('avi', 'pcm_s16le', 'mono'),
    ('ts', 'aac', '5.1'),
    ('ogg', 'libopus', 'mono'),
    ('mp3', 'libmp3lame', 'stereo'),
    ('flac', 'flac', 'stereo'),
]


@pytest.mark.parametrize(('suffix', 'codec', 'layout'), SOUNDS)
def test_any_audio_becomes_16_bit_of_one_or_two_channels(
    tmp_path: Path, suffix: str, codec: str, layout: str
) -> None:
    path = write_media(
        tmp_path / f's.{suffix}', [], [Track(codec=codec, rate=48000, layout=layout)]
    )
    samples, rate = read_audio(path)
    assert rate == 48000 and samples.dtype == np.int16
    assert samples.shape[1] == (1 if layout == 'mono' else 2)
    assert len(samples) / rate == pytest.approx(2.0, abs=0.1)
    middle = samples[30000:60000, 0].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * rate / len(middle) == pytest.approx(440, abs=3)
    assert 2000 < np.abs(middle).max() < 20000
    check_in_order_of_audio(path)


def check_in_order_of_audio(path: Path) -> None:
    chunks = list(audio_chunks(path))
    for before, after in zip(chunks, chunks[1:], strict=False):
        assert abs(after.stamp - before.available) <= 1


@pytest.mark.parametrize('channel', range(4))
def test_no_channel_without_a_place_is_left_out(tmp_path: Path, channel: int) -> None:
    from scipy.io import wavfile

    samples = np.zeros((16000, 4), np.int16)
    samples[:, channel] = 8000
    wavfile.write(tmp_path / 'array.wav', 16000, samples)
    heard, rate = read_audio(tmp_path / 'array.wav')
    assert rate == 16000 and heard.shape == (16000, 2)
    assert (heard == 2000).all()


def test_audio_that_comes_in_bursts_loses_nothing(tmp_path: Path) -> None:
    source = write_media(tmp_path / 'whole.mkv', greys(50), [Track(codec='pcm_s16le')])
    late = moved(  # stamped when they arrive, every 0.2 s
        tmp_path / 'bursts.mkv',
        source,
        lambda kind, time: time if kind == 'video' else time // 0.2 * 0.2,
    )
    assert seconds_of_audio(late) == pytest.approx(2.0, abs=0.01)
    check_in_order(late)


@pytest.mark.trouble(
    'clips',
    'A file was truncated while it was copied',
    sees='The existing part is played; a line: `file that ends early`, with the times',
    remedy='Copy it again.',
)
def test_a_file_that_is_cut_off_is_told(tmp_path: Path) -> None:
    whole = write_media(tmp_path / 'whole.mkv', greys(100), [Track(codec='pcm_s16le')])
    part = tmp_path / 'part.mkv'
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    for path, is_told in ((whole, False), (part, True)):
        remarks = Remarks()
        count = sum(1 for _ in camera_frames(path, remarks=remarks))
        assert any('file that ends early: 1 (after ' in one for one in remarks.lines()) == is_told
        assert (count == 100) != is_told


@pytest.mark.parametrize(('rate', 'given'), [(4000, 16000), (384000, 48000), (8000, 8000)])
@pytest.mark.trouble(
    'clips',
    'Audio of a rate below 8 or above 192 kHz',
    sees='It is played; a line: `the audio has ... Hz: it is played with ... Hz`',
)
def test_audio_of_an_unusual_rate_is_given_out_at_a_usual_one(
    tmp_path: Path, rate: int, given: int
) -> None:
    clip = write_media(tmp_path / 'clip.mkv', greys(50), [Track('pcm_s16le', rate, 'mono')])
    info = probe_clip(clip)
    assert info.sample_rate == given
    assert any(f'{rate} Hz: it is played with {given} Hz' in n for n in info.notes) == (
        rate != given
    )
    samples, read = read_audio(clip)
    assert read == given and len(samples) / given == pytest.approx(2.0, abs=0.02)
    middle = samples[given // 2 : given, 0].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * given / len(middle) == pytest.approx(440, abs=3)
    check_in_order_of_audio(clip)


@pytest.mark.parametrize('channels', [4, 7])
def test_channels_without_a_place_that_are_inverted(tmp_path: Path, channels: int) -> None:
    """Their mean is silence; one of them is not."""
    from scipy.io import wavfile

    wave = np.round(8000 * np.sin(2 * np.pi * 440 * np.arange(32000) / 16000))
    signs = np.where(np.arange(channels) % 2, -1, 1)
    signs[-1] *= channels % 2 == 0  # as many of each
    wavfile.write(tmp_path / 'array.wav', 16000, (wave[:, None] * signs).astype(np.int16))
    heard, _ = read_audio(tmp_path / 'array.wav')
    assert heard.shape == (32000, 2)
    assert np.abs(heard[16000:].astype(float)).max() == pytest.approx(8000, abs=2)
