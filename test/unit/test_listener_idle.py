"""The idle layer: statistics of blinks and gaze, random access, no gestures of its own."""

import numpy as np
import pytest

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.evaluation.liveliness import line_share
from vico_listener.lab.evaluation.motion_criteria import angular_speed
from vico_listener.listener.idle import IdleLayer
from vico_listener.listener.idle_gaze import fixations
from vico_listener.listener.idle_gaze import gaze
from vico_listener.listener.idle_posture import rest_poses
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion

LIDS = [ARKIT_INDEX['eyeBlinkLeft'], ARKIT_INDEX['eyeBlinkRight']]
LOOKS = [i for name, i in ARKIT_INDEX.items() if name.startswith('eyeLook')]
MINUTES = 4
STEPS = MINUTES * 60 * MODEL_RATE


def flat(motion: FaceMotion) -> np.ndarray:
    return np.concatenate([motion.rotation, motion.translation, motion.expression])


@pytest.fixture(scope='module', params=[0, 7])
def still_face(request: pytest.FixtureRequest) -> np.ndarray:
    """(STEPS, 58) of a motionless face under the idle layer."""
    layer = IdleLayer(request.param)
    rest = FaceMotion.neutral()
    return np.array([flat(layer.apply(rest, index)) for index in range(STEPS)])


def closings(lid: np.ndarray) -> list[tuple[int, int]]:
    """(first, stop) frames of every time the lid is more than half closed."""
    edges = np.diff(np.concatenate([[0], (lid > 0.5).astype(int), [0]]))
    return list(zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True))


def test_blink_rate_and_variety(still_face: np.ndarray) -> None:
    starts = np.array([first for first, _ in closings(still_face[:, 6 + LIDS[0]])]) / MODEL_RATE
    assert 12 <= len(starts) / MINUTES <= 30
    intervals = np.diff(starts)
    assert intervals.std() / intervals.mean() >= 0.25
    assert intervals.min() > 0.25


def test_blinks_last_as_real_ones(still_face: np.ndarray) -> None:
    lid = still_face[:, 6 + LIDS[0]]
    widths, skew = [], []
    for first, stop in closings(lid):
        up = first - (lid[first] - 0.5) / (lid[first] - lid[first - 1])
        down = stop - 1 + (lid[stop - 1] - 0.5) / (lid[stop - 1] - lid[stop])
        widths.append((down - up) / MODEL_RATE)
        assert lid[first:stop].max() > 0.9
        peak = first + int(np.argmax(lid[first:stop]))
        skew.append(lid[peak + 1 : peak + 8].sum() - lid[peak - 7 : peak].sum())
    assert np.mean(skew) > 0.3, 'lids close faster than they open'
    assert 0.1 < np.median(widths) < 0.16
    assert max(widths) < 0.5


def test_both_eyes_blink_together(still_face: np.ndarray) -> None:
    np.testing.assert_array_equal(still_face[:, 6 + LIDS[0]], still_face[:, 6 + LIDS[1]])


def away_from_speaker(gaze: np.ndarray) -> np.ndarray:
    """(T,) where the gaze (T, 2) in degrees leaves the speaker's face."""
    return np.hypot(*gaze.T) > 7.0


@pytest.fixture(scope='module')
def gazes() -> list[np.ndarray]:
    """(T, 2) to the left and up, degrees, of several seeds under the idle layer."""
    return [
        np.degrees([gaze(seed, index / MODEL_RATE, 0.0)[:2] for index in range(STEPS)])
        for seed in range(5)
    ]


def test_gaze_is_on_the_speaker_as_in_real_listeners(gazes: list[np.ndarray]) -> None:
    """94 to 97 % of the time; away for 0.3 / 0.9 / 2.5 s."""
    aways = [away_from_speaker(trace) for trace in gazes]
    assert 0.91 < 1.0 - np.mean(aways) < 0.97  # gestures bind the gaze for longer
    lengths = []
    for away in aways:
        edges = np.diff(np.concatenate([[0], away.astype(int), [0]]))
        lengths += list((np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)) / MODEL_RATE)
    low, middle, high = np.quantile(lengths, [0.1, 0.5, 0.9])
    assert 0.2 < low < 0.6 < middle < 1.3 < high < 2.8


