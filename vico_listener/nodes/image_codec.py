"""sensor_msgs/Image and CompressedImage to BGR arrays and back.

Every message is checked first, with an error that names what is wrong. The conversion is done here,
in numpy and OpenCV; where cv_bridge is installed and works (that of Ubuntu breaks under numpy 2,
ros-perception/vision_opencv #535), it converts rgb, bgr and mono. A bgr8 image is used in place,
without a copy.
"""

import array
import contextlib
import importlib.util
import io
import re
import struct
from typing import Any

import cv2
import numpy as np

from vico_listener.errors import DataError
from vico_listener.frames import Image
from vico_listener.media.decoded_image import MAX_PIXELS
from vico_listener.render.mark import with_comment

# ROS names a Bayer pattern by its first two pixels, OpenCV by the second row's.
_FROM_8_BIT: dict[str, tuple[int, int | None]] = {
    'bgr8': (3, None),
    '8UC3': (3, None),
    'rgb8': (3, cv2.COLOR_RGB2BGR),
    'bgra8': (4, cv2.COLOR_BGRA2BGR),
    '8UC4': (4, cv2.COLOR_BGRA2BGR),
    'rgba8': (4, cv2.COLOR_RGBA2BGR),
    'mono8': (1, cv2.COLOR_GRAY2BGR),
    '8UC1': (1, cv2.COLOR_GRAY2BGR),
    'yuv422': (2, cv2.COLOR_YUV2BGR_UYVY),
    'uyvy': (2, cv2.COLOR_YUV2BGR_UYVY),
    'yuv422_yuy2': (2, cv2.COLOR_YUV2BGR_YUY2),
    'yuyv': (2, cv2.COLOR_YUV2BGR_YUY2),
    'bayer_rggb8': (1, cv2.COLOR_BayerBG2BGR),
    'bayer_bggr8': (1, cv2.COLOR_BayerRG2BGR),
    'bayer_gbrg8': (1, cv2.COLOR_BayerGR2BGR),
    'bayer_grbg8': (1, cv2.COLOR_BayerGB2BGR),
}
_FROM_16_BIT: dict[str, tuple[int, int | None]] = {
    'mono16': (1, cv2.COLOR_GRAY2BGR),
    '16UC1': (1, cv2.COLOR_GRAY2BGR),
    'bgr16': (3, None),
    'rgb16': (3, cv2.COLOR_RGB2BGR),
    'bgra16': (4, cv2.COLOR_BGRA2BGR),
    'rgba16': (4, cv2.COLOR_RGBA2BGR),
}
_PLANAR = {'nv21': cv2.COLOR_YUV2BGR_NV21, 'nv12': cv2.COLOR_YUV2BGR_NV12}

ENCODINGS = (*_FROM_8_BIT, *_FROM_16_BIT, *_PLANAR)
"""Encodings that can be read."""


PNG = b'\x89PNG\r\n\x1a\n'
"""The first bytes of a PNG."""

JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG after which the size of the image stands."""


class ImageError(DataError):
    """An image message cannot be used; the message says why."""


def _working_bridge() -> Any:
    """Return a CvBridge that has proved itself on a small image, or None."""
    try:
        from sensor_msgs.msg import Image as ImageMessage

        # Where it was made for numpy 1 it fails, and numpy says so at length.
        with contextlib.redirect_stderr(io.StringIO()):
            from cv_bridge import CvBridge

        probe = ImageMessage(height=1, width=1, encoding='rgb8', step=3)
        probe.data = array.array('B', (1, 2, 3))
        bridge = CvBridge()
        works = bridge.imgmsg_to_cv2(probe, 'bgr8')[0, 0].tolist() == [3, 2, 1]
    except (ImportError, AttributeError, TypeError, RuntimeError, SystemError):
        return None
    return bridge if works else None


_bridge = _working_bridge()


def bridge_is_broken() -> bool:
    """Return whether cv_bridge is installed and does not work, which costs nothing but itself."""
    return _bridge is None and importlib.util.find_spec('cv_bridge') is not None


def image_to_bgr(message: Any) -> Image:
    """Return the image of a sensor_msgs/Image as (H, W, 3) uint8 BGR.

    A bgr8 message's buffer is shared, not copied.

    Raises:
        ImageError: unknown encoding, empty image, or `step` and data length that do not fit.
    """
    encoding, height, width = message.encoding, message.height, message.width
    if encoding in _PLANAR:
        return _planar_to_bgr(message)
    table, item = (_FROM_8_BIT, 1) if encoding in _FROM_8_BIT else (_FROM_16_BIT, 2)
    if encoding not in table:
        raise ImageError(f"unknown image encoding '{encoding}': use one of {', '.join(ENCODINGS)}")
    channels, conversion = table[encoding]
    _check_size(message, width * channels * item)
    data = np.frombuffer(message.data, np.uint8)
    if _bridge is not None and conversion is not None and re.match(r'rgb|bgr|mono', encoding):
        return np.asarray(_bridge.imgmsg_to_cv2(message, 'bgr8'))
    rows = data.reshape(height, message.step)[:, : width * channels * item]
    if item == 2:
        order = '>u2' if message.is_bigendian else '<u2'
        rows = (np.ascontiguousarray(rows).view(order) >> 8).astype(np.uint8)
    image = rows.reshape(height, width, channels)
    return image if conversion is None else np.asarray(cv2.cvtColor(image, conversion))


def _check_size(message: Any, row: int, rows: int | None = None) -> None:
    height, width, step = message.height, message.width, message.step
    rows = height if rows is None else rows
    what = f'{width}x{height} {message.encoding} image'
    if height == 0 or width == 0:
        raise ImageError(f'empty image: {what}')
    if step < row:
        raise ImageError(f'wrong step in a {what}: {step} bytes a row, at least {row} are needed')
    if len(message.data) != step * rows:
        raise ImageError(
            f'wrong data length in a {what}: {len(message.data)} bytes, '
            f'step * rows = {step} * {rows} = {step * rows}'
        )


def _planar_to_bgr(message: Any) -> Image:
    if message.height % 2 or message.width % 2:
        raise ImageError(f'{message.encoding} needs an even width and height')
    rows = message.height * 3 // 2
    _check_size(message, message.width, rows)
    data = np.frombuffer(message.data, np.uint8).reshape(rows, message.step)[:, : message.width]
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(data), _PLANAR[message.encoding]))


def compressed_to_bgr(message: Any) -> Image:
    """Return the image of a sensor_msgs/CompressedImage as (H, W, 3) uint8 BGR.

    Raises:
        ImageError: a depth format, or data that no decoder knows.
    """
    if 'compressedDepth' in message.format:
        raise ImageError(f"'{message.format}' is a depth image: subscribe to a colour image")
    data = np.frombuffer(message.data, np.uint8)
    size = encoded_size(data.data)
    if size is not None and size[0] * size[1] > MAX_PIXELS:
        raise ImageError(
            f'a compressed image of {size[0]}x{size[1]} pixels in {data.size} bytes: it is damaged'
        )
    if data[:8].tobytes() == PNG and not _is_whole_png(data.data):
        raise ImageError(f'a PNG image of which {data.size} bytes came is cut off: it is damaged')
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise ImageError(
            f"cannot decode a compressed image of format '{message.format}' "
            f'({data.size} bytes): JPEG and PNG are supported'
        )
    return np.asarray(image)


def encoded_size(data: bytes | memoryview) -> tuple[int, int] | None:
    """Return the width and height that the head of a JPEG or PNG tells; None if it tells none.

    OpenCV makes room for that many pixels before it finds that they are not there.
    """
    if data[:8] == PNG:
        return struct.unpack_from('>II', data, 16) if len(data) >= 24 else None
    if data[:2] != b'\xff\xd8':
        return None
    place = 2
    while place + 9 <= len(data):
        marker = data[place + 1]
        if data[place] != 0xFF or marker == 0xFF:
            place += 1
        elif marker in JPEG_FRAMES:
            height, width = struct.unpack_from('>HH', data, place + 5)
            return width, height
        elif 0xD0 <= marker <= 0xD8 or marker in (0, 1):  # they stand alone
            place += 2
        else:
            place += 2 + struct.unpack_from('>H', data, place + 2)[0]
    return None


def _is_whole_png(data: bytes | memoryview) -> bool:
    """Return whether every part of a PNG is as long as it says, up to the last one.

    OpenCV makes room for parts of up to 2 GB before it finds that they are not there.
    """
    place = len(PNG)
    while place + 12 <= len(data):
        length, kind = struct.unpack_from('>I4s', data, place)
        place += 12 + length
        if kind == b'IEND':
            return place <= len(data)
    return False


def fill_image(message: Any, image: Image) -> None:
    """Put a (H, W, 3) uint8 BGR image into a sensor_msgs/Image (header untouched)."""
    message.height, message.width = image.shape[:2]
    message.encoding = 'bgr8'
    message.is_bigendian = 0
    message.step = 3 * image.shape[1]
    # An array.array is taken as it is; anything else is checked byte by byte.
    data = array.array('B')
    data.frombytes(np.ascontiguousarray(image).data.cast('B'))
    message.data = data


def fill_compressed(message: Any, image: Image, quality: int = 90, mark: bool = False) -> None:
    """Put a BGR image into a sensor_msgs/CompressedImage as JPEG (header untouched).

    With `mark` the JPEG says in a comment that it is generated.
    """
    _, encoded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    message.format = 'bgr8; jpeg compressed bgr8'
    data = array.array('B')
    data.frombytes(with_comment(encoded.tobytes()) if mark else encoded.data.cast('B'))
    message.data = data
