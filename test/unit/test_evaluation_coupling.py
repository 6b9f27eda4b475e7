"""Phrase ends, answers to them, and what chance would give."""

import numpy as np
import pytest
from synthetic_motion import RATE

from vico_listener.lab.evaluation.answer_criteria import answers
from vico_listener.lab.evaluation.answer_criteria import latencies
from vico_listener.lab.evaluation.answer_criteria import smile_answers
from vico_listener.lab.evaluation.events import floor
from vico_listener.lab.evaluation.events import phrase_ends


def speaking(seconds, *phrases):
    times = np.arange(int(seconds * RATE)) / RATE
    return np.any([(times >= first - 1e-9) & (times < last - 1e-9) for first, last in phrases], 0)


def test_a_phrase_ends_in_a_pause_after_enough_speech():
    talk = speaking(10, (1, 2), (2.1, 3), (4, 4.5), (6, 7), (9.5, 10))
    # The gap of 0.1 s is no pause; 0.5 s are no phrase; the last runs into the end.
    assert phrase_ends(talk) == pytest.approx([3, 7])


def test_the_floor_is_kept_through_pauses():
    talk = speaking(20, (2, 4), (5.5, 7), (12, 13))
    held = floor(talk)
    expected = speaking(20, (2, 8), (12, 14))
    assert (held == expected).all()


def test_latency_is_that_of_the_first_nod_in_the_window():
    ends = np.array([5.0, 10.0, 20.0])
    onsets = np.array([4.7, 5.3, 10.4, 11.0, 23.0])
    assert latencies(ends, onsets) == pytest.approx([-0.3, 0.4])
    assert latencies(np.array([]), onsets).tolist() == []
    assert latencies(ends, np.array([])).tolist() == []


def test_answers_count_usable_phrase_ends():
    found = answers(np.array([5.0, 10.0, 29.0]), np.array([6.4, 11.6]), seconds=30.0)
    assert (found.ends, found.hits) == (2, 1)


def test_chance_of_random_nods_is_that_of_poisson():
    rng = np.random.default_rng(4)
    seconds, per_second = 800.0, 0.25
    onsets = np.sort(rng.uniform(0, seconds, int(per_second * seconds)))
    ends = np.sort(rng.uniform(0, seconds, 300))
    found = answers(ends, onsets, seconds)
    expected = 1 - np.exp(-per_second * 1.5)
    assert found.chance_hits / found.ends == pytest.approx(expected, rel=0.06)
    assert found.hits / found.chance_hits == pytest.approx(1.0, abs=0.2)


def test_no_phrase_ends_and_too_short_a_recording_have_no_chance():
    assert answers(np.array([]), np.array([1.0]), 60.0).chance_hits == 0
    assert answers(np.array([1.0]), np.array([1.2]), 2.9).chance_hits == 0


def test_smile_answers():
    delays = smile_answers(np.array([2.0, 10.0, 20.0]), np.array([2.6, 3.0, 23.5, 30.0]))
    assert delays == [pytest.approx(0.6), None, pytest.approx(3.5)]
