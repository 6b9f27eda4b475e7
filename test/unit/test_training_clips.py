"""Training on a data set's clips: targets, windows, refusals, and several processes."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from networks import CONFIGS
from safetensors.numpy import load_file
from test_dataset_features import made_track

from vico_listener.cli.main import main
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.training.clip_sequences import check_clips
from vico_listener.lab.training.clip_sequences import clip_sequences
from vico_listener.lab.training.clip_sequences import measure_clips
from vico_listener.lab.training.clip_sequences import native_rows
from vico_listener.lab.training.clip_sequences import windows
from vico_listener.lab.training.loop import Trainer
from vico_listener.lab.training.losses import LossWeights
from vico_listener.lab.training.losses import all_losses
from vico_listener.lab.training.parallel import World
from vico_listener.lab.training.training_config import TrainingConfig
from vico_listener.lab.training.training_config import load_training_config
from vico_listener.listener.model.config import ModelConfig
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.native import to_native
from vico_listener.resources import resource_path


def clip(seed: int, count: int = 70, basis: Basis = ARKIT52, split: str = 'train') -> ClipFeatures:
    rng = np.random.default_rng(seed)
    return ClipFeatures(
        clip=f'clip{seed}',
        split=split,
        attitude=tuple(Attitude)[seed % 3],
        speaker_id='1',
        listener_id='2',
        acoustic=rng.normal(size=(count, 45)).astype(np.float32),
        speaking=np.ones(count, np.bool_),
        heard=np.ones(count, np.bool_),
        speaker=made_track(count, basis, seed),
        listener=made_track(count, basis, seed + 100),
    )


@pytest.mark.parametrize('name', ['arkit52', 'bfm64', 'release'])
def test_targets_are_the_listener_as_a_network_says_it(name):
    config = CONFIGS[name]
    clips = [clip(0, 70, config.motion_basis), clip(1, 40, config.motion_basis)]
    norm = measure_clips(config, clips)
    data = clip_sequences(config, norm, clips)
    assert data.driven.shape == (2, 70, config.driven_size)
    np.testing.assert_array_equal(data.mask[1, 40:], 0)
    np.testing.assert_array_equal(data.mask[1, :40], clips[1].listener.valid)
    tick = int(np.flatnonzero(clips[0].listener.valid)[5])
    wanted = to_native(relative_track(clips[0].listener).motion(tick))
    found = data.motion[0, tick].numpy() * norm.listener_std + norm.listener_mean
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    if config.attitude:
        assert data.initial[:, -3:].tolist() == [[1, 0, 0], [0, 1, 0]]


def test_native_rows_are_those_of_single_faces():
    for basis in (ARKIT52, BFM64):
        track = replace(made_track(5, basis, 3), valid=np.arange(5) != 1)
        rows = native_rows(track)
        np.testing.assert_array_equal(rows[2], to_native(track.motion(2)))
        assert not rows[1].any()


@pytest.mark.parametrize('basis', [ARKIT52, BFM64])
def test_what_is_not_valid_says_nothing(basis):
    """Whatever stands there: rows of faces not seen and audio not heard mean nothing."""
    config = ModelConfig(basis=basis.name)
    first, second = clip(0, 40, basis), clip(0, 40, basis)
    for one, filling in ((first, 0.0), (second, np.nan)):
        one.heard[5:9] = False
        one.acoustic[~one.heard] = filling
        for track in (one.speaker, one.listener):
            for rows in (track.expression, track.rotation, track.translation, track.crop):
                rows[~track.valid] = filling
        check_clips(config, [one])
    norms = [measure_clips(config, [one]) for one in (first, second)]
    datas = [clip_sequences(config, norms[0], [one]) for one in (first, second)]
    for name, values in vars(norms[0]).items():
        np.testing.assert_array_equal(values, getattr(norms[1], name))
    for name, values in vars(datas[0]).items():
        assert torch.equal(values, getattr(datas[1], name)), name
    assert not second.listener.valid.all() and not second.speaker.valid.all()


def test_a_small_deviation_of_an_acoustic_feature_is_seen_whole():
    """The authors' zero-crossing rate has one of 0.002; a feature that stands still has none."""
    one = clip(0, 100)
    rate = np.where(np.arange(100) % 2, 0.052, 0.048)
    one.acoustic[:, 43], one.acoustic[:, 44] = rate, 3.0
    norm = measure_clips(CONFIGS['bfm64'], [one])
    assert norm.acoustic_std[43] == pytest.approx(0.002, rel=1e-3)
    assert norm.acoustic_std[44] > 1e-5


