"""The tracker with a fake backend: lost and found, several people, stamps, bad images."""

from dataclasses import dataclass
from dataclasses import replace

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.face import FaceTracker
from vico_listener.face import create_backend
from vico_listener.face import create_face_tracker
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import to_base_frame
from vico_listener.rotation import matrix_from_rpy

FRAME = 40_000_000
IMAGE = np.zeros((480, 640, 3), np.uint8)


@dataclass
class FakePerson:
    x: float
    y: float = 240.0
    size: float = 100.0
    mouth_opening: float = 0.0
    yaw: float = 0.0


def observation(person: FakePerson) -> FaceObservation:
    half = person.size / 2
    x, y = person.x, person.y
    return FaceObservation(
        landmarks=np.array([[x, y, 0]], np.float32),
        box=np.array([x - half, y - half, x + half, y + half], np.float32),
        motion=face_with(FaceMotion.neutral(confidence=0.9), rotation=(0, 0, person.yaw)),
        roi=Roi(x, y, 1.5 * person.size),
        mouth_opening=person.mouth_opening,
    )


class FakeBackend:
    """Sees `people`; counts how often it is asked."""

    basis = ARKIT52

    def __init__(self, *people: FakePerson) -> None:
        self.people = list(people)
        self.detections = 0
        self.looks: list[float] = []
        self.cameras = []

    def detect(self, image, turn=None):
        self.detections += 1
        return [observation(person).roi for person in self.people]

    def observe(self, image, roi, camera):
        self.looks.append(roi.x)
        self.cameras.append(camera)
        for person in self.people:
            if abs(person.x - roi.x) < roi.size / 2 and abs(person.y - roi.y) < roi.size / 2:
                return observation(person)
        return None

    def warm_up(self):
        pass


class Video:
    """Feeds a tracker frame by frame."""

    def __init__(self, *people):
        self.backend = FakeBackend(*people)
        self.tracker = FaceTracker(self.backend)
        self.stamp = 0

    def play(self, frames, speaking=False):
        motions = []
        for _ in range(frames):
            motions.append(self.tracker.update(IMAGE, self.stamp, speaking))
            self.stamp += FRAME
        return motions

    @property
    def speaker_x(self):
        return self.tracker.faces[0].roi.x


def test_a_face_is_detected_once_and_then_followed():
    person = FakePerson(200)
    video = Video(person)
    assert video.play(1)[0].confidence == pytest.approx(0.9)
    assert len(video.backend.looks) == 2  # where it was detected, then where its landmarks are
    video.play(3)
    before = video.backend.detections
    for _ in range(6):
        person.x += 10
        assert video.play(1)[0].confidence > 0
    assert video.backend.detections == before
    assert video.speaker_x == 260


def test_newcomers_are_looked_for_now_and_then():
    video = Video(FakePerson(200, size=120))
    video.play(10)
    video.backend.people.append(FakePerson(500, size=100))
    video.play(12)
    assert [round(face.roi.x) for face in video.tracker.faces] == [200, 500]


def test_no_face():
    motion = Video().play(3)[-1]
    assert motion.confidence == 0
    assert not motion.rotation.any()
    assert motion.is_finite()


def test_lost_and_found_again_elsewhere():
    person = FakePerson(200)
    video = Video(person)
    video.play(5)
    video.backend.people = []
    assert [m.confidence for m in video.play(40)] == [0] * 40
    assert video.tracker.faces == []
    video.backend.people = [FakePerson(500, size=60)]
    assert video.play(1)[0].confidence > 0
    assert video.speaker_x == 500


def test_the_detector_searches_harder_while_nobody_is_in_view():
    video = Video()
    video.play(10)
    assert video.backend.detections == 30


def test_a_short_loss_keeps_the_person():
    speaker, other = FakePerson(200, size=150), FakePerson(450, size=100)
    video = Video(speaker, other)
    video.play(10)
    video.backend.people = [other]
    assert [m.confidence for m in video.play(4)] == [0] * 4
    video.backend.people = [speaker, other]
    assert video.play(1)[0].confidence > 0
    assert video.speaker_x == 200


