"""Made-up data sets keep the rules of the real one."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from vico_listener.cli.main import main
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.vico.synthesis import SynthesisSettings
from vico_listener.lab.dataset.vico.synthesis import plan


def features(folder: Path, *more: str) -> int:
    arguments = ['synthesize', str(folder), '--clips', '9', '--features-only', '--workers', '2']
    return main(['dataset', *arguments, '--seconds', '5', *more])


def test_plans_keep_the_papers_rule_of_identities():
    for clips in (9, 30, 200):
        planned = plan(SynthesisSettings(clips))
        people = {
            split: {p for c in planned if c.split == split for p in (c.speaker, c.listener)}
            for split in ('train', 'test', 'ood')
        }
        assert len(planned) == clips
        assert people['test'] <= people['train'] and not people['ood'] & people['train']
        for split in people:
            assert {c.attitude for c in planned if c.split == split} == {0, 1, 2}


def test_features_without_images(tmp_path, capsys):
    assert features(tmp_path) == 0
    clips = load_features(tmp_path / 'features')
    assert len(clips) == 9 and all(clip.listener.valid.all() for clip in clips)
    assert {clip.split for clip in clips} == {'train', 'test', 'ood'}
    assert all(30 <= len(clip) <= 150 for clip in clips)
    assert not (tmp_path / 'videos').exists()
    with np.load(tmp_path / 'features' / 'statistics.npz') as file:
        train = [clip for clip in clips if clip.split == 'train']
        smiles = [t.expression for clip in train for t in (clip.speaker, clip.listener)]
        np.testing.assert_allclose(
            file['expression_mean'], np.concatenate(smiles).mean(axis=0), rtol=1e-4, atol=1e-6
        )
    assert features(tmp_path, '--seed', '1') == 1
    assert 'was made with other settings (seed was 0)' in capsys.readouterr().err


def test_the_seed_says_everything(tmp_path):
    def digests(folder: Path, seed: str) -> list[str]:
        assert features(folder, '--seed', seed, '--seconds', '2.5') == 0
        clips = load_features(folder / 'features')
        return [hashlib.sha256(c.listener.expression.tobytes()).hexdigest() for c in clips]

    first = digests(tmp_path / 'a', '3')
    assert digests(tmp_path / 'b', '3') == first
    assert digests(tmp_path / 'c', '4') != first


def test_a_real_data_set_is_never_written_over(tmp_path, capsys):
    (tmp_path / 'RLD_data.csv').write_text('mine')
    assert features(tmp_path) == 1
    assert 'holds a data set that comes from elsewhere' in capsys.readouterr().err
    assert (tmp_path / 'RLD_data.csv').read_text() == 'mine'


@pytest.mark.parametrize(
    ('option', 'value', 'message'),
    [('--clips', '8', 'clips: at least 9'), ('--seconds', '1', 'seconds: 2.5 to 600')],
)
def test_wrong_settings_are_named(tmp_path, capsys, option, value, message):
    assert features(tmp_path, option, value) == 1
    assert message in capsys.readouterr().err
