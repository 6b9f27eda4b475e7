"""Every runtime against the batched torch pass; the paper's number of parameters."""

import numpy as np
import pytest
import torch
from networks import random_inputs
from networks import saved
from networks import untrained

from vico_listener.listener.model.config import CONFIGS
from vico_listener.listener.model.network import parameter_count
from vico_listener.listener.model.release import PARAMETERS
from vico_listener.listener.model.runtimes import RUNTIMES
from vico_listener.listener.model.runtimes import create_runtime
from vico_listener.listener.model.runtimes import initial_state

STEPS = 3000


def test_the_released_network_has_the_papers_number_of_parameters():
    assert parameter_count(untrained(CONFIGS['release'])) == PARAMETERS == 248_449
    config = CONFIGS['release']
    assert (config.initial_size, config.driven_size, config.output_size) == (73, 118, 73)


@pytest.mark.parametrize('runtime', sorted(RUNTIMES))
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
    np.testing.assert_allclose(start, torch.stack(state).numpy().ravel(), atol=1e-6)
    stepped.state = start
    outputs = np.array([stepped.step(row).copy() for row in driven])
    np.testing.assert_allclose(outputs, expected[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(stepped.state, torch.stack(last).numpy().ravel(), atol=1e-5)


@pytest.mark.parametrize('runtime', sorted(RUNTIMES))
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
    with pytest.raises(RuntimeError, match='no CUDA device'):
        create_runtime('torch', saved(CONFIGS['arkit52'], tmp_path), device='cuda')