def test_a_long_loss_turns_to_the_other():
    speaker, other = FakePerson(200, size=150), FakePerson(450, size=100)
    video = Video(speaker, other)
    video.play(10)
    video.backend.people = [other]
    assert video.play(15)[-1].confidence > 0
    assert video.speaker_x == 450


def test_the_one_who_speaks_is_chosen():
    silent, talker = FakePerson(200, size=150), FakePerson(450, size=100)
    video = Video(silent, talker)
    for frame in range(150):
        talker.mouth_opening = 0.1 * (frame % 7 < 3)
        video.play(1, speaking=True)
    assert video.speaker_x == 450


def test_others_cost_at_most_one_look_per_frame_and_few_in_all():
    video = Video(FakePerson(150, size=120), FakePerson(330), FakePerson(520))
    video.play(25)
    video.backend.looks.clear()
    video.play(50)
    others = [x for x in video.backend.looks if x != 150]
    assert len(video.backend.looks) - len(others) == 50
    assert 30 <= len(others) <= 40  # 25 frames a second of two others, eight times each


def test_a_speaker_in_view_is_answered_before_anybody_else_is_looked_for():
    video = Video(FakePerson(200, size=150), FakePerson(450))
    video.play(1)
    for _ in range(30):
        video.tracker.find_others()
        before = len(video.backend.looks), video.backend.detections
        video.play(1)
        assert (len(video.backend.looks) - 1, video.backend.detections) == before


def test_looking_around_early_changes_nothing():
    videos = [Video(FakePerson(200, size=150), FakePerson(450)) for _ in range(2)]
    for frame in range(120):
        for video in videos:
            video.backend.people[1].mouth_opening = 0.1 * (frame % 7 < 3)
            video.play(1, speaking=True)
        videos[0].tracker.find_others()
        positions = [video.speaker_x for video in videos]
        assert positions[0] == positions[1]
    assert positions[0] == 450
    looks = [video.backend.looks for video in videos]
    assert looks[0][: len(looks[1])] == looks[1]


def test_no_jump_is_smoothed_over_when_the_speaker_changes():
    first, second = FakePerson(200, size=150, yaw=0.0), FakePerson(450, yaw=0.8)
    video = Video(first, second)
    video.play(10)
    video.backend.people = [second]
    motions = [m for m in video.play(15) if m.confidence]
    assert motions[0].rotation[2] == pytest.approx(0.8)


def test_stamps_that_go_back_start_anew():
    person = FakePerson(200, yaw=0.0)
    video = Video(person)
    video.play(10)
    person.yaw = 0.7
    assert video.play(1)[0].rotation[2] < 0.69
    before = video.backend.detections
    video.stamp = 0
    assert video.play(1)[0].rotation[2] == pytest.approx(0.7)
    assert video.backend.detections > before


def test_a_repeated_stamp_is_harmless():
    person = FakePerson(200)
    video = Video(person)
    video.play(3)
    for people in ([], [person]):
        video.backend.people = people
        video.stamp -= FRAME
        assert (video.play(1)[0].confidence > 0) == bool(people)


def test_the_camera():
    video = Video(FakePerson(200))
    video.play(1)
    assert video.backend.cameras[-1].fx == pytest.approx(320 / np.tan(np.radians(30)))
    video.tracker.set_camera(500, 501, 310, 250)
    video.play(1)
    assert video.backend.cameras[-1].matrix[0].tolist() == [500, 0, 310]
    with pytest.raises(ValueError, match='never calibrated'):
        video.tracker.set_camera(0, 0, 0, 0)


def test_another_image_size_starts_anew():
    video = Video(FakePerson(200))
    video.play(2)
    before = video.backend.detections
    video.tracker.update(np.zeros((240, 320, 3), np.uint8), video.stamp)
    assert video.backend.detections > before


