"""The nod and shake detector: its self-test on synthetic nods, and its definition case by case."""

import numpy as np
import pytest
from synthetic_motion import RATE
from synthetic_motion import low_passed
from synthetic_motion import nod_curve

from vico_listener.lab.evaluation.nods import find_nods
from vico_listener.lab.evaluation.nods import find_shakes
from vico_listener.lab.evaluation.nods import find_strokes

NOISE_DEG = (0.06, 0.15, 0.07)
"""Tracker noise of roll, pitch and yaw: the middle of seven trackings of real people."""

DRIFT_HZ = 0.1
DRIFT_DEG = (1.2, 1.5, 1.2)
"""Drift: low-passed noise with the real listeners' standard deviations."""

HERTZ = (0.8, 1.2, 1.8, 2.5, 3.2, 4.0)


def tracked_drift(rng, frames):
    """(frames, 3) deg of a head that drifts, as a tracker sees it."""
    drift = [low_passed(rng, 4 * frames, DRIFT_HZ, sd)[:frames] for sd in DRIFT_DEG]
    return np.stack(drift, axis=1) + rng.standard_normal((frames, 3)) * NOISE_DEG


def found_of_120(rng, amplitude):
    """How many of 120 nods of an amplitude are found: 6 frequencies, 1 or 2 cycles, 10 each."""
    hits = 0
    for hertz in HERTZ:
        for cycles in (1, 2):
            for _ in range(10):
                angles = tracked_drift(rng, 240)
                times = np.arange(240) / RATE
                onset = rng.uniform(2.5, 3.5)
                angles[:, 1] += nod_curve(times, onset, amplitude, hertz, cycles)
                end = onset + cycles / hertz
                hits += any(nod.start < end and nod.end > onset for nod in find_nods(angles))
    return hits


def test_self_test_finds_at_least_357_of_360_nods():
    rng = np.random.default_rng(1)
    assert sum(found_of_120(rng, amplitude) for amplitude in (3, 5, 8)) >= 357


def test_self_test_finds_about_93_of_120_small_nods():
    assert found_of_120(np.random.default_rng(2), 2) == pytest.approx(93, abs=12)


def test_self_test_finds_no_nod_in_ten_minutes_of_drift():
    angles = tracked_drift(np.random.default_rng(3), int(600 * RATE))
    assert find_nods(angles) == []
    assert find_shakes(angles) == []


def head(pitch=None, yaw=None, roll=None, seconds=4.0):
    """(T, 3) deg without noise from functions of time."""
    times = np.arange(int(seconds * RATE)) / RATE
    zero = np.zeros_like
    return np.stack([(f or zero)(times) for f in (roll, pitch, yaw)], axis=1)


def test_a_nod_is_measured_as_it_was_made():
    (nod,) = find_nods(head(lambda t: nod_curve(t, 1.0, 6.0, 2.0, 2)))
    assert nod.cycles == 2
    assert len(nod.strokes) == 4
    assert [np.sign(stroke.size) for stroke in nod.strokes] == [1, -1, 1, -1]
    assert nod.amplitude == pytest.approx(6.0, rel=0.05)
    assert nod.frequency == pytest.approx(2.0, rel=0.03)
    assert nod.start == pytest.approx(1.0, abs=0.05)
    assert nod.duration == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize('hertz', [0.8, 1.5, 2.5, 3.5, 4.4])
def test_frequency_over_the_valid_band(hertz):
    (nod,) = find_nods(head(lambda t: nod_curve(t, 0.5, 8.0, hertz, 3), seconds=6))
    assert nod.cycles == 3
    assert nod.frequency == pytest.approx(hertz, rel=0.05)


def test_an_upward_nod_counts_too():
    (nod,) = find_nods(head(lambda t: -nod_curve(t, 1.0, 4.0, 2.0, 1)))
    assert nod.strokes[0].size < 0
    assert nod.cycles == 1


def test_one_stroke_is_no_nod():
    def glance_down(t):
        return 8 * np.clip((t - 1) / 0.4, 0, 1)

    assert len(find_strokes(head(glance_down)[:, 1])) == 1
    assert find_nods(head(glance_down)) == []


def test_two_strokes_must_return():
    def half_back(t, back):
        return np.interp(t, [1.0, 1.4, 1.8], [0, 8, 8 * (1 - back)])

    assert len(find_nods(head(lambda t: half_back(t, 0.5)))) == 1
    assert find_nods(head(lambda t: half_back(t, 0.3))) == []


def test_largest_stroke_two_degrees_others_one():
    assert find_nods(head(lambda t: nod_curve(t, 1.0, 1.8, 2.0, 2))) == []
    assert len(find_nods(head(lambda t: nod_curve(t, 1.0, 2.2, 2.0, 2)))) == 1
    (nod,) = find_nods(head(lambda t: nod_curve(t, 1.0, 4.0, 2.0, 3, decay=0.2)))
    assert nod.cycles == 1


def test_a_longer_gap_makes_two_nods():
    def two(t, gap):
        return nod_curve(t, 0.5, 5.0, 2.0, 1) + nod_curve(t, 1.0 + gap, 5.0, 2.0, 1)

    assert len(find_nods(head(lambda t: two(t, 0.15)))) == 1
    assert len(find_nods(head(lambda t: two(t, 0.5)))) == 2


def test_slow_strokes_are_no_nod():
    assert find_nods(head(lambda t: nod_curve(t, 1.0, 8.0, 0.5, 2), seconds=6)) == []


def test_pitch_that_only_accompanies_a_turn_is_no_nod():
    def nod(t):
        return nod_curve(t, 1.0, 4.0, 2.0, 2)

    assert find_nods(head(nod, yaw=lambda t: 1.5 * nod(t))) == []
    assert find_nods(head(nod, roll=lambda t: 1.5 * nod(t))) == []
    assert len(find_nods(head(nod, yaw=lambda t: 0.5 * nod(t)))) == 1


def test_a_shake_takes_three_strokes_of_yaw():
    (shake,) = find_shakes(head(yaw=lambda t: nod_curve(t, 1.0, 6.0, 2.0, 2)))
    assert shake.amplitude == pytest.approx(6.0, rel=0.05)
    assert find_shakes(head(yaw=lambda t: nod_curve(t, 1.0, 6.0, 2.0, 1))) == []
    assert find_nods(head(yaw=lambda t: nod_curve(t, 1.0, 6.0, 2.0, 2))) == []
