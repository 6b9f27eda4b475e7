"""Losses against closed forms, padding, resuming bit-exactly, and that training learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from networks import BEHAVIOUR_MODEL
from networks import CONFIGS

from vico_listener.cli.main import main
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.dyads.dyad import GESTURE_FIELDS
from vico_listener.lab.dataset.dyads.make import DyadConfig
from vico_listener.lab.dataset.dyads.make import make_speaker
from vico_listener.lab.training.loop import Trainer
from vico_listener.lab.training.losses import LossWeights
from vico_listener.lab.training.losses import all_losses
from vico_listener.lab.training.losses import gesture_losses
from vico_listener.lab.training.losses import motion_losses
from vico_listener.lab.training.network_calibration import calibrate
from vico_listener.lab.training.network_calibration import run_freely
from vico_listener.lab.training.network_calibration import to_checkpoint
from vico_listener.lab.training.sequences import SMALLEST_SIZE
from vico_listener.lab.training.sequences import Sequences
from vico_listener.lab.training.sequences import measure
from vico_listener.lab.training.sequences import sequences
from vico_listener.lab.training.training_config import TrainingConfig
from vico_listener.lab.training.training_config import TrainingConfigError
from vico_listener.lab.training.training_config import load_training_config
from vico_listener.listener.gestures import Kind
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.config import CUES
from vico_listener.listener.model.network import ListenerNetwork
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.mood import MoodFade
from vico_listener.listener.personality import Personality
from vico_listener.motion import FaceMotion
from vico_listener.resources import resource_path

VOICES = {'train': ['en-us+f3'], 'test': ['en-us+m3'], 'ood': ['de+f2']}
MOTION = CONFIGS['arkit52']


@pytest.fixture(scope='module')
def dyads():
    config = DyadConfig(seconds=12.0, voices=VOICES)
    return [d for number in range(2) for d in make_speaker(config, 'train', number)]


def blank(config, rows=2, steps=5):
    kinds = 4
    return Sequences(
        torch.zeros(rows, config.initial_size),
        torch.zeros(rows, steps, config.driven_size),
        torch.zeros(rows, steps, config.motion_size),
        torch.zeros(rows, steps, kinds),
        torch.zeros(rows, steps, 10),
        torch.zeros(rows, steps, kinds),
        torch.zeros(rows, steps, kinds),
        torch.zeros(rows, steps, kinds),
        torch.ones(rows, steps),
    )


def test_motion_losses_are_norms_by_group():
    data = blank(MOTION)
    output = torch.zeros(2, 5, MOTION.output_size)
    output[..., 0] = 3.0  # roll
    output[..., -1] = 4.0  # z
    output[:, 2, 10] = 2.0  # one coefficient, at one of five steps
    losses = {name: float(value) for name, value in motion_losses(MOTION, output, data).items()}
    assert losses['pose'] == pytest.approx(5.0)
    assert losses['pose_motion'] == pytest.approx(0.0, abs=1e-5)
    assert losses['expression'] == pytest.approx(2.0 / 5, abs=1e-5)
    assert losses['expression_motion'] == pytest.approx(2 * 2.0 / 4, abs=1e-5)


def test_the_papers_weights():
    data, output = blank(MOTION), torch.randn(2, 5, MOTION.output_size)
    total, terms = all_losses(MOTION, LossWeights(), output, data)
    weighted = terms['expression'] + terms['pose']
    weighted += 0.1 * terms['expression_motion'] + 1e-4 * terms['pose_motion']
    assert float(total) == pytest.approx(weighted, rel=1e-5)


def test_gesture_loss_is_the_likelihood():
    data = blank(BEHAVIOUR_MODEL, rows=1, steps=30)
    data.begins[0, 3, 0] = 1
    output = torch.zeros(1, 30, BEHAVIOUR_MODEL.output_size)
    losses = gesture_losses(BEHAVIOUR_MODEL, output, data)
    assert float(losses['gestures']) == pytest.approx(30 * 4 * np.log(2), rel=1e-5)
    # A nod's numbers are exact, its four cycle counts and its upswing are guessed.
    assert float(losses['marks']) == pytest.approx(np.log(4) + np.log(2), rel=1e-5)


def test_padding_costs_nothing():
    torch.manual_seed(0)
    short, output = blank(BEHAVIOUR_MODEL), torch.randn(2, 5, BEHAVIOUR_MODEL.output_size)
    short.begins[0, 2, 1] = 1
    wide = Sequences(
        short.initial,
        *(
            torch.nn.functional.pad(part, [0, 0] * (part.dim() - 2) + [0, 7])
            for part in (getattr(short, name) for name in list(vars(short))[1:])
        ),
    )
    padded = torch.cat([output, 100 * torch.randn(2, 7, BEHAVIOUR_MODEL.output_size)], dim=1)
    before, after = (
        all_losses(BEHAVIOUR_MODEL, LossWeights(), o, d)[1]
        for o, d in ((output, short), (padded, wide))
    )
    assert before == pytest.approx(after)


def test_sequences_hold_what_the_teacher_did(dyads):
    norm = measure(BEHAVIOUR_MODEL, dyads)
    data = sequences(BEHAVIOUR_MODEL, norm, dyads)
    assert data.driven.shape == (6, 360, BEHAVIOUR_MODEL.driven_size)
    assert int(data.begins.sum()) == sum(len(d.gestures) for d in dyads)
    # The own gestures of the last step are the last inputs.
    np.testing.assert_array_equal(data.driven[:, 1:, -4:], data.begins[:, :-1])
    posture = data.motion[0, :, :3].numpy() * norm.listener_std[:3] + norm.listener_mean[:3]
    np.testing.assert_allclose(posture, dyads[0].posture, atol=1e-3)


def test_sizes_as_logarithms_are_finite_where_a_gesture_has_none(dyads):
    config = replace(BEHAVIOUR_MODEL, log_sizes=True)
    dyad = replace(dyads[0], gestures=dyads[0].gestures.copy())
    dyad.gestures[0, GESTURE_FIELDS.index('size')] = 0.0
    norm = measure(config, [dyad])
    nods = dyad.gestures[dyad.gestures[:, 1] == Kind.NOD]
    sizes = np.log(np.maximum(nods[:, GESTURE_FIELDS.index('size')], SMALLEST_SIZE))
    assert norm.number_mean[0] == pytest.approx(sizes.mean(), rel=1e-5)
    assert torch.isfinite(sequences(config, norm, [dyad]).numbers).all()


def test_a_network_gets_the_cues_live_that_it_was_trained_with(dyads):
    """The listener's inputs tick by tick are those of the sequence, but for its own gestures."""
    config = replace(BEHAVIOUR_MODEL, episodes=True, cues=True)
    dyad = dyads[0]
    norm = measure(config, [dyad])
    driven = sequences(config, norm, [dyad]).driven[0].numpy()
    torch.manual_seed(0)
    made = to_checkpoint(ListenerNetwork(config), norm)
    personality = Personality.of_numbers([float(v) for v in dyad.personality])
    listener = LearnedListener(personality, 0, made, 'numba')
    listener.reset(FaceMotion(dyad.reference), ATTITUDES[dyad.attitude[0]])
    mood = MoodFade(ATTITUDES[dyad.attitude[0]])
    for tick, frame in enumerate(dyad.speaker_frames()):
        mood.attitude = ATTITUDES[dyad.attitude[tick]]
        now = mood.step()
        listener.step(frame, now)
        given = listener.driven(frame, now)
        np.testing.assert_allclose(given[-CUES:], driven[tick, -CUES:], atol=1e-6)
        np.testing.assert_allclose(given[: -CUES - 4], driven[tick, : -CUES - 4], atol=1e-5)
    voiced, ended = driven[:, -CUES], driven[:, 1 - CUES]
    assert 0.1 < voiced.mean() < 0.95 and 0 < ended.sum() < 30


