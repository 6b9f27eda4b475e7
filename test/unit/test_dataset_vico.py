"""ViCo's layouts: read defensively, inspected, made up, and measured by the live stack's code."""

import csv
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from vico_listener.cli.main import main
from vico_listener.clock import NANOSECONDS
from vico_listener.dataset.clip import ClipError
from vico_listener.dataset.clip import camera_frames
from vico_listener.dataset.features import load_features
from vico_listener.dataset.vico.deep3d_files import read_mat
from vico_listener.dataset.vico.extraction import perceive
from vico_listener.dataset.vico.inspection import inspect_data_set
from vico_listener.dataset.vico.inspection import statistics
from vico_listener.dataset.vico.inspection_report import format_inspection
from vico_listener.dataset.vico.layouts import LayoutError
from vico_listener.dataset.vico.layouts import read_layout
from vico_listener.dataset.vico.stretch import resized
from vico_listener.dataset.vico.stretch import width_factor
from vico_listener.dataset.vico.synthesis import SynthesisSettings
from vico_listener.dataset.vico.synthesis import plan
from vico_listener.face.backends.landmarker import LandmarkerBackend
from vico_listener.listener.model.native import to_native
from vico_listener.motion import Attitude
from vico_listener.render import PortraitError
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait

RLD = [
    'attitude,audio,listener,speaker,listener_id,speaker_id,data_split',
    'positive,abc_d_1_0,abc_d_1_0.0,abc_d_1_0.1,3,4,train',
    'negative,xyz_1_0,xyz_1_0.0,xyz_1_0.1,4,3,test',
    'neutral,q_1_0,q_1_0.0,q_1_0.1,8,9,ood',
]


def table(folder: Path, lines: list[str], name: str = 'RLD_data.csv') -> Path:
    (folder / name).write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return folder


@pytest.fixture(scope='module')
def made(tmp_path_factory) -> Path:
    """A data set of nine clips with pictures and sound."""
    folder = tmp_path_factory.mktemp('data') / 'made'
    arguments = ['dataset', 'synthesize', str(folder), '--clips', '9', '--workers', '2']
    if main(arguments) != 0:
        pytest.skip('eSpeak NG or the default portrait is not installed')
    return folder


def test_rld_is_read(tmp_path):
    layout = read_layout(table(tmp_path, RLD))
    assert layout.kind == 'RLD' and not layout.problems
    entry = layout.entries[0]
    assert (entry.clip, entry.video, entry.attitude) == ('abc_d_1_0.0', 'abc_d', Attitude.POSITIVE)
    assert (entry.listener_id, entry.speaker_id, entry.split) == ('3', '4', 'train')
    assert entry.speaker_video == tmp_path / 'videos' / 'abc_d_1_0.1.mp4'
    assert entry.audio == tmp_path / 'audios' / 'abc_d_1_0.wav'


@pytest.mark.parametrize(
    'change',
    [
        lambda lines: ['\ufeff' + lines[0], *lines[1:]],
        lambda lines: [line + '\r' for line in lines],
        lambda lines: [line.replace(',', ';') for line in lines],
        lambda lines: [lines[0].replace('_', ' ').upper(), *lines[1:]],
        lambda lines: [','.join(reversed(line.split(','))) for line in lines],
        lambda lines: lines[1:],
    ],
    ids=['BOM', 'CRLF', 'semicolons', 'capitals', 'reordered', 'no header'],
)
def test_headers_may_differ(tmp_path, change):
    expected = read_layout(table(tmp_path, RLD)).entries
    assert read_layout(table(tmp_path, change(RLD))).entries == expected


def test_the_challenge_has_no_attitude(tmp_path):
    for split in ('train', 'test', 'ood'):
        lines = ['video_id,uuid,speaker_id,listener_id', f'v1,{split}abc,1,2']
        table(tmp_path, lines, f'{split}.csv')
    layout = read_layout(tmp_path)
    assert layout.kind == 'challenge' and [e.split for e in layout.entries] == [
        'train', 'test', 'ood',
    ]  # fmt: skip
    assert layout.entries[0].attitude is None
    assert layout.entries[0].listener_video.name == 'trainabc.listener.mp4'


