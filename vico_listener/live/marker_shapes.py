"""Arrows and a text that show in a 3-D view where the speaker is and where the listener looks.

Positions are metres in the frame that each shape names.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.expression import EYE_RANGE
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import CAMERA_FROM_OPTICAL
from vico_listener.rotation import matrix_from_rpy

OPTICAL_FROM_VIEW = CAMERA_FROM_OPTICAL.T @ np.diag([-1.0, -1.0, 1.0])
"""From the frame of a speaker's pose (see `FaceMotion`) to that of the images (x right, y down)."""

LENGTH = 0.25
"""The length of an arrow, m."""

ABOVE = 0.18
"""How far above the middle of the head its text is, m."""

SPEAKS, SILENT, HEAD, GAZE = (
    (0.2, 0.8, 0.3, 1.0),
    (0.6, 0.6, 0.6, 1.0),
    (0.2, 0.5, 0.9, 1.0),
    (0.95, 0.7, 0.1, 1.0),
)
"""Colours: red, green, blue and opacity, 0..1."""

Colour = tuple[float, float, float, float]
Point = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shape:
    """An arrow, or a text that has no end.

    Attributes:
        name: tells it from the others; the next one of that name takes its place.
        frame: the frame of its points.
        start: (3,), where it begins, or the middle of the text, m.
        colour: of it.
        end: (3,), where the arrow points, m; None for a text.
        text: what is written.
    """

    name: str
    frame: str
    start: Point
    colour: Colour
    end: Point | None = None
    text: str = ''


def speaker_shapes(frame: SpeakerFrame, camera: str) -> list[Shape]:
    """Return the arrow out of a speaker's face, and whether they speak; empty without a face.

    Args:
        frame: of the speaker, as the camera sees them.
        camera: the frame of the images, which is an optical one (z into the scene).
    """
    face = frame.face
    if not frame.face_valid or not _is_drawable(face):
        return []
    place = OPTICAL_FROM_VIEW @ np.asarray(face.translation, np.float64)
    ahead = OPTICAL_FROM_VIEW @ matrix_from_rpy(face.rotation)[:, 0]
    colour = SPEAKS if frame.speaking else SILENT
    text = 'speaks' if frame.speaking else 'silent'
    above = place + OPTICAL_FROM_VIEW @ np.array([0.0, 0.0, ABOVE])
    return [
        Shape('speaker', camera, place, colour, place + LENGTH * ahead),
        Shape('speaking', camera, above, colour, None, text),
    ]


def listener_shapes(motion: ListenerMotion, head: str) -> list[Shape]:
    """Return where the listener turns its head and where its eyes look, about its base gaze.

    Args:
        motion: of the listener.
        head: the frame in which it moves: x ahead, y left, z up.
    """
    face = motion.face
    if not _is_drawable(face):
        return []
    turn = matrix_from_rpy(face.rotation)
    start = np.zeros(3)
    return [
        Shape('head', head, start, HEAD, start + LENGTH * turn[:, 0]),
        Shape('gaze', head, start, GAZE, start + 1.5 * LENGTH * turn @ eye_direction(face)),
    ]


def eye_direction(face: FaceMotion) -> Point:
    """Return where the eyes of a face look, in its own axes, as a unit vector (3,)."""

    def turned(plus: Sequence[str], minus: Sequence[str]) -> float:
        shares = [face.expression[ARKIT_INDEX[name]] for name in (*plus, *minus)]
        return EYE_RANGE * float(np.dot(shares, [0.5, 0.5, -0.5, -0.5]))

    left = turned(('eyeLookOutLeft', 'eyeLookInRight'), ('eyeLookInLeft', 'eyeLookOutRight'))
    down = turned(('eyeLookDownLeft', 'eyeLookDownRight'), ('eyeLookUpLeft', 'eyeLookUpRight'))
    return np.asarray(matrix_from_rpy((0.0, down, left))[:, 0])


def _is_drawable(face: FaceMotion) -> bool:
    """Return whether a face has metres and finite numbers."""
    return face.basis is ARKIT52 and face.is_finite()
