"""Image messages: every encoding against a straightforward reference, bad messages by name."""

import array
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

from vico_listener.nodes import image_codec
from vico_listener.nodes import rclpy_versions
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import encoded_size
from vico_listener.nodes.image_codec import fill_compressed
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.image_codec import image_to_bgr

PICTURE = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)


def message(data: np.ndarray, encoding: str, width: int = 8, height: int = 6, pad: int = 0) -> Any:
    rows = np.ascontiguousarray(data).view(np.uint8).reshape(data.shape[0], -1)
    rows = np.pad(rows, ((0, 0), (0, pad)))
    image = Image(height=height, width=width, encoding=encoding, step=rows.shape[1])
    image.data = array.array('B', rows.tobytes())
    return image


@pytest.mark.parametrize('pad', [0, 5])
@pytest.mark.parametrize(
    ('encoding', 'data', 'expected'),
    [
        ('bgr8', PICTURE, PICTURE),
        ('8UC3', PICTURE, PICTURE),
        ('rgb8', PICTURE[..., ::-1], PICTURE),
        ('bgra8', np.dstack([PICTURE, PICTURE[..., 0]]), PICTURE),
        ('rgba8', np.dstack([PICTURE[..., ::-1], PICTURE[..., 0]]), PICTURE),
        ('mono8', PICTURE[..., 0], np.repeat(PICTURE[..., :1], 3, axis=2)),
        ('mono16', PICTURE[..., 0].astype('<u2') * 256 + 7, np.repeat(PICTURE[..., :1], 3, axis=2)),
        ('bgr16', PICTURE.astype('<u2') * 256 + 255, PICTURE),
        ('rgb16', PICTURE[..., ::-1].astype('<u2') * 256, PICTURE),
    ],
)
def test_exact_encodings(encoding: str, data: np.ndarray, expected: np.ndarray, pad: int) -> None:
    np.testing.assert_array_equal(image_to_bgr(message(data, encoding, pad=pad)), expected)


def test_big_endian_16_bit() -> None:
    image = message((PICTURE[..., 0].astype('u2') * 256).astype('>u2'), 'mono16')
    image.is_bigendian = 1
    np.testing.assert_array_equal(image_to_bgr(image)[..., 0], PICTURE[..., 0])


def smooth() -> np.ndarray:
    ramp = np.linspace(40, 200, 64)
    return np.dstack(
        [np.tile(ramp, (64, 1)), np.tile(ramp[:, None], (1, 64)), np.full((64, 64), 90)]
    )


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_bayer_names_the_first_row(pattern: str) -> None:
    image = smooth().astype(np.uint8)
    mosaic = np.zeros((64, 64), np.uint8)
    for index, colour in enumerate(pattern):
        y, x = divmod(index, 2)
        mosaic[y::2, x::2] = image[y::2, x::2, 'bgr'.index(colour)]
    decoded = image_to_bgr(message(mosaic, f'bayer_{pattern}8', 64, 64))
    assert np.abs(decoded[4:-4, 4:-4].astype(int) - image[4:-4, 4:-4]).max() <= 6


@pytest.mark.parametrize(('encoding', 'luma'), [('yuv422_yuy2', 0), ('yuyv', 0), ('uyvy', 1)])
def test_yuv_422(encoding: str, luma: int) -> None:
    image = smooth().astype(np.uint8)
    yuv = cv2.cvtColor(image, cv2.COLOR_BGR2YUV)
    packed = np.zeros((64, 64, 2), np.uint8)
    packed[..., luma] = yuv[..., 0]
    packed[:, 0::2, 1 - luma] = yuv[:, 0::2, 1]
    packed[:, 1::2, 1 - luma] = yuv[:, 0::2, 2]
    decoded = image_to_bgr(message(packed, encoding, 64, 64))
    # Limited-range YUV is stretched by up to 255/219: hue and order are what is tested.
    assert np.abs(decoded.astype(int) - image).mean() < 25
    assert np.corrcoef(decoded[..., 0].ravel(), image[..., 0].ravel())[0, 1] > 0.97


def test_nv21_shape() -> None:
    data = np.full((6 * 3 // 2, 8), 128, np.uint8)
    decoded = image_to_bgr(message(data, 'nv21'))
    assert decoded.shape == (6, 8, 3) and np.ptp(decoded) == 0


def test_bgr8_is_not_copied() -> None:
    image = message(PICTURE, 'bgr8')
    decoded = image_to_bgr(image)
    image.data[0] = (int(decoded[0, 0, 0]) + 1) % 256
    assert decoded[0, 0, 0] == image.data[0]


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        ({'encoding': 'smell8'}, "unknown image encoding 'smell8': use one of bgr8"),
        ({'encoding': ''}, "unknown image encoding ''"),
        ({'encoding': '32FC1'}, "unknown image encoding '32FC1'"),
        ({'step': 10}, 'wrong step in a 8x6 bgr8 image: 10 bytes a row, at least 24 are needed'),
        ({'step': 25}, r'wrong data length .* step \* rows = 25 \* 6 = 150'),
        ({'height': 5}, 'wrong data length in a 8x5 bgr8 image: 144 bytes'),
        ({'width': 0, 'height': 0}, 'empty image'),
        ({'encoding': 'nv21', 'width': 7}, 'even width and height'),
    ],
)
def test_bad_image_is_named(change: dict[str, Any], text: str) -> None:
    image = message(PICTURE, 'bgr8')
    for field, value in change.items():
        setattr(image, field, value)
    with pytest.raises(ImageError, match=text):
        image_to_bgr(image)