def test_fixations_and_shifts_are_those_of_listeners() -> None:
    """155 / 211 / 311 ms and 0.3 / 0.8 / 2.6 deg, quartiles; 90 % of the shifts below 4.4 deg."""
    durations, sizes, places = [], [], []
    for seed in range(8):
        found = fixations(seed, seed)
        where = np.degrees(found.places)
        durations += list(np.diff(found.starts))
        sizes += list(np.hypot(*np.diff(where, axis=0).T))
        places.append(where)
    np.testing.assert_allclose(
        np.quantile(durations, [0.25, 0.5, 0.75]), [0.155, 0.211, 0.311], rtol=0.08
    )
    low, middle, high, highest = np.quantile(sizes, [0.25, 0.5, 0.75, 0.9])
    assert 0.2 < low < 0.4
    assert 0.6 < middle < 1.0
    assert 1.8 < high < 3.2
    assert highest < 4.6
    yaw, pitch = np.concatenate(places).std(axis=0)
    assert 1.0 < pitch < yaw < 2.8


def test_attention_keeps_the_gaze_on_the_speaker(gazes: list[np.ndarray]) -> None:
    away = np.flatnonzero(away_from_speaker(gazes[0])) / MODEL_RATE
    assert len(away) > 100
    bound = np.degrees([gaze(0, time, 1.0) for time in away])
    assert not away_from_speaker(bound[:, :2]).any()
    assert (bound[:, 2] == 0.0).all()


def test_never_frozen_and_never_jumping(still_face: np.ndarray) -> None:
    moves = np.abs(np.diff(still_face, axis=0)).max(axis=1)
    assert (np.convolve(moves > 1e-6, np.ones(15), 'valid') > 0).all()
    speed = np.degrees(np.abs(np.diff(still_face[:, :3], axis=0)) * MODEL_RATE)
    assert speed.max() < 25.0
    assert np.percentile(speed, 75) < 3.0


def test_head_moves_as_real_heads_do_outside_nods(still_face: np.ndarray) -> None:
    """At 4.3 deg/s, 1.0 to 1.5 deg about each axis, of which gestures and mimicry add some."""
    speed = angular_speed(still_face[:, :3].astype(float))
    assert 2.0 < np.sqrt(np.mean(speed**2)) < 4.5
    roll, pitch, yaw = np.degrees(still_face[:, :3]).std(axis=0)
    assert 1.0 < roll < 2.0
    assert 0.6 < pitch < 1.4
    assert 0.9 < yaw < 1.9


def test_head_is_no_pendulum(still_face: np.ndarray) -> None:
    """A random walk has a third of its power in one line, a pendulum all of it."""
    minutes = np.split(np.degrees(still_face[:, 0].astype(float)), MINUTES)
    assert np.mean([line_share(roll) for roll in minutes]) < 0.5


def test_rest_poses_are_kept_for_seconds_and_not_returned_from() -> None:
    layers = [rest_poses(seed, 0) for seed in range(20)]
    kept = np.concatenate([np.subtract(w.leaves[1:], w.arrives[:-1]) for w in layers])
    assert kept.min() >= 2.0
    assert kept.max() <= 10.0
    assert 3.0 < np.median(kept) < 6.0
    angles = np.degrees(np.concatenate([np.array(w.places)[1:-1, :3] for w in layers]))
    at_home = (np.abs(angles) < 0.5).all(axis=1)
    assert at_home.mean() < 0.2


def test_blocks_join_without_a_jump() -> None:
    layer = IdleLayer(3)
    rest = FaceMotion.neutral()
    border = 60 * MODEL_RATE
    around = np.array([flat(layer.apply(rest, border + k)) for k in range(-4, 5)])
    assert np.degrees(np.abs(np.diff(around[:, :3], axis=0)).max()) < 0.5
    assert np.abs(np.diff(around[:, 6:], axis=0)).max() < 0.15


