"""Metrics of generated motion against closed forms and independent implementations."""

from dataclasses import replace

import numpy as np
import pytest
from made_features import noise_track
from scipy.linalg import sqrtm

from vico_listener.lab.evaluation.diversity import Codebook
from vico_listener.lab.evaluation.diversity import frame_variation
from vico_listener.lab.evaluation.diversity import shannon_index
from vico_listener.lab.evaluation.diversity import temporal_variance
from vico_listener.lab.evaluation.feature_distance import FeatureDistance
from vico_listener.lab.evaluation.feature_distance import feature_distance
from vico_listener.lab.evaluation.feature_distance import feature_groups
from vico_listener.lab.evaluation.feature_distance import pool
from vico_listener.lab.evaluation.feature_distance import pose
from vico_listener.lab.evaluation.frechet import frechet_distance
from vico_listener.lab.evaluation.frechet import paired_frechet_distance
from vico_listener.lab.evaluation.synchrony import lagged_correlation
from vico_listener.lab.evaluation.synchrony import pearson
from vico_listener.lab.evaluation.synchrony import residual_correlation
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64


def normal(seed, count, size):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, size)) @ rng.normal(size=(size, size)) + rng.normal(size=size)


def test_feature_distance_is_the_mean_absolute_difference_times_100():
    true = noise_track(10, 1)
    generated = noise_track(10, 1)
    generated.rotation[:, 1] += 0.03  # one angle of three: mean 0.01
    generated.expression[:] -= 0.2
    generated.translation[5:] += 0.09  # 5 of the 9 frames that count
    distance = feature_distance(generated, true)
    assert distance.angle == pytest.approx(1.0, rel=1e-4)
    assert distance.exp == pytest.approx(20.0, rel=1e-4)
    assert distance.trans == pytest.approx(5.0, rel=1e-4)
    assert distance.frames == 9


def test_neither_the_reference_nor_an_invisible_face_counts():
    true, generated = noise_track(10, 1), noise_track(10, 1)
    generated.rotation[0] += 1
    true.rotation[4] += 1
    true.valid[4] = False
    assert feature_distance(generated, true) == FeatureDistance(0.0, 0.0, 0.0, 8)


def test_angles_are_those_of_the_basis():
    """Deep3D's yaw comes second, and its pitch first; only yaw here, so the angle moves place."""
    track = noise_track(3, 1, BFM64, scale=0.0)
    track.rotation[:, 2] = 0.3
    np.testing.assert_allclose(feature_groups(track)['angle'], [[0, 0.3, 0]] * 3, atol=1e-6)
    assert pose(feature_groups(track)).shape == (3, 6)


def test_pooling_over_frames_or_clips():
    distances = [FeatureDistance(1, 10, 100, 30), FeatureDistance(2, 20, 200, 10)]
    assert pool(distances) == FeatureDistance(1.25, 12.5, 125, 40)
    assert pool(distances, 'clips') == FeatureDistance(1.5, 15, 150, 40)
    with pytest.raises(ValueError, match="unknown pooling 'videos': choose one of frames, clips"):
        pool(distances, 'videos')
    with pytest.raises(ValueError, match='no clips'):
        pool([])


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match='10 generated frames against 9'):
        feature_distance(noise_track(10, 1), noise_track(9, 1))
    with pytest.raises(ValueError, match='the basis bfm64, the true one in arkit52'):
        feature_distance(noise_track(9, 1, BFM64), noise_track(9, 1, ARKIT52))
    dark = replace(noise_track(9, 1), valid=np.zeros(9, np.bool_))
    with pytest.raises(ValueError, match='no frame after the first'):
        feature_distance(noise_track(9, 1), dark)


@pytest.mark.parametrize(('count', 'size'), [(400, 5), (30, 52)])
def test_frechet_distance_agrees_with_the_matrix_square_root(count, size):
    one, other = normal(1, count, size), normal(2, count + 7, size)
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    root = sqrtm(first @ second + 1e-12 * np.eye(size)).real
    expected = np.sum((one.mean(0) - other.mean(0)) ** 2) + np.trace(first + second - 2 * root)
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-3)