def test_windows_begin_anew_and_shrink_at_the_end():
    whole = clip(0, 100)
    parts = list(windows(whole, 60, 20))
    assert [len(part) for part in parts] == [60, 60, 60, 40]
    np.testing.assert_array_equal(parts[2].acoustic, whole.acoustic[40:])
    assert [len(part) for part in windows(whole, 100, 20)] == [100]


def test_the_code_has_a_norm_for_each_part_of_the_pose():
    config = CONFIGS['bfm64']
    data = clip_sequences(config, measure_clips(config, [clip(0, 40, BFM64)]), [clip(0, 40, BFM64)])
    output = data.motion.clone()
    output[..., 0] += 3.0  # an angle
    output[..., -1] += 4.0  # the crop
    together = all_losses(config, LossWeights(), output, data)[1]
    apart = all_losses(config, LossWeights(separate_pose=True), output, data)[1]
    assert together['pose'] == pytest.approx(5.0, rel=1e-4)
    assert apart['pose'] == pytest.approx(7.0, rel=1e-4)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match='clip0: its features are in the basis bfm64'):
        check_clips(ModelConfig(), [clip(0, 40, BFM64)])
    with pytest.raises(ValueError, match='clip0: its acoustic features are vico_listener/1, the'):
        check_clips(ModelConfig(acoustic='vico_release'), [clip(0)])
    with pytest.raises(
        ValueError, match='set model.acoustic, or extract them with --acoustics vico_r'
    ):
        check_clips(ModelConfig(acoustic='vico_release'), [clip(0)])
    broken = clip(0)
    broken.listener.expression[np.flatnonzero(broken.listener.valid)[3], 7] = np.inf
    with pytest.raises(ValueError, match='clip0: listener holds numbers that are not finite'):
        check_clips(ModelConfig(), [broken])
    with pytest.raises(ValueError, match='stride: 20 ticks would leave out some'):
        TrainingConfig(window=10, stride=20)
    unseen = clip(0)
    unseen.listener.valid[:] = False
    with pytest.raises(ValueError, match='clip0: the listener is never seen'):
        check_clips(ModelConfig(), [unseen])


@pytest.mark.parametrize('name', ['vico_paper', 'vico_release'])
def test_recipes_load(name):
    config = load_training_config(resource_path(f'config/training/{name}.yaml'))
    assert config.features and config.model.output == 'motion'


@pytest.fixture
def recipe(tmp_path):
    for seed in range(6):
        clip(seed, split='train' if seed < 4 else 'test').save(tmp_path / f'clip{seed}.npz')
    content = {
        'model': {'hidden': 16, 'fused': 16, 'layers': 1},
        'features': str(tmp_path),
        'epochs': 3,
        'batch': 3,
        'chunk': 16,
        'drop_face': 0.0,
        'weight_decay': 0.5,
    }
    path = tmp_path / 'recipe.yaml'
    path.write_text(yaml.safe_dump(content))
    return path


def history(folder) -> list[float]:
    lines = (folder / 'history.jsonl').read_text().splitlines()
    return [json.loads(line)['losses']['loss'] for line in lines]


def test_a_listener_lost_for_a_while_is_learned_from_again(tmp_path):
    """A whole chunk in which nobody is seen costs nothing, and does not end the sequence."""
    torch.set_num_threads(1)
    model = ModelConfig(hidden=16, fused=16, layers=1)
    lost, blind = clip(0, 90), clip(0, 90)
    lost.listener.valid[30:60] = False
    blind.listener.valid[30:] = False
    ends = []
    for one in (lost, blind):
        norm = measure_clips(model, [lost])
        data = clip_sequences(model, norm, [one])
        folder = tmp_path / str(len(ends))
        folder.mkdir()
        trainer = Trainer(TrainingConfig(model, chunk=30, epochs=1), data, data, folder)
        list(trainer.run())
        ends.append(trainer.network.head.bias.detach())
    assert not torch.equal(*ends)