@pytest.mark.parametrize(
    ('image', 'message'),
    [
        (np.zeros((480, 640), np.uint8), r'\(height, width, 3\), got \(480, 640\).*cvtColor'),
        (np.zeros((480, 640, 4), np.uint8), r'got \(480, 640, 4\).*4-channel'),
        (np.zeros((480, 640, 3), np.float32), 'uint8.*float32'),
        (np.zeros((0, 640, 3), np.uint8), 'empty'),
        ([[0, 0, 0]], 'numpy array, got list'),
        (None, 'numpy array, got NoneType'),
    ],
)
def test_bad_images(image, message):
    with pytest.raises(ValueError, match=message):
        FaceTracker(FakeBackend()).update(image, 0)


def test_numbers_that_are_not_finite_harm_only_their_own_frame():
    video = Video(FakePerson(200))
    before = video.play(3)[-1]
    video.tracker.correction = lambda motion, stamp: face_with(motion, rotation=(0, np.nan, 0))
    assert not video.play(1)[0].is_finite()
    video.tracker.correction = None
    after = video.play(3)
    assert all(motion.is_finite() for motion in after)
    np.testing.assert_allclose(after[-1].rotation, before.rotation, atol=0.02)


@pytest.mark.parametrize('shape', [(1, 1, 3), (15, 640, 3), (480, 2, 3)])
def test_tiny_images_hold_no_face(shape):
    backend = FakeBackend(FakePerson(0, 0))
    motion = FaceTracker(backend).update(np.zeros(shape, np.uint8), 0)
    assert motion.confidence == 0
    assert not backend.looks


@pytest.mark.parametrize('fov', [0, 180, float('nan')])
def test_impossible_field_of_view(fov):
    with pytest.raises(ValueError, match='fov_deg must lie between 1 and 179'):
        FaceTracker(FakeBackend(), fov_deg=fov)


class BackendWithOptions(FakeBackend):
    def __init__(self, model_path=None, sharpness=0):
        super().__init__(FakePerson(100))
        self.options = model_path, sharpness


def test_a_backend_from_elsewhere_is_named_by_module_and_class():
    name = f'{__name__}:BackendWithOptions'
    assert create_backend(name, model_path='m', sharpness=3).options == ('m', 3)
    assert create_face_tracker(name, sharpness=2).update(IMAGE, 0).confidence > 0


def test_unknown_backend():
    with pytest.raises(
        ValueError, match="unknown face backend 'dlib': choose one of deep3d, landmarker"
    ):
        create_face_tracker('dlib')


class MetricBackend(FakeBackend):
    """Measures in a basis without metres, and has the same pose in metres beside it."""

    basis = BFM64

    def observe(self, image, roi, camera):
        seen = super().observe(image, roi, camera)
        metric = face_with(rotation=(0.1, -0.2, 0.3), translation=(-1.2, 0.3, 0.1))
        motion = face_with(FaceMotion.neutral(BFM64), rotation=(0.0, 0.1, 0.2))
        return replace(seen, motion=motion, metric=metric)


def test_a_face_in_another_unit_has_the_place_that_was_measured_in_metres():
    """And it is turned by the correction as that one is, once."""
    camera = CameraPose(matrix_from_rpy([0.0, 0.2, -0.4]), np.array([0.1, 0.0, 0.2]))
    tracker = FaceTracker(MetricBackend(FakePerson(320)))
    tracker.correction = correct = CameraOnHead(lambda stamp: camera)
    motion = tracker.update(IMAGE, FRAME)
    metric = face_with(rotation=(0.1, -0.2, 0.3), translation=(-1.2, 0.3, 0.1))
    other = to_base_frame(face_with(FaceMotion.neutral(BFM64), rotation=(0.0, 0.1, 0.2)), camera)
    np.testing.assert_allclose(motion.rotation, other.rotation, atol=1e-6)
    place = to_base_frame(metric, camera).translation
    np.testing.assert_allclose(tracker.attention.place, place, atol=1e-6)
    assert tracker.people[0].distance == pytest.approx(float(np.linalg.norm(place)))
    assert correct.corrected == 1
