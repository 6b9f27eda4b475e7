"""The authors' checkpoints: 16 tensors under their names, and nothing that runs code."""

import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from networks import RELEASE_MODEL
from networks import untrained

from vico_listener.cli.main import main
from vico_listener.errors import SettingError
from vico_listener.face.deep3d.coefficients import crop_in_canvas
from vico_listener.face.deep3d.coefficients import motion_of
from vico_listener.lab.training.authors_checkpoint import import_release
from vico_listener.listener.model.checkpoint import CheckpointError
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.vectors import driven_vector
from vico_listener.listener.model.vectors import motion_output
from vico_listener.native import to_native

SHAPES = {  # vico_spec.md section 4
    'fusion.layernorm_init.weight': (73,),
    'fusion.layernorm_init.bias': (73,),
    'fusion.layernorm_driven.weight': (118,),
    'fusion.layernorm_driven.bias': (118,),
    'fusion.get_initial_state.0.weight': (73, 73),
    'fusion.get_initial_state.0.bias': (73,),
    'fusion.get_initial_state.2.weight': (384, 73),
    'fusion.get_initial_state.2.bias': (384,),
    'fusion.fusion.0.weight': (192, 118),
    'fusion.fusion.0.bias': (192,),
    'fusion.lstm_layers.weight_ih_l0': (384, 192),
    'fusion.lstm_layers.weight_hh_l0': (384, 96),
    'fusion.lstm_layers.weight_ih_l1': (384, 96),
    'fusion.lstm_layers.weight_hh_l1': (384, 96),
    'dynam_3dmm_fc.weight': (73, 96),
    'dynam_3dmm_fc.bias': (73,),
}


class AuthorsNetwork(torch.nn.Module):
    """The forward pass of vico_spec.md section 4, written from the table alone."""

    def __init__(self, tensors):
        super().__init__()
        self.w = tensors

    def forward(self, initial, driven):
        w, f = self.w, torch.nn.functional
        first = f.layer_norm(
            initial,
            (73,),
            w['fusion.layernorm_init.weight'],
            w['fusion.layernorm_init.bias'],
        )
        first = torch.tanh(
            f.linear(
                first,
                w['fusion.get_initial_state.0.weight'],
                w['fusion.get_initial_state.0.bias'],
            )
        )
        first = f.linear(
            first, w['fusion.get_initial_state.2.weight'], w['fusion.get_initial_state.2.bias']
        )
        h, c = first.view(-1, 2, 2, 96).permute(1, 2, 0, 3).contiguous()
        h, c = list(h), list(c)
        x = f.layer_norm(
            driven,
            (118,),
            w['fusion.layernorm_driven.weight'],
            w['fusion.layernorm_driven.bias'],
        )
        x = torch.tanh(f.linear(x, w['fusion.fusion.0.weight'], w['fusion.fusion.0.bias']))
        outputs = []
        for step in x.unbind(1):
            for k in range(2):
                gates = step @ w[f'fusion.lstm_layers.weight_ih_l{k}'].T
                gates = gates + h[k] @ w[f'fusion.lstm_layers.weight_hh_l{k}'].T
                i, forget, g, o = gates.chunk(4, -1)
                c[k] = torch.sigmoid(forget) * c[k] + torch.sigmoid(i) * torch.tanh(g)
                h[k] = torch.sigmoid(o) * torch.tanh(c[k])
                step = h[k]
            outputs.append(f.linear(step, w['dynam_3dmm_fc.weight'], w['dynam_3dmm_fc.bias']))
        return torch.stack(outputs, 1)


@pytest.fixture
def files(tmp_path):
    generator = torch.Generator().manual_seed(0)
    tensors = {n: 0.2 * torch.randn(s, generator=generator) for n, s in SHAPES.items()}
    weights = tmp_path / 'Epoch_499.bin'
    torch.save({f'module.{name}': tensor for name, tensor in tensors.items()}, weights)
    rng = np.random.default_rng(0)
    motion, acoustic = tmp_path / 'video_feats_mean_std.bin', tmp_path / 'audio.bin'
    pair = {'mean': rng.normal(size=73), 'std': rng.uniform(0.5, 2, 73)}
    torch.save({'angle.exp.trans': pair, 'id.gamma.tex': pair}, motion)
    sound = {'mean': np.zeros(45, np.float32), 'std': np.ones(45, np.float32)}
    torch.save(sound, acoustic)
    return tensors, weights, motion, acoustic


def test_imported_network_computes_what_the_authors_does(files):
    tensors, *paths = files
    assert set(SHAPES) == set(tensors) and len(SHAPES) == 16
    checkpoint = import_release(*paths)
    network = untrained(RELEASE_MODEL)
    network.load_state_dict({n: torch.from_numpy(w) for n, w in checkpoint.weights.items()})
    initial, driven = torch.randn(2, 73), torch.randn(2, 40, 118)
    with torch.inference_mode():
        ours, _ = network(driven, network.initial_state(initial))
        theirs = AuthorsNetwork(tensors)(initial, driven)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
    assert checkpoint.norm.listener_std.min() > 0.4


def test_imported_network_sees_what_lies_far_off_as_it_is(files):
    checkpoint = import_release(*files[1:])
    config, norm = checkpoint.config, checkpoint.norm
    far = norm.speaker_mean + 20 * norm.speaker_std
    heard = norm.acoustic_mean - 9 * norm.acoustic_std
    none = np.zeros(0, np.float32)
    driven = driven_vector(config, norm, heard, True, far, True, True, none, none)
    np.testing.assert_allclose(driven[:45], -9, rtol=1e-3)
    np.testing.assert_allclose(driven[45:], 20, rtol=1e-3)


