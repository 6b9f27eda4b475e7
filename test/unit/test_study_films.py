"""The films of a study: the answers in every attitude, drawn and cropped as the true listener."""

import csv

import numpy as np
import pytest
from clip_files import write_clip
from made_features import dyad_clip
from made_features import write_clips

from vico_listener.cli.main import main
from vico_listener.lab.study.manifest import read_manifest
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.media.video import write_video
from vico_listener.motion import Attitude
from vico_listener.render import load_portrait

COUNT = 15


@pytest.fixture
def data(tmp_path, portrait_photo):
    """A data set of one clip for each of two splits, whose listener keeps still."""
    for name in ('videos', 'audios'):
        (tmp_path / name).mkdir()
    still = load_portrait(portrait_photo)
    still = still[: len(still) // 2 * 2, : still.shape[1] // 2 * 2]
    table = 'attitude,audio,listener,speaker,listener_id,speaker_id,data_split\n'
    clips = []
    for name, split, attitude in (('a', 'test', 'negative'), ('b', 'ood', 'neutral')):
        write_video(tmp_path / 'videos' / f'{name}.mp4', [still] * COUNT, 30)
        write_clip(tmp_path / 'videos' / f'{name}_s.mp4', list(range(0, 500, 33)))
        write_clip(tmp_path / f'{name}.mp4', [0, 400], audio_ms=500)
        (tmp_path / f'{name}.mp4').rename(tmp_path / 'audios' / f'{name}.wav')
        table += f'{attitude},{name},{name},{name}_s,1,2,{split}\n'
        clip = dyad_clip(name, split, Attitude(attitude), seconds=COUNT / 30)
        clips.append(clip)
    (tmp_path / 'RLD_data.csv').write_text(table, encoding='utf-8')
    write_clips(tmp_path / 'features', clips)
    return tmp_path


def images(path):
    return [frame.image for frame in camera_frames(path)]


def test_films_can_be_judged_and_scored(data, capsys):
    out = data / 'films'
    films = ['study', 'films', str(data), '--out', str(out), '--model', 'rules', '--size', '128']
    assert main(films) == 0
    clips = {clip.name: clip for clip in read_manifest(out / 'clips.csv')}
    assert {name: clip.attitude.value for name, clip in clips.items()} == {
        'a': 'negative',
        'b': 'neutral',
    }
    clip = clips['a']
    assert clip.asks_preference and clip.asks_attitude
    assert set(clip.generated) == set(Attitude)
    shown = {probe_clip(path).height for path in (clip.listener, *clip.generated.values())}
    assert len(shown) == 1
    true, made = images(clip.listener), images(clip.generated[Attitude.NEGATIVE])
    assert len(true) == len(made) == COUNT
    assert np.abs(true[0].astype(int) - made[0]).mean() < 12  # the same crop of the same photo
    positive = images(clip.generated[Attitude.POSITIVE])
    assert np.abs(positive[-1].astype(int) - made[-1]).mean() > 0.5
    own = (out / 'own' / 'a.mp4').read_bytes()
    assert own == clip.generated[Attitude.NEGATIVE].read_bytes()
    scores = ['evaluate', '--videos', str(out / 'own'), '--truth', str(out / 'true')]
    assert main([*scores, '--out', str(data / 'scores')]) == 0
    page = ['study', 'make', str(out / 'clips.csv'), '--out', str(data / 'page'), '--size', '64']
    assert main(page) == 0
    capsys.readouterr()
    assert main(films) == 1
    assert 'clips.csv exists already' in capsys.readouterr().err


def test_what_films_lack_is_named(data, capsys):
    films = ['study', 'films', str(data), '--out', str(data / 'films'), '--size', '128']
    (data / 'videos' / 'b.mp4').unlink()
    assert main([*films, '--model', 'frozen']) == 1
    assert 'b: no such clip' in capsys.readouterr().err
    assert main([*films, '--clips', '-1']) == 1
    assert '--clips must be 0 or more' in capsys.readouterr().err
    with (data / 'RLD_data.csv').open(encoding='utf-8') as file:
        rows = [row for row in csv.reader(file) if row[1] != 'a']
    (data / 'RLD_data.csv').write_text('\n'.join(map(','.join, rows)) + '\n', encoding='utf-8')
    assert main(films) == 1
    assert 'has no clip a, of which there are features' in capsys.readouterr().err
