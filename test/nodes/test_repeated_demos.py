"""Demos on a busy machine all give the same motion; the short form of `./run soak --demos 100`."""

from pathlib import Path

import pytest

from vico_listener.lab.faults.repeated_demos import Demo
from vico_listener.lab.faults.repeated_demos import problems
from vico_listener.lab.faults.repeated_demos import repeat_demos


@pytest.mark.trouble(
    'audio',
    'Demos run on a busy machine',
    sees='They take longer, but give the same motion, bit for bit.',
)
def test_a_clip_and_its_bag_give_one_motion_beside_busy_loops(
    short_clip: Path, tmp_path: Path
) -> None:
    demos = list(repeat_demos(short_clip, 2, 2, tmp_path, at_once=2))
    assert [demo.recording for demo in demos] == ['short.mp4', 'bag']
    assert problems(demos) == []


def test_what_differs_is_told() -> None:
    same = [Demo('a.mp4', 'f00', 'look')] * 3
    assert problems(same) == []
    assert problems([*same, Demo('bag', 'bad', 'look')]) == ['2 motions: 1 of 4 are others']
    assert problems([*same, Demo('bag', '', 'the stack died')]) == ['bag failed: the stack died']