def test_processes_share_every_batch_without_counting_twice():
    config = ModelConfig()
    clips = [clip(seed, 40) for seed in range(5)]
    data = clip_sequences(config, measure_clips(config, clips), clips)
    rows = torch.tensor([4, 2, 0])
    parts = [World(rank, 4).share(data, rows) for rank in range(4)]
    assert all(len(part) for part in parts)
    seen = sum(float(part.mask.sum()) for part in parts)
    assert seen == float(data.select(rows).mask.sum())
    assert torch.equal(parts[1].driven[0], data.driven[2])


TRAIN_AND_LIST_THREADS = """
import sys
from pathlib import Path

from vico_listener.cli.main import main

code = main(sys.argv[1:])
names = sorted(path.read_text().strip() for path in Path('/proc/self/task').glob('*/comm'))
print('threads left:', names)
sys.exit(code)
"""


def test_one_process_or_two_make_the_same_network(recipe, tmp_path):
    """The last batch has one clip for two processes; later chunks leave the initial state alone.

    With one layer there is no dropout, which is each process' own. A thread that still talks to the
    other process would abort its own at the end, now and then.
    """
    one, two = tmp_path / 'one', tmp_path / 'two'
    assert main(['train', str(recipe), '--out', str(one), '--threads', '1']) == 0
    command = [sys.executable, '-m', 'torch.distributed.run', '--nproc-per-node=2', '--standalone']
    script = tmp_path / 'train.py'
    script.write_text(TRAIN_AND_LIST_THREADS)
    command += [str(script), 'train', str(recipe), '--out', str(two), '--threads', '1']
    done = subprocess.run(
        command,
        env=os.environ | {'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('threads left:') == 2
    assert 'gloo' not in done.stdout
    np.testing.assert_allclose(history(two), history(one), rtol=1e-5)
    networks = [load_file(folder / 'checkpoint' / 'model.safetensors') for folder in (one, two)]
    for name, values in networks[0].items():
        np.testing.assert_allclose(networks[1][name], values, atol=2e-5, err_msg=name)
    config = json.loads((two / 'checkpoint' / 'config.json').read_text())
    assert config['training']['data'].startswith('4 clips of the data set')


def test_an_empty_split_is_named(recipe, tmp_path, capsys):
    for seed in (4, 5):
        (tmp_path / f'clip{seed}.npz').unlink()
    assert main(['train', str(recipe), '--out', str(tmp_path / 'run')]) == 1
    assert 'no clips of the split test' in capsys.readouterr().err
    torch.set_num_threads(1)


def test_no_setting_is_proposed_for_the_network_of_a_checkpoint(tmp_path, capsys):
    heard = replace(clip(0), acoustics='vico_release')
    heard.save(tmp_path / '0.npz')
    adapting = ['train', str(resource_path('config/training/vico_adapt.yaml'))]
    adapting += ['--features', str(tmp_path), '--out', str(tmp_path / 'run')]
    assert main(adapting) == 1
    told = capsys.readouterr().err
    assert (
        'start from a checkpoint that knows those, or extract them with --acoustics vico_l' in told
    )
    assert 'model.acoustic' not in told


@pytest.mark.parametrize(
    ('basis', 'acoustics'),
    [(ARKIT52, 'vico_listener/1'), (ARKIT52, 'vico_release'), (BFM64, 'vico_listener/1')],
)
def test_what_training_suggests_can_be_done(tmp_path, capsys, basis, acoustics):
    for seed, split in enumerate(['train', 'train', 'test', 'ood']):
        one = replace(clip(seed, 40, basis, split), acoustics=acoustics)
        one.save(tmp_path / f'{seed}.npz')
    config = yaml.safe_load(resource_path('config/training/vico_paper.yaml').read_text())
    config['model'] |= {'basis': basis.name, 'acoustic': acoustics, 'hidden': 8, 'fused': 8}
    (tmp_path / 'small.yaml').write_text(yaml.safe_dump(config))
    trained = ['train', str(tmp_path / 'small.yaml'), '--features', str(tmp_path)]
    assert main([*trained, '--out', str(tmp_path / 'run'), '--epochs', '1']) == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith('try it')]
    if (basis, acoustics) == (ARKIT52, 'vico_listener/1'):
        assert line == f'try it: ./run demo --checkpoint {tmp_path / "run" / "checkpoint"}'
        return
    command = line.removeprefix('try it: ./run vico ').split()
    assert command[0] == 'evaluate'
    assert main([*command, '--out', str(tmp_path / 'scores'), '--no-sheets']) == 0
