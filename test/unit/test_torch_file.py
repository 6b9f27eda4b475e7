"""Foreign files of weights: read without running them, loaded strictly, refused with the remedy."""

import os
import pickle
from pathlib import Path

import pytest
import torch
from pretrained_weights import save
from torch import nn

from vico_listener.neural.torch_file import PretrainedFile
from vico_listener.neural.torch_file import TorchFileError
from vico_listener.neural.torch_file import load_pretrained

WANTED = PretrainedFile('wanted.pth', 'net', 'somebody/Something')
REMEDY = r'give wanted\.pth of somebody/Something, see docs/checkpoints\.md'


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 2)
        self.last = nn.Linear(2, 1)


def good(path: Path) -> Path:
    return save(path, 'net', {f'module.{n}': t for n, t in Network().state_dict().items()})


def refused(path: Path, message: str) -> None:
    network = Network()
    before = network.first.weight.detach().clone()
    with pytest.raises(TorchFileError, match=message) as caught:
        load_pretrained(network, path, WANTED)
    assert torch.equal(network.first.weight, before)
    assert str(caught.value).count('see docs/checkpoints.md') == 1
    with pytest.raises(TorchFileError, match=REMEDY):
        load_pretrained(network, path, WANTED)


def test_names_of_several_gpus_are_understood(tmp_path: Path) -> None:
    path = good(tmp_path / 'wanted.pth')
    network = Network()
    load_pretrained(network, path, WANTED)
    stored = torch.load(path, weights_only=True)['net']['module.first.weight']
    assert torch.equal(network.first.weight, stored)
    assert not network.training and not network.first.weight.requires_grad


def test_missing_and_other_files(tmp_path: Path) -> None:
    refused(tmp_path / 'none.pth', 'no such file')
    empty = tmp_path / 'empty.pth'
    empty.touch()
    refused(empty, 'is empty')
    page = tmp_path / 'page.pth'
    page.write_text('<!DOCTYPE html><title>Google Drive - Virus scan warning</title>')
    refused(page, 'is a web page')
    half = tmp_path / 'half.pth'
    whole = good(tmp_path / 'wanted.pth').read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    refused(half, r'half\.pth \([\d,]+ bytes\) cannot be read, as after an interrupted download')


def test_other_formats(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file(Network().state_dict(), tmp_path / 'a.safetensors')
    refused(tmp_path / 'a.safetensors', 'is in the safetensors format')
    torch.jit.script(nn.Linear(2, 2)).save(str(tmp_path / 'a.pt'))
    refused(tmp_path / 'a.pt', 'is a TorchScript archive')


def test_an_archive_that_tells_of_other_disks_is_damaged(tmp_path: Path) -> None:
    path = good(tmp_path / 'wanted.pth')
    data = bytearray(path.read_bytes())
    locator = data.rindex(b'PK\x06\x07')  # of the end of a zip64 archive
    data[locator + 16 : locator + 20] = (2).to_bytes(4, 'little')
    path.write_bytes(data)
    refused(path, 'a damaged archive')


class Malice:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple:
        return os.system, (f'touch {self.trace}',)


@pytest.mark.parametrize('writer', ['torch', 'pickle'])
def test_a_file_that_wants_to_run_code_is_not_opened(tmp_path: Path, writer: str) -> None:
    trace, path = tmp_path / 'was_here', tmp_path / 'evil.pth'
    content = {'net': Network().state_dict(), 'opt': Malice(trace)}
    if writer == 'torch':
        torch.save(content, path)
    else:
        path.write_bytes(pickle.dumps(content))
    refused(path, 'could run code|cannot be read')
    assert not trace.exists()


def test_other_networks_are_named_by_their_first_tensor(tmp_path: Path) -> None:
    path = tmp_path / 'other.pth'
    weights = Network().state_dict()
    save(path, 'net', {n: t for n, t in weights.items() if not n.startswith('last')})
    refused(path, r'lacks 2 tensors, first last\.weight')
    save(path, 'net', {**weights, 'head.weight': torch.zeros(1)})
    refused(path, r'has 1 unknown tensors, first head\.weight')
    save(path, 'net', {**weights, 'last.weight': torch.zeros(1, 5)})
    refused(path, r'last\.weight has the shape \(1, 5\), not \(1, 2\)')
    save(path, 'net', {**weights, 'last.bias': torch.full((1,), torch.nan)})
    refused(path, r'last\.bias holds numbers that are not finite')
    save(path, 'net_G', weights)
    refused(path, r"has no entry 'net' \(it has: net_G, current_epoch\)")
    torch.save([1, 2], path)
    refused(path, r"has no entry 'net' \(it has: no entries\)")
