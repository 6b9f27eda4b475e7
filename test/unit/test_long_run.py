"""What a long run must not show, and what is the machine's fault."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from vico_listener.lab.faults.long_run import Second
from vico_listener.lab.faults.long_run import plot
from vico_listener.lab.faults.long_run import problems
from vico_listener.lab.faults.long_run import summary

FINE = [Second(270.0, 0, 30, 30, 2, 0.25, 0.01, 0.0)] * 200


def changed(at: int, **values: float) -> list[Second]:
    return [*FINE[:at], replace(FINE[at], **values), *FINE[at + 1 :]]


def test_a_steady_run_holds(tmp_path: Path) -> None:
    assert problems(FINE, running=True) == []
    assert '+0.0 MB after the first minute, queue at most 0, 0 s without motion' in summary(FINE)
    assert '30.00 motions for 30.00 images a second, at least 30 in any, 0 ' in summary(FINE)
    plot(FINE, tmp_path / 'soak.png')
    assert (tmp_path / 'soak.png').stat().st_size > 1000


def test_a_stack_that_died_is_a_problem() -> None:
    assert problems(FINE, running=False) == ['the stack died']


def test_memory_may_grow_in_the_first_minute_and_by_ten_megabytes_then() -> None:
    early = [replace(s, memory=200.0 + min(k, 60)) for k, s in enumerate(FINE)]
    assert problems(early, running=True) == []
    sizes = np.linspace(0, 15, len(FINE))
    late = [replace(s, memory=270.0 + size) for s, size in zip(FINE, sizes, strict=True)]
    assert problems(late, running=True) == ['memory grew by 10.5 MB']


def test_a_second_without_motion_is_a_problem_unless_nobody_could_run() -> None:
    assert problems(changed(99, motions=0), running=True) == ['no motion at 100 s']
    assert problems(changed(99, motions=0, late=0.4), running=True) == ['no motion at 100 s']
    for excuse in ({'late': 0.8}, {'stolen': 0.9 * (os.cpu_count() or 1)}):
        seconds = changed(99, motions=0, **excuse)
        assert problems(seconds, running=True) == []
        assert '1 s without motion; 1 of them when the machine stood still' in summary(seconds)
    unknown = changed(99, motions=0, stolen=float('nan'))
    assert problems(unknown, running=True) == ['no motion at 100 s']


def test_fewer_motions_than_images_are_a_problem_unless_nobody_could_run() -> None:
    slow = [replace(second, motions=20) for second in FINE]
    assert problems(slow, running=True) == ['67 motions for 100 images']
    assert problems([replace(second, late=0.8) for second in slow[:100]] + FINE, running=True) == []


def test_images_lost_before_the_run_do_not_count() -> None:
    seconds = [replace(second, lost=5 + number) for number, second in enumerate(FINE)]
    assert '199 images lost, 0.25 cores used' in summary(seconds)