def small(config, **changes):
    values = {'epochs': 6, 'batch': 3, 'chunk': 90, 'learning_rate': 3e-3, 'noise': 0.1}
    return TrainingConfig(model=config, **(values | changes))


def test_training_learns_and_resumes_bit_exactly(dyads, tmp_path):
    torch.set_num_threads(1)
    norm = measure(BEHAVIOUR_MODEL, dyads)
    data = sequences(BEHAVIOUR_MODEL, norm, dyads)
    config = small(BEHAVIOUR_MODEL)
    folders = tmp_path / 'whole', tmp_path / 'broken'
    for folder in folders:
        folder.mkdir()
    whole = Trainer(config, data, data, folders[0])
    history = list(whole.run())
    assert history[-1].losses['test/loss'] < 0.7 * history[0].losses['test/loss']
    assert len(list(Trainer(config, data, data, folders[1]).run(3))) == 3
    resumed = Trainer(config, data, data, folders[1])
    assert resumed.epoch == 3
    list(resumed.run())
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    with pytest.raises(ValueError, match='of another network: give another folder'):
        Trainer(small(MOTION), data, data, folders[1])
    calibrated = calibrate(whole.best(), norm, data, dyads[:2])
    assert (calibrated.hazard_gain >= 0.5).all() and (calibrated.hazard_gain <= 2).all()
    assert calibrated.number_residuals.any(axis=0).all()


def test_other_generators_are_calibrated_too(dyads):
    """No runtime but torch steps a network that is not exported yet and not an LSTM."""
    torch.manual_seed(0)
    network = ListenerNetwork(replace(BEHAVIOUR_MODEL, generator='gru', hidden=16, fused=16))
    made = to_checkpoint(network, measure(BEHAVIOUR_MODEL, dyads))
    assert run_freely(made, dyads[0], 0).sum() > 0


