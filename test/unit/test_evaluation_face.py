"""Blinks, smiles and gaze."""

import numpy as np
import pytest
from synthetic_motion import RATE
from synthetic_motion import bumps
from synthetic_motion import make_listener
from synthetic_motion import set_coefficient

from vico_listener.lab.evaluation.blinks import find_blinks
from vico_listener.lab.evaluation.face_criteria import gaze_breaks
from vico_listener.lab.evaluation.face_criteria import gaze_direction
from vico_listener.lab.evaluation.smiles import find_smile_rises
from vico_listener.motion import ARKIT_INDEX

TIMES = np.arange(600) / RATE


def eyes(closure):
    expression = np.zeros((len(closure), 52))
    set_coefficient(expression, 'eyeBlink', closure)
    return expression


def triangle(at, half_width, height):
    """A blink of straight flanks with a given width at half height."""
    return height * np.clip(1 - np.abs(TIMES - at) / (2 * half_width), 0, None)


def test_blinks_have_the_widths_they_were_made_with():
    closure = triangle(4.0, 0.1, 0.8) + triangle(9.0, 0.15, 0.6)
    first, second = find_blinks(eyes(closure))
    assert first.peak == pytest.approx(4.0)
    assert first.height == pytest.approx(0.8)
    assert first.half_width == pytest.approx(0.2, abs=0.01)
    assert first.whole == pytest.approx(0.2 * 2 * 0.85, abs=0.01)
    assert second.half_width == pytest.approx(0.3, abs=0.01)


def test_blinks_of_a_squinting_smiler():
    squint = 0.45 + 0.05 * np.sin(TIMES)
    blinks = find_blinks(eyes(squint + triangle(5.0, 0.08, 0.4)))
    assert [blink.peak for blink in blinks] == pytest.approx([5.0])


def test_small_peaks_are_no_blink_and_a_dent_makes_no_second_one():
    assert find_blinks(eyes(triangle(5.0, 0.1, 0.18))) == []
    dented = triangle(5.0, 0.15, 0.9) - triangle(5.0, 0.04, 0.1)
    assert len(find_blinks(eyes(dented))) == 1


def test_two_quick_blinks_are_two():
    assert len(find_blinks(eyes(triangle(5.0, 0.06, 0.9) + triangle(5.3, 0.06, 0.9)))) == 2


def test_smile_rises():
    smile = 0.1 + 0.6 * bumps(TIMES, [3.0, 11.0], 0.6, 1.0, 1.0)
    rises = find_smile_rises(smile)
    assert [rise.rise for rise in rises] == pytest.approx([0.6, 0.6], abs=0.02)
    # A tenth of a raised cosine is done after arccos(0.8) / pi of its rise time.
    expected = np.array([3.0, 11.0]) + 0.6 * np.arccos(0.8) / np.pi
    assert [rise.onset for rise in rises] == pytest.approx(expected, abs=0.05)


def test_wobbles_are_no_smile_and_do_not_split_one():
    assert find_smile_rises(0.3 + 0.05 * np.sin(2 * np.pi * TIMES)) == []
    climb = np.clip((TIMES - 4) / 2, 0, 1) * 0.8 + 0.02 * np.sin(2 * np.pi * 1.5 * TIMES)
    assert len(find_smile_rises(climb)) == 1


def looking(pitch_deg=0.0, yaw_deg=0.0, **coefficients):
    track = make_listener(1, seconds=10)
    track.rotation[:] = np.radians([0, pitch_deg, yaw_deg])
    track.expression[:] = 0
    for name, value in coefficients.items():
        track.expression[:, ARKIT_INDEX[name]] = value
    return gaze_direction(track)[0]


def test_gaze_adds_eyes_and_head():
    assert looking(5.0, -3.0) == pytest.approx([5.0, -3.0])
    # Own left: the left eye turns out, the right one in.
    assert looking(eyeLookOutLeft=0.5, eyeLookInRight=0.5) == pytest.approx([0.0, 15.0])
    assert looking(eyeLookInLeft=0.5, eyeLookOutRight=0.5) == pytest.approx([0.0, -15.0])
    assert looking(eyeLookDownLeft=0.2, eyeLookDownRight=0.2) == pytest.approx([6.0, 0.0])
    assert looking(eyeLookUpLeft=0.2, eyeLookUpRight=0.2) == pytest.approx([-6.0, 0.0])
    # Eyes that hold on to the speaker while the head turns.
    turned = looking(0.0, 15.0, eyeLookInLeft=0.5, eyeLookOutRight=0.5)
    assert turned == pytest.approx([0.0, 0.0])


def test_gaze_breaks_leave_out_short_excursions():
    track = make_listener(1, seconds=10)
    track.rotation[:] = 0
    track.expression[:] = 0
    track.rotation[60:90, 2] = np.radians(12)
    track.rotation[150:155, 1] = np.radians(12)
    track.rotation[200:260, 2] = np.radians(6)
    assert gaze_breaks(track) == [(60, 90)]
