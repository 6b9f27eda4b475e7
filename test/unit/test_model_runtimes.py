"""Every runtime against the batched torch pass; the paper's number of parameters."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from networks import CONFIGS
from networks import checkpoint_of
from networks import random_inputs
from networks import saved
from networks import untrained

from vico_listener.lab.training.saving import save_checkpoint
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.runtimes import RUNTIMES
from vico_listener.listener.model.runtimes import create_runtime
from vico_listener.listener.model.runtimes import initial_state

STEPS = 3000
PARAMETERS = 248_449
"""Of the released network."""


def parameter_count(network):
    return sum(p.numel() for p in network.parameters())


def test_the_released_network_has_the_papers_number_of_parameters():
    assert parameter_count(untrained(CONFIGS['release'])) == PARAMETERS
    config = CONFIGS['release']
    assert (config.initial_size, config.driven_size, config.output_size) == (73, 118, 73)


@pytest.mark.parametrize('runtime', sorted(RUNTIMES.own))
@pytest.mark.parametrize('name', ['release', 'behaviour'])
def test_streaming_equals_the_batched_pass(name, runtime, tmp_path):
    config = CONFIGS[name]
    steps = STEPS if runtime != 'torch' else STEPS // 10  # it is slow, step by step
    initial, driven = random_inputs(config, steps)
    network = untrained(config)
    with torch.inference_mode():
        state = network.initial_state(torch.from_numpy(initial)[None])
        expected, last = network(torch.from_numpy(driven)[None], state)
    checkpoint = saved(config, tmp_path)
    stepped = create_runtime(runtime, checkpoint)
    start = initial_state(checkpoint, initial)
    np.testing.assert_allclose(start, state[0].numpy(), atol=1e-6)
    stepped.state = start
    outputs = np.array([stepped.step(row).copy() for row in driven])
    np.testing.assert_allclose(outputs, expected[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(stepped.state, last[0].numpy(), atol=1e-5)


@pytest.mark.parametrize('runtime', ['onnx', 'torch'])
@pytest.mark.parametrize('generator', ['gru', 'transformer', 'non_sequential'])
def test_other_generators_stream_too(generator, runtime, tmp_path):
    config = ModelConfig(generator=generator, window=20)
    initial, driven = random_inputs(config, 300 if runtime == 'onnx' else 100)
    network = untrained(config)
    if generator == 'transformer':  # distances that all count the same would hide their order
        for layer in network.generator.layers:
            torch.nn.init.normal_(layer.distance)
    with torch.inference_mode():
        state = network.initial_state(torch.from_numpy(initial)[None])
        whole = torch.from_numpy(driven)[None]
        expected, last = network(whole, state)
        pieces = []
        for piece in whole.split([7, 60, len(driven) - 67], dim=1):
            output, state = network(piece, state)
            pieces.append(output)
    np.testing.assert_allclose(torch.cat(pieces, dim=1).numpy(), expected.numpy(), atol=1e-5)
    save_checkpoint(checkpoint_of(network), tmp_path)
    checkpoint = load_checkpoint(tmp_path)
    stepped = create_runtime(runtime, checkpoint)
    stepped.state = initial_state(checkpoint, initial)
    outputs = np.array([stepped.step(row).copy() for row in driven])
    np.testing.assert_allclose(outputs, expected[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(stepped.state, last[0].numpy(), atol=1e-5)


def test_how_far_back_the_generators_look():
    """Step 100 depends on: its window (two layers: twice), on the whole past, on itself only."""
    reach = {'transformer': 2 * 19, 'gru': 100, 'lstm': 100, 'non_sequential': 0}
    for generator, steps in reach.items():
        config = ModelConfig(generator=generator, window=20)
        initial, driven = random_inputs(config, 101)
        inputs = torch.from_numpy(driven)[None].requires_grad_()
        network = untrained(config)
        output, _ = network(inputs, network.initial_state(torch.from_numpy(initial)[None]))
        output[0, 100].square().sum().backward()
        moved = (inputs.grad[0].abs().sum(-1) > 0).nonzero().ravel()
        assert 100 - int(moved.min()) == steps, generator


def test_generators_have_about_as_many_parameters():
    sizes = {'lstm': 96, 'gru': 112, 'transformer': 96, 'non_sequential': 96}
    for generator, hidden in sizes.items():
        config = replace(CONFIGS['release'], generator=generator, hidden=hidden)
        assert 0.85 * PARAMETERS < parameter_count(untrained(config)) < 1.1 * PARAMETERS, generator


def test_numba_steps_lstm_only(tmp_path):
    with pytest.raises(ValueError, match='built around gru: choose onnx or torch'):
        create_runtime('numba', saved(ModelConfig(generator='gru'), tmp_path))


@pytest.mark.parametrize('runtime', sorted(RUNTIMES.own))
def test_state_is_a_copy_and_can_be_set(runtime, tmp_path):
    checkpoint = saved(CONFIGS['arkit52'], tmp_path)
    _, driven = random_inputs(checkpoint.config, 4)
    stepped = create_runtime(runtime, checkpoint)
    stepped.step(driven[0])
    kept = stepped.state
    before = kept.copy()
    once = stepped.step(driven[1]).copy()
    np.testing.assert_array_equal(kept, before)
    stepped.step(driven[2])
    stepped.state = kept
    np.testing.assert_array_equal(stepped.step(driven[1]), once)


def test_an_unknown_runtime_names_the_choices(tmp_path):
    with pytest.raises(ValueError, match="unknown runtime 'abacus': choose one of numba, onnx"):
        create_runtime('abacus', saved(CONFIGS['arkit52'], tmp_path))


def test_a_gpu_that_is_not_there_is_named(tmp_path):
    if torch.cuda.is_available():
        pytest.skip('there is a GPU')
    with pytest.raises(ValueError, match='device cuda needs'):
        create_runtime('torch', saved(CONFIGS['arkit52'], tmp_path), device='cuda')


# In a process of its own: functions are compiled when their module is imported.
WITHOUT_CACHE = """
import sys
from pathlib import Path
from numba.core import caching
caching.CacheImpl._locator_classes = []
import numpy as np
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.listener.model.runtimes import create_runtime
checkpoint = load_checkpoint(Path(sys.argv[1]))
runtime = create_runtime('numba', checkpoint)
print(runtime.step(np.zeros(checkpoint.config.driven_size, np.float32)).shape)
"""


@pytest.mark.trouble(
    'environment',
    'No folder for the cache of numba is writable',
    sees='The start takes longer.',
    remedy='Set `NUMBA_CACHE_DIR`.',
)
def test_without_a_folder_for_its_cache(tmp_path):
    config = ModelConfig(hidden=8, fused=8)
    saved(config, tmp_path)
    done = subprocess.run(
        [sys.executable, '-c', WITHOUT_CACHE, str(tmp_path)], capture_output=True, text=True
    )
    assert done.stdout == f'({config.output_size},)\n', done.stderr
