"""Pictures in between: along the flow, never waiting for the slow renderer."""

import threading

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.render.fluent import FluentRenderer
from vico_listener.render.fluent import Passage


def blob_at(x: float) -> np.ndarray:
    """A soft bright spot at column x of 128."""
    y, columns = np.mgrid[0:128, 0:128]
    bright = 220 * np.exp(-((columns - x) ** 2 + (y - 64) ** 2) / (2 * 12**2))
    return np.repeat(bright[..., None], 3, axis=2).astype(np.uint8)


def place_of(picture: np.ndarray) -> float:
    weights = picture[..., 0].astype(float).sum(axis=0)
    return float((weights * np.arange(128)).sum() / weights.sum())


def spread_of(picture: np.ndarray) -> float:
    weights = picture[..., 0].astype(float).sum(axis=0)
    squares = (np.arange(128) - place_of(picture)) ** 2
    return float(np.sqrt((weights * squares).sum() / weights.sum()))


def test_what_moves_is_moved_not_faded() -> None:
    first, last = blob_at(50), blob_at(66)
    passage = Passage.between(first, last)
    np.testing.assert_array_equal(passage.at(0), first)
    np.testing.assert_array_equal(passage.at(1), last)
    for share in (0.25, 0.5, 0.75):
        picture = passage.at(share)
        assert abs(place_of(picture) - (50 + 16 * share)) < 1.5
        assert spread_of(picture) < spread_of(first) + 1.0  # a fade spreads it by 2.4
        assert picture.max() > 205


def test_a_still_face_stays_still() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    between = Passage.between(picture, picture).at(0.4)
    assert np.abs(between.astype(int) - picture).max() <= 1


class Painter:
    """Paints only when it is told to go on."""

    basis = ARKIT52
    reference = FaceMotion.neutral()

    def __init__(self) -> None:
        self.go_on = threading.Semaphore(1)
        self.painted = threading.Semaphore(0)
        self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def follow(self, motion: FaceMotion) -> np.ndarray:
        return np.array([motion.rotation[2]], np.float32)

    def draw(self, window: np.ndarray) -> np.ndarray:
        assert self.go_on.acquire(timeout=20)
        if window[0] < 0:
            raise ValueError('cannot draw this')
        self.painted.release()
        return blob_at(float(window[0]))


def turned(column: float) -> FaceMotion:
    return face_with(rotation=(0, 0, column))


def test_no_call_waits_and_the_face_moves_at_every_one() -> None:
    painter = Painter()
    fluent = FluentRenderer(painter)
    assert abs(place_of(fluent.render(turned(50))) - 50) < 1  # the first one is waited for
    painter.painted.acquire(timeout=20)
    still = [place_of(fluent.render(turned(50 + step))) for step in range(8)]
    assert max(still) < 51  # under way; nothing new to be seen yet
    painter.go_on.release()
    painter.painted.acquire(timeout=20)  # the picture of turned(50), asked for at the first call
    fluent._drawing.result(timeout=20)
    fluent.render(turned(62))
    painter.go_on.release()
    painter.painted.acquire(timeout=20)
    fluent._drawing.result(timeout=20)
    places = [place_of(fluent.render(turned(62))) for _ in range(12)]
    painter.go_on.release()
    fluent.close()
    assert (np.diff(places) > -0.2).all() and places[-1] > 60
    assert fluent.basis is ARKIT52


def test_what_the_painter_refuses_comes_out() -> None:
    painter = Painter()
    fluent = FluentRenderer(painter)
    with pytest.raises(ValueError, match='cannot draw this'):
        fluent.render(turned(-1))
    painter.go_on.release()
    fluent.reset()
    assert painter.resets == 2
    assert place_of(fluent.render(turned(40))) > 39
    painter.go_on.release()
    fluent.close()
