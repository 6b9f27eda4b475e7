"""Running networks: torch and onnxruntime agree, exports are kept, choices are checked."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from vico_listener.neural import execution as execution_module
from vico_listener.neural.execution import Execution
from vico_listener.neural.execution import Part
from vico_listener.neural.onnx_runner import export_path
from vico_listener.neural.runner import create_runner


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(2, 3, 3, padding=1)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return self.layer(a) + b[..., None, None]


def part_of(network: nn.Module | None) -> Part:
    def build() -> nn.Module:
        assert network is not None, 'the network was built'
        return network

    return Part('half', build, {'a': (2, 8, 8), 'b': (3,)}, ('sum',))


@pytest.mark.parametrize('batch', [1, 3])
def test_runtimes_agree(batch: int) -> None:
    random = np.random.default_rng(0)
    a = random.normal(size=(batch, 2, 8, 8)).astype(np.float32)
    b = random.normal(size=(batch, 3)).astype(np.float32)
    network = Network().eval()
    outputs = []
    for runtime in ('torch', 'onnx'):
        runner = create_runner(part_of(network), Execution(runtime, 'cpu'))
        (output,) = runner(runner.constant(a), b)
        outputs.append(output)
    expected = network(torch.from_numpy(a), torch.from_numpy(b)).detach().numpy()
    for output in outputs:
        np.testing.assert_allclose(output, expected, atol=1e-6)


def test_export_is_kept_while_the_weights_stay(tmp_path: Path) -> None:
    checkpoint, onnx = tmp_path / 'a.pth', Execution('onnx')
    checkpoint.write_bytes(b'weights')
    inputs = np.ones((1, 2, 8, 8), np.float32), np.ones((1, 3), np.float32)
    first = create_runner(part_of(Network()), onnx, checkpoint)(*inputs)[0]
    kept = export_path(checkpoint, part_of(None))
    assert kept == tmp_path / 'a.half.onnx'
    again = create_runner(part_of(None), onnx, checkpoint)(*inputs)[0]  # builds nothing
    np.testing.assert_array_equal(first, again)
    checkpoint.write_bytes(b'other weights')
    with pytest.raises(AssertionError, match='was built'):
        create_runner(part_of(None), onnx, checkpoint)
    kept.write_bytes(kept.read_bytes()[:100])
    create_runner(part_of(Network()), onnx, checkpoint)
    assert kept.stat().st_size > 100 and len(list(tmp_path.iterdir())) == 2


def test_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution_module, 'has_gpu', lambda: False)
    chosen = Execution().resolve()
    assert (chosen.runtime, chosen.device, chosen.half) == ('onnx', 'cpu', False)
    with pytest.raises(ValueError, match="unknown runtime 'tf': choose onnx or torch"):
        Execution('tf').resolve()
    with pytest.raises(ValueError, match="unknown device 'npu'"):
        Execution(device='npu').resolve()
    with pytest.raises(ValueError, match='device cuda needs'):
        Execution(device='cuda').resolve()
    with pytest.raises(ValueError, match='are for CUDA devices'):
        Execution(half=True).resolve()
    monkeypatch.setattr(execution_module, 'has_gpu', lambda: True)
    chosen = Execution().resolve()
    assert (chosen.runtime, chosen.device) == ('torch', 'cuda')
    assert chosen.half and chosen.channels_last and chosen.graph and not chosen.compiled
    assert Execution(half=False).resolve().half is False
    assert Execution(device='cpu').resolve().runtime == 'onnx'
