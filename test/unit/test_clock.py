"""The model clock: every tick once, whatever the camera does."""

from fractions import Fraction

import numpy as np
import pytest

from vico_listener.clock import EARLY_TICK_NS
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import ModelClock
from vico_listener.clock import tick_at
from vico_listener.clock import tick_stamp


def test_tick_stamps_do_not_drift() -> None:
    day = 30 * 86_400
    for tick in (0, 1, 2, 3, 29, 30, day, day + 1):
        assert abs(tick_stamp(tick) - Fraction(tick * NANOSECONDS, 30)) <= Fraction(1, 2)
        assert tick_at(tick_stamp(tick)) == tick
        assert tick_at(tick_stamp(tick) - 1) == tick - 1


@pytest.mark.parametrize(('fps', 'most'), [(5, 6), (12, 3), (15, 2), (25, 2), (30, 1), (60, 1)])
def test_every_tick_once(fps: int, most: int) -> None:
    clock = ModelClock()
    start = 1_000_000 * NANOSECONDS
    due = [clock.advance(start + n * NANOSECONDS // fps) for n in range(10 * fps)]
    ticks = [t for ticks in due for t in ticks]
    assert ticks == sorted(set(ticks))
    assert [round((b - a) * 30 / NANOSECONDS) for a, b in zip(ticks, ticks[1:], strict=False)] == [
        1
    ] * (len(ticks) - 1)
    assert max(map(len, due)) == most
    assert 10 * 30 - 7 <= len(ticks) <= 10 * 30 + 1


def test_jittered_30_fps_makes_one_step_a_frame() -> None:
    random = np.random.default_rng(0)
    clock = ModelClock()
    for n in range(900):
        jitter = int(random.uniform(-0.9, 0.9) * EARLY_TICK_NS)
        assert len(clock.advance(tick_stamp(300 + n) + jitter)) == 1


def test_stamps_that_repeat_or_go_back_make_no_tick() -> None:
    clock = ModelClock()
    clock.advance(NANOSECONDS)
    assert clock.advance(NANOSECONDS) == []
    assert clock.advance(NANOSECONDS // 2) == []
    assert len(clock.advance(NANOSECONDS + 33_400_000)) == 1


def test_long_gap_is_cut_to_its_end() -> None:
    clock = ModelClock()
    clock.advance(0)
    ticks = clock.advance(3600 * NANOSECONDS)
    assert len(ticks) == 30
    assert ticks[-1] == 3600 * NANOSECONDS


def test_reset_starts_anew() -> None:
    clock = ModelClock()
    clock.advance(100 * NANOSECONDS)
    clock.reset()
    assert clock.advance(NANOSECONDS) == [NANOSECONDS]
