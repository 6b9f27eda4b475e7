"""`vico evaluate` from features to report, CSV, images and errors."""

import argparse
import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_features import dyad_clip
from made_features import noise_clip
from made_features import write_clips
from networks import BFM64_MODEL
from networks import saved

from vico_listener.cli.main import main
from vico_listener.face.deep3d.coefficients import load_mat
from vico_listener.lab.cli.evaluate import add_arguments
from vico_listener.lab.evaluation.comparison.benchmark_config import load_benchmark
from vico_listener.lab.evaluation.comparison.evaluation import Evaluation
from vico_listener.lab.evaluation.comparison.models import parse_models
from vico_listener.lab.evaluation.comparison.report import shown_clip
from vico_listener.lab.evaluation.comparison.report import shown_clips
from vico_listener.lab.evaluation.comparison.report import still_wins
from vico_listener.lab.evaluation.comparison.scores import Result
from vico_listener.lab.evaluation.comparison.tables import Results
from vico_listener.lab.evaluation.comparison.tables import number
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.resources import resource_path


def command(*arguments):
    return main(['evaluate', *(str(argument) for argument in arguments)])


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """Two speakers in test, one in ood."""
    clips = [
        dyad_clip('a', seconds=2.0, seed=1),
        replace(dyad_clip('b', attitude=Attitude.NEGATIVE, seconds=2.0, seed=2), speaker_id='t'),
        dyad_clip('c', 'ood', Attitude.NEUTRAL, seconds=2.0, seed=3),
    ]
    return write_clips(tmp_path_factory.mktemp('features'), clips)


@pytest.fixture(scope='module')
def written(data, tmp_path_factory):
    """A whole run with contact sheets."""
    out = tmp_path_factory.mktemp('evaluation')
    assert command(data, '--models', 'rules', 'lstm', '--out', out) == 0
    return out


def tables(text, title):
    """Cells of the rows of the first table below a heading."""
    lines = text.split(f'# {title}\n', 1)[1].lstrip().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith('| '))
    rows = []
    for line in lines[start:]:
        if not line.startswith('|'):
            break
        rows.append([cell.strip() for cell in line.strip('|').split('|')])
    return [rows[0], *rows[2:]]


def test_report_has_the_paper_s_table_with_its_numbers_marked(written):
    text = (written / 'report.md').read_text().split('## Distance to the true listener')[1]
    header, *rows = tables(text, 'test')
    assert header == [
        'attitude', 'motion', 'rules', 'lstm',
        'ViCo: Random', 'ViCo: Simulation', 'ViCo: Simulation*', 'ViCo: Ours',
    ]  # fmt: skip
    assert [row[:2] for row in rows][-3:] == [['average', g] for g in ('angle', 'exp', 'trans')]
    cells = dict(zip(header, rows[-2], strict=True))
    assert cells['ViCo: Ours'] == '15.0'
    assert ' to ' in cells['lstm']
    assert rows[3][2:4] == ['-', '-']  # no neutral clip in test


def test_the_first_table_is_not_fd_alone_and_says_why(data, tmp_path):
    assert command(data, '--models', 'rules', 'frozen', '--out', tmp_path, '--no-sheets') == 0
    text = (tmp_path / 'report.md').read_text()
    first = text.split('## At a glance')[1].split('## ')[0]
    assert text.index('## At a glance') < text.index('## Distance to the true listener')
    assert 'a face that never moves' in first
    assert re.search(r'Here they are nearest in \d of 3 groups', first)
    header, *rows = tables(text, 'test')
    assert header == ['', 'true listener', 'rules', 'frozen']
    cells = {row[0]: row[1:] for row in rows}
    assert list(cells)[:3] == ['FD angle', 'FD exp', 'FD trans']
    assert cells['FD angle'][0] == '-'
    assert cells['coefficients that move'][2] == '0'
    assert float(cells['coefficients that move'][1]) > 0
    assert 'answered / chance' not in first  # clips of two seconds end before their phrases
    assert '## Life' in text


def test_where_the_still_ones_win_is_counted():
    def fd(model, group, value):
        return Result(model, 'both', 'test', 'average', f'FD {group}', value, None, None, 1)

    won = Results(
        [fd('frozen', g, v) for g, v in (('angle', 1.0), ('exp', 2.0), ('trans', 3.0))]
        + [fd('lstm', g, v) for g, v in (('angle', 2.0), ('exp', 1.0), ('trans', 3.0))]
    )
    told = still_wins(won, ['lstm', 'frozen'], 'test')
    assert told == 'Here they are nearest in 1 of 3 groups (angle).'
    assert still_wins(won, ['lstm'], 'test') == ''


