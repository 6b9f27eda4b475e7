"""Cameras that are mounted upside down or on their side, or whose info is for other images."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.face import FaceTracker
from vico_listener.face import create_face_tracker
from vico_listener.face.geometry import Camera
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_calibration import Calibration
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.eye import Eye
from vico_listener.render import load_portrait
from vico_listener.rotation import matrix_from_rpy

PERIOD_NS = NANOSECONDS // 10


@pytest.fixture(scope='module')
def photo(portrait_photo: Path) -> np.ndarray:
    return cv2.resize(load_portrait(portrait_photo), (384, 384))


@pytest.fixture(scope='module')
def tracker() -> FaceTracker:
    return create_face_tracker('landmarker')


def mounted(photo: np.ndarray, upright_by: int) -> np.ndarray:
    """What a camera sees whose images have to be turned clockwise by some degrees."""
    return np.ascontiguousarray(np.rot90(photo, upright_by // 90))


def camera_info(focal: float) -> SimpleNamespace:
    """The `CameraInfo` of images of 768x768 px."""
    region = SimpleNamespace(x_offset=0, y_offset=0, width=0, height=0)
    intrinsics = [focal, 0.0, 384.0, 0.0, focal, 384.0, 0.0, 0.0, 1.0]
    size = {'width': 768, 'height': 768, 'binning_x': 0, 'binning_y': 0}
    return SimpleNamespace(k=intrinsics, roi=region, **size)


def watch(
    tracker: FaceTracker, eye: Eye, image: np.ndarray, seconds: float, start: float = 0.0
) -> Iterator[FaceMotion]:
    for n in range(round(seconds * NANOSECONDS / PERIOD_NS)):
        stamp = round(start * NANOSECONDS) + n * PERIOD_NS
        yield tracker.update(eye.upright(image), stamp)
        eye.judge(image, stamp)


@pytest.mark.parametrize('upright_by', [0, 90, 180, 270])
@pytest.mark.trouble(
    'senses',
    'The camera hangs upside down, or lies on its side',
    sees='Within three seconds the images are turned: `images are turned clockwise by ... degrees`',
    remedy='`image_rotation:=180` fixes the choice.',
)
def test_a_camera_is_found_to_be_mounted_otherwise(
    photo: np.ndarray, tracker: FaceTracker, upright_by: int
) -> None:
    tracker.reset()
    eye = Eye(tracker, 'auto')
    motions = list(watch(tracker, eye, mounted(photo, upright_by), 4.0))
    assert eye.rotation == upright_by
    assert motions[-1].confidence > 0
    assert abs(motions[-1].rotation[0]) < np.radians(15)
    straight = create_face_tracker('landmarker').update(photo, 0)
    np.testing.assert_allclose(motions[-1].expression, straight.expression, atol=0.15)


class Deceived:
    """A tracker that follows a face on a dark image; only on a bright one there is one to find."""

    def __init__(self, upright: FaceMotion) -> None:
        self.faces = [SimpleNamespace(motion=upright)]
        self._find = SimpleNamespace(motion=upright)
        self.glances = 0

    def glance(self, image: np.ndarray, turn: int) -> SimpleNamespace | None:
        self.glances += 1
        return self._find if image[0, 0, 0] > 100 else None

    def reset(self) -> None:
        pass

    def forget_camera(self) -> None:
        pass


def halves(left: int, right: int) -> np.ndarray:
    """An image of two halves, which turning exchanges."""
    row = np.repeat(np.array([left, right], np.uint8), 32)
    return np.broadcast_to(row[None, :, None], (64, 64, 3)).copy()


def judged(tracker: Deceived, image: np.ndarray, seconds: float, blinks: int = 0) -> list[int]:
    """When an eye turned its images, in ticks; every `blinks`-th image shows nobody."""
    eye, turned, faces = Eye(tracker, 'auto'), [], tracker.faces
    for n in range(round(seconds * NANOSECONDS / PERIOD_NS)):
        eye.upright(image)
        tracker.faces = [] if blinks and n % blinks == 0 else faces
        if eye.judge(image, n * PERIOD_NS):
            turned.append(n)
    return turned


@pytest.mark.parametrize('blinks', [0, 3])
def test_what_is_followed_as_a_face_but_is_none_is_found_out(blinks: int) -> None:
    """The detector finds it in the image turned by 180 degrees, three times in two seconds."""
    tracker = Deceived(FaceMotion.neutral())
    (turned,) = judged(tracker, halves(0, 200), 10.0, blinks)
    assert 1.5 <= turned * PERIOD_NS / NANOSECONDS <= 2.0


def test_a_face_that_is_found_again_is_looked_for_no_more() -> None:
    tracker = Deceived(FaceMotion.neutral())
    assert judged(tracker, halves(200, 0), 10.0) == []
    assert tracker.glances == 3


def test_a_camera_that_is_turned_again_is_followed(photo: np.ndarray, tracker: FaceTracker) -> None:
    tracker.reset()
    eye = Eye(tracker, 'auto')
    list(watch(tracker, eye, mounted(photo, 180), 4.0))
    assert eye.rotation == 180
    list(watch(tracker, eye, photo, 5.0, start=4.0))
    assert eye.rotation == 0


def test_nobody_in_view_turns_nothing(tracker: FaceTracker) -> None:
    tracker.reset()
    eye = Eye(tracker, 'auto')
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    assert not any(motion.confidence for motion in watch(tracker, eye, noise, 6.0))
    assert eye.rotation == 0


@pytest.mark.trouble(
    'senses',
    'The camera lies on its side, and `image_rotation` says otherwise',
    sees='WARN: `heads lie on their side: if the camera is mounted that way, set '
    'image_rotation:=...`',
    remedy='That parameter.',
)
def test_a_fixed_rotation_stays_and_lying_heads_are_told(
    photo: np.ndarray, tracker: FaceTracker
) -> None:
    tracker.reset()
    eye = Eye(tracker, '180')
    motion = list(watch(tracker, eye, mounted(photo, 180), 0.5))[-1]
    assert abs(motion.rotation[0]) < np.radians(15) and eye.lying == 0
    tracker.reset()
    eye = Eye(tracker, '0')
    list(watch(tracker, eye, mounted(photo, 90), 3.0))
    assert eye.rotation == 0 and eye.lying == 90


def test_info_of_another_shape_is_not_used_and_named(
    photo: np.ndarray, tracker: FaceTracker
) -> None:
    tracker.reset()
    eye = Eye(tracker)
    tracker.update(eye.upright(photo), 0)
    before = tracker.faces[0].motion
    eye.calibration = Calibration(1280, 720, Camera(1100.0, 1100.0, 640.0, 360.0))
    tracker.update(eye.upright(photo), PERIOD_NS)
    assert eye.misfit.startswith('camera_info is for images of 1280x720, these have 384x384')
    assert not eye.is_calibrated
    np.testing.assert_allclose(tracker.faces[0].motion.rotation, before.rotation, atol=0.03)
    eye.calibration = Calibration(768, 768, Camera(1330.0, 1330.0, 3840.0, 384.0))
    tracker.update(eye.upright(photo), PERIOD_NS)
    assert 'outside the image' in eye.misfit and not eye.is_calibrated
    np.testing.assert_allclose(tracker.faces[0].motion.rotation, before.rotation, atol=0.03)
    assert 'must be finite' in eye.calibrate(camera_info(np.nan))
    tracker.update(eye.upright(photo), PERIOD_NS)
    assert 'must be finite' in eye.misfit and not eye.is_calibrated
    assert eye.calibrate(camera_info(1330.0)) == ''
    tracker.update(eye.upright(photo), 2 * PERIOD_NS)
    assert eye.misfit == '' and eye.is_calibrated
    # Twice the focal length of 60 degrees: twice as far away.
    ratio = tracker.faces[0].motion.translation[0] / before.translation[0]
    assert ratio == pytest.approx(2.0, abs=0.1)
    tracker.forget_camera()


def test_pose_of_the_camera_that_would_have_taken_the_turned_images(
    tracker: FaceTracker,
) -> None:
    eye = Eye(tracker, '90')
    # A camera that lies on its right side: its up is to the right in the world.
    lying = CameraPose(matrix_from_rpy((np.pi / 2, 0.0, 0.0)), np.array([0.1, 0.2, 0.3]))
    upright = eye.turned(lambda stamp: lying)(0)
    assert upright is not None
    np.testing.assert_allclose(upright.rotation, np.eye(3), atol=1e-12)
    assert eye.turned(lambda stamp: None)(0) is None