@pytest.mark.parametrize('size', [256, 384, 224])
def test_faces_of_any_camera_are_seen_as_in_videos_of_the_size_of_training(files, size):
    """What the network sees and says is what the authors' code would, in the pixels of its videos.

    Theirs divides the crop as their files have it; ours comes from `motion_of`, whose crop is that
    of 256 px, whatever the size of the camera's image.
    """
    _, weights, motion, acoustic = files
    theirs = torch.load(motion, weights_only=False)['angle.exp.trans']
    checkpoint = import_release(weights, motion, acoustic, video_size=size)
    config, norm = checkpoint.config, checkpoint.norm
    assert config.training == {'video_size': size}
    rng = np.random.default_rng(1)
    crop = np.array([0.9, 0.45 * size, 0.55 * size])
    coefficients = rng.normal(size=257).astype(np.float32)
    face = to_native(motion_of(coefficients, np.array([size, size, *crop], np.float32)))
    none = np.zeros(0, np.float32)
    heard = np.zeros(45, np.float32)
    seen = driven_vector(config, norm, heard, True, face, True, True, none, none)
    wanted = np.array([*coefficients[224:227], *coefficients[80:144], *coefficients[254:], *crop])
    np.testing.assert_allclose(
        seen[45:], (wanted - theirs['mean']) / theirs['std'], rtol=2e-4, atol=2e-4
    )
    scores = rng.normal(size=73).astype(np.float32)
    said = scores * theirs['std'] + theirs['mean']
    ours = motion_output(config, norm, scores)
    np.testing.assert_allclose(ours[:-3], said[:-3], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours[-3:], crop_in_canvas(said[-3:], size), rtol=1e-4, atol=1e-4)


def test_a_size_that_no_video_has_is_refused(files):
    with pytest.raises(SettingError, match='video_size must be a whole number between 16 and 4096'):
        import_release(*files[1:], video_size=0)


def test_a_size_of_which_the_faces_tell_another_is_doubted(files, tmp_path, capsys):
    _, weights, motion, acoustic = files
    content = torch.load(motion, weights_only=False)
    content['angle.exp.trans']['mean'][-3:] = 0.8, 190.0, 200.0
    torch.save(content, motion)
    arguments = ['checkpoint', 'import', str(weights), '--motion-stats', str(motion)]
    arguments += ['--acoustic-stats', str(acoustic), '--out', str(tmp_path / 'net')]
    assert main(arguments) == 0
    told = capsys.readouterr().err
    assert 'lie at 190 px on average, as in videos of about 380 px and not of 256' in told
    assert main([*arguments, '--video-size', '384']) == 0
    assert capsys.readouterr().err == ''


def test_command(files, tmp_path, capsys):
    _, weights, motion, acoustic = files
    out = tmp_path / 'imported'
    arguments = ['checkpoint', 'import', str(weights), '--motion-stats', str(motion)]
    assert main([*arguments, '--acoustic-stats', str(acoustic), '--out', str(out)]) == 0
    assert '"vico_release"' in capsys.readouterr().out
    assert load_checkpoint(out).config == replace(RELEASE_MODEL, training={'video_size': 256})
    assert main(['checkpoint', 'export', str(out)]) == 0


@pytest.mark.parametrize('change', ['missing', 'renamed', 'shape'])
def test_strictly_these_tensors(files, change):
    tensors, weights, *stats = files
    name = 'dynam_3dmm_fc.bias'
    changed = dict(tensors)
    if change == 'missing':
        del changed[name]
    elif change == 'renamed':
        changed['attitude.weight'] = changed[name]
    else:
        changed[name] = torch.zeros(70)
    torch.save(changed, weights)
    with pytest.raises(CheckpointError, match=r'head\.bias|attitude\.weight'):
        import_release(weights, *stats)


class Malice:
    def __reduce__(self):
        return os.system, ('touch /tmp/vico_listener_was_here',)


def test_a_file_that_wants_to_run_code_is_refused(files):
    _, weights, *stats = files
    weights.write_bytes(pickle.dumps({'module.dynam_3dmm_fc.bias': Malice()}))
    with pytest.raises(CheckpointError, match='could run code|cannot be read'):
        import_release(weights, *stats)
    torch.save({'dynam_3dmm_fc.bias': Malice()}, weights)
    with pytest.raises(CheckpointError, match='could run code'):
        import_release(weights, *stats)
    assert not os.path.exists('/tmp/vico_listener_was_here')


def test_zero_deviation_and_wrong_sizes(files):
    _, weights, motion, acoustic = files
    torch.save({'mean': np.zeros(45), 'std': np.zeros(45)}, acoustic)
    with pytest.raises(CheckpointError, match='deviation of zero'):
        import_release(weights, motion, acoustic)
    torch.save({'mean': np.zeros(43), 'std': np.ones(43)}, acoustic)
    with pytest.raises(CheckpointError, match='has 43 means'):
        import_release(weights, motion, acoustic)
    torch.save({'id.gamma.tex': {}}, motion)
    with pytest.raises(CheckpointError, match=r"has no 'angle\.exp\.trans'"):
        import_release(weights, motion, acoustic)
