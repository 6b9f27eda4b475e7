"""Filters and measures of the head against closed forms and independent references."""

import numpy as np
import pytest
from synthetic_motion import RATE
from synthetic_motion import make_listener

from vico_listener.lab.evaluation.motion_criteria import angular_speed
from vico_listener.lab.evaluation.motion_criteria import fast_part
from vico_listener.lab.evaluation.motion_criteria import jitter
from vico_listener.lab.evaluation.motion_criteria import longest_frozen
from vico_listener.lab.evaluation.motion_criteria import longest_still
from vico_listener.lab.evaluation.signals import acceleration
from vico_listener.lab.evaluation.signals import band_powers
from vico_listener.lab.evaluation.signals import bridge
from vico_listener.lab.evaluation.signals import crossing
from vico_listener.lab.evaluation.signals import runs
from vico_listener.lab.evaluation.signals import smooth
from vico_listener.lab.evaluation.signals import velocity
from vico_listener.rotation import matrix_from_rpy

TIMES = np.arange(900) / RATE
MIDDLE = slice(60, -60)


def sine(hertz, amplitude=1.0):
    return amplitude * np.sin(2 * np.pi * hertz * TIMES)


def rms(samples):
    return float(np.sqrt(np.mean(samples[MIDDLE] ** 2)))


@pytest.mark.parametrize(('hertz', 'gain', 'speed_gain'), [(2, 0.98, 0.80), (4, 0.84, 0.38)])
def test_smoothing_and_velocity_have_their_gains(hertz, gain, speed_gain):
    assert rms(smooth(sine(hertz))) / rms(sine(hertz)) == pytest.approx(gain, abs=0.01)
    speed = 2 * np.pi * hertz * rms(sine(hertz))
    assert rms(velocity(sine(hertz))) / speed == pytest.approx(speed_gain, abs=0.01)


def test_derivatives_of_a_parabola_are_exact():
    assert velocity(2 * TIMES**2) == pytest.approx(4 * TIMES)
    assert acceleration(2 * TIMES**2) == pytest.approx(np.full(len(TIMES), 4.0))


def test_band_powers_of_two_sines():
    inside, whole = band_powers(sine(2, 1.0) + sine(0.5, 2.0), (1.0, 3.0))
    assert inside / whole == pytest.approx(1 / 5, rel=0.02)


def test_runs_and_bridge():
    mask = np.array([1, 1, 0, 1, 0, 0, 0, 1], bool)
    assert runs(mask) == [(0, 2), (3, 4), (7, 8)]
    assert runs(np.zeros(3, bool)) == []
    bridged = bridge(mask, 2.5 / RATE)
    assert bridged.tolist() == [True] * 4 + [False] * 3 + [True]
    assert mask[2] == np.False_


def test_crossing_interpolates():
    assert crossing(np.array([0.0, 2.0, 4.0, 1.0]), 2, -1, 1.0) == pytest.approx(0.5)
    assert crossing(np.array([0.0, 2.0, 4.0, 1.0]), 2, 1, 2.5) == pytest.approx(2.5)
    assert crossing(np.array([3.0, 4.0]), 1, -1, 1.0) == 0.0


def test_angular_speed_is_that_of_the_rotation_matrices():
    slow = 2 * np.pi * 0.2 * TIMES
    rotation = np.stack([0.5 * np.sin(slow), 0.7 * np.cos(slow), np.sin(0.7 * slow)], axis=1)
    matrices = np.array([matrix_from_rpy(rpy) for rpy in rotation])
    turns = np.einsum('tji,tjk->tik', matrices[:-2], matrices[2:])
    cosine = np.clip((np.trace(turns, axis1=1, axis2=2) - 1) / 2, -1, 1)
    reference = np.degrees(np.arccos(cosine)) * RATE / 2
    assert angular_speed(rotation)[1:-1][MIDDLE] == pytest.approx(reference[MIDDLE], rel=0.01)


def test_longest_still():
    def angles(sway):
        pitch = np.where((TIMES >= 10) & (TIMES < 17), 0.0, sway)
        return np.stack([np.zeros_like(TIMES), pitch, np.zeros_like(TIMES)], axis=1)

    assert longest_still(angles(sine(1, 4.0))) == pytest.approx(7.0, abs=0.4)
    assert longest_still(angles(sine(1, 0.4))) == pytest.approx(30.0)


def test_longest_frozen():
    track = make_listener(1, seconds=10)
    assert longest_frozen(track) == 0
    track.rotation[100:131] = track.rotation[100]
    track.expression[100:131] = track.expression[100]
    assert longest_frozen(track) == pytest.approx(30 / RATE)


def test_fast_part_and_jitter_separate_frequencies():
    assert rms(fast_part(sine(2))) == pytest.approx(np.sqrt(0.5), rel=0.02)
    assert rms(fast_part(sine(0.05))) < 0.05
    assert rms(jitter(sine(11)[:, None])) == pytest.approx(np.sqrt(0.5), rel=0.02)
    # A fast nod of 8 deg must not look like jitter.
    assert rms(jitter(sine(4, 4.0)[:, None])) < 0.05
