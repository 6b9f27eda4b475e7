"""Markers: where the face is and where it looks, against what a camera would see."""

import numpy as np
import pytest

from vico_listener.face.geometry import Camera
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.live.marker_shapes import LENGTH
from vico_listener.live.marker_shapes import SILENT
from vico_listener.live.marker_shapes import SPEAKS
from vico_listener.live.marker_shapes import eye_direction
from vico_listener.live.marker_shapes import listener_shapes
from vico_listener.live.marker_shapes import speaker_shapes
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion


def face(rotation=(0.0, 0.0, 0.0), translation=(0.0, 0.0, 0.0), **shares: float) -> FaceMotion:
    expression = np.zeros(ARKIT52.size, np.float32)
    for name, share in shares.items():
        expression[ARKIT_INDEX[name]] = share
    return FaceMotion(
        expression, np.array(rotation, np.float32), np.array(translation, np.float32), confidence=1
    )


def speaker(motion: FaceMotion, speaking: bool = True, valid: bool = True) -> SpeakerFrame:
    return SpeakerFrame(0, 0, 0, motion, np.zeros(45, np.float32), valid, True, speaking)


def test_a_face_ahead_looks_back_into_the_camera() -> None:
    arrow, text = speaker_shapes(speaker(face(translation=(-0.8, 0.0, 0.0))), 'optical')
    # An optical frame: x right, y down, z into the scene.
    assert arrow.start == pytest.approx([0.0, 0.0, 0.8], abs=1e-6)
    assert arrow.end == pytest.approx([0.0, 0.0, 0.8 - LENGTH], abs=1e-6)
    assert (arrow.frame, arrow.colour, text.text, text.end) == ('optical', SPEAKS, 'speaks', None)
    assert text.start[1] < arrow.start[1]  # above


def test_a_face_at_the_right_of_the_image_that_looks_up() -> None:
    """Its place goes through the lens to the right half; its nose points to the image's top."""
    motion = face((0.0, -0.5, 0.0), (-1.0, 0.3, 0.1))
    arrow, _ = speaker_shapes(speaker(motion, speaking=False), 'optical')
    camera = Camera.from_fov(60.0, 640, 480)
    x, y, z = arrow.start
    assert camera.cx + camera.fx * x / z > 320 and camera.cy + camera.fy * y / z < 240
    assert arrow.end[1] < arrow.start[1]
    assert arrow.colour == SILENT


def test_nobody_no_numbers_or_no_metres_draw_nothing() -> None:
    assert speaker_shapes(speaker(face(), valid=False), 'optical') == []
    assert speaker_shapes(speaker(face((np.nan, 0.0, 0.0))), 'optical') == []
    foreign = FaceMotion(np.zeros(64, np.float32), basis=BFM64)
    assert speaker_shapes(speaker(foreign), 'optical') == []


def test_the_eyes_look_from_the_head() -> None:
    right = eye_direction(face(eyeLookInLeft=0.5, eyeLookOutRight=0.5))
    assert right == pytest.approx([np.cos(np.radians(15)), -np.sin(np.radians(15)), 0.0])
    up = eye_direction(face(eyeLookUpLeft=1.0, eyeLookUpRight=1.0))
    assert up == pytest.approx([np.cos(np.radians(30)), 0.0, np.sin(np.radians(30))])
    # A head that turns to its left with eyes that stay: they look where they did.
    turned = face((0.0, 0.0, np.radians(15)), eyeLookInLeft=0.5, eyeLookOutRight=0.5)
    motion = ListenerMotion(0, 0, turned, Attitude.NEUTRAL, 1.0, True, 'made')
    head, gaze = listener_shapes(motion, 'head')
    assert head.end == pytest.approx(
        [LENGTH * np.cos(np.radians(15)), LENGTH * np.sin(np.radians(15)), 0.0]
    )
    assert gaze.end / np.linalg.norm(gaze.end) == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)
