"""Which of several streams count, and what the container says about the image."""

import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clip_files import Track
from clip_files import greys
from clip_files import quadrants
from clip_files import write_media
from PIL import ExifTags
from PIL import Image as PillowImage
from PIL import ImageCms
from PIL import ImageOps

from vico_listener.media.clip import ClipError
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import count_images
from vico_listener.media.clip import probe_audio
from vico_listener.media.clip import probe_clip
from vico_listener.media.clip import read_audio
from vico_listener.media.decoded_image import displayed
from vico_listener.media.image_decoding import _is_coded

DEFAULT, COVER = 1, 1 << 10

ORIENTATIONS = {
    # Matrix a b c d -> the quadrants clockwise from the upper left one, of 40 100 160 220.
    (1, 0, 0, 1): (40, 100, 160, 220),
    (-1, 0, 0, 1): (100, 40, 220, 160),
    (1, 0, 0, -1): (220, 160, 100, 40),
    (-1, 0, 0, -1): (160, 220, 40, 100),
    (0, 1, -1, 0): (220, 40, 100, 160),
    (0, -1, 1, 0): (100, 160, 220, 40),
    (0, 1, 1, 0): (40, 220, 160, 100),
    (0, -1, -1, 0): (160, 100, 40, 220),
}


def corners(image: np.ndarray) -> tuple[int, ...]:
    """Grey values of the quadrants, clockwise from the upper left one, to the next 20."""
    height, width = image.shape[:2]
    places = [(1, 1), (1, 3), (3, 3), (3, 1)]
    return tuple(int(image[height * y // 4, width * x // 4, 0] + 10) // 20 * 20 for y, x in places)


def with_matrix(path: Path, matrix: tuple[int, ...]) -> Path:
    """Put a b c d into the display matrix of an mp4's image track."""
    data = bytearray(path.read_bytes())
    place = data.index(b'tkhd') + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    data[place : place + 36] = struct.pack('>9i', a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize('matrix', ORIENTATIONS)
@pytest.mark.trouble(
    'clips',
    'A clip whose images are turned or mirrored for display (front cameras)',
    sees='They are shown as a player shows them.',
)
@pytest.mark.parametrize(('codec', 'pixels'), [('libx264', 'yuv420p'), ('mjpeg', 'yuvj420p')])
def test_whole_display_matrix(
    tmp_path: Path, matrix: tuple[int, ...], codec: str, pixels: str
) -> None:
    film = write_media(tmp_path / 'phone.mov', [quadrants()] * 3, codec=codec, pixels=pixels)
    clip = with_matrix(film, matrix)
    info = probe_clip(clip)
    assert (info.width, info.height) == ((64, 48) if matrix[0] else (48, 64))
    for frame in camera_frames(clip):
        assert frame.image.shape == (info.height, info.width, 3)
        assert frame.image.flags['C_CONTIGUOUS']
        assert corners(frame.image) == tuple(v // 20 * 20 for v in ORIENTATIONS[matrix])


@pytest.mark.parametrize('suffix', ['mp4', 'mkv', 'ts'])
@pytest.mark.trouble(
    'clips',
    'The rotation is stored in the coded images, not in the container',
    sees='They are shown as a player shows them.',
)
def test_display_matrix_in_the_coded_images(tmp_path: Path, suffix: str) -> None:
    film = write_media(tmp_path / 'film.mp4', [quadrants()] * 20)
    clip = tmp_path / f'turned.{suffix}'
    with av.open(str(film)) as source, av.open(str(clip), 'w') as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        turn = av.BitStreamFilterContext(
            'h264_metadata=display_orientation=insert:flip=vertical', stream, copy
        )
        for packet in source.demux(stream):
            if packet.size:
                for turned in turn.filter(packet):
                    turned.stream = copy
                    target.mux(turned)
    upside_down = tuple(v // 20 * 20 for v in ORIENTATIONS[(1, 0, 0, -1)])
    shown = [corners(frame.image) for frame in camera_frames(clip)]
    assert shown == [upside_down] * 20


@pytest.mark.parametrize(
    ('matrix', 'turned'), [((3, 1, -1, 3), (1, 0, 0, 1)), ((0, 0, 0, 0), (1, 0, 0, 1))]
)
def test_odd_display_matrix(matrix: tuple[int, ...], turned: tuple[int, ...]) -> None:
    a, b, c, d = (value << 14 for value in matrix)
    shown = displayed(quadrants(), struct.pack('=9i', a, b, 0, c, d, 0, 0, 0, 1 << 30))
    assert corners(shown) == tuple(v // 20 * 20 for v in ORIENTATIONS[turned])


@pytest.mark.parametrize('suffix', ['mp4', 'mov', 'mkv', 'ts', 'avi'])
@pytest.mark.parametrize(
    ('size', 'aspect', 'shown'),
    [
        ((48, 64), Fraction(4, 3), (64, 64)),
        ((64, 48), Fraction(3, 4), (64, 64)),
        ((72, 58), Fraction(64, 45), (102, 58)),
        ((64, 48), Fraction(1), (64, 48)),
        ((64, 48), Fraction(500, 499), (64, 48)),
    ],
)
@pytest.mark.trouble(
    'clips',
    'Pixels that are not square',
    sees='They are made square.',
)
def test_pixels_become_square(
    tmp_path: Path,
    suffix: str,
    size: tuple[int, int],
    aspect: Fraction,
    shown: tuple[int, int],
) -> None:
    clip = write_media(tmp_path / f'tape.{suffix}', [quadrants(*size)] * 40, aspect=aspect)
    info = probe_clip(clip)
    assert (info.width, info.height) == shown
    image = next(camera_frames(clip)).image
    assert image.shape[1::-1] == shown
    assert corners(image) == (40, 100, 160, 220)


def test_pixels_are_made_square_before_the_image_is_turned(tmp_path: Path) -> None:
    clip = write_media(tmp_path / 'a.mp4', [quadrants(48, 64)] * 3, aspect=Fraction(2))
    assert probe_clip(with_matrix(clip, (0, 1, -1, 0))).width == 64
    assert probe_clip(clip).height == 96


@pytest.mark.parametrize('size', [(63, 47), (65, 33)])
@pytest.mark.parametrize(
    ('codec', 'pixels', 'suffix'),
    [
        ('ffv1', 'yuv420p10le', 'mkv'),
        ('ffv1', 'yuva444p', 'mkv'),
        ('ffv1', 'gray', 'mkv'),
        ('png', 'rgba', 'mov'),
        ('png', 'rgb48be', 'mov'),
        ('mjpeg', 'yuvj444p', 'avi'),
        ('qtrle', 'argb', 'mov'),
    ],
)
def test_any_pixel_format_and_odd_sizes(
    tmp_path: Path, codec: str, pixels: str, suffix: str, size: tuple[int, int]
) -> None:
    clip = write_media(
        tmp_path / f'odd.{suffix}', [quadrants(*size)] * 3, codec=codec, pixels=pixels
    )
    images = [frame.image for frame in camera_frames(clip)]
    assert [p.shape for p in images] == [(size[1], size[0], 3)] * 3
    assert corners(images[0]) == (40, 100, 160, 220)


def loudness(path: Path) -> float:
    samples, _ = read_audio(path)
    return float(np.abs(samples.astype(float)).mean())


@pytest.mark.parametrize('suffix', ['mkv', 'mp4', 'mov'])
@pytest.mark.parametrize('wanted', [0, 1, 2])
@pytest.mark.trouble(
    'clips',
    'Several audio streams in a clip',
    sees='The default one is taken, and a line says so: `audio stream ... of ... is taken`.',
)
def test_default_audio_is_taken_and_named(tmp_path: Path, suffix: str, wanted: int) -> None:
    tracks = [
        Track(
            hertz=440.0 if n == wanted else 0.0,
            rate=44100 if n == wanted else 48000,
            layout='mono' if n == wanted else 'stereo',
            disposition=DEFAULT if n == wanted else 0,
            language=('eng', 'fra', 'spa')[n],
        )
        for n in range(3)
    ]
    clip = write_media(tmp_path / f'film.{suffix}', greys(50), tracks)
    info = probe_clip(clip)
    assert (info.sample_rate, info.channels) == (44100, 1)
    language = ('eng', 'fra', 'spa')[wanted]
    assert info.notes == (
        f'audio stream {wanted + 1} of 3 is taken (aac 44100 Hz, mono, {language}, default)',
    )
    assert loudness(clip) > 3000


def test_audio_for_people_who_cannot_see_or_hear_is_not_taken(tmp_path: Path) -> None:
    hearing_impaired, visual_impaired = 1 << 7, 1 << 8
    tracks = [
        Track(hertz=0.0, disposition=hearing_impaired),
        Track(hertz=0.0, disposition=visual_impaired),
        Track(disposition=0),
    ]
    assert loudness(write_media(tmp_path / 'film.mkv', greys(50), tracks)) > 3000


def test_larger_film_is_taken_when_none_is_the_default(tmp_path: Path) -> None:
    clip = tmp_path / 'two.mkv'
    with av.open(str(clip), 'w') as container:
        streams = [container.add_stream('mjpeg', rate=25) for _ in range(2)]
        for stream, size in zip(streams, (32, 96), strict=True):
            stream.width = stream.height = size
            stream.pix_fmt = 'yuvj420p'
        noise = np.random.default_rng(0).integers(0, 255, (96, 96, 3), np.uint8)
        for n in range(30):
            for stream in streams:
                image = np.ascontiguousarray(noise[: stream.height, : stream.width])
                frame = av.VideoFrame.from_ndarray(image, format='bgr24')
                frame.pts, frame.time_base = n, Fraction(1, 25)
                container.mux(stream.encode(frame))
    info = probe_clip(clip)
    number = 1 if info.width == 32 else 2
    assert f'video stream {number} of 2 is taken (mjpeg {info.width}x{info.height}' in info.notes[0]
    assert len(list(camera_frames(clip))) == count_images(clip) == 30


def with_cover(
    path: Path,
    film: Path | None,
    song: Path | None,
    disposition: int = COVER,
    codec: str = 'png',
    pixels: str = 'rgb24',
) -> Path:
    """A file whose first stream is a cover, followed by the film's image and a song's audio."""
    with av.open(str(path), 'w') as container:
        cover = container.add_stream(codec, rate=1)
        cover.width = cover.height = 200
        cover.pix_fmt = pixels
        cover.disposition = disposition
        sources = [av.open(str(source)) for source in (film, song) if source is not None]
        pairs = []
        for source in sources:
            pairs += [(s, container.add_stream_from_template(s)) for s in source.streams]
        frame = av.VideoFrame.from_ndarray(quadrants(200, 200), format='bgr24')
        frame.pts, frame.time_base = 0, Fraction(1)
        container.mux(cover.encode(frame.reformat(format=pixels)))
        container.mux(cover.encode(None))
        for source in sources:
            targets = {s.index: t for s, t in pairs if s.container is source}
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = targets[packet.stream.index]
                    container.mux(packet)
            source.close()
    return path


def with_user_data_first(path: Path) -> Path:
    """Move the box of an mp4 that holds the cover in front of the tracks."""
    data = path.read_bytes()
    begin = data.index(b'moov') - 4
    end = begin + int.from_bytes(data[begin : begin + 4], 'big')
    boxes = []
    place = begin + 8
    while place < end:
        size = int.from_bytes(data[place : place + 4], 'big')
        boxes.append(data[place : place + size])
        place += size
    boxes.sort(key=lambda box: box[4:8] != b'udta')
    path.write_bytes(data[: begin + 8] + b''.join(boxes) + data[end:])
    return path


@pytest.mark.parametrize('flagged', [True, False])
@pytest.mark.trouble(
    'clips',
    'Cover art before the film',
    sees='The film is taken.',
)
def test_cover_is_never_the_film(tmp_path: Path, flagged: bool) -> None:
    film = write_media(tmp_path / 'film.mp4', greys(20), [Track()])
    clip = with_user_data_first(
        with_cover(tmp_path / 'with_cover.mp4', film, None, COVER if flagged else 0)
    )
    with av.open(str(clip)) as container:
        assert container.streams.video[0].codec_context.name == 'png'
    info = probe_clip(clip)
    assert (info.width, info.height) == (64, 64)
    assert 'video stream 2 of 2 is taken (h264 64x64' in info.notes[0]
    assert len(list(camera_frames(clip))) == count_images(clip) == 20


def test_a_cover_that_does_not_say_so_is_never_the_film(tmp_path: Path) -> None:
    film = write_media(tmp_path / 'film.mp4', greys(20), [Track()])
    clip = with_cover(tmp_path / 'with_cover.mkv', film, None, DEFAULT, 'mjpeg', 'yuvj420p')
    with av.open(str(clip)) as container:
        assert container.streams.best('video').codec_context.name == 'mjpeg'  # it is the larger one
    assert (probe_clip(clip).width, probe_clip(clip).height) == (64, 64)
    assert len(list(camera_frames(clip))) == count_images(clip) == 20


@pytest.mark.trouble(
    'clips',
    'A song with a cover instead of a clip',
    sees='Refused: `is a song with an image on its cover, no video`',
    remedy='`give a video of the speaker`',
)
def test_song_with_a_cover_is_no_clip_but_a_sound(tmp_path: Path) -> None:
    song = write_media(tmp_path / 'plain.m4a', [], [Track()])
    clip = with_cover(tmp_path / 'song.mp4', None, song)
    with pytest.raises(ClipError, match=r'song\.mp4 is a song with an image on its cover'):
        probe_clip(clip)
    with pytest.raises(ClipError, match='is a song with an image on its cover'):
        count_images(clip)
    assert list(camera_frames(clip)) == []
    sound = probe_audio(clip)
    assert (sound.sample_rate, sound.channels) == (44100, 2)
    assert sound.duration == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    ('name', 'codec', 'pixels'),
    [
        ('image.png', 'png', 'rgb24'),
        ('image.jpg', 'mjpeg', 'yuvj420p'),
        ('image.mp4', 'libx264', 'yuv420p'),
        ('image.mkv', 'ffv1', 'yuv420p'),
        ('image.gif', 'gif', 'rgb8'),
    ],
)
@pytest.mark.trouble(
    'clips',
    'A photo instead of a clip',
    sees='Refused: `holds a single image, it is no video`',
    remedy='`give a video of the speaker`',
)
def test_single_image_is_no_clip(tmp_path: Path, name: str, codec: str, pixels: str) -> None:
    path = write_media(tmp_path / name, [quadrants()], codec=codec, pixels=pixels)
    with pytest.raises(ClipError, match=f'{name} holds a single image, it is no video'):
        probe_clip(path)
    assert len(list(camera_frames(path))) == 1  # who asks for an image gets it


@pytest.mark.trouble(
    'clips',
    'The file has a name like `talk:1.mp4`',
    sees='It is opened as a file.',
)
def test_name_like_a_protocol_or_a_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ('talk:1.mp4', 'talk%03d#?.mp4', 'concat:a|b.mp4'):
        write_media(Path('made.mp4'), greys(5)).rename(name)
        assert probe_clip(name).width == 64


def test_stream_that_is_not_found_again(tmp_path: Path) -> None:
    path = write_media(tmp_path / 'talk.mp4', greys(5))
    assert not _is_coded(path, 7)


# In a process of its own: what is tested against ends the process.
READ_AND_FREE = """
import gc, sys
from pathlib import Path
from vico_listener.media.clip import camera_frames
print([frame.image.shape for frame in camera_frames(Path(sys.argv[1]))], gc.collect() >= 0)
"""


@pytest.mark.parametrize('suffix', ['png', 'jpg'])
@pytest.mark.parametrize(('orientation', 'size'), [(1, (48, 64)), (3, (48, 64)), (6, (64, 48))])
@pytest.mark.trouble(
    'clips',
    'A photo with a colour profile is given as a clip',
    sees='It is refused, and no process crashes.',
)
def test_photo_with_a_colour_profile(
    tmp_path: Path, suffix: str, orientation: int, size: tuple[int, int]
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    photo = tmp_path / f'photo.{suffix}'
    image = PillowImage.fromarray(quadrants())
    image.save(photo, icc_profile=profile, exif=exif)
    (frame,) = camera_frames(photo)
    upright = np.asarray(ImageOps.exif_transpose(image_with(image, exif)))
    assert corners(frame.image) == corners(upright)
    ended = subprocess.run(
        [sys.executable, '-c', READ_AND_FREE, str(photo)], capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == f'[({size[0]}, {size[1]}, 3)] True\n'


def image_with(image: PillowImage.Image, exif: PillowImage.Exif) -> PillowImage.Image:
    """The same image, whose tags say how it is turned."""
    told = image.copy()
    told.getexif().update(exif)
    return told