def test_frechet_distance_of_one_dimension_is_closed():
    one, other = normal(1, 50, 1), normal(2, 60, 1)
    spread = one.std(ddof=1) - other.std(ddof=1)
    expected = (one.mean() - other.mean()) ** 2 + spread**2
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-12)


def test_frechet_distance_refuses_too_little():
    with pytest.raises(ValueError, match='at least two samples'):
        frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match='samples of 3 and 2 dimensions'):
        frechet_distance(np.zeros((5, 3)), np.zeros((5, 2)))


def test_only_the_paired_distance_sees_that_the_answer_belongs_to_another_speaker():
    speaker = normal(1, 500, 3)
    true = 0.5 * speaker
    swapped = true[::-1]
    assert frechet_distance(swapped, true) == pytest.approx(0, abs=1e-9)
    assert paired_frechet_distance(true, true, speaker) == pytest.approx(0, abs=1e-9)
    assert paired_frechet_distance(swapped, true, speaker) > 0.1


def test_variance_and_variation_of_known_motion():
    step = np.arange(301) * 2 * np.pi / 30  # ten whole periods and one frame
    motion = np.stack([3 * np.sin(step), np.full(301, 7.0)], axis=1)
    assert temporal_variance(motion) == pytest.approx(4.5 / 2, rel=0.01)
    # A sine runs through four amplitudes a period: 4 * 3 / 30 a frame, half of that in the mean.
    assert frame_variation(motion) == pytest.approx(0.2, rel=0.01)


def test_variation_leaves_out_what_was_not_seen():
    motion = np.array([[0.0], [1.0], [50.0], [3.0], [5.0]])
    assert frame_variation(motion, np.array([True, True, False, True, True])) == 1.5
    assert frame_variation(motion, np.zeros(5, np.bool_)) == 0


def test_shannon_index_of_known_shares():
    assert shannon_index(np.array([0, 0, 0]), 4) == 0
    assert shannon_index(np.array([0, 1, 2, 3]), 4) == 2
    assert shannon_index(np.array([0, 0, 1, 2]), 8) == pytest.approx(1.5)


def test_diversity_counts_the_clusters_that_motion_visits():
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [9, 0], [0, 9], [9, 9]], float)
    true = np.repeat(corners, 50, axis=0) + rng.normal(0, 0.1, (200, 2))
    codebook = Codebook.fit(true, 4)
    assert codebook.diversity(true) == pytest.approx(2.0)
    assert codebook.diversity(true[:50]) == 0
    assert codebook.diversity(true[:100]) == pytest.approx(1.0)
    with pytest.raises(ValueError, match='200 true frames cannot be put into 201 clusters'):
        Codebook.fit(true, 201)


def test_residual_correlation():
    speaker = [normal(1, 300, 2), normal(2, 200, 2)]
    noise = [normal(3, 300, 2), normal(4, 200, 2)]
    copy, against = [2 * s for s in speaker], [-s for s in speaker]
    assert residual_correlation(copy, copy, speaker) == 0
    assert residual_correlation(against, copy, speaker) == pytest.approx(2)
    flat = [np.concatenate([clip.ravel() for clip in clips]) for clips in (noise, speaker)]
    expected = 1 - np.corrcoef(*flat)[0, 1]
    assert residual_correlation(noise, copy, speaker) == pytest.approx(expected)
    assert pearson(np.ones(5), np.arange(5.0)) == 0


@pytest.mark.parametrize('delay', [0, 12, -9])
def test_the_lag_of_a_follower_is_found(delay):
    speaker = normal(1, 400, 3)
    found = lagged_correlation(np.roll(speaker, delay, axis=0), speaker)
    assert found.lag == pytest.approx(delay / 30)
    assert found.correlation == pytest.approx(1)


def test_frames_without_the_speaker_have_no_part_in_the_lag():
    speaker = normal(1, 400, 3)
    listener = np.roll(speaker, 12, axis=0)
    seen = np.ones(400, np.bool_)
    seen[100:150] = False
    speaker[~seen] = 1e3
    found = lagged_correlation(listener, speaker, speaker_seen=seen)
    assert (found.lag, found.correlation) == pytest.approx((0.4, 1))


def test_a_still_face_follows_nobody():
    found = lagged_correlation(np.zeros((90, 3)), normal(1, 90, 3))
    assert (found.lag, found.correlation) == (0, 0)
