"""The idle layer: statistics of blinks and gaze, random access, no gestures of its own."""

import numpy as np
import pytest

from vico_listener.clock import MODEL_RATE
from vico_listener.listener.idle import IdleLayer
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


def test_gaze_is_on_the_speaker_most_of_the_time(still_face: np.ndarray) -> None:
    away = still_face[:, [6 + i for i in LOOKS]].max(axis=1) > 0.25
    assert 0.65 < 1.0 - away.mean() < 0.95
    edges = np.diff(np.concatenate([[0], away.astype(int), [0]]))
    lengths = (np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)) / MODEL_RATE
    assert (lengths > 0.4).all()
    assert (lengths < 2.2).all()
    assert 5.0 < MINUTES * 60 / len(lengths) < 10.0


def test_never_frozen_and_never_jumping(still_face: np.ndarray) -> None:
    moves = np.abs(np.diff(still_face, axis=0)).max(axis=1)
    assert (np.convolve(moves > 1e-6, np.ones(15), 'valid') > 0).all()
    speed = np.degrees(np.abs(np.diff(still_face[:, :3], axis=0)) * MODEL_RATE)
    assert speed.max() < 25.0
    assert np.percentile(speed, 75) < 3.0


def test_no_nods_of_its_own(still_face: np.ndarray) -> None:
    pitch = np.degrees(still_face[:, 1])
    assert np.abs(np.diff(pitch)).max() * MODEL_RATE < 2.0
    assert pitch.max() - pitch.min() < 2.0


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
    assert faces[:, [6 + i for i in LOOKS]].max() == 0.0
    assert np.degrees(np.abs(faces[:, :3]).max()) < 0.3
    assert faces[:, 6 + LIDS[0]].max() > 0.9


def test_parts_can_be_switched_off() -> None:
    rest = FaceMotion.neutral()
    off = IdleLayer(0, blinks=False, gaze=False, body=False)
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