def test_round_trips() -> None:
    image = Image()
    fill_image(image, PICTURE[:, ::-1])  # not contiguous
    np.testing.assert_array_equal(image_to_bgr(image), PICTURE[:, ::-1])
    coded = CompressedImage()
    fill_compressed(coded, smooth().astype(np.uint8), 95)
    assert np.abs(compressed_to_bgr(coded).astype(int) - smooth()).max() < 12


def test_bad_compressed_image_is_named() -> None:
    with pytest.raises(ImageError, match="cannot decode a compressed image of format 'jpeg'"):
        compressed_to_bgr(CompressedImage(format='jpeg', data=array.array('B', b'not a jpeg')))
    with pytest.raises(ImageError, match='cannot decode'):
        compressed_to_bgr(CompressedImage(format='jpeg'))
    with pytest.raises(ImageError, match='is a depth image'):
        compressed_to_bgr(CompressedImage(format='16UC1; compressedDepth png'))


@pytest.mark.parametrize('shape', [(48, 64), (3, 1000), (1, 1)])
@pytest.mark.parametrize(
    ('suffix', 'options'),
    [
        ('.png', []),
        ('.jpg', []),
        ('.jpg', [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]),
        ('.jpg', [cv2.IMWRITE_JPEG_RST_INTERVAL, 1]),
    ],
)
def test_size_in_the_head_of_an_encoded_image(
    shape: tuple[int, int], suffix: str, options: list[int]
) -> None:
    image = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    data = cv2.imencode(suffix, image, options)[1].tobytes()
    assert encoded_size(data) == shape[::-1]
    comment = b'\xff\xfe\x00\x0ba comment'
    if suffix == '.jpg':
        assert encoded_size(data[:2] + comment + data[2:]) == shape[::-1]
    assert encoded_size(data[:5]) is None


@pytest.mark.trouble(
    'senses',
    'A damaged compressed image claims a size that would fill the memory',
    sees='It is left out: `a compressed image of ... it is damaged`',
)
def test_a_size_that_fills_the_memory_is_damage() -> None:
    data = bytearray(cv2.imencode('.png', np.zeros((8, 8, 3), np.uint8))[1].tobytes())
    data[16:24] = (30_000).to_bytes(4, 'big') * 2
    message = CompressedImage(format='png', data=bytes(data))
    with pytest.raises(ImageError, match=r'image of 30000x30000 pixels .*: it is damaged'):
        compressed_to_bgr(message)


@pytest.mark.parametrize('length', [0x7FFFFFFF, 0xFFFFFFFF, 200])
def test_a_png_whose_parts_are_not_there_is_damaged(length: int) -> None:
    data = bytearray(cv2.imencode('.png', np.zeros((8, 8, 3), np.uint8))[1].tobytes())
    place = data.index(b'IDAT') - 4
    data[place : place + 4] = length.to_bytes(4, 'big')
    for damaged in (bytes(data), bytes(data[: place + 9])):
        message = CompressedImage(format='png', data=damaged)
        with pytest.raises(ImageError, match=r'PNG image of which .* cut off: it is damaged'):
            compressed_to_bgr(message)


def test_a_cv_bridge_that_does_not_work_is_left_out_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As that of Ubuntu under numpy 2: numpy tells at length, and the import fails."""
    (tmp_path / 'cv_bridge.py').write_text(
        'import sys\nprint("compiled using NumPy 1.x", file=sys.stderr)\n'
        'raise AttributeError("_ARRAY_API not found")\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'cv_bridge', raising=False)
    monkeypatch.setattr(image_codec, '_bridge', image_codec._working_bridge())
    assert image_codec.bridge_is_broken()
    assert capfd.readouterr() == ('', '')
    assert (image_to_bgr(message(PICTURE[..., ::-1], 'rgb8')) == PICTURE).all()


def test_events_have_another_module_in_humble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'rclpy.event_handler', None)
    humble = ModuleType('rclpy.qos_event')
    humble.PublisherEventCallbacks, humble.SubscriptionEventCallbacks = 'published', 'subscribed'
    monkeypatch.setitem(sys.modules, 'rclpy.qos_event', humble)
    found = runpy.run_path(rclpy_versions.__file__)
    assert found['SubscriptionEventCallbacks'] == 'subscribed'
    assert found['PublisherEventCallbacks'] == 'published'


def test_a_marked_jpeg_says_so_and_shows_the_same() -> None:
    plain, said = CompressedImage(), CompressedImage()
    fill_compressed(plain, PICTURE)
    fill_compressed(said, PICTURE, mark=True)
    assert b'generated' in said.data.tobytes() and b'generated' not in plain.data.tobytes()
    np.testing.assert_array_equal(compressed_to_bgr(said), compressed_to_bgr(plain))
