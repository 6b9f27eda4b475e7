"""Closed forms of the gestures, the follower and the timeline."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import RESIDUE
from vico_listener.listener.gestures import SETTLE
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.gestures import Timeline
from vico_listener.listener.gestures import calmed
from vico_listener.listener.gestures import hold
from vico_listener.listener.gestures import nod
from vico_listener.listener.gestures import shake
from vico_listener.listener.gestures import stroke_chain


def test_single_stroke_is_minimum_jerk() -> None:
    curve = stroke_chain([0.0, 2.0], [1.0])
    s = np.arange(1, MODEL_RATE + 1) / MODEL_RATE
    np.testing.assert_allclose(curve, 2.0 * (10 * s**3 - 15 * s**4 + 6 * s**5), atol=1e-12)
    assert np.diff(curve).max() * MODEL_RATE == pytest.approx(1.875 * 2.0, rel=0.01)


def test_chain_passes_its_turning_points_standing_still() -> None:
    positions, durations = [0.0, 3.0, 0.5, 2.5, 0.0], [0.3, 0.3, 0.3, 0.6]
    curve = np.concatenate([[0.0], stroke_chain(positions, durations)])
    turns = np.round(np.cumsum(durations) * MODEL_RATE).astype(int)
    np.testing.assert_allclose(curve[turns], positions[1:], atol=1e-9)
    # Standing still at a turn: the neighbours are alike to second order.
    for turn in turns[:-1]:
        assert abs(curve[turn + 1] - curve[turn - 1]) < 0.06
    assert curve.max() == pytest.approx(3.0, abs=1e-9)


def test_swinging_strokes_are_near_a_sinusoid() -> None:
    curve = stroke_chain([0.0, 1.0, -1.0, 1.0, -1.0, 0.0], [0.3] * 5)
    t = np.arange(18, 28) / MODEL_RATE
    assert np.abs(curve[17:27] + np.cos(np.pi * (t - 0.6) / 0.3)).max() < 0.03


@given(
    depth=st.floats(0.5, 12.0),
    frequency=st.floats(1.0, 3.5),
    cycles=st.integers(1, 5),
    decay=st.floats(0.5, 0.95),
    upswing=st.sampled_from([0.0, 0.3]),
)
@settings(max_examples=60, deadline=None)
def test_nod_reaches_its_depth_and_comes_back(
    depth: float, frequency: float, cycles: int, decay: float, upswing: float
) -> None:
    curve = nod(depth, frequency, cycles, decay, upswing)
    seconds = (cycles + (0.5 if upswing else 0.0)) / frequency + SETTLE
    assert len(curve) == int(np.ceil(seconds * MODEL_RATE - 1e-9))
    assert curve[-1] == pytest.approx(0.0, abs=1e-15)
    # The samples may miss the turning point by half a step at most.
    missed = depth * (np.pi * frequency * STEP / 2) ** 2 / 1.5
    stretch = curve.max() - min(curve.min(), 0.0)
    assert depth - 2 * missed <= stretch <= depth * 1.001
    speed = np.abs(np.diff(np.concatenate([[0.0], curve]))).max() * MODEL_RATE
    assert speed <= 1.875 * depth * 2 * frequency
    if not upswing:
        assert curve.min() > -1e-9


def test_later_strokes_of_a_nod_are_smaller() -> None:
    curve = nod(5.0, 1.5, 3, decay=0.7)
    at = np.round(np.arange(1, 7) / 3.0 * MODEL_RATE).astype(int) - 1
    strokes = np.abs(np.diff(np.concatenate([[0.0], curve[at]])))
    assert (np.diff(strokes) < 1e-6).all()
    rest = RESIDUE * 5.0
    assert strokes[-1] == pytest.approx((5.0 - rest) * 0.7**2, rel=1e-6)


@pytest.mark.parametrize('strokes', [2, 3, 4])
def test_shake_swings_to_both_sides_and_ends_at_zero(strokes: int) -> None:
    curve = shake(6.0, 1.5, strokes)
    assert len(curve) == (strokes + 2) * MODEL_RATE // 3
    assert curve[-1] == 0.0
    assert curve.max() - curve.min() == pytest.approx(6.0, rel=0.01)
    turns = np.flatnonzero(np.diff(np.sign(np.diff(curve))))
    assert len(turns) == strokes + 1


@given(
    size=st.floats(0.5, 25.0),
    frequency=st.floats(0.5, 5.0),
    cycles=st.integers(1, 4),
    upswing=st.sampled_from([0.0, 0.4, 0.85]),
)
@settings(max_examples=60, deadline=None)
def test_no_nod_is_a_bow_or_a_jerk(
    size: float, frequency: float, cycles: int, upswing: float
) -> None:
    nod = Gesture(Kind.NOD, np.radians(size), 0.1, frequency, cycles, upswing=upswing)
    shown = calmed(nod)
    curve = np.degrees(shown.curve())
    assert np.ptp(curve) <= 12.0
    assert np.abs(np.diff(curve)).max() * MODEL_RATE <= 70.0
    if size <= 8.0 and size * frequency < 18.5:
        assert shown == nod
    assert calmed(replace(nod, kind=Kind.SHAKE)).size == nod.size


def test_hold_stays_at_its_height() -> None:
    curve = hold(2.0, 0.2, 0.5, 0.3)
    assert len(curve) == MODEL_RATE
    np.testing.assert_allclose(curve[6:20], 2.0)
    assert curve[-1] == 0.0


def test_timeline_adds_and_plays_in_order() -> None:
    timeline = Timeline(2, 0.5)
    for _ in range(11):
        timeline.pop()
    timeline.add(0, np.array([1.0, 2.0]))
    timeline.add(0, np.array([10.0]), delay=1)
    timeline.add(1, np.array([5.0]), delay=2)
    played = [timeline.pop() for _ in range(4)]
    assert played == [[1.0, 0.0], [12.0, 0.0], [0.0, 5.0], [0.0, 0.0]]


def test_timeline_refuses_what_it_cannot_hold() -> None:
    with pytest.raises(DataError, match='gesture of 10 ticks that begins in 6 .* beyond the 15'):
        Timeline(1, 0.5).add(0, np.ones(10), delay=6)


@pytest.mark.parametrize('rate', [2.0, 6.0])
def test_follower_solves_its_differential_equation(rate: float) -> None:
    follower = Follower(1, rate)
    follower.reset([0.3])

    def slope(_: float, y: np.ndarray, goal: float) -> list[float]:
        return [y[1], rate**2 * (goal - y[0]) - 2 * rate * y[1]]

    state = np.array([0.3, 0.0])
    for goal in [1.0] * 10 + [-0.5] * 20:
        state = solve_ivp(slope, (0, STEP), state, args=(goal,), rtol=1e-9, atol=1e-12).y[:, -1]
        assert follower.step([goal])[0] == pytest.approx(state[0], abs=1e-7)


def test_follower_moves_each_value_on_its_own() -> None:
    follower = Follower(2, 6.0)
    for _ in range(90):
        values = follower.step([1.0, -2.0])
    assert values == pytest.approx([1.0, -2.0], abs=1e-5)
