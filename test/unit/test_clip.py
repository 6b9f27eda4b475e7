"""Reading clips: stamps from the container, bad files by name; films stay in step."""

from pathlib import Path

import av
import numpy as np
import pytest
from clip_files import write_clip

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.lab.recording.preview import Filmstrip
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import audio_chunks
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import play
from vico_listener.media.clip import probe_clip
from vico_listener.media.decoded_image import fit
from vico_listener.media.film import Film


def test_variable_frame_rate_keeps_the_container_s_stamps(tmp_path: Path) -> None:
    times = [0, 33, 90, 100, 250, 300, 333]
    clip = write_clip(tmp_path / 'vfr.mp4', times)
    frames = list(camera_frames(clip))
    assert [round(f.stamp / 1e6) for f in frames] == times
    assert [int(f.image.mean().round(-1)) for f in frames] == [10 * n for n in range(7)]


@pytest.mark.parametrize('suffix', ['mp4', 'mov', 'mkv'])
def test_containers(tmp_path: Path, suffix: str) -> None:
    clip = write_clip(tmp_path / f'clip.{suffix}', list(range(0, 1000, 40)), 1000)
    info = probe_clip(clip)
    assert (info.width, info.height) == (64, 64)
    assert info.has_audio and info.sample_rate == 44100 and info.channels == 1
    assert info.duration == pytest.approx(1.0, abs=0.06)


def test_audio_is_complete_and_continuous(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / 'clip.mp4', [0, 500, 1000], 1000)
    chunks = list(audio_chunks(clip))
    total = sum(len(c.samples) for c in chunks)
    assert total == pytest.approx(44100, abs=1100)  # AAC frames have 1024 samples
    position = 0
    for chunk in chunks:
        expected = chunks[0].stamp + position * NANOSECONDS / 44100
        assert abs(chunk.stamp - expected) <= 1
        position += len(chunk.samples)
    assert max(len(c.samples) for c in chunks) == 441


def test_play_is_in_order_of_availability(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / 'clip.mp4', list(range(0, 1000, 40)), 1000)
    items = list(play(clip))
    times = [item.available for item in items]
    assert times == sorted(times)
    assert sum(isinstance(i, CameraFrame) for i in items) == 25


def test_no_audio(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / 'mute.mp4', [0, 40, 80])
    assert not probe_clip(clip).has_audio
    assert list(audio_chunks(clip)) == []


def test_bad_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match=r'no such clip: .*nothing\.mp4'):
        probe_clip(tmp_path / 'nothing.mp4')
    text = tmp_path / 'text.mp4'
    text.write_text('not a video')
    with pytest.raises(ClipError, match=r'text\.mp4 is not a video that FFmpeg can read'):
        probe_clip(text)
    sound = tmp_path / 'audio.m4a'
    with av.open(str(sound), 'w', format='mp4') as container:
        audio = container.add_stream('aac', rate=16000, layout='mono')
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.int16), 's16', 'mono')
        frame.sample_rate = 16000
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    with pytest.raises(ClipError, match='has no video stream'):
        probe_clip(sound)
    with pytest.raises(ClipError, match='is a folder: give a video file'):
        probe_clip(tmp_path)


def test_video_without_a_single_frame(tmp_path: Path) -> None:
    empty = tmp_path / 'empty.mkv'
    with av.open(str(empty), 'w') as container:
        video = container.add_stream('mjpeg', rate=25)
        video.width = video.height = 32
        video.pix_fmt = 'yuvj420p'
        container.start_encoding()
    with pytest.raises(ClipError, match='holds no image|not a video'):
        probe_clip(empty)