def test_wrong_lines_are_named_and_left_out(tmp_path):
    lines = [
        *RLD,
        'angry,a_1_0,a_1_0.0,a_1_0.1,1,2,train',
        RLD[1].replace('train', 'later'),
        RLD[1],
    ]
    layout = read_layout(table(tmp_path, lines))
    assert len(layout.entries) == 3
    assert "RLD_data.csv:5: unknown attitude 'angry'" in layout.problems[0]
    assert "RLD_data.csv:6: unknown split 'later'" in layout.problems[1]
    assert 'clip abc_d_1_0.0 is there twice' in layout.problems[2]


def test_no_path_leads_out_of_the_data_set(tmp_path):
    lines = [RLD[0], 'positive,../../a,/etc/b,../c,1,2,train']
    entry = read_layout(table(tmp_path, lines)).entries[0]
    assert entry.listener_video == tmp_path / 'videos' / 'b.mp4'
    assert entry.speaker_video == tmp_path / 'videos' / 'c.mp4'


def test_what_is_no_data_set_is_named(tmp_path):
    with pytest.raises(LayoutError, match=r'neither RLD_data.csv nor train.csv'):
        read_layout(tmp_path)
    with pytest.raises(LayoutError, match='has no column data_split: it has attitude, audio'):
        read_layout(table(tmp_path, ['attitude,audio,listener,speaker', 'positive,a,b,c']))


def test_missing_files_and_broken_rules_are_named(tmp_path):
    lines = [
        *RLD,
        'neutral,r_1_0,r_1_0.0,r_1_0.1,3,99,test',
        'neutral,s_1_0,s_1_0.0,s_1_0.1,3,8,ood',
    ]
    found = inspect_data_set(read_layout(table(tmp_path, lines)), progress=False)
    text = '\n'.join(found.problems)
    assert 'abc_d_1_0.0: speaker: no such clip' in text and 'audio: no such file' in text
    assert 'identities of test that never occur in train: 99' in text
    assert 'identities of ood that occur in train: 3' in text
    assert len(found.broken) == 5 and not found.usable


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


def test_a_made_up_data_set_is_sound(made, capsys):
    with (made / 'RLD_data.csv').open() as file:
        assert len(next(csv.reader(file))) == 7
    found = inspect_data_set(read_layout(made), progress=False)
    assert found.problems == [] and len(found.usable) == 9
    assert statistics(found)['all'][4] == 9
    assert '226 49:18' in format_inspection(found)
    assert main(['dataset', 'inspect', str(made)]) == 0
    assert (made / 'inspection.png').stat().st_size > 10_000
    frame = next(camera_frames(read_layout(made).entries[0].listener_video))
    assert frame.image.shape == (384, 384, 3)


def test_features_are_those_of_the_live_stack(made, tmp_path):
    """Perceived in one go, and extracted by the command, in parallel and resumed."""
    layout = read_layout(made)
    shortest = sorted(layout.entries, key=lambda e: e.audio.stat().st_size)[:3]
    keep = {entry.clip for entry in shortest}
    lines = (made / 'RLD_data.csv').read_text().splitlines()
    part = tmp_path / 'part'
    part.mkdir()
    chosen = [line.rsplit(',', 1)[0] + ',train' for line in lines[1:] if line.split(',')[2] in keep]
    table(part, [lines[0], *chosen])
    for name in ('videos', 'audios'):
        (part / name).symlink_to(made / name)
    assert main(['dataset', 'extract', str(part), '--workers', '2']) == 0
    features = load_features(part / 'features')
    assert {clip.clip for clip in features} == keep
    one = next(clip for clip in features if clip.clip == shortest[0].clip)
    live = perceive(shortest[0].speaker_video, shortest[0].audio)[: len(one)]
    np.testing.assert_array_equal([f.acoustic for f in live], one.acoustic)
    np.testing.assert_array_equal([f.face.expression for f in live], one.speaker.expression)
    np.testing.assert_array_equal([f.speaking for f in live], one.speaking)
    assert one.listener.valid.mean() > 0.9
    with np.load(part / 'features' / 'statistics.npz') as file:
        assert file['expression_mean'].shape == (52,)
    stamps = {p: p.stat().st_mtime_ns for p in (part / 'features').glob('*.0.npz')}
    assert main(['dataset', 'extract', str(part), '--workers', '1']) == 0
    assert stamps == {p: p.stat().st_mtime_ns for p in (part / 'features').glob('*.0.npz')}
    assert main(['dataset', 'extract', str(part), '--stretch', '0.8']) == 1


