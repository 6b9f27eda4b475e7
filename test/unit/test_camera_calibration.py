"""What camera_info says of images of any size, and of images that are turned upright."""

from types import SimpleNamespace

import numpy as np
import pytest

from vico_listener.face.geometry import Camera
from vico_listener.perception.camera_calibration import Calibration
from vico_listener.perception.eye import turned_camera


def info(width=1280, height=720, f=900.0, binning=(0, 0), roi=(0, 0, 0, 0)):
    """A sensor_msgs/CameraInfo."""
    x, y, roi_width, roi_height = roi
    return SimpleNamespace(
        width=width,
        height=height,
        k=[f, 0, 650.0, 0, f + 1, 350.0, 0, 0, 1],
        binning_x=binning[0],
        binning_y=binning[1],
        roi=SimpleNamespace(x_offset=x, y_offset=y, width=roi_width, height=roi_height),
    )


def of(message, width, height):
    calibration = Calibration.of(message)
    assert calibration is not None
    camera = calibration.camera_of(width, height)
    return None if camera is None else (camera.fx, camera.fy, camera.cx, camera.cy)


@pytest.mark.parametrize(
    ('message', 'size', 'expected'),
    [
        (info(), (1280, 720), (900, 901, 650, 350)),
        (info(), (640, 360), (450, 450.5, 325, 175)),
        (info(), (2560, 1440), (1800, 1802, 1300, 700)),
        (info(), (640, 361), (450, 901 * 361 / 720, 325, 350 * 361 / 720)),
        (info(binning=(2, 2)), (640, 360), (450, 450.5, 325, 175)),
        (info(binning=(2, 2)), (320, 180), (225, 225.25, 162.5, 87.5)),
        (info(roi=(100, 50, 800, 600)), (800, 600), (900, 901, 550, 300)),
        (info(roi=(100, 50, 800, 600)), (400, 300), (450, 450.5, 275, 150)),
        (info(roi=(100, 50, 800, 600), binning=(2, 2)), (400, 300), (450, 450.5, 275, 150)),
        (info(roi=(100, 50, 800, 600)), (1280, 720), (900, 901, 650, 350)),
        (info(width=0, height=0), (123, 456), (900, 901, 650, 350)),
    ],
)
@pytest.mark.trouble(
    'senses',
    '`camera_info` is for another resolution, binned, or for a region of interest',
    sees='It is scaled, if the aspect ratio agrees.',
)
def test_images_of_the_camera(message, size, expected):
    assert of(message, *size) == pytest.approx(expected)


@pytest.mark.parametrize(('x', 'y'), [(-1.0, 350.0), (1300.0, 350.0), (650.0, 5000.0)])
def test_an_axis_outside_the_image_is_a_fault(x, y):
    message = info()
    message.k[2], message.k[5] = x, y
    assert f'({x:.0f}, {y:.0f}), outside the image of 1280x720' in Calibration.of(message).fault
    assert Calibration.of(info(roi=(700, 50, 500, 600))).fault == ''  # of the whole image


@pytest.mark.parametrize('size', [(288, 288), (640, 480), (720, 1280)])
def test_images_of_another_shape_are_none_of_it(size):
    assert of(info(), *size) is None


def test_a_camera_that_was_never_calibrated_says_nothing():
    assert Calibration.of(info(f=0.0)) is None
    with pytest.raises(ValueError, match='never calibrated'):
        Calibration.of(info(f=np.inf))


@pytest.mark.parametrize('rotation', [0, 90, 180, 270])
def test_a_point_is_seen_where_the_turned_image_shows_it(rotation):
    width, height, x, y = 640, 480, 100, 300
    camera = Camera(500.0, 510.0, 320.0, 200.0)
    turned = turned_camera(camera, width, height, rotation)
    # Where the middle of the pixel goes, and how a ray through it turns about the axis.
    place = {
        0: (x, y),
        90: (height - y, x),
        180: (width - x, height - y),
        270: (y, width - x),
    }[rotation]
    ray = np.array([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy])
    angle = np.radians(rotation)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    seen = (place[0] - turned.cx) / turned.fx, (place[1] - turned.cy) / turned.fy
    np.testing.assert_allclose(seen, turn @ ray, atol=1e-12)