def test_broken_off_file_plays_what_there_is(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / 'whole.mkv', list(range(0, 4000, 40)), 4000)
    broken = tmp_path / 'broken.mkv'
    data = whole.read_bytes()
    broken.write_bytes(data[: len(data) // 2])
    frames = list(camera_frames(broken))
    assert 1 <= len(frames) < 100


def test_real_clip(speech_clip: Path) -> None:
    info = probe_clip(speech_clip)
    assert (info.width, info.height, info.sample_rate) == (320, 240, 24000)
    items = list(play(speech_clip))
    assert sum(isinstance(i, CameraFrame) for i in items) == 105


def test_film_shows_each_tick_with_its_audio(tmp_path: Path) -> None:
    path = tmp_path / 'film.mp4'
    film = Film(path, 64, (16000, 1))
    start = NANOSECONDS
    click = np.zeros((160, 1), np.int16)
    for n in range(100):
        loud = click + (20000 if n == 50 else 0)
        film.add_audio(AudioChunk(start + n * 10_000_000, loud.astype(np.int16), 16000))
    for n in range(30):
        value = 250 if n == 15 else 20
        picture = np.full((48, 64, 3), value, np.uint8)
        film.add_picture(tick_stamp(30 + n), picture, picture[:48, :48])
        film.add_picture(tick_stamp(30 + n), picture, picture[:48, :48])  # not newer: left out
    film.close()
    assert film.pictures == 30
    info = probe_clip(path)
    assert (info.width, info.height) == (86 + 64, 64)
    frames = list(camera_frames(path))
    assert len(frames) == 30
    flash = max(frames, key=lambda f: f.image.mean())
    sound = list(audio_chunks(path))
    loudest = max(sound, key=lambda c: float(np.abs(c.samples.astype(float)).mean()))
    assert abs(flash.stamp - loudest.stamp) < 25_000_000


@pytest.mark.parametrize('burst', [10, 50])
@pytest.mark.trouble(
    'clips',
    'The stamps of the audio in a demo do not advance',
    sees='The film follows the number of samples.',
)
def test_film_lays_audio_that_comes_in_bursts_evenly(tmp_path: Path, burst: int) -> None:
    """Chunks that were stamped on arrival, many at the same time."""
    path = tmp_path / 'film.mp4'
    film = Film(path, 64, (16000, 1))
    picture = np.full((48, 64, 3), 90, np.uint8)
    tone = np.round(8000 * np.sin(np.arange(160) * 2 * np.pi / 16))[:, None].astype(np.int16)
    for n in range(200):
        film.add_audio(AudioChunk(NANOSECONDS + n // burst * burst * 10_000_000, tone, 16000))
        if n % 10 == 9:
            for tick in range(3):
                film.add_picture(tick_stamp(30 + n // 10 * 3 + tick), picture, picture[:48, :48])
    film.close()
    assert film.pictures == 60
    heard = np.concatenate([c.samples for c in audio_chunks(path)])[:, 0].astype(float)
    rate = next(iter(audio_chunks(path))).sample_rate
    windows = heard[rate // 10 : rate * 19 // 10].reshape(-1, rate // 50)
    assert np.sqrt((windows**2).mean(axis=1)).min() > 4000  # the tone never stops


def test_film_leaves_out_what_was_heard_and_other_formats(tmp_path: Path) -> None:
    path = tmp_path / 'film.mp4'
    film = Film(path, 64, (16000, 1))
    picture = np.full((48, 64, 3), 90, np.uint8)
    for n in range(300):
        stamp = NANOSECONDS + n % 200 * 10_000_000  # after two seconds it comes again
        film.add_audio(AudioChunk(stamp, np.zeros((160, 1), np.int16), 16000))
        film.add_audio(AudioChunk(stamp, np.zeros((441, 2), np.int16), 44100))
    for tick in range(60):
        film.add_picture(tick_stamp(30 + tick), picture, picture[:48, :48])
    film.close()
    assert sum(len(c.samples) / c.sample_rate for c in audio_chunks(path)) < 2.2


def test_fit_keeps_the_aspect() -> None:
    wide = np.full((10, 40, 3), 255, np.uint8)
    fitted = fit(wide, 40, 40)
    assert fitted.shape == (40, 40, 3)
    assert fitted[20, 20].tolist() == [255] * 3 and fitted[5, 20].tolist() == [0] * 3


@pytest.mark.parametrize('number', [1, 5, 100, 1000])
def test_filmstrip_is_evenly_spaced(number: int) -> None:
    strip = Filmstrip(keep=12, height=8)
    picture = np.zeros((8, 8, 3), np.uint8)
    for n in range(number):
        strip.add(n, picture, picture)
    stamps = [stamp for stamp, _, _ in strip.pick(6)]
    assert stamps[0] == 0 and len(stamps) == min(6, number)
    if number >= 100:
        steps = np.diff(stamps)
        assert steps.max() <= 2 * steps.min()
        assert stamps[-1] >= 0.8 * number
