"""Where the speaker is in space, by what a camera sees and by the direction of a voice."""

import math
from typing import Any

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.errors import SettingError
from vico_listener.face.selection import SpeakerSelector
from vico_listener.frames import NOWHERE
from vico_listener.frames import UNMEASURED
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import PLAIN
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import FixedCamera
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.perception.locator import Crops
from vico_listener.perception.locator import Locator

AHEAD = face_with(translation=(-1.0, 0.0, 0.0))
"""A face 1 m before the camera."""
LEFT = face_with(translation=(-1.0, -0.5, 0.2))
"""One to the left of the camera's axis, which is to its own right, and above."""


def locator(mounting: Mounting = PLAIN, sound: float = math.nan) -> Locator:
    return Locator(FixedCamera(mounting), lambda stamp: sound)


def test_a_camera_at_the_neck_sees_people_where_they_are() -> None:
    assert locator().place(LEFT, 0).place == pytest.approx((1.0, 0.5, 0.2))


@pytest.mark.parametrize(
    ('mounting', 'place'),
    [
        (Mounting(forward=0.1, left=-0.2, up=0.3), (1.1, -0.2, 0.3)),
        (Mounting(yaw=90.0), (0.0, 1.0, 0.0)),
        (Mounting(up=1.0, pitch=30.0), (math.cos(math.pi / 6), 0.0, 0.5)),
    ],
)
def test_the_mounting_counts(mounting: Mounting, place: tuple[float, float, float]) -> None:
    assert locator(mounting).place(AHEAD, 0).place == pytest.approx(place, abs=1e-6)


@pytest.mark.parametrize(('part', 'value'), [('forward', math.nan), ('yaw', math.inf), ('up', 'a')])
def test_a_mounting_is_of_finite_numbers(part: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f'mounting: {part} must be a number between'):
        Mounting(**{part: value})


def test_a_face_in_another_unit_is_where_the_tracker_measured_it() -> None:
    """Deep3DFaceRecon's translation is none in metres, but its landmarks give one."""
    turned = FixedCamera(Mounting(yaw=90.0))
    measured = Locator(turned, lambda stamp: math.nan, lambda: np.float32([-1.0, 0.0, 0.0]))
    assert measured.place(FaceMotion.neutral(BFM64), 0).place == pytest.approx((0.0, 1.0, 0.0))
    assert measured.place(FaceMotion.missing(BFM64), 0) == NOWHERE
    assert locator().place(FaceMotion.neutral(BFM64), 0) == UNMEASURED


def test_a_face_in_a_crop_is_there_but_has_no_place() -> None:
    crops = Locator(Crops(), lambda stamp: 0.3)
    assert crops.place(AHEAD, 0) == UNMEASURED
    assert crops.place(FaceMotion.missing(), 0) == NOWHERE
    assert math.isnan(crops.hear(UNMEASURED, 0).sound)  # it is not known from where it counts


@pytest.mark.parametrize(
    'face',
    [
        FaceMotion.missing(),
        FaceMotion.neutral(BFM64),
        face_with(translation=(math.nan, 0.0, 0.0)),
        face_with(translation=(-math.inf, 0.0, 0.0)),
    ],
)
def test_a_face_without_a_place_is_nowhere(face: FaceMotion) -> None:
    assert not locator().place(face, 0).seen


def test_where_the_camera_is_unknown_so_is_the_person() -> None:
    camera = CameraOnHead(lambda stamp: CameraPose(np.eye(3), np.ones(3)) if stamp else None)
    for stamp, seen in ((0, False), (1, True)):
        face = camera(AHEAD, stamp)
        assert camera.place(face, stamp).seen == seen
    assert camera.place(face, 1).place == pytest.approx((2.0, 1.0, 1.0))


def test_a_voice_is_heard_in_the_frame_of_the_base() -> None:
    where = locator(Mounting(yaw=30.0), sound=0.5).hear(locator().place(AHEAD, 0), 0)
    assert where.sound == pytest.approx(0.5 + math.pi / 6)
    assert where.place == pytest.approx((1.0, 0.0, 0.0))


def test_the_direction_of_a_sound_counts_for_half_a_second() -> None:
    selector = SpeakerSelector()
    assert math.isnan(selector.sound_at(0))
    selector.hear_from(0.4, 1_000_000_000)
    assert selector.sound_at(1_500_000_000) == 0.4
    assert math.isnan(selector.sound_at(1_500_000_001))