def test_more_than_lids_and_eyes_move(still_face: np.ndarray) -> None:
    face = [i for name, i in ARKIT_INDEX.items() if not name.startswith(('eyeBlink', 'eyeLook'))]
    spread = still_face[:, [6 + i for i in face]].std(axis=0)
    assert (spread > 0.01).sum() >= 15
    assert still_face[:, 6 + ARKIT_INDEX['jawOpen']].max() < 0.1


def test_the_two_sides_of_the_face_differ(still_face: np.ndarray) -> None:
    left, right = (still_face[:, 6 + ARKIT_INDEX[f'mouthDimple{s}']] for s in ('Left', 'Right'))
    assert np.abs(left - right).max() > 0.1


def test_detectors_see_no_nod_and_no_shake(still_face: np.ndarray) -> None:
    nods = pytest.importorskip('vico_listener.lab.evaluation.nods')
    angles = np.degrees(still_face[:, :3])
    assert nods.find_nods(angles) == []
    assert nods.find_shakes(angles) == []


def test_random_access_gives_the_same_as_playing() -> None:
    rest = FaceMotion.neutral()
    played = IdleLayer(5)
    sequence = [flat(played.apply(rest, index)) for index in range(3600, 3700)]
    fresh = IdleLayer(5)
    for index in (3699, 3600, 3650):
        assert np.array_equal(flat(fresh.apply(rest, index)), sequence[index - 3600])
    far = IdleLayer(5).apply(rest, 10**8)
    assert np.isfinite(flat(far)).all()


def test_seeds_differ_and_blocks_differ() -> None:
    rest = FaceMotion.neutral()
    one, other = (
        np.array([flat(IdleLayer(seed).apply(rest, i)) for i in range(300)]) for seed in (1, 2)
    )
    assert np.abs(one - other).max() > 0.1
    later = np.array([flat(IdleLayer(1).apply(rest, i + 1800)) for i in range(300)])
    assert np.abs(one - later)[:, [6 + i for i in LIDS]].max() > 0.5


def test_intensity_zero_keeps_only_blinks_and_breath() -> None:
    layer = IdleLayer(0)
    rest = FaceMotion.neutral()
    faces = np.array([flat(layer.apply(rest, index, 0.0)) for index in range(1800)])
    # The eyes make up for the breath, and do nothing else.
    assert faces[:, [6 + i for i in LOOKS]].max() < 0.01
    assert np.degrees(np.abs(faces[:, :3]).max()) < 0.3
    assert faces[:, 6 + LIDS[0]].max() > 0.9


def test_parts_can_be_switched_off() -> None:
    rest = FaceMotion.neutral()
    off = IdleLayer(0, blinks=False, gaze=False, body=False, face=False)
    for index in range(0, 900, 7):
        assert np.array_equal(flat(off.apply(rest, index)), flat(rest))


def test_adds_to_the_listeners_face_within_range() -> None:
    busy = FaceMotion(np.full(52, 0.9, np.float32), np.full(3, 0.1, np.float32))
    before = flat(busy)
    layer = IdleLayer(0)
    for index in range(900):
        mixed = layer.apply(busy, index)
        assert mixed.expression.max() <= 1.0
        assert mixed.expression[LIDS].min() >= np.float32(0.9)
    assert np.array_equal(flat(busy), before)


def test_other_basis_moves_the_head_only() -> None:
    face = FaceMotion.neutral(BFM64)
    layer = IdleLayer(0)
    moved = [layer.apply(face, index) for index in range(600)]
    assert all((m.expression == 0).all() for m in moved)
    assert max(np.abs(m.rotation).max() for m in moved) > np.radians(1.0)


def test_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match='idle seed -1 is negative'):
        IdleLayer(-1)
