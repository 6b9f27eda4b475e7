"""Liveliness against closed forms: lines, rest, beginnings, variance, smiles and gaze."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_motion import RATE
from synthetic_motion import bumps
from synthetic_motion import make_listener

from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.gaze_shifts import gaze_trace
from vico_listener.lab.evaluation.life_criteria import LIFE
from vico_listener.lab.evaluation.liveliness import FACE_COLUMNS
from vico_listener.lab.evaluation.liveliness import at_home
from vico_listener.lab.evaluation.liveliness import constant_share
from vico_listener.lab.evaluation.liveliness import line_share
from vico_listener.lab.evaluation.liveliness import mean_change
from vico_listener.lab.evaluation.liveliness import mean_variance
from vico_listener.lab.evaluation.liveliness import moving_coefficients
from vico_listener.lab.evaluation.liveliness import outside
from vico_listener.lab.evaluation.liveliness import pooled_sd
from vico_listener.lab.evaluation.liveliness import start_difference
from vico_listener.lab.evaluation.nods import find_nods
from vico_listener.lab.evaluation.smiles import find_smile_rises
from vico_listener.motion import ARKIT_NAMES

TIMES = np.arange(1800) / RATE


def test_lids_and_gaze_are_no_part_of_the_face():
    assert len(FACE_COLUMNS) == 42
    left_out = {name for k, name in enumerate(ARKIT_NAMES) if k not in FACE_COLUMNS}
    assert all(name.startswith(('eyeBlink', 'eyeLook')) for name in left_out)


def test_spread_within_tracks_does_not_count_what_differs_between_them():
    one = np.stack([np.sin(TIMES), np.zeros_like(TIMES)], axis=1)
    assert pooled_sd([one, one + 5]) == pytest.approx([np.std(np.sin(TIMES)), 0])
    short = np.stack([2 * np.sin(TIMES[:900]), np.zeros(900)], axis=1)
    pooled = (2 * one[:, 0].var() + short[:, 0].var()) / 3
    assert pooled_sd([one, short])[0] ** 2 == pytest.approx(pooled)
    assert mean_variance([one, short]) == pytest.approx(pooled / 2)


def test_a_coefficient_moves_from_a_hundredth_on():
    faces = np.zeros((1800, 42))
    faces[:, :5] = 0.0142 * np.sin(2 * np.pi * TIMES)[:, None]  # a sine's deviation is 1/sqrt 2
    faces[:, 5:9] = 0.0140 * np.sin(2 * np.pi * TIMES)[:, None]
    assert moving_coefficients([faces]) == 5


def test_change_per_frame_of_a_ramp():
    faces = np.outer(np.arange(100), np.full(42, 0.003))
    assert mean_change([faces, np.zeros((100, 42))]) == pytest.approx(0.0015)


def test_a_sinusoid_is_one_line_and_noise_is_none():
    sway = np.sin(2 * np.pi * TIMES / 5.6)
    assert line_share(sway) > 0.98
    assert line_share(sway + 0.02 * TIMES + 3) > 0.98
    both = sway + np.sin(2 * np.pi * 0.7 * TIMES)
    assert line_share(both) == pytest.approx(0.5, abs=0.02)
    rng = np.random.default_rng(0)
    assert line_share(rng.normal(size=1800)) < 0.05
    walks = [line_share(np.cumsum(rng.normal(size=1800))) for _ in range(100)]
    assert np.mean(walks) == pytest.approx(0.37, abs=0.06)
    assert line_share(np.full(1800, 0.3)) == 0.0


def test_rest_at_home_is_the_share_of_the_holds_at_the_median():
    pose = np.zeros((1800, 3))
    pose[600:1000, 2] = 5.0
    pose[1000:1200, 0] = -4.0
    still = np.zeros(1800)
    home, rest = at_home(pose, still)
    assert rest == 1800
    assert home == pytest.approx(1200, abs=8)
    still[:300] = 20.0
    home, rest = at_home(pose, still)
    assert (home, rest) == (pytest.approx(900, abs=8), 1500)


def test_frames_of_gestures_are_taken_out():
    angles = np.zeros((300, 3))
    angles[90:120, 1] = 5 * np.sin(2 * np.pi * 2 * np.arange(30) / RATE)
    (nod,) = find_nods(angles)
    free = outside([nod], 300)
    assert not free[92:118].any()
    assert free[:80].all()
    assert free[130:].all()


def test_beginnings_are_1_when_independent_0_when_equal_and_between_when_shared():
    rng = np.random.default_rng(1)

    def wander():
        return np.cumsum(rng.normal(size=(900, 3)), axis=0)

    independent = [rng.normal(size=(900, 3)) for _ in range(30)]
    assert start_difference(independent) == pytest.approx(1.0, abs=0.02)
    assert start_difference([wander() for _ in range(30)]) == pytest.approx(1.0, abs=0.15)
    shared = rng.normal(size=(900, 3))
    half = [(one + shared) / np.sqrt(2) for one in independent]
    assert start_difference(half) == pytest.approx(np.sqrt(0.5), abs=0.03)
    same = [np.concatenate([shared[:150], one[150:]]) for one in independent]
    assert start_difference(same) == pytest.approx(0.0, abs=1e-12)
    # Where each recording's face begins does not count, only how it moves.
    moved = [one + rng.normal(0, 100, 3) for one in same]
    assert start_difference(moved) == pytest.approx(0.0, abs=1e-9)
    assert start_difference(independent[:3]) is None
    assert start_difference([one[:200] for one in independent]) is None
    assert start_difference([np.full((900, 3), 0.2)] * 4) is None


def test_constant_share_counts_pieces_that_are_up_and_still():
    level = np.zeros(900)
    level[:300] = 0.6
    level[300:450] = 0.5 + 0.3 * np.sin(np.arange(150))
    assert constant_share(level, 0.3, 0.1, 5.0) == pytest.approx(1 / 3)
    assert constant_share(np.full(75, 0.6), 0.3, 0.1, 5.0) == 1.0
    assert constant_share(np.full(900, 0.25), 0.3, 0.1, 5.0) == 0.0


@pytest.mark.parametrize('seconds', [0.5, 1.0, 2.0])
def test_rise_time_of_a_raised_cosine(seconds):
    (rise,) = find_smile_rises(0.1 + 0.6 * bumps(TIMES, [10.0], seconds, 4.0, 1.0))
    share = (np.arccos(-0.8) - np.arccos(0.8)) / np.pi  # from a tenth to nine tenths
    assert rise.seconds == pytest.approx(share * seconds, abs=0.07)
    assert rise.rise == pytest.approx(0.6, abs=0.02)


def test_shifts_and_fixations_of_a_staircase():
    steps = np.array([0.0, 1.0, 1.0, 3.0, 2.5])
    lengths = [30, 9, 12, 6, 20]
    gaze = np.zeros((sum(lengths), 2))
    gaze[:, 1] = np.repeat(steps, lengths)
    gaze[30:, 0] = 1.0
    trace = gaze_trace(gaze)
    assert trace.shifts == pytest.approx([np.sqrt(2), 2.0, 0.5])
    # 1.0 is held over two entries; the first and last holds are not complete.
    assert trace.fixations == pytest.approx([20 / RATE, 5 / RATE])


def test_a_slow_pursuit_is_no_shift():
    gaze = np.stack([np.zeros(300), 5 * np.arange(300) / RATE], axis=1)
    trace = gaze_trace(gaze)
    assert len(trace.shifts) == 0
    assert len(trace.fixations) == 0


def test_every_figure_is_measured_on_a_plausible_listener():
    pool = [TrackEvents(make_listener(seed)) for seed in range(4)]
    for criterion in LIFE:
        assert criterion.measure(pool).value is not None, criterion.label


def test_too_short_a_track_has_no_line_and_no_beginning():
    track = make_listener(1, seconds=8)
    measured = {c.key: c.measure([TrackEvents(track)] * 4) for c in LIFE}
    for key in ('roll_line', 'start_head', 'start_face'):
        assert measured[key].value is None
    still = replace(track, rotation=np.zeros_like(track.rotation))
    speed = next(c for c in LIFE if c.key == 'speed_outside')
    assert speed.measure([TrackEvents(still)]).value == pytest.approx(0.0)
