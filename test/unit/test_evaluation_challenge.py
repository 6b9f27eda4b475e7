"""Folders of videos and of coefficients that others made are scored as in the challenge."""

import csv
from pathlib import Path

import numpy as np
import onnx
import pytest
import scipy.io
from film_files import write_video
from onnx import TensorProto
from onnx import helper

from vico_listener.cli.main import main
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.lab.evaluation.challenge.generated_videos import score_videos
from vico_listener.lab.evaluation.challenge.predicted_coefficients import score_predictions
from vico_listener.lab.evaluation.challenge.submissions import Submission
from vico_listener.lab.evaluation.challenge.submissions import paired
from vico_listener.lab.evaluation.challenge.submissions import parse_submissions
from vico_listener.lab.evaluation.challenge.submissions import ranks
from vico_listener.lab.evaluation.pictures.pair_scores import Measuring

SIDE = 64
EXPRESSION, ANGLES, TRANSLATION = slice(80, 144), slice(224, 227), slice(254, 257)
"""Where the groups lie in the 257 coefficients of the ViCo baseline."""


def write_mats(folder: Path, moved: float, clips: dict[str, int], suffix: str = '') -> Path:
    """Write coefficients of which every later frame is `moved` away from zero."""
    folder.mkdir()
    for clip, count in clips.items():
        rows = np.zeros((count, 257))
        rows[1:, EXPRESSION] = moved
        rows[1:, ANGLES] = 2 * moved
        rows[1:, TRANSLATION] = 3 * moved
        window = np.tile([256.0, 256, 1, 128, 128], (count, 1))
        save_mat(folder / f'{clip}{suffix}.mat', rows, window)
    return folder


def command(*arguments):
    return main(['evaluate', *(str(argument) for argument in arguments)])


def test_coefficients_are_scored_in_closed_form(tmp_path):
    truth = write_mats(tmp_path / 'truth', 0.0, {'a': 5, 'b': 9})
    made = Submission('ours', write_mats(tmp_path / 'made', 0.01, {'a': 5, 'b': 9}, '.listener'))
    scores, notes = score_predictions(made, truth, quiet=True)
    assert (scores.frames, notes) == (4 + 8, [])
    expected = {'FD angle': 2, 'FD exp': 1, 'FD trans': 3, 'ExpL1': 0.01, 'PoseL1': 0.025}
    assert scores.values == pytest.approx(expected, rel=1e-4)
    with_first, _ = score_predictions(made, truth, with_first=True, quiet=True)
    assert with_first.frames == 14
    assert with_first.values['FD exp'] == pytest.approx(12 / 14, rel=1e-4)


def test_several_submissions_are_ranked(tmp_path, capsys):
    truth = write_mats(tmp_path / 'truth', 0.0, {'a': 5})
    near = write_mats(tmp_path / 'near', 0.01, {'a': 5, 'c': 3})
    far = write_mats(tmp_path / 'far', 0.04, {'a': 5})
    out = tmp_path / 'out'
    options = ('--predictions', f'best={near}', far, '--truth', truth, '--out', out)
    assert command(*options) == 0
    text = (out / 'report.md').read_text()
    assert text in capsys.readouterr().out
    rows = {line.split(' | ')[0]: line for line in text.splitlines() if line.startswith('| ')}
    # Of 2023 ExpL1 and PoseL1 are ranked, of 2022 the three FD.
    assert rows['| best'].endswith(' | 2 | 3 |') and rows['| far'].endswith(' | 4 | 0 |')
    assert '| 0.0100 | 0.0250 |' in rows['| best']
    assert 'best: a file has no true one, e.g. c.' in text
    assert 'The first frame is given, and not scored.' in text
    with (out / 'results.csv').open() as file:
        numbers = {
            (r['submission'], r['clip'], r['metric']): r['value'] for r in csv.DictReader(file)
        }
    assert float(numbers['far', '', 'FD exp']) == float(numbers['far', 'a', 'FD exp'])
    assert float(numbers['far', 'a', 'FD exp']) == pytest.approx(4, rel=1e-4)


def test_equal_values_share_a_rank_as_in_the_challenge():
    assert ranks([1, 1, 1], higher=False) == [2, 2, 2]
    assert ranks([3, 1, 1, 2], higher=False) == [4, 1, 1, 3]
    assert ranks([3, 1, 1, 2], higher=True) == [1, 3, 3, 2]


def test_coefficients_are_compared_as_they_are(tmp_path):
    """Angles beyond a quarter turn are other numbers for a turn that has smaller ones, too."""
    rng = np.random.default_rng(0)
    both = rng.normal(size=(2, 6, 257))
    for folder, rows in zip(('truth', 'made'), both, strict=True):
        (tmp_path / folder).mkdir()
        save_mat(tmp_path / folder / 'a.mat', rows, np.ones((6, 5)))
    made = Submission('made', tmp_path / 'made')
    scores, _ = score_predictions(made, tmp_path / 'truth', quiet=True)
    off = np.abs(both[0] - both[1])[1:]
    assert scores.values['FD angle'] == pytest.approx(100 * off[:, ANGLES].mean(), rel=1e-5)
    pose = np.hstack([off[:, ANGLES], off[:, TRANSLATION]])
    assert scores.values['PoseL1'] == pytest.approx(pose.mean(), rel=1e-5)


