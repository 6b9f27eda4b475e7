"""The One-Euro filter against algorithm 1 of the paper and against closed forms."""

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.face.smoothing import MotionSmoother
from vico_listener.face.smoothing import OneEuroFilter
from vico_listener.face.smoothing import OneEuroSettings

FRAME = 33_333_333


def algorithm_1(values, stamps, settings):
    """Casiez et al., algorithm 1, written down as in the paper, one scalar at a time."""

    def alpha(cutoff, period):
        tau = 1 / (2 * np.pi * cutoff)
        return 1 / (1 + tau / period)

    filtered, speed, raw = [values[0]], 0.0, values[0]
    for k in range(1, len(values)):
        period = (stamps[k] - stamps[k - 1]) / 1e9
        a = alpha(settings.speed_cutoff, period)
        speed = a * (values[k] - raw) / period + (1 - a) * speed
        a = alpha(settings.min_cutoff + settings.beta * abs(speed), period)
        filtered.append(a * values[k] + (1 - a) * filtered[-1])
        raw = values[k]
    return np.array(filtered)


def test_follows_the_paper_at_uneven_stamps():
    rng = np.random.default_rng(0)
    stamps = np.cumsum(rng.integers(10_000_000, 120_000_000, 200)).tolist()
    values = np.cumsum(rng.normal(0, 0.05, (200, 2)), axis=0)
    settings = OneEuroSettings(min_cutoff=1.2, beta=3.0, speed_cutoff=2.0)
    one_euro = OneEuroFilter(settings)
    ours = np.array([one_euro.update(v, s) for v, s in zip(values, stamps, strict=True)])
    for column in range(2):
        expected = algorithm_1(values[:, column], stamps, settings)
        np.testing.assert_allclose(ours[:, column], expected, rtol=1e-12)


def test_without_beta_a_step_decays_like_a_low_pass():
    one_euro = OneEuroFilter(OneEuroSettings(min_cutoff=1.0, beta=0.0))
    one_euro.update([0.0], 0)
    dt = FRAME * 1e-9
    keep = 1 - 1 / (1 + 1 / (2 * np.pi * dt))
    for k in range(1, 10):
        assert one_euro.update([1.0], k * FRAME)[0] == pytest.approx(1 - keep**k)


def test_time_counts_not_frames():
    """After the same time a slow step response is the same at 15 and at 60 frames a second."""
    ends = []
    for rate in (15, 60):
        one_euro = OneEuroFilter(OneEuroSettings(min_cutoff=0.3, beta=0.0))
        for k in range(rate + 1):
            ends.append(one_euro.update([float(k > 0)], round(k * 1e9 / rate))[0])
    assert ends[15] == pytest.approx(ends[-1], abs=0.02)


def test_starts_anew_after_a_gap_and_when_stamps_go_back():
    one_euro = OneEuroFilter(OneEuroSettings(1.0, 0.0), max_gap=0.5)
    one_euro.update([0.0], 1_000_000_000)
    assert one_euro.update([1.0], 1_400_000_000)[0] < 1
    assert one_euro.update([5.0], 2_000_000_000)[0] == 5
    assert one_euro.update([9.0], 1_900_000_000)[0] == 9


def test_a_repeated_stamp_changes_nothing():
    one_euro = OneEuroFilter(OneEuroSettings(1.0, 0.0))
    one_euro.update([0.0], 0)
    first = one_euro.update([1.0], FRAME)[0]
    assert one_euro.update([100.0], FRAME)[0] == first
    assert one_euro.update([1.0], 2 * FRAME)[0] < 1


def test_smoother_keeps_blinks_and_nods():
    smoother = MotionSmoother()
    times = np.arange(0, 4, FRAME * 1e-9)
    blinks = np.clip(1 - np.abs((times % 1) - 0.5) / 0.11, 0, 1)
    nods = np.radians(5) * np.sin(2 * np.pi * 3 * times)
    out = [
        smoother.update(face_with(rotation=(0, nod, 0), eyeBlinkLeft=blink), k * FRAME)
        for k, (nod, blink) in enumerate(zip(nods, blinks, strict=True))
    ]
    assert max(m.coefficient('eyeBlinkLeft') for m in out) > 0.95 * blinks.max()
    assert max(m.rotation[1] for m in out[30:]) > 0.93 * nods.max()


def test_smoother_calms_noise_at_rest():
    smoother = MotionSmoother()
    noise = np.random.default_rng(2).normal(0, np.radians(0.3), 300)
    out = [
        smoother.update(face_with(rotation=(0, n, 0)), k * FRAME).rotation[1]
        for k, n in enumerate(noise)
    ]
    assert np.std(np.diff(out, 2)) < 0.5 * np.std(np.diff(noise, 2))


def test_smoother_crosses_half_a_turn_as_if_it_were_any_other_angle():
    crossing, plain = MotionSmoother(), MotionSmoother()
    for k in range(30):
        roll = -0.15 + 0.01 * k
        wrapped = np.angle(np.exp(1j * (roll + np.pi)))
        expected = plain.update(face_with(rotation=(roll, 0, 0)), k * FRAME).rotation[0] + np.pi
        out = crossing.update(face_with(rotation=(wrapped, 0, 0)), k * FRAME).rotation[0]
        assert abs(np.angle(np.exp(1j * (out - expected)))) < 1e-5
        assert abs(out) <= np.float32(np.pi)
