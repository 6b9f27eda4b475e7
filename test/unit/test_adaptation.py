"""A trained listener takes over when, how far and how fast a recorded person nods; no more."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_features import dyad_clip
from made_features import write_clips
from networks import ARKIT52_MODEL
from networks import BEHAVIOUR_MODEL
from networks import saved

from vico_listener.cli.main import main
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.training.adaptation import DELAY
from vico_listener.lab.training.adaptation import LEAD
from vico_listener.lab.training.adaptation import TICK
from vico_listener.lab.training.adaptation import adapt
from vico_listener.lab.training.adaptation import decided
from vico_listener.lab.training.observed import observed_dyad
from vico_listener.lab.training.observed import observed_sequences
from vico_listener.lab.training.training_config import TrainingConfig
from vico_listener.lab.training.training_config import load_training_config
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.learned import DEFAULT_CHECKPOINT
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.gesture_outputs import gesture_slots
from vico_listener.listener.model.network import load_network
from vico_listener.media.face_track import FaceTrack
from vico_listener.resources import resource_path

SIZE, FREQUENCY = np.radians(11.0), 1.3
ONSETS = (40, 120, 210, 300, 390, 480)
SETTINGS = TrainingConfig(epochs=60, learning_rate=0.02, weight_decay=0.0, decay_every=100)


@pytest.fixture(scope='module')
def shipped() -> Checkpoint:
    return load_checkpoint(resource_path(DEFAULT_CHECKPOINT))


@pytest.fixture(scope='module')
def clips() -> list[ClipFeatures]:
    """Somebody whose nods are large and slow, in two clips."""
    made = [dyad_clip(name, 'train', seconds=20.0, seed=seed) for seed, name in enumerate('ab', 1)]
    rotation = np.zeros((len(made[0]), 3), np.float32)
    for onset in ONSETS:
        curve = Gesture(Kind.NOD, SIZE, frequency=FREQUENCY).curve()
        rotation[onset : onset + len(curve), 1] += curve
    zeros = np.zeros((len(rotation), 3), np.float32)
    calm = np.zeros((len(rotation), 52), np.float32)
    track = FaceTrack(calm, rotation, zeros, np.ones(len(rotation), bool))
    return [replace(clip, listener=track) for clip in made]


def test_a_nod_is_decided_on_where_the_network_deems_it_likeliest(shipped, clips) -> None:
    network = load_network(shipped)
    before = observed_dyad(clips[0])
    _, after = decided(network, shipped.norm, clips[0], before)
    begins = after.gestures[:, TICK] + 30 * after.gestures[:, DELAY]
    np.testing.assert_allclose(begins, before.gestures[:, TICK], atol=1e-3)
    assert (after.gestures[:, DELAY] >= 0).all() and (after.gestures[:, DELAY] <= LEAD).all()
    assert (after.gestures[:, DELAY] > 0).any() and (np.diff(after.gestures[:, TICK]) > 0).all()
    data = observed_sequences(shipped.config, shipped.norm, [(clips[0], before)])
    with torch.inference_mode():
        output, _ = network(data.driven, network.initial_state(data.initial))
    score = output[0, :, gesture_slots(shipped.config)[Kind.NOD].begins].numpy()
    onset, tick = int(before.gestures[0, TICK]), int(after.gestures[0, TICK])
    assert score[tick] == score[max(onset - 36, 0) : onset + 1].max()


def test_only_nods_and_shakes_are_learned(shipped, clips) -> None:
    pairs = [(clip, observed_dyad(clip)) for clip in clips]
    done = adapt(shipped, SETTINGS, pairs, pairs)
    first, *_, last = (epoch.losses for epoch in done.history)
    assert last['loss'] < 0.8 * first['loss']
    weights = done.network.state_dict()
    slots = gesture_slots(shipped.config)
    nods = slots[Kind.NOD]
    learned = list(range(nods.begins, nods.begins + 1 + nods.head.size))
    # Nobody shakes the head here, so that the shakes stay, too.
    for name, old in shipped.weights.items():
        same = (weights[name].numpy() == old).reshape(len(old), -1).all(axis=1)
        if name.startswith('head.'):
            assert not same[learned[:3]].any()
            same = np.delete(same, learned)
        assert same.all(), name
    np.testing.assert_array_equal(done.norm.hazard_gain[1:], shipped.norm.hazard_gain[1:])
    # The size and frequency that the network gives where this person decides.
    decisions = [decided(load_network(shipped), shipped.norm, *pair) for pair in pairs]
    data = observed_sequences(shipped.config, shipped.norm, decisions)
    with torch.inference_mode():
        output, _ = done.network(data.driven, done.network.initial_state(data.initial))
    slot, norm = slots[Kind.NOD], shipped.norm
    told = output[data.begins[..., Kind.NOD] > 0][:, slot.numbers].numpy()
    told = told * norm.number_std[slot.places] + norm.number_mean[slot.places]
    assert np.exp(told[:, 0]) == pytest.approx(SIZE, rel=0.15)
    assert told[:, 2] == pytest.approx(FREQUENCY, rel=0.15)


def test_the_command_adapts_what_ships(clips, tmp_path, capsys) -> None:
    other = replace(clips[1], clip='c', split='test')
    features = write_clips(tmp_path / 'features', [*clips, other])
    command = ['train', 'config/training/vico_adapt.yaml', '--features', str(features)]
    out = ['--out', str(tmp_path / 'run'), '--epochs', '3', '--threads', '1']
    assert main([*command, *out]) == 0
    assert '--checkpoint' in capsys.readouterr().out
    made = load_checkpoint(tmp_path / 'run' / 'checkpoint')
    assert made.config.episodes and made.config.training['nods'] == 2 * len(ONSETS)
    assert (tmp_path / 'run' / 'losses.png').is_file()
    motion = tmp_path / 'motion'
    saved(ARKIT52_MODEL, motion)
    assert main([*command, *out, '--start', str(motion)]) == 1
    assert 'it decides on no gestures' in capsys.readouterr().err


def test_too_few_nods_are_refused(shipped, clips) -> None:
    few = [(clips[0], observed_dyad(clips[0]))]
    with pytest.raises(DataError, match='6 nods and shakes are too few'):
        adapt(shipped, SETTINGS, few, [])


def test_what_a_start_does_not_go_with() -> None:
    with pytest.raises(SettingError, match='leave model out'):
        TrainingConfig(start='x', features='y', model=BEHAVIOUR_MODEL)
    with pytest.raises(SettingError, match='name their folder'):
        TrainingConfig(start='x')
    assert load_training_config(resource_path('config/training/vico_adapt.yaml')).start