def test_the_folder_of_a_data_set_is_the_truth(tmp_path, capsys):
    """It holds speakers and clips of train as well, which nobody generates."""
    sizes = {'a': 5, 'b': 6, 'c': 4}
    truth = write_mats(tmp_path / 'truth', 0.0, sizes, '.listener')
    for path in truth.glob('*.listener.mat'):
        path.with_name(path.name.replace('listener', 'speaker')).write_bytes(b'')
    for split, clip in (('train', 'a'), ('test', 'b'), ('ood', 'c')):
        (tmp_path / f'{split}.csv').write_text(
            f'video_id,uuid,speaker_id,listener_id\nv,{clip},1,2\n'
        )
    made = write_mats(tmp_path / 'made', 0.01, {'b': 6, 'c': 4})
    options = ('--predictions', made, '--truth', truth, '--out', tmp_path / 'out')
    assert command(*options) == 1
    assert 'lacks a' in capsys.readouterr().err
    for extra, clips in (((), {'b', 'c'}), (('--split', 'test'), {'b'})):
        assert command(*options, '--data-set', tmp_path, *extra) == 0
        with (tmp_path / 'out' / 'results.csv').open() as file:
            assert {row['clip'] for row in csv.DictReader(file)} - {''} == clips
    capsys.readouterr()
    assert command(*options, '--split', 'test') == 1
    assert '--split belongs to --data-set' in capsys.readouterr().err
    (truth / 'c.listener.mat').unlink()
    assert command(*options, '--data-set', tmp_path) == 1
    assert 'truth lacks c of the data set' in capsys.readouterr().err


def test_what_does_not_fit_is_named(tmp_path):
    truth = write_mats(tmp_path / 'truth', 0.0, {'a': 5, 'b': 5, 'c': 5})
    short = Submission('short', write_mats(tmp_path / 'short', 0.0, {'a': 4, 'b': 5, 'c': 5}))
    with pytest.raises(DataError, match='a.mat has 4 frames, .*a.mat has 5'):
        score_predictions(short, truth, quiet=True)
    part = Submission('part', write_mats(tmp_path / 'part', 0.0, {'a': 5}))
    with pytest.raises(DataError, match='part: .*part lacks b and 1 more'):
        score_predictions(part, truth, quiet=True)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(DataError, match='empty holds no file that ends in .mat'):
        paired(part, tmp_path / 'empty', ('.mat',))
    write_mats(tmp_path / 'more', 0.0, {'a': 3}, '.listener')
    (tmp_path / 'part' / 'a.listener.mat').write_bytes(b'')
    with pytest.raises(DataError, match='holds two files of a: a.listener.mat, a.mat'):
        paired(part, truth, ('.mat',))
    with pytest.raises(SettingError, match='no such folder: .*none'):
        parse_submissions([f'x={tmp_path}/none'])
    with pytest.raises(SettingError, match='two submissions are called truth'):
        parse_submissions([str(truth), f'truth={tmp_path}'])


def test_a_prediction_that_is_not_finite_is_no_better_for_it(tmp_path):
    truth = write_mats(tmp_path / 'truth', 0.0, {'a': 5})
    made = Submission('made', write_mats(tmp_path / 'made', 0.0, {'a': 5}))
    content = scipy.io.loadmat(tmp_path / 'made' / 'a.mat')
    content['coeff'][3, 100] = np.nan
    scipy.io.savemat(
        tmp_path / 'made' / 'a.mat', {k: content[k] for k in ('coeff', 'transform_params')}
    )
    with pytest.raises(DataError, match='a.mat: 1 of 5 frames hold numbers that are not finite'):
        score_predictions(made, truth, quiet=True)
    (tmp_path / 'truth' / 'a.mat').write_bytes((tmp_path / 'made' / 'a.mat').read_bytes())
    scores, _ = score_predictions(made, truth, quiet=True)  # a face that nobody knows
    assert scores.frames == 3


def test_options_that_lack_each_other(tmp_path, capsys):
    assert command('--videos', tmp_path) == 1
    assert '--truth must be the folder of the true files: give it' in capsys.readouterr().err
    assert command('--truth', tmp_path) == 1
    assert '--truth belongs to --videos or --predictions' in capsys.readouterr().err
    for ignored in ('--with-first', '--full-size-ssim', '--arcface=x.onnx'):
        assert command(tmp_path, ignored) == 1
        assert f'{ignored.split("=")[0]} belongs to --videos' in capsys.readouterr().err
    assert command('--videos', tmp_path, '--predictions', tmp_path, '--truth', tmp_path) == 1
    assert 'give either --videos or --predictions' in capsys.readouterr().err


