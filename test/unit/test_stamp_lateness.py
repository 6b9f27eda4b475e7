"""By how much a camera's stamps are late shows when the head moves; else nothing is believed."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import seen_by
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

CAMERA = np.array([0.06, 0.0, 0.1])
VIEW = np.diag([-1.0, -1.0, 1.0])
START = 5 * NANOSECONDS

Head = Callable[[float], tuple[float, float]]
"""Pitch and yaw at a time (s), deg."""
Person = Callable[[float], tuple[float, float, float]]
"""Where somebody is at a time (s), m."""


def nods(time: float) -> tuple[float, float]:
    return 5.0 * math.sin(2 * math.pi * 1.7 * time), 0.0


def looks(time: float) -> tuple[float, float]:
    """To the left by 30 degrees within 0.4 s, and back two seconds later."""
    share = (time - 0.5) / 0.4 if time < 2.0 else (2.9 - time) / 0.4
    share = min(max(share, 0.0), 1.0)
    return 0.0, 30.0 * share * share * (3.0 - 2.0 * share)


def still(time: float) -> tuple[float, float, float]:
    return 1.2, 0.3, 0.05


class Watched:
    """A camera on a head that moves, before somebody; images carry late stamps."""

    def __init__(self, head: Head, noise: float = 0.2, known_from: float = -1.0) -> None:
        self.head, self.asked, self._known_from = head, 0, known_from
        self.correct = CameraOnHead(self.pose_at)
        self._random = np.random.default_rng(5)
        self._noise = math.radians(noise)

    def _rotation(self, time: float) -> np.ndarray:
        pitch, yaw = np.radians(self.head(time))
        return matrix_from_rpy([0.0, pitch, yaw])

    def pose_at(self, stamp: int) -> CameraPose | None:
        self.asked += 1
        time = (stamp - START) / NANOSECONDS
        turned = self._rotation(time)
        return CameraPose(turned, turned @ CAMERA) if time >= self._known_from else None

    def watch(
        self,
        person: Person = still,
        late: float = 0.0,
        seconds: float = 3.0,
        fps: float = 30.0,
        since: float = 0.0,
    ) -> float:
        """Return how far they seemed to turn in the last second, deg."""
        turned = 0.0
        for n in range(round(seconds * fps)):
            time = since + n / fps
            head = self._rotation(time)
            place = head.T @ np.array(person(time)) - CAMERA
            place = place + self._random.normal(0.0, self._noise, 3) * np.linalg.norm(place)
            face = FaceMotion(
                np.zeros(ARKIT52.size, np.float32),
                rpy_from_matrix((VIEW @ head @ VIEW).T).astype(np.float32),
                seen_by(place).astype(np.float32),
            )
            seen = self.correct(face, START + round((time + late) * NANOSECONDS))
            if n > (seconds - 1.0) * fps:
                turned = max(turned, float(np.abs(seen.rotation).max()))
        return math.degrees(turned)

    @property
    def late(self) -> float:
        return self.correct.lateness.ns / NANOSECONDS


@pytest.mark.parametrize('fps', [10.0, 30.0])
@pytest.mark.parametrize('late', [0.06, 0.13, 0.2, 0.3])
@pytest.mark.parametrize('head', [nods, looks])
def test_a_lateness_is_found_while_the_head_moves(head: Head, late: float, fps: float) -> None:
    watched = Watched(head)
    watched.watch(late=late, fps=fps)
    assert watched.late == pytest.approx(late, abs=0.015)


@pytest.mark.trouble(
    'robot',
    'the images of a camera on the head are stamped late, or the head is later than its commands',
    sees='By how much shows in the first movements of the head; it is allowed for, and the '
    'diagnostics of `perception` tell it (`stamps_late_ms`).',
)
def test_own_nods_are_then_no_longer_the_persons() -> None:
    """They keep still; before, they seemed to nod by as much as the robot."""
    watched = Watched(nods)
    assert watched.watch(late=0.2) < 1.0
    assert re.fullmatch(
        'images show the head (19|20)[0-9] ms before their stamps, which is allowed for',
        watched.correct.lateness.remark,
    )
    unaware = Watched(nods)
    unaware.correct.lateness.see = lambda *seen: None  # type: ignore[method-assign]
    assert unaware.watch(late=0.2) > 5.0


def walks(time: float) -> tuple[float, float, float]:
    yaw = math.radians(15.0 * time)
    return 1.5 * math.cos(yaw), 1.5 * math.sin(yaw), 0.0


def sways(time: float) -> tuple[float, float, float]:
    """In step with the robot's nods, which come 0.2 s later."""
    return 1.2, 0.0, 0.03 * math.sin(2 * math.pi * 1.7 * (time + 0.2))


def leaps(time: float) -> tuple[float, float, float]:
    return (1.2, 0.3, 0.05) if time < 0.7 else (0.9, -0.8, 0.0)


@pytest.mark.parametrize('person', [still, walks, sways, leaps])
@pytest.mark.parametrize('head', [nods, looks])
def test_right_stamps_are_left_alone(head: Head, person: Person) -> None:
    watched = Watched(head, noise=0.5)
    watched.watch(person)
    assert watched.correct.lateness.ns == 0


def test_a_head_at_rest_says_nothing_and_costs_little() -> None:
    watched = Watched(lambda time: (0.2 * math.sin(9.0 * time), 0.0), noise=1.0)
    watched.watch(walks, late=0.2, seconds=2.0)
    assert watched.correct.lateness.ns == 0
    assert watched.asked <= 4 * 60


def test_a_camera_that_is_stamped_otherwise_later_is_understood_anew() -> None:
    watched = Watched(nods)
    watched.watch(late=0.2, seconds=2.0)
    assert watched.late == pytest.approx(0.2, abs=0.015)
    watched.watch(late=0.0, seconds=4.0, since=2.3)
    assert watched.late == pytest.approx(0.0, abs=0.015)


def test_several_people_are_not_mistaken_for_each_other() -> None:
    """They are measured in turn, each in every second image."""

    def one_of_them(time: float) -> tuple[float, float, float]:
        return (1.2, 0.5, 0.0) if round(time * 30.0) % 2 else (1.1, -0.5, 0.1)

    watched = Watched(nods)
    watched.watch(one_of_them)
    assert watched.correct.lateness.ns == 0


def test_before_the_head_is_known_nothing_is_found() -> None:
    watched = Watched(nods, known_from=3.0)
    watched.watch(late=0.2, seconds=2.0)
    assert watched.correct.lateness.ns == 0 and watched.correct.corrected == 0
