"""The paper's baselines: what each of them repeats, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from made_features import track_of
from scipy.spatial.transform import Rotation

from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import reference_face
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.evaluation.baselines import BASELINES
from vico_listener.lab.evaluation.baselines import NOISE
from vico_listener.lab.evaluation.baselines import Baseline
from vico_listener.lab.evaluation.feature_distance import feature_distance
from vico_listener.lab.evaluation.train_motion import PATTERN
from vico_listener.lab.evaluation.train_motion import frequent_patterns
from vico_listener.listener.mood import Mood
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion

COUNT = 60


def track(seed: int, basis: Basis = ARKIT52) -> FaceTrack:
    rng = np.random.default_rng(seed)
    parts = (0.1 + rng.random((COUNT, size)) * 0.3 for size in (basis.size, 3, 3))
    expression, rotation, translation = (part.astype(np.float32) for part in parts)
    return FaceTrack(expression, rotation, translation, np.ones(COUNT, np.bool_), basis=basis)


def clip(seed: int, attitude: Attitude, basis: Basis = ARKIT52) -> ClipFeatures:
    return ClipFeatures(
        clip=f'clip{seed}',
        split='train',
        attitude=attitude,
        speaker_id='1',
        listener_id='2',
        acoustic=np.zeros((COUNT, 45), np.float32),
        speaking=np.ones(COUNT, np.bool_),
        heard=np.ones(COUNT, np.bool_),
        speaker=track(seed + 100, basis),
        listener=track(seed, basis),
    )


@pytest.fixture
def features(tmp_path):
    for seed, attitude in enumerate((Attitude.POSITIVE, Attitude.POSITIVE, Attitude.NEGATIVE)):
        clip(seed, attitude).save(tmp_path / f'clip{seed}.npz')
    return tmp_path


def make(name: str, features, seed: int = 3) -> Baseline:
    options = {'features': features} if 'features' in BASELINES[name].OPTIONS else {}
    return BASELINES[name](seed=seed, **options)


def steps(listener: Baseline, frames) -> list[FaceMotion]:
    return [listener.step(frame, Mood.settled(Attitude.NEUTRAL)) for frame in frames]


@pytest.mark.parametrize('name', BASELINES)
def test_seeded(name, features):
    frames = list(clip(7, Attitude.POSITIVE).speaker_frames())
    reference = FaceMotion(np.full(52, 0.3, np.float32))

    def listen(listener, some):
        return np.array([[*m.rotation, *m.expression] for m in steps(listener, some)])

    one, other = make(name, features), make(name, features)
    for listener in (one, other):
        listener.reset(reference, Attitude.POSITIVE)
    whole = listen(one, frames)
    np.testing.assert_array_equal(listen(other, frames), whole)
    assert np.isfinite(whole).all() and whole[:, 3:].min() >= 0


def test_random_is_the_reference_with_noise_of_the_stated_size():
    listener = BASELINES['random'](seed=1)
    reference = FaceMotion(np.zeros(64, np.float32), basis=BFM64)
    listener.reset(reference, Attitude.NEUTRAL)
    frames = list(clip(7, Attitude.NEUTRAL, BFM64).speaker_frames()) * 20
    motions = steps(listener, frames[1:])
    spread = [
        np.std([m.expression for m in motions]),
        np.std([m.rotation for m in motions]),
        np.std([m.translation for m in motions]),
    ]
    np.testing.assert_allclose(spread, NOISE['bfm64'], rtol=0.05)


def test_random_lands_where_the_paper_s_does_beside_listeners_of_vico_s_deviations():
    draw = np.random.default_rng(1)
    true, truth = [], FaceMotion(np.zeros(64, np.float32), basis=BFM64)
    for _ in range(600):
        # A distance of two such listeners, 100 * 2 / sqrt(pi) of a deviation, is `Simulation`'s.
        parts = (draw.normal(0, d, n) for d, n in ((0.243, 64), (0.0958, 3), (0.12, 3)))
        true.append(FaceMotion(*(p.astype(np.float32) for p in parts), basis=BFM64))
    listener = BASELINES['random'](seed=1)
    listener.reset(truth, Attitude.NEUTRAL)
    frames = list(clip(7, Attitude.NEUTRAL, BFM64).speaker_frames())
    answers = steps(listener, (frames * 20)[:600])
    distance = feature_distance(track_of(answers), track_of(true))
    found = [distance.angle, distance.exp, distance.trans]
    np.testing.assert_allclose(found, [18.0, 44.7, 19.8], rtol=0.05)


def test_mirroring_is_the_speaker_from_its_first_face_on():
    recorded = clip(7, Attitude.NEUTRAL)
    recorded.speaker.valid[30:35] = False
    listener = BASELINES['mirroring']()
    listener.reset(FaceMotion.neutral(), Attitude.NEUTRAL)
    motions = steps(listener, recorded.speaker_frames())
    first, later = (Rotation.from_euler('xyz', recorded.speaker.rotation[row]) for row in (0, 50))
    turned = (first.inv() * later).as_euler('xyz')
    np.testing.assert_allclose(motions[50].rotation, turned, atol=1e-5)
    np.testing.assert_array_equal(motions[50].expression, recorded.speaker.expression[50])
    np.testing.assert_array_equal(motions[33].expression, motions[29].expression)


def test_simulation_repeats_a_clip_of_the_attitude(features):
    wanted = relative_track(clip(2, Attitude.NEGATIVE).listener)
    listener = make('simulation_attitude', features)
    reference = reference_face(clip(2, Attitude.NEGATIVE).listener)
    frames = list(clip(7, Attitude.NEGATIVE).speaker_frames())
    for _ in range(3):
        listener.reset(reference, Attitude.NEGATIVE)
        motions = steps(listener, frames)
        np.testing.assert_allclose(motions[40].rotation, wanted.rotation[40], atol=1e-6)
        np.testing.assert_allclose(motions[40].expression, wanted.expression[40], atol=1e-6)


def test_simulation_draws_among_all(features):
    listener = make('simulation', features)
    frames = list(clip(7, Attitude.NEGATIVE).speaker_frames())[:5]
    drawn = set()
    for _ in range(30):
        listener.reset(FaceMotion.neutral(), Attitude.NEGATIVE)
        drawn.add(steps(listener, frames)[-1].expression.tobytes())
    assert len(drawn) == 3


def nods_after_turns(seed: int, nods: int) -> FaceTrack:
    """Twelve seconds, of which the last ones nod, and the others turn to the side."""
    rng = np.random.default_rng(seed)
    time = np.arange(PATTERN) / PATTERN
    seconds = []
    for second in range(12):
        rotation = np.zeros((PATTERN, 3), np.float32)
        axis = 1 if second >= 12 - nods else 2
        rotation[:, axis] = (0.1 + 0.005 * rng.random()) * np.sin(np.pi * time)
        seconds.append(rotation)
    count = 12 * PATTERN
    face = np.full((count, 52), 0.2, np.float32)
    place = np.zeros((count, 3), np.float32)
    return FaceTrack(face, np.concatenate(seconds), place, np.ones(count, np.bool_))


def test_frequent_patterns_are_those_of_which_there_are_most():
    tracks = [nods_after_turns(seed, nods=3) for seed in range(4)]
    found = frequent_patterns(tracks)
    turned = [float(np.abs(pattern.rotation[:, 2]).max()) for pattern in found]
    assert all(len(pattern) == PATTERN for pattern in found)
    assert min(turned) >= 0.1  # no nod among them: a quarter of the seconds
    assert 24 <= len(found) <= 36


def test_simulation_of_frequent_patterns_repeats_them_without_a_jump(tmp_path):
    for seed, attitude in enumerate((Attitude.POSITIVE, Attitude.NEGATIVE)):
        made = clip(seed, attitude)
        listener = nods_after_turns(seed, nods=12 if attitude is Attitude.POSITIVE else 0)
        whole = replace(
            made,
            acoustic=np.zeros((len(listener), 45), np.float32),
            speaking=np.ones(len(listener), np.bool_),
            heard=np.ones(len(listener), np.bool_),
            pitch=np.zeros(len(listener), np.float32),
            speaker=listener,
            listener=listener,
        )
        whole.save(tmp_path / f'{made.clip}.npz')
    frames = list(whole.speaker_frames())
    axes = {}
    for attitude in (Attitude.POSITIVE, Attitude.NEGATIVE):
        one = make('simulation_frequent_attitude', tmp_path)
        one.reset(FaceMotion.neutral(), attitude)
        rotation = np.array([m.rotation for m in steps(one, frames)])
        assert np.abs(np.diff(rotation, axis=0)).max() < 0.02  # a second's 0.1 rad, never at once
        axes[attitude] = np.abs(rotation).max(axis=0).argmax()
    assert axes == {Attitude.POSITIVE: 1, Attitude.NEGATIVE: 2}
    with pytest.raises(ValueError, match='no clip of the train split listens in neutral'):
        one.reset(FaceMotion.neutral(), Attitude.NEUTRAL)


def test_what_simulation_needs_is_named(features):
    with pytest.raises(ValueError, match='simulation needs the option features'):
        BASELINES['simulation']()
    with pytest.raises(ValueError, match='no clip of the train split listens in neutral'):
        make('simulation_attitude', features).reset(FaceMotion.neutral(), Attitude.NEUTRAL)


def test_frozen_is_the_reference_at_every_tick():
    listener = BASELINES['frozen']()
    reference = FaceMotion(np.full(52, 0.3, np.float32))
    listener.reset(reference, Attitude.POSITIVE)
    for motion in steps(listener, clip(7, Attitude.POSITIVE).speaker_frames()):
        np.testing.assert_array_equal(motion.expression, reference.expression)
        np.testing.assert_array_equal(motion.rotation, 0)


def test_mean_is_the_mean_change_of_the_attitude(features):
    listener = make('mean', features)
    reference = FaceMotion(np.full(52, 0.3, np.float32))
    frames = list(clip(7, Attitude.POSITIVE).speaker_frames())
    people = {
        Attitude.POSITIVE: [clip(0, Attitude.POSITIVE), clip(1, Attitude.POSITIVE)],
        Attitude.NEGATIVE: [clip(2, Attitude.NEGATIVE)],
    }
    for attitude, clips in people.items():
        tracks = [relative_track(one.listener) for one in clips]
        change = np.concatenate([t.expression - t.expression[0] for t in tracks]).mean(axis=0)
        turn = np.concatenate([t.rotation for t in tracks]).mean(axis=0)
        listener.reset(reference, attitude)
        for motion in steps(listener, frames):
            np.testing.assert_allclose(motion.expression, 0.3 + change, atol=1e-6)
            np.testing.assert_allclose(motion.rotation, turn, atol=1e-6)
    with pytest.raises(ValueError, match='no clip of the train split listens in neutral'):
        listener.reset(reference, Attitude.NEUTRAL)
