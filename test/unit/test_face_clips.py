"""The tracker on the team's real clips (see their README); skipped where they are absent."""

import av
import cv2
import numpy as np
import pytest
from shared_material import needs_model

from vico_listener.face import FaceTracker
from vico_listener.face import create_backend
from vico_listener.face import observe_faces

pytestmark = [
    pytest.mark.clips,
    needs_model,
]

SPEAKERS = [f'speaker_{k}.mp4' for k in range(1, 7)]


def frames(clip, count=50):
    with av.open(str(clip)) as container:
        for index, frame in enumerate(container.decode(container.streams.video[0])):
            if index == count:
                return
            yield frame.to_ndarray(format='bgr24'), round(frame.time * 1e9)


@pytest.fixture(scope='module')
def backend():
    return create_backend('landmarker')


@pytest.mark.parametrize('name', SPEAKERS)
def test_every_frame_is_tracked_without_jitter(backend, clips, name):
    tracker = FaceTracker(backend)
    motions = [tracker.update(image, stamp) for image, stamp in frames(clips / name)]
    assert all(motion.confidence > 0.9 and motion.is_finite() for motion in motions)
    rotation = np.degrees([motion.rotation for motion in motions])
    assert np.abs(rotation).max() < 30
    assert np.sqrt(np.mean(np.diff(rotation, 2, axis=0) ** 2, axis=0)).max() < 0.8


@pytest.mark.parametrize(
    ('name', 'left_of_camera'),
    [('portrait_1.jpg', None), ('portrait_2.jpg', None), ('portrait_3.jpg', None),
     ('portrait_4_turned.png', False), ('portrait_5_painting.jpg', False)],
)  # fmt: skip
def test_portraits(backend, clips, name, left_of_camera):
    [face] = observe_faces(cv2.imread(str(clips / 'portraits' / name)), backend)
    yaw = np.degrees(face.motion.rotation[2])
    assert abs(yaw) < 10 if left_of_camera is None else yaw < -10


def test_a_dog_is_nobody(backend, clips):
    dog = cv2.imread(str(clips / 'portraits' / 'not_a_face_dog.jpg'))
    assert observe_faces(dog, backend) == []
    tracker = FaceTracker(backend)
    assert not any(tracker.update(dog, k * 33_333_333).confidence for k in range(12))


def test_of_two_people_the_one_whose_lips_move_with_the_voice(backend, clips):
    """Speaker 4 beside a still image of speaker 3, who is larger."""
    talking = [
        (cv2.resize(image, (360, 360)), stamp) for image, stamp in frames(clips / 'speaker_4.mp4')
    ]
    still = cv2.resize(next(frames(clips / 'speaker_3.mp4'))[0], (480, 480))
    tracker = FaceTracker(backend)
    positions = []
    for image, stamp in talking:
        canvas = np.zeros((480, 840, 3), np.uint8)
        canvas[:, :480], canvas[:360, 480:] = still, cv2.resize(image, (360, 360))
        assert tracker.update(canvas, stamp, speaking=True).confidence > 0
        positions.append(tracker.faces[0].roi.x)
    assert positions[0] < 480 < positions[-1]
    assert np.count_nonzero(np.diff(np.array(positions) > 480)) == 1


def test_a_cut_to_another_person_is_one_jump(backend, clips):
    first = [image for image, _ in frames(clips / 'speaker_5.mp4', 10)]
    second = [image for image, _ in frames(clips / 'speaker_3.mp4', 10)]
    tracker = FaceTracker(backend)
    motions = [tracker.update(image, k * 40_000_000) for k, image in enumerate(first + second)]
    assert all(motion.confidence > 0 for motion in motions)