def pictures(seed: int, count: int, side: int = SIDE) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 190, (count, side // 8, side // 8, 3))
    return list(np.kron(coarse, np.ones((1, 8, 8, 1))).astype(np.uint8))


@pytest.fixture
def films(tmp_path):
    """True films, their copies, and films of something else; each of two clips."""
    for name, seed in (('truth', 0), ('copy', 0), ('other', 7)):
        (tmp_path / name).mkdir()
        write_video(tmp_path / name / 'a.mp4', pictures(seed, 4))
        write_video(tmp_path / name / 'b.mp4', pictures(seed + 1, 6))
    return tmp_path


class MeanColour:
    """Stands in for Inception."""

    def features(self, pictures: list[np.ndarray]) -> np.ndarray:
        return np.array([picture.mean(axis=(0, 1)) for picture in pictures])


def test_copies_are_perfect_and_other_films_are_not(films):
    measures = Measuring(inception=MeanColour())
    copy, _ = score_videos(
        Submission('copy', films / 'copy'), films / 'truth', measures, quiet=True
    )
    assert copy.frames == 3 + 5
    assert copy.values['PSNR'] == pytest.approx(80) and copy.values['SSIM'] == pytest.approx(1)
    assert copy.values['FID'] == pytest.approx(0, abs=1e-6) and 'CSIM' not in copy.values
    other, _ = score_videos(
        Submission('other', films / 'other'), films / 'truth', measures, quiet=True
    )
    assert other.values['PSNR'] < 20 and other.values['SSIM'] < 0.5 and other.values['FID'] > 1
    a, b = (other.clips[name]['PSNR'] for name in ('a', 'b'))
    assert other.values['PSNR'] == pytest.approx((3 * a + 5 * b) / 8)


def test_a_video_of_another_size_is_compared_at_the_true_size(films):
    (films / 'large').mkdir()
    for name, seed, count in (('a', 0, 4), ('b', 1, 6)):
        large = [np.kron(p, np.ones((2, 2, 1), np.uint8)) for p in pictures(seed, count)]
        write_video(films / 'large' / f'{name}.mp4', large)
    scores, _ = score_videos(
        Submission('large', films / 'large'), films / 'truth', Measuring(), quiet=True
    )
    assert scores.values['PSNR'] > 30


def test_a_video_that_ends_early_is_named(films):
    write_video(films / 'copy' / 'b.mp4', pictures(1, 5))
    with pytest.raises(
        DataError, match=r'copy/b.mp4 ends after 5 pictures, .*truth/b.mp4 does not'
    ):
        score_videos(Submission('copy', films / 'copy'), films / 'truth', Measuring(), quiet=True)


def write_identity(path: Path, side: int = 112) -> Path:
    """Write a network whose embedding of a picture is its mean colour."""
    shape = [None, 3, side, side]
    node = helper.make_node('GlobalAveragePool', ['picture'], ['embedding'])
    graph = helper.make_graph(
        [node],
        'identity',
        [helper.make_tensor_value_info('picture', TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info('embedding', TensorProto.FLOAT, [None, 3, 1, 1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


def test_identity_is_the_cosine_of_embeddings(films, tmp_path, capsys):
    network = write_identity(tmp_path / 'identity.onnx')
    for name, colours in (('red', (0, 0, 255)), ('cyan', (255, 255, 0))):
        (tmp_path / name).mkdir()
        flat = np.full((SIDE, SIDE, 3), colours, np.uint8)
        write_video(tmp_path / name / 'a.mp4', [flat] * 3)
    out = tmp_path / 'out'
    options = ('--truth', tmp_path / 'red', '--out', out, '--arcface', network)
    assert command('--videos', tmp_path / 'red', tmp_path / 'cyan', *options) == 0
    with (out / 'results.csv').open() as file:
        rows = {
            r['submission']: float(r['value'])
            for r in csv.DictReader(file)
            if r['metric'] == 'CSIM' and not r['clip']
        }
    assert rows['red'] == pytest.approx(1)
    assert rows['cyan'] == pytest.approx(-1, abs=0.02)
    assert 'FID was not taken: it needs `--inception`.' in (out / 'report.md').read_text()


def test_networks_that_are_none_are_named(films, tmp_path, capsys):
    options = ('--videos', films / 'copy', '--truth', films / 'truth', '--out', tmp_path / 'out')

    def error(path):
        assert command(*options, '--arcface', path) == 1
        return capsys.readouterr().err

    assert 'CSIM needs an ArcFace network as an ONNX file' in error(tmp_path / 'none.onnx')
    (tmp_path / 'text.onnx').write_text('nothing')
    assert 'text.onnx' in error(tmp_path / 'text.onnx')
    wrong = write_identity(tmp_path / 'wrong.onnx', side=96)
    assert 'and not (N, 3, 112, 112) as ArcFace does' in error(wrong)
