"""The parts of a learned listener: native angles, decisions, gestures from outputs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from listening import Listening
from networks import BEHAVIOUR_MODEL
from networks import CONFIGS
from networks import saved

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.body import TIMELINE_SPAN
from vico_listener.listener.decisions import SOON
from vico_listener.listener.decisions import Decisions
from vico_listener.listener.expression import smile_of
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.gesture_outputs import FASTEST
from vico_listener.listener.model.gesture_outputs import LARGEST
from vico_listener.listener.model.gesture_outputs import gesture_from
from vico_listener.listener.model.gesture_outputs import gesture_slots
from vico_listener.listener.model.vectors import NUMBERS
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.listener.model.vectors import driven_vector
from vico_listener.listener.mood import MoodFade
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import ZEROS3
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.native import from_native
from vico_listener.native import native_rotation
from vico_listener.native import rep103_rotation
from vico_listener.native import to_native

ANGLE = st.floats(-1.2, 1.2)


@given(ANGLE, ANGLE, ANGLE)
def test_native_angles_come_back(roll, pitch, yaw):
    there = native_rotation(BFM64, np.array([roll, pitch, yaw]))
    np.testing.assert_allclose(rep103_rotation(BFM64, there), [roll, pitch, yaw], atol=1e-6)


def test_native_angles_of_deep3d():
    """Its x axis is our y (nod), its y axis our z (turn), its z axis our x (tilt)."""
    for ours, theirs in (((0.1, 0, 0), 2), ((0, 0.1, 0), 0), ((0, 0, 0.1), 1)):
        expected = np.zeros(3)
        expected[theirs] = 0.1
        np.testing.assert_allclose(native_rotation(BFM64, np.array(ours)), expected, atol=1e-9)
    # Rz Ry Rx on points with x left, y up, z out of the face, written out.
    x, y, z = 0.3, -0.4, 0.2
    cos, sin = np.cos, np.sin
    turn = (
        np.array([[cos(z), -sin(z), 0], [sin(z), cos(z), 0], [0, 0, 1]])
        @ np.array([[cos(y), 0, sin(y)], [0, 1, 0], [-sin(y), 0, cos(y)]])
        @ np.array([[1, 0, 0], [0, cos(x), -sin(x)], [0, sin(x), cos(x)]])
    )
    nose = turn @ [0, 0, 1]  # left, up, out
    _, pitch, yaw = rep103_rotation(BFM64, np.array([x, y, z]))
    np.testing.assert_allclose(
        [nose[2], nose[0], nose[1]],
        [cos(pitch) * cos(yaw), cos(pitch) * sin(yaw), -sin(pitch)],
        atol=1e-9,
    )


@pytest.mark.parametrize('basis', [ARKIT52, BFM64])
def test_native_vectors_come_back(basis):
    rng = np.random.default_rng(0)
    motion = FaceMotion(
        rng.uniform(size=basis.size).astype(np.float32),
        rng.uniform(-0.5, 0.5, 3).astype(np.float32),
        rng.normal(size=3).astype(np.float32),
        rng.normal(size=3).astype(np.float32) if basis.absolute_pose else ZEROS3,
        basis=basis,
    )
    back = from_native(basis, to_native(motion))
    for name in ('expression', 'rotation', 'translation', 'crop'):
        np.testing.assert_allclose(getattr(back, name), getattr(motion, name), atol=1e-6)


def test_slots_cover_the_outputs_once():
    used = np.zeros(BEHAVIOUR_MODEL.output_size, int)
    used[: BEHAVIOUR_MODEL.motion_size] += 1
    places = np.zeros(NUMBERS, int)
    for slot in gesture_slots(BEHAVIOUR_MODEL):
        used[slot.begins] += 1
        used[slot.numbers] += 1
        used[slot.cycles] += 1
        for place in (slot.side, slot.upswing):
            if place >= 0:
                used[place] += 1
        places[slot.places] += 1
    assert (used == 1).all() and (places == 1).all()


@given(st.integers(0, 3), st.integers(0, 2**32 - 1), st.floats(0.1, 1000))
def test_no_output_makes_a_gesture_that_is_too_large(kind, seed, scale):
    rng = np.random.default_rng(seed)
    slot = gesture_slots(BEHAVIOUR_MODEL)[kind]
    norm = Normalisation.identity(BEHAVIOUR_MODEL)
    norm.number_mean[:] = 0.1
    output = (scale * rng.normal(size=BEHAVIOUR_MODEL.output_size)).astype(np.float32)
    gesture = gesture_from(slot, norm, output, rng.normal(size=4), rng.uniform(size=4))
    assert 0 < abs(gesture.size) <= LARGEST[Kind(kind)]
    assert np.isfinite(gesture.curve()).all()
    assert gesture.delay * 30 + len(gesture.curve()) < TIMELINE_SPAN * 30


def drawn_nods(log_sizes: bool) -> list[Gesture]:
    """Nods of a network that always gives a size of 0.07 rad, 1.6 Hz and an upswing in half."""
    config = replace(BEHAVIOUR_MODEL, log_sizes=log_sizes)
    slot = gesture_slots(config)[Kind.NOD]
    norm = Normalisation.identity(config)
    norm.number_mean[:4] = np.log(0.07) if log_sizes else 0.07, 0.3, 1.6, 0.75
    norm.number_std[:4] = 0.5 if log_sizes else 0.03, 0.1, 0.4, 0.1
    norm.number_noise[:4] = 1.0
    rng = np.random.default_rng(3)
    output = np.zeros(config.output_size, np.float32)
    return [
        gesture_from(slot, norm, output, rng.normal(size=4), rng.uniform(size=4))
        for _ in range(4000)
    ]


def test_sizes_that_are_learned_as_logarithms_are_log_normal():
    low, middle, high = np.quantile([nod.size for nod in drawn_nods(True)], [0.1, 0.5, 0.9])
    assert middle == pytest.approx(0.07, rel=0.03)
    assert high / low == pytest.approx(np.exp(2 * 1.2816 * 0.5), rel=0.05)
    low, middle, high = np.quantile([nod.size for nod in drawn_nods(False)], [0.1, 0.5, 0.9])
    assert (high - middle) / (middle - low) == pytest.approx(1.0, abs=0.1)


def test_upswings_are_drawn_and_large_nods_are_slower():
    nods = drawn_nods(True)
    rises = [nod.upswing for nod in nods if nod.upswing > 0]
    assert len(rises) / len(nods) == pytest.approx(0.5, abs=0.03)
    np.testing.assert_allclose(np.quantile(rises, [0.0, 0.5, 1.0]), [0.35, 0.6, 0.85], atol=0.02)
    assert max(nod.size * nod.frequency for nod in nods) <= FASTEST * (1 + 1e-9)


def test_what_a_prediction_leaves_open_is_drawn_from_what_it_left_open():
    """Seven nods of ten are small and three are large and slow: so are those that are drawn."""
    slot = gesture_slots(BEHAVIOUR_MODEL)[Kind.NOD]
    left_open = np.zeros((10, NUMBERS), np.float32)
    left_open[:7, 0], left_open[7:, 0] = -0.5, 1.5
    left_open[:7, 2], left_open[7:, 2] = 0.4, -0.9
    norm = replace(
        Normalisation.identity(BEHAVIOUR_MODEL),
        number_residuals=left_open,
        number_predictions=np.zeros((10, 4), np.float32),
    )
    norm.number_mean[:4] = 0.07, 0.3, 1.6, 0.75
    norm.number_std[:4] = 0.02, 0.1, 0.4, 0.1
    rng = np.random.default_rng(3)
    output = np.zeros(BEHAVIOUR_MODEL.output_size, np.float32)
    drawn = [
        gesture_from(slot, norm, output, rng.normal(size=4), rng.uniform(size=4))
        for _ in range(1000)
    ]
    pairs = {(round(nod.size, 4), round(nod.frequency, 4)) for nod in drawn}
    assert pairs == {(0.06, 1.76), (0.1, 1.24)}
    assert np.mean([nod.size > 0.08 for nod in drawn]) == pytest.approx(0.3, abs=0.05)


def test_episodes_come_on_top_of_a_network_that_was_taught_without_them(tmp_path):
    """Somebody smiles after three seconds: the episodes answer, whatever the network gives."""
    saved(replace(BEHAVIOUR_MODEL, episodes=True), tmp_path)
    checkpoint = load_checkpoint(tmp_path)
    lonely = replace(checkpoint, config=replace(checkpoint.config, episodes=False))
    shown = []
    for made in (checkpoint, lonely):
        listener = Listening(LearnedListener(checkpoint=made, runtime='numba', seed=2))
        listener.reset(FaceMotion.neutral(), Attitude.POSITIVE)
        added = []
        for tick in range(300):
            expression = np.zeros(52, np.float32)
            expression[[ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]] = 0.8 * (
                90 < tick < 160
            )
            face = FaceMotion(expression)
            listener.step(SpeakerFrame(tick, 0, tick, face, np.zeros(45, np.float32)))
            learned = listener.listener
            assert isinstance(learned, LearnedListener)
            added.append(smile_of(learned.last.change - learned.base.change))
        shown.append(added)
    assert max(shown[0][90:200]) > 0.25 and shown[0][-1] < 0.1
    assert not any(shown[1])


def test_who_is_only_seen_to_speak_speaks_without_audio(tmp_path):
    """Dyads alone have taught networks about such speakers: to others nobody speaks."""
    for episodes in (True, False):
        config = replace(BEHAVIOUR_MODEL, episodes=episodes)
        saved(config, tmp_path)
        listener = LearnedListener(checkpoint=tmp_path, runtime='numba')
        frame = SpeakerFrame(
            0, 0, 0, FaceMotion.neutral(), np.ones(45, np.float32), speaking=True, mouthed=True
        )
        driven = listener.driven(frame, MoodFade().step())
        seen, heard, speaking = driven[45 + 58 : 45 + 58 + 3]
        assert seen == 1 and bool(heard) is not episodes and bool(speaking) is episodes
        assert driven[:45].any() == heard


def test_there_are_as_many_gestures_as_the_probabilities_promise():
    rng = np.random.default_rng(0)
    probabilities = np.where(rng.random((60_000, 2)) < 0.02, 0.4, [0.001, 0.004])
    decisions = Decisions(2, seed=3)
    counts = np.zeros(2)
    peaks = 0
    for row in probabilities.astype(np.float32):
        begun = decisions.step(row)
        counts[begun] += 1
        peaks += 0 in begun and row[0] > 0.05
    np.testing.assert_allclose(counts, probabilities.sum(0), rtol=0.1)
    assert peaks > 0.9 * counts[0]


def test_whoever_comes_in_sees_no_fewer_gestures_than_later():
    begun = np.zeros((400, 1200))
    for seed in range(len(begun)):
        chances = np.where(np.random.default_rng(seed).random(1200) < 0.02, 0.15, 0.003)
        decisions = Decisions(1, seed)
        begun[seed] = [bool(decisions.step(p)) for p in chances.astype(np.float32)[:, None]]
    assert begun[:, :150].mean() == pytest.approx(begun[:, 600:].mean(), rel=0.2)


def test_another_gesture_follows_soon_as_often_as_its_probability_says():
    """In the ticks of `SOON` it is as with coins."""
    probability = 0.005
    decisions = Decisions(1, seed=4)
    row = np.array([probability], np.float32)
    begun = np.flatnonzero([bool(decisions.step(row)) for _ in range(200_000)])
    gaps = np.diff(begun)
    tosses = SOON[1] - SOON[0] + 1
    soon = (gaps >= SOON[0]) & (gaps <= SOON[1])
    assert soon.mean() == pytest.approx(1 - (1 - probability) ** tosses, abs=0.04)
    assert len(begun) == pytest.approx(200_000 * probability, rel=0.05)


def test_decisions_are_seeded():
    def run(seed):
        decisions = Decisions(1, seed)
        return [bool(decisions.step(np.array([0.03], np.float32))) for _ in range(2000)]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_invalid_input_is_zero_and_outliers_are_clipped():
    config = CONFIGS['arkit52']
    norm = Normalisation.identity(config)
    acoustic = np.full((2, 45), 1e9, np.float32)
    valid = np.array([True, False])
    driven = driven_vector(
        config,
        norm,
        acoustic,
        valid,
        np.full((2, config.motion_size), -1e9, np.float32),
        valid,
        valid,
        np.zeros((2, 3), np.float32),
        np.zeros((2, 4), np.float32),
    )
    assert driven.shape == (2, config.driven_size)
    assert (driven[0, :45] == 6).all() and (driven[0, 45 : 45 + 58] == -6).all()
    assert not driven[1].any()


@pytest.mark.parametrize('name', ['bfm64', 'arkit52'])
def test_networks_of_the_whole_motion_listen_in_either_basis(name, tmp_path):
    saved(CONFIGS[name], tmp_path)
    listener = Listening(LearnedListener(checkpoint=tmp_path, runtime='numba'))
    basis = listener.listener.basis
    reference = face = FaceMotion.neutral(basis)
    listener.reset(reference, Attitude.NEGATIVE)
    for tick in range(5):
        frame = SpeakerFrame(tick, 0, tick, face, np.zeros(45, np.float32))
        motion = listener.step(frame)
        assert motion.basis is basis and motion.is_finite()
    listener.mood.intensity = 0.0
    for tick in range(120):
        motion = listener.step(SpeakerFrame(tick, 0, tick, face, np.zeros(45, np.float32)))
    np.testing.assert_allclose(motion.expression, reference.expression, atol=1e-3)


def test_a_speaker_in_another_basis_counts_as_no_face(tmp_path):
    saved(CONFIGS['arkit52'], tmp_path)
    outputs = []
    for face, valid in ((FaceMotion.neutral(BFM64), True), (FaceMotion.missing(), False)):
        listener = Listening(LearnedListener(checkpoint=tmp_path, runtime='numba'))
        frame = SpeakerFrame(0, 0, 0, face, np.zeros(45, np.float32), valid)
        outputs.append(listener.step(frame).expression)
    np.testing.assert_array_equal(*outputs)
