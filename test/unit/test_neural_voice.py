"""Voices of Kokoro: the network is a stand-in that hums, its files are laid out like the real."""

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from vico_listener.errors import UnavailableError
from vico_listener.lab.dataset.dyads import neural_voice
from vico_listener.lab.dataset.dyads import voice_files
from vico_listener.lab.dataset.dyads.neural_voice import LONGEST
from vico_listener.lab.dataset.dyads.neural_voice import RATE
from vico_listener.lab.dataset.dyads.neural_voice import NeuralSynthesizer
from vico_listener.media.synthesizer import Speech
from vico_listener.media.synthesizer import SynthesizerError

pytest.importorskip('espeakng_loader', reason='eSpeak NG is not installed')
onnx = pytest.importorskip('onnx', reason='onnx is not installed')

NAMES = 'ptdkbmnlɪɛæʌʊəɚiuːˈˌ,.?! '
PHONEME = RATE // 10


def stand_in() -> bytes:
    """Return a network that answers with 0.1 s of its style's first number for each phoneme."""
    node, helper = onnx.helper.make_node, onnx.helper
    kinds = onnx.TensorProto
    nodes = [
        node('Shape', ['tokens'], ['shape']),
        node('Gather', ['shape', 'one'], ['length']),
        node('Cast', ['length'], ['ticks'], to=kinds.FLOAT),
        node('Mul', ['ticks', 'each'], ['slow']),
        node('Div', ['slow', 'speed'], ['samples']),
        node('Cast', ['samples'], ['count'], to=kinds.INT64),
        node('Gather', ['style', 'first'], ['level'], axis=1),
        node('Reshape', ['level', 'flat'], ['value']),
        node('Expand', ['value', 'count'], ['audio']),
    ]
    constants = [
        helper.make_tensor('one', kinds.INT64, [1], [1]),
        helper.make_tensor('first', kinds.INT64, [1], [0]),
        helper.make_tensor('flat', kinds.INT64, [1], [1]),
        helper.make_tensor('each', kinds.FLOAT, [1], [float(PHONEME)]),
    ]
    inputs = [
        helper.make_tensor_value_info('tokens', kinds.INT64, [1, None]),
        helper.make_tensor_value_info('style', kinds.FLOAT, [1, 256]),
        helper.make_tensor_value_info('speed', kinds.FLOAT, [1]),
    ]
    output = helper.make_tensor_value_info('audio', kinds.FLOAT, [None])
    graph = helper.make_graph(nodes, 'hum', inputs, [output], constants)
    opset = [helper.make_opsetid('', 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packages and the voices, with a network that hums."""
    content = stand_in()
    share = -(-len(content) // len(neural_voice.PARTS))
    for number, package in enumerate(neural_voice.PARTS):
        folder = tmp_path / package
        folder.mkdir()
        (folder / '__init__.py').touch()
        (folder / 'part.bin').write_bytes(content[number * share : (number + 1) * share])
    words = tmp_path / neural_voice.VOCABULARY
    (words / 'data').mkdir(parents=True)
    (words / '__init__.py').touch()
    (words / 'data' / 'vocab.json').write_text(
        json.dumps({'vocab': {name: number + 1 for number, name in enumerate(NAMES)}})
    )
    style = np.zeros((LONGEST, 256), np.float32)
    style[:, 0] = np.arange(LONGEST) / LONGEST
    (tmp_path / 'af_hum.bin').write_bytes(style.tobytes())
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(neural_voice, 'VOICES', str(tmp_path))
    for kept in (neural_voice._network, neural_voice._vocabulary, neural_voice._style):
        kept.cache_clear()
    yield tmp_path
    for kept in (neural_voice._network, neural_voice._vocabulary, neural_voice._style):
        kept.cache_clear()


def test_tempo_and_pitch_follow_the_speech(installed: Path) -> None:
    synthesizer = NeuralSynthesizer()

    def samples(rate: int, pitch: int) -> int:
        speech = Speech('kokoro:af_hum', rate, pitch)
        return len(synthesizer.speak('but the man, did he?', speech))

    usual = samples(175, 50)
    assert samples(350, 50) == pytest.approx(usual / 2, rel=0.01)
    assert samples(175, 90) == pytest.approx(usual, rel=0.01)  # higher, and as long


def test_pauses_reach_the_network(installed: Path) -> None:
    spoken = NeuralSynthesizer()._spoken('but the man, did he?', 'en-us')
    assert spoken.count(',') == spoken.count('?') == 1
    assert 'mˈæn,' in spoken


def test_what_is_missing_is_named_with_the_remedy(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesizer = NeuralSynthesizer()
    with pytest.raises(SynthesizerError, match="no voice 'kokoro:af_nobody' here: python -m vico"):
        synthesizer.speak('a man', Speech('kokoro:af_nobody'))
    with pytest.raises(SynthesizerError, match='at most 510'):
        synthesizer.speak('a man and ' * 200, Speech('kokoro:af_hum'))
    monkeypatch.setattr(neural_voice, 'PARTS', ('no_such_package',))
    neural_voice._network.cache_clear()
    with pytest.raises(SynthesizerError, match='need the wheel no-such-package: .*training-data'):
        NeuralSynthesizer()


def pretend_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program in the place of npm."""
    npm = folder / 'npm'
    npm.write_text(f'#!/bin/sh\n{script}\n')
    npm.chmod(0o755)
    monkeypatch.setenv('PATH', str(folder), prepend=':')


def test_english_voices_are_taken_out_of_the_npm_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('package/voices/af_a.bin', 'package/voices/jf_b.bin', 'package/af_c.bin'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    archive = tmp_path / 'packed.tgz'
    with tarfile.open(archive, 'w:gz') as packed:
        packed.add(tmp_path / 'package', 'package')
    pretend_npm(tmp_path, monkeypatch, f'for last; do :; done; cp {archive} "$last/kokoro.tgz"')
    with pytest.raises(UnavailableError, match='not the expected file'):
        voice_files.fetch_voices(tmp_path / 'voices')
    digest = voice_files.hashlib.sha256(archive.read_bytes()).hexdigest()
    monkeypatch.setattr(voice_files, 'SHA256', digest)
    (path,) = voice_files.fetch_voices(tmp_path / 'voices')
    assert path == tmp_path / 'voices' / 'af_a.bin'
    assert path.read_bytes() == b'package/voices/af_a.bin'


def test_npm_that_is_missing_or_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_npm(tmp_path, monkeypatch, 'echo no network >&2; exit 1')
    assert voice_files.main([str(tmp_path / 'voices')]) == 1
    assert 'cannot be fetched by npm: no network' in capsys.readouterr().err
    monkeypatch.setenv('PATH', '')
    assert voice_files.main([str(tmp_path / 'voices')]) == 1
    assert 'npm is not installed: sudo apt install npm' in capsys.readouterr().err