def test_the_two_fd_families_share_no_column(written):
    text = (written / 'report.md').read_text()
    newer = text.split('## Newer metrics')[1].split('## Gestures')[0]
    assert '| Fréchet exp |' in newer and '| FD' not in newer
    assert 'Fréchet' not in text.split('## Newer metrics')[0]


def test_modalities_stand_beside_the_paper_s(written):
    text = (written / 'report.md').read_text().split('## Modalities')[1]
    header, *rows = tables(text, 'test')
    assert [row[0] for row in rows] == [
        'rules, audio only', 'rules, visual only', 'rules, wrong audio', 'lstm', 'rules',
    ]  # fmt: skip
    assert rows[0][4:] == ['8.69', '17.2', '8.49']
    assert rows[-1][4:] == ['7.79', '15.0', '6.52']
    assert (
        'The split ood has one speaker only: no wrong audio.' in (written / 'report.md').read_text()
    )


def test_every_result_is_in_the_csv(written):
    with (written / 'results.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    metrics = {row['metric'] for row in rows}
    assert {'FD angle', 'frechet exp', 'paired frechet pose', 'SID exp', 'rPCC pose'} <= metrics
    assert {'variation trans', 'lag exp', 'nods /min', 'variance pose'} <= metrics
    keys = ('model', 'modality', 'split', 'attitude', 'metric')
    assert len({tuple(row[k] for k in keys) for row in rows}) == len(rows)


def test_images_of_the_report_exist(written):
    text = (written / 'report.md').read_text()
    for kind in ('distances', 'variation'):
        path = written / 'images' / f'report_{kind}.png'
        assert f'(images/{path.name})' in text
        assert path.read_bytes().startswith(b'\x89PNG')
    for kind in ('methods', 'methods_2', 'attitudes', 'finer_attitudes', 'modalities'):
        path = written / 'images' / f'report_{kind}.jpg'
        assert f'(images/{path.name})' in text
        assert path.read_bytes().startswith(b'\xff\xd8')


def test_a_benchmark_file_says_what_to_compare_and_to_write(data, tmp_path, capsys):
    config = tmp_path / 'mine.yaml'
    config.write_text(
        f'title: Mine\nintroduction: Only a test.\ndata: {data}\nmodels: [rules]\n', 'utf-8'
    )
    report = tmp_path / 'docs' / 'mine.md'
    options = ('--out', tmp_path / 'out', '--report', report, '--no-sheets', '--pooling', 'clips')
    assert command('--config', config, *options) == 0
    text = report.read_text()
    assert text.startswith('# Mine\n\nOnly a test.\n\n## Clips')
    assert 'Averaged over clips;' in text
    assert (tmp_path / 'docs' / 'images' / 'mine_variation.png').is_file()
    assert not (tmp_path / 'docs' / 'images' / 'mine_methods.jpg').exists()
    assert (tmp_path / 'out' / 'results.csv').is_file()
    assert str(report) in capsys.readouterr().out


def test_a_run_in_bfm64_has_no_gestures_and_no_sheets(tmp_path):
    clips = [noise_clip('a', BFM64), noise_clip('b', BFM64, 'ood')]
    folder = write_clips(tmp_path / 'features', clips)
    saved(BFM64_MODEL, tmp_path / 'net')
    assert command(folder, '--models', f'lstm={tmp_path / "net"}', '--out', tmp_path / 'out') == 0
    text = (tmp_path / 'out' / 'report.md').read_text()
    assert 'units of Deep3DFaceRecon' in text and '| net |' in text
    assert '## Gestures' not in text and 'methods.jpg' not in text


def test_answers_that_are_exported_have_the_distance_that_was_told(tmp_path, capsys):
    clips = [noise_clip('a', BFM64), noise_clip('b', BFM64, 'ood')]
    clips[0].listener.valid[7:9] = False
    folder = write_clips(tmp_path / 'features', clips)
    out, mats = tmp_path / 'out', tmp_path / 'mats'
    models = ('--models', 'random', 'mirroring', '--no-sheets', '--out', out)
    assert command(folder, *models, '--export', mats) == 0
    scores = ('--predictions', mats / 'random', mats / 'mirroring', '--truth', mats / 'truth')
    assert command(*scores, '--out', tmp_path / 'scores') == 0
    with (tmp_path / 'scores' / 'results.csv').open(newline='') as file:
        scored = {(r['submission'], r['clip'], r['metric']): r for r in csv.DictReader(file)}
    with (out / 'results.csv').open(newline='') as file:
        told = [r for r in csv.DictReader(file) if r['metric'].startswith('FD')]
    checked = 0
    for row in told:
        if (row['attitude'], row['modality']) != ('average', 'both'):
            continue
        clip = {'test': 'a', 'ood': 'b'}[row['split']]
        again = float(scored[row['model'], clip, row['metric']]['value'])
        assert again == pytest.approx(float(row['value']), rel=1e-5)
        checked += 1
    assert checked == 12
    true, said = (load_mat(mats / name / 'a.mat')[0] for name in ('truth', 'random'))
    np.testing.assert_array_equal(said[0], true[0])  # as in the files of the authors' code
    assert np.abs(said[1] - true[1]).max() > 0.1
    write_clips(tmp_path / 'arkit52', [dyad_clip('a', seconds=1.0)])
    capsys.readouterr()
    told = error(capsys, tmp_path / 'arkit52', '--models', 'frozen', '--export', mats)
    assert '--export writes .mat files, which are of bfm64, not of arkit52' in told


def error(capsys, *arguments):
    assert command(*arguments) == 1
    captured = capsys.readouterr()
    (line,) = captured.err.strip().splitlines()
    assert line.startswith('vico evaluate: ')
    return line


def test_bad_input_is_told_in_one_line(data, tmp_path, capsys):
    assert 'name the folder of features' in error(capsys)
    assert f'no such folder: {tmp_path / "x"}; make' in error(capsys, tmp_path / 'x')
    assert "unknown listener 'nobody'" in error(capsys, data, '--models', 'nobody')
    assert '--jobs must be at least 1' in error(capsys, data, '--jobs', 0)
    assert 'no checkpoint folder' in error(
        capsys, data, '--models', f'lstm={tmp_path / "x"}', '--no-sheets'
    )
    assert 'no such portrait' in error(capsys, data, '--portrait', tmp_path / 'x.png')


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('title: [a]', 'title must be a text'),
        ('models: lstm', 'models must be a list of texts'),
        ('model: lstm', 'unknown key model; known are data, introduction, models, title'),
        ('- a', 'keys with values were expected'),
        ('a: [', 'not valid YAML'),
    ],
)
def test_a_bad_benchmark_file_is_refused(content, message, tmp_path, capsys):
    config = tmp_path / 'bad.yaml'
    config.write_text(content, 'utf-8')
    assert message in error(capsys, '--config', config)