def test_a_clip_that_cannot_be_read_is_named_and_the_rest_goes_on(made, tmp_path, capsys):
    entry = min(read_layout(made).entries, key=lambda e: e.audio.stat().st_size)
    with pytest.raises(ClipError, match='no such clip'):
        perceive(tmp_path / 'nothing.mp4', entry.audio)
    empty = tmp_path / 'empty.wav'
    empty.write_bytes(b'')
    with pytest.raises(ClipError):
        perceive(entry.speaker_video, empty)


def test_features_without_pictures(tmp_path):
    arguments = ['dataset', 'synthesize', str(tmp_path), '--clips', '9', '--features-only']
    assert main([*arguments, '--workers', '2']) == 0
    clips = load_features(tmp_path / 'features')
    assert len(clips) == 9 and all(clip.listener.valid.all() for clip in clips)
    assert {clip.split for clip in clips} == {'train', 'test', 'ood'}


@pytest.mark.parametrize('stretch', [1.0, 1.25, 1.4])
def test_stretched_faces_are_mended(stretch):
    try:
        portrait = load_portrait(default_portrait_path())
    except PortraitError as error:
        pytest.skip(str(error))
    factor = width_factor([resized(portrait, stretch)], LandmarkerBackend())
    assert factor * stretch == pytest.approx(1.0, abs=0.12)


def coefficients(path: Path, dtype: type = np.float32, **changes) -> Path:
    rng = np.random.default_rng(0)
    content = {
        'coeff': rng.normal(0, 0.1, (20, 257)).astype(dtype),
        'transform_params': np.tile([256, 256, 0.9, 120, 130], (20, 1)).astype(dtype),
    }
    scipy.io.savemat(path, content | changes)
    return path


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_mat_coefficients(tmp_path, dtype):
    path = coefficients(tmp_path / 'a.mat', dtype)
    content = scipy.io.loadmat(path)['coeff']
    track = read_mat(path)
    native = to_native(track.motion(7))
    np.testing.assert_allclose(native[:3], content[7, 224:227], atol=1e-6)
    np.testing.assert_allclose(native[3:67], content[7, 80:144], atol=1e-6)
    np.testing.assert_allclose(native[67:], [*content[7, 254:257], 0.9, 120, 130], atol=1e-5)


def test_wrong_mat_files_are_named(tmp_path):
    nan = np.zeros((20, 257), np.float32)
    nan[3, 100] = np.nan
    track = read_mat(coefficients(tmp_path / 'nan.mat', coeff=nan))
    assert np.flatnonzero(~track.valid).tolist() == [3] and np.isfinite(track.expression).all()
    with pytest.raises(ValueError, match=r'coeff has the shape \(20, 80\)'):
        read_mat(coefficients(tmp_path / 'b.mat', coeff=np.zeros((20, 80))))
    with pytest.raises(ValueError, match=r'transform_params \(3, 5\)'):
        read_mat(coefficients(tmp_path / 'c.mat', transform_params=np.zeros((3, 5))))
    (tmp_path / 'd.mat').write_bytes(b'nothing')
    with pytest.raises(ValueError, match='d.mat holds no .coeff. and .transform_params.'):
        read_mat(tmp_path / 'd.mat')


def test_lab_made_coefficients_become_features(made, tmp_path):
    for entry in read_layout(made).entries:
        for video in (entry.speaker_video, entry.listener_video):
            coefficients(tmp_path / f'{video.stem}.mat')
    out = tmp_path / 'features'
    arguments = ['dataset', 'extract', str(made), '--from-mat', str(tmp_path), '--out', str(out)]
    assert main([*arguments, '--workers', '1']) == 0
    clips = load_features(out, 'train')
    assert clips[0].listener.basis.name == 'bfm64' and len(clips[0]) == 20


def test_frames_keep_their_stamps(made):
    stamps = [f.stamp for f in camera_frames(read_layout(made).entries[0].speaker_video)]
    assert stamps[0] == 0
    np.testing.assert_allclose(np.diff(stamps), NANOSECONDS / 30, atol=1)
