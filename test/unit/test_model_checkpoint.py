"""Checkpoints: what is written is read; what is wrong is refused with the reason."""

import json
from dataclasses import replace

import numpy as np
import pytest
from networks import ARKIT52_MODEL
from networks import RELEASE_MODEL
from networks import checkpoint_of
from networks import saved
from networks import untrained
from safetensors.numpy import load_file
from safetensors.numpy import save_file

from vico_listener.lab.training.saving import save_checkpoint
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.model.checkpoint import CONFIG
from vico_listener.listener.model.checkpoint import ONNX
from vico_listener.listener.model.checkpoint import WEIGHTS
from vico_listener.listener.model.checkpoint import CheckpointError
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.runtimes import create_runtime
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion


@pytest.fixture
def folder(tmp_path):
    saved(ARKIT52_MODEL, tmp_path)
    return tmp_path


def change(folder, **tensors):
    save_file(load_file(folder / WEIGHTS) | tensors, folder / WEIGHTS)


def configure(folder, **fields):
    content = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(content | fields))


def test_round_trip(folder):
    checkpoint = load_checkpoint(folder)
    assert checkpoint.config == ARKIT52_MODEL
    for name, weight in checkpoint_of(untrained(ARKIT52_MODEL)).weights.items():
        np.testing.assert_array_equal(checkpoint.weights[name], weight)


def test_missing_folder_and_files(tmp_path, folder):
    with pytest.raises(CheckpointError, match='no checkpoint folder'):
        load_checkpoint(tmp_path / 'nowhere')
    (folder / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match=f'holds no {WEIGHTS}'):
        load_checkpoint(folder)


def test_truncated_weights(folder):
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:10_000])
    with pytest.raises(CheckpointError, match='is broken'):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ('fields', 'message'),
    [
        ({'basis': 'bfm64'}, 'has shape .* its configuration says'),
        ({'basis': 'flame'}, "unknown basis 'flame'"),
        ({'clock': 25}, 'clock: the network makes 25 steps per second, but this stack makes 30'),
        ({'acoustic': 'mfcc13'}, "acoustic: unknown value 'mfcc13'"),
        ({'output': 'video'}, "output: unknown value 'video'"),
        ({'hidden': 0}, 'hidden: must be at least 1'),
        ({'layers': 10**20}, 'layers: must be at least 1 and at most 4096'),
        ({'fused': 192.0}, 'fused: must be of the kind int, not 192.0'),
        ({'attitude': 'yes'}, "attitude: must be of the kind bool, not 'yes'"),
        ({'attitude': False}, 'has shape'),
        ({'smell': True}, 'unknown field smell'),
    ],
)
def test_a_configuration_that_does_not_fit(folder, fields, message):
    configure(folder, **fields)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(folder)


def test_a_configuration_that_is_no_json(folder):
    (folder / CONFIG).write_text('basis: arkit52')
    with pytest.raises(CheckpointError, match=CONFIG):
        load_checkpoint(folder)
    (folder / CONFIG).write_text('["arkit52"]')
    with pytest.raises(CheckpointError, match='must be a mapping'):
        load_checkpoint(folder)


def test_nan_in_the_weights(folder):
    change(folder, **{'fuse.bias': np.full(192, np.nan, np.float32)})
    with pytest.raises(CheckpointError, match=r'fuse\.bias holds numbers that are not finite'):
        load_checkpoint(folder)


def test_missing_and_unknown_weights(folder):
    tensors = load_file(folder / WEIGHTS)
    tensors['tail.bias'] = tensors.pop('head.bias')
    save_file(tensors, folder / WEIGHTS)
    with pytest.raises(CheckpointError, match=r'missing head\.bias; unknown tail\.bias'):
        load_checkpoint(folder)


def test_a_deviation_of_zero(folder):
    change(folder, **{'norm.acoustic_std': np.zeros(45, np.float32)})
    with pytest.raises(CheckpointError, match='acoustic_std holds a deviation of zero'):
        load_checkpoint(folder)


def test_onnx_made_from_other_weights(folder):
    change(folder, **{'head.bias': np.ones(ARKIT52_MODEL.output_size, np.float32)})
    with pytest.raises(CheckpointError, match='made from other weights'):
        create_runtime('onnx', load_checkpoint(folder))
    save_checkpoint(load_checkpoint(folder), folder)
    create_runtime('onnx', load_checkpoint(folder))


def test_broken_and_missing_onnx(folder):
    (folder / ONNX).write_bytes(b'nothing')
    with pytest.raises(CheckpointError, match='is broken'):
        create_runtime('onnx', load_checkpoint(folder))
    (folder / ONNX).unlink()
    with pytest.raises(CheckpointError, match=f'holds no {ONNX}'):
        create_runtime('onnx', load_checkpoint(folder))


def test_a_network_without_attitudes_refuses_one(tmp_path):
    saved(replace(ARKIT52_MODEL, attitude=False), tmp_path)
    listener = LearnedListener(checkpoint=tmp_path)
    with pytest.raises(ValueError, match='trained without attitudes .* positive'):
        listener.reset(FaceMotion.neutral(), Attitude.POSITIVE)


def test_a_network_says_which_features_it_understands(tmp_path):
    saved(RELEASE_MODEL, tmp_path)
    listener = LearnedListener(checkpoint=tmp_path)
    assert (listener.basis, listener.acoustics) == (BFM64, 'vico_release')
    with pytest.raises(ValueError, match='must be finite and in the basis bfm64'):
        listener.reset(FaceMotion.neutral(), Attitude.NEUTRAL)


def test_impossible_configurations():
    with pytest.raises(ValueError, match="'behaviour' needs the basis arkit52"):
        ModelConfig(basis='bfm64', output='behaviour')
    with pytest.raises(ValueError, match="needs the output 'behaviour'"):
        ModelConfig(personality=True)