def test_benchmark_that_ships_names_listeners():
    config = load_benchmark(resource_path('config/benchmark.yaml'))
    assert parse_models(config.models)
    assert 'not the paper' in config.introduction


def test_numbers_are_readable():
    written = [number(v) for v in (0, 1e-9, 123.4, 12.34, 1.234, 0.1234, 0.01234, 0.0012341)]
    assert written == ['0', '0', '123', '12.3', '1.23', '0.12', '0.012', '0.0012']
    assert number(-0.00042) == '-0.000420'


def test_options_are_those_of_the_documentation():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = {name for a in parser._actions for name in a.option_strings if name != '--help'}
    page = Path(__file__).parents[2] / 'docs' / 'evaluation.md'
    part = page.read_text('utf-8').partition('<!-- generated: command evaluate -->')[2]
    lines = part.partition('<!-- end -->')[0].splitlines()
    table = [line for line in lines if line.startswith('| `--')]
    assert {re.match(r'\| `(--[\w-]+)', line)[1] for line in table} == options - {'-h'}


def test_images_show_the_longest_positive_clip_of_the_first_split():
    clips = [
        dyad_clip('short', seconds=1.0),
        dyad_clip('long', seconds=1.5),
        dyad_clip('longer', attitude=Attitude.NEUTRAL, seconds=2.0),
        dyad_clip('ood', 'ood', seconds=3.0),
    ]
    evaluation = Evaluation(clips, [], {}, [], [])
    assert shown_clip(evaluation).clip == 'long'
    assert shown_clip(replace(evaluation, clips=clips[2:])).clip == 'longer'
    assert [clip.clip for clip in shown_clips(evaluation)] == ['long', 'longer', 'ood']
