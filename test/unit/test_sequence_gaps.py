"""Messages that are missing are counted, whoever else publishes on the topic."""

import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.sequence_gaps import SequenceGaps


def lost(*seen: tuple[int, float]) -> int:
    gaps = SequenceGaps()
    for number, seconds in seen:
        gaps.see(number, round(seconds * NANOSECONDS))
    return gaps.lost


def test_what_is_missing_between_two_numbers_is_lost():
    assert lost((7, 0.0), (8, 0.03), (9, 0.06)) == 0
    assert lost((7, 0.0), (9, 0.06), (20, 0.40)) == 11


def test_what_came_before_the_first_is_not():
    assert lost((500, 0.0), (501, 0.03)) == 0


def test_a_publisher_that_starts_again_has_lost_nothing():
    assert lost((500, 0.0), (501, 0.03), (1, 2.0), (2, 2.03), (4, 2.09)) == 1


@pytest.mark.parametrize('other', [1, 480, 90_000])
def test_two_publishers_are_told_apart(other):
    messages = []
    for k in range(40):
        messages.append((500 + k, 0.03 * k))
        if k != 20:
            messages.append((other + k, 0.03 * k + 0.01))
    assert lost(*messages) == 1


def test_a_clock_that_jumps_back_loses_nothing():
    assert lost((7, 100.0), (8, 40.0), (9, 40.03), (11, 40.09)) == 1


def test_publishers_that_are_gone_are_forgotten():
    gaps = SequenceGaps()
    for start in range(100):
        gaps.see(1_000_000 * (100 - start), start)
    assert len(gaps._publishers) == 8 and gaps.lost == 0
