"""The short form of `./run soak`, and that it notices what is wrong."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vico_listener.lab.cli.demo import default_clip
from vico_listener.lab.faults.catalogue import faults_by_name
from vico_listener.lab.faults.suite import FaultSuite
from vico_listener.lab.faults.watcher import Seen
from vico_listener.lab.faults.watcher import beyond_range
from vico_listener.lab.faults.watcher import longest_gap
from vico_listener.media.clip import ClipError
from vico_listener.robot import load_profile

# Clocks have tests of their own.
SHORT = [
    'camera_stops', 'all_stops', 'size', 'fps_120', 'audio_rate', 'inverted', 'audio_loss', 'mp3',
    'two', 'busy', 'parameters', 'transitions', 'kill',
]  # fmt: skip


def test_the_stack_survives_trouble(tmp_path):
    try:
        clip = default_clip()
    except ClipError as error:
        pytest.skip(str(error))
    with FaultSuite(tmp_path, clip, stretch=0.7, transitions=15) as suite:
        # How fast it is back depends on this machine; that it comes back, and nothing is lost
        # without a count, does not.
        results = list(suite.run(faults_by_name(SHORT)))
    problems = {
        result.fault.name: [p for p in result.problems if 's without' not in p and 'only' not in p]
        for result in results
    }
    assert not {name: found for name, found in problems.items() if found}
    assert all(math.isfinite(result.back) for result in results)


def test_unknown_faults_are_named():
    with pytest.raises(ValueError, match="unknown fault 'rain': choose of camera_stops"):
        faults_by_name(['rain'])


def test_no_faults_may_be_wanted():
    assert faults_by_name(['none']) == ()


def test_commands_beyond_a_range_are_noticed():
    profile = load_profile('generic_2dof')
    still = np.zeros((50, 2))
    assert beyond_range(still, profile) == 0.0
    assert beyond_range(np.zeros((0, 2)), profile) == 0.0
    far = still + [0, profile.joints[1].maximum + 0.1]
    assert beyond_range(far, profile) == pytest.approx(0.1)


def test_gaps_are_measured_between_start_and_end():
    seen = Seen(motions=[(t, 0) for t in (0.5, 1.0, 1.1, 3.0)])
    assert longest_gap(seen, 0.9, 1.5) == pytest.approx(0.4)
    assert longest_gap(replace(seen, motions=[]), 2.0, 4.0) == 2.0