def test_cues_in_hidden_faces_and_voices_are_hidden(dyads, tmp_path):
    model = replace(BEHAVIOUR_MODEL, episodes=True, cues=True)
    data = sequences(model, measure(model, dyads), dyads)
    config = small(model, drop_face=1.0, drop_audio=1.0, noise=0.0)
    cues = Trainer(config, data, data, tmp_path)._disturbed(data.driven)[..., -CUES:]
    assert data.driven[..., -CUES:-1].any() and not cues[..., :-1].any()
    assert cues[..., -1].any()  # how far smiles are in place


def test_hidden_faces_are_hidden(dyads, tmp_path):
    norm = measure(MOTION, dyads)
    data = sequences(MOTION, norm, dyads)
    config = small(MOTION, drop_face=1.0, drop_audio=1.0, noise=0.0)
    trainer = Trainer(config, data, data, tmp_path)
    disturbed = trainer._disturbed(data.driven)
    assert not disturbed[..., : 45 + 58 + 3].any()
    assert disturbed[..., 45 + 58 + 3 :].equal(data.driven[..., 45 + 58 + 3 :])


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('epochs: [', 'is not valid YAML'),
        ('epoch: 3', 'unknown field epoch'),
        ('model: {basis: flame}', "unknown basis 'flame'"),
        ('model: {colour: red}', r'unknown field model\.colour'),
        ('dyads: {voices: {train: [en]}}', 'no voices for the split test'),
        ('model: 3', r'model\. must be a mapping'),
    ],
)
def test_wrong_configurations(tmp_path, text, message):
    path = tmp_path / 'config.yaml'
    path.write_text(text)
    with pytest.raises(TrainingConfigError, match=message):
        load_training_config(path)
    with pytest.raises(TrainingConfigError, match='cannot read'):
        load_training_config(tmp_path / 'none.yaml')


@pytest.mark.parametrize('name', ['default', 'paper', 'vico_paper'])
def test_configurations_with_the_papers_recipe(name):
    config = load_training_config(resource_path(f'config/training/{name}.yaml'))
    assert config.learning_rate == 1e-3 and config.decay == 0.8 and config.decay_every == 30
    assert config.epochs == 300
    assert (config.loss.expression_motion, config.loss.pose_motion) == (0.1, 1e-4)


TINY = """
model: {output: behaviour, personality: true, episodes: true, log_sizes: true}
epochs: 1
batch: 3
dyads:
  seconds: 8
  speakers: {train: 1, test: 1, ood: 1}
  voices: {train: [en-us], test: [en-us+f1], ood: [de]}
"""


def test_command_trains_a_checkpoint(tmp_path, capsys):
    (tmp_path / 'tiny.yaml').write_text(TINY)
    out = tmp_path / 'run'
    assert main(['train', str(tmp_path / 'tiny.yaml'), '--out', str(out)]) == 0
    assert (out / 'checkpoint' / 'model.onnx').is_file() and (out / 'losses.png').is_file()
    assert any((out / 'tensorboard').iterdir())
    assert main(['checkpoint', 'info', str(out / 'checkpoint')]) == 0
    assert 'synthetic dyads' in capsys.readouterr().out
    assert main(['train', str(tmp_path / 'nothing.yaml')]) == 1
    assert 'cannot read' in capsys.readouterr().err


def test_dyads_made_on_the_way_and_dyads_as_a_data_set_train_the_same_listener(tmp_path, capsys):
    config, features = tmp_path / 'tiny.yaml', tmp_path / 'set'
    config.write_text(TINY)
    assert main(['dataset', 'dyads', str(config), str(features), '--workers', '1']) == 0
    assert main(['train', str(config), '--out', str(tmp_path / 'made')]) == 0
    command = ['train', str(config), '--features', str(features)]
    assert main([*command, '--out', str(tmp_path / 'given')]) == 0
    made, given = (load_checkpoint(tmp_path / run / 'checkpoint') for run in ('made', 'given'))
    assert made.config == given.config
    for name, tensor in made.weights.items():
        np.testing.assert_array_equal(tensor, given.weights[name])
    config.write_text(TINY.replace('seconds: 8', 'seconds: 9'))
    assert main(['dataset', 'dyads', str(config), str(features)]) == 1
    assert 'was made with other settings (seconds was 8' in capsys.readouterr().err
    clip = load_features(features, 'test')[0]
    replace(clip, labels=None).save(features / f'{clip.clip}.npz')
    assert main([*command, '--out', str(tmp_path / 'mixed')]) == 1
    assert '5 of 6 clips have labels, not all' in capsys.readouterr().err
