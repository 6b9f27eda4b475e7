"""ViCo's layouts are read defensively, and whatever is wrong with them is named."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from vico_listener.cli.main import main
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError
from vico_listener.lab.dataset.vico.inspection import format_inspection
from vico_listener.lab.dataset.vico.inspection import inspect_data_set
from vico_listener.lab.dataset.vico.inspection import length_distribution
from vico_listener.lab.dataset.vico.inspection import plot_inspection
from vico_listener.lab.dataset.vico.inspection import statistics
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.lab.dataset.vico.people_sheet import CAPTION
from vico_listener.lab.dataset.vico.people_sheet import MISSING
from vico_listener.lab.dataset.vico.people_sheet import SIDE
from vico_listener.lab.dataset.vico.people_sheet import people_sheet
from vico_listener.lab.dataset.vico.people_sheet import videos_of_people
from vico_listener.media.clip import camera_frames
from vico_listener.media.video import write_video
from vico_listener.motion import Attitude

RLD = [
    'attitude,audio,listener,speaker,listener_id,speaker_id,data_split',
    'positive,abc_d_1_0,abc_d_1_0.0,abc_d_1_0.1,3,4,train',
    'negative,xyz_1_0,xyz_1_0.0,xyz_1_0.1,4,3,test',
    'neutral,q_1_0,q_1_0.0,q_1_0.1,8,9,ood',
]


def table(folder: Path, lines: list[str], name: str = 'RLD_data.csv') -> Path:
    (folder / name).write_text('\n'.join(lines) + '\n', encoding='utf-8')
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
        '',
        RLD[1].replace('train', 'later'),
        RLD[1],
        'positive,a_1_0',
        ',,,,,,',
    ]
    layout = read_layout(table(tmp_path, lines))
    assert len(layout.entries) == 3
    assert "RLD_data.csv:5: unknown attitude 'angry'" in layout.problems[0]
    assert "RLD_data.csv:7: unknown split 'later'" in layout.problems[1]
    assert layout.problems[2] == (
        'RLD_data.csv:9: nothing in the column listener, speaker, data_split'
    )
    assert 'clip abc_d_1_0.0 is there twice' in layout.problems[3]


def test_no_path_leads_out_of_the_data_set(tmp_path):
    lines = [RLD[0], 'positive,../../a,/etc/b,../c,1,2,train']
    entry = read_layout(table(tmp_path, lines)).entries[0]
    assert entry.listener_video == tmp_path / 'videos' / 'b.mp4'
    assert entry.speaker_video == tmp_path / 'videos' / 'c.mp4'
    assert entry.clip == 'b'


def test_what_is_no_data_set_is_named(tmp_path):
    with pytest.raises(LayoutError, match=r'neither RLD_data.csv nor train.csv'):
        read_layout(tmp_path)
    (tmp_path / 'RLD_data.xlsx').write_bytes(b'a sheet')
    with pytest.raises(LayoutError, match='save RLD_data.xlsx as RLD_data.csv'):
        read_layout(tmp_path)
    with pytest.raises(LayoutError, match='has no column data_split: it has attitude, audio'):
        read_layout(table(tmp_path, ['attitude,audio,listener,speaker', 'positive,a,b,c']))


def test_missing_files_and_broken_rules_are_named(tmp_path):
    lines = [
        *RLD,
        'neutral,r_1_0,r_1_0.0,r_1_0.1,3,99,test',
        'neutral,s_1_0,s_1_0.0,s_1_0.1,3,8,ood',
        'neutral,t_1_0,t_1_0.0,t_1_0.1,3,,train',
        'neutral,u_1_0,u_1_0.0,u_1_0.1,3,3,train',
    ]
    found = inspect_data_set(read_layout(table(tmp_path, lines)), progress=False)
    text = '\n'.join(found.problems)
    assert 'abc_d_1_0.0: speaker: no such clip' in text and 'audio: no such file' in text
    assert 'identities of test that never occur in train: 99' in text
    assert 'identities of ood that occur in train: 3' in text
    assert 't_1_0.0: the identity of speaker or listener is not told' in text
    assert 'u_1_0.0: 3 is speaker and listener at once' in text
    assert len(found.broken) == 7 and not found.usable
    assert main(['dataset', 'inspect', str(tmp_path)]) == 0
    assert (tmp_path / 'inspection.txt').read_text().count('no such clip') == 14


def test_a_made_up_data_set_is_sound(made_up):
    with (made_up / 'RLD_data.csv').open() as file:
        assert len(next(csv.reader(file))) == 7
    found = inspect_data_set(read_layout(made_up), progress=False)
    assert found.problems == [] and len(found.usable) == 9
    assert statistics(found)['all'][4] == 9
    assert '226 49:18' in format_inspection(found)
    assert main(['dataset', 'inspect', str(made_up)]) == 0
    assert (made_up / 'inspection.png').stat().st_size > 10_000
    assert (made_up / 'people.jpg').stat().st_size > 10_000
    frame = next(camera_frames(read_layout(made_up).entries[0].listener_video))
    assert frame.image.shape == (384, 384, 3)


def clip(folder: Path, name: str, images: int = 40, fps: int = 30, seconds: float = 4 / 3):
    """Files of one clip: grey images and a hum."""
    for path in (folder / 'videos', folder / 'audios'):
        path.mkdir(exist_ok=True)
    grey = np.full((32, 32, 3), 128, np.uint8)
    for who, count in (('0', images), ('1', 40)):
        write_video(folder / 'videos' / f'{name}.{who}.mp4', [grey] * count, fps)
    hum = np.zeros(round(seconds * 44_100), np.int16)
    wavfile.write(folder / 'audios' / f'{name}.wav', 44_100, hum)


def test_every_wrong_file_is_named(tmp_path):
    clip(tmp_path, 'good')
    clip(tmp_path, 'slow', fps=25, seconds=1.6)
    clip(tmp_path, 'uneven', images=25)
    clip(tmp_path, 'nearly', images=39)
    clip(tmp_path, 'mute', seconds=0)
    clip(tmp_path, 'text')
    (tmp_path / 'videos' / 'text.1.mp4').write_text('no video')
    clip(tmp_path, 'cut')
    whole = (tmp_path / 'videos' / 'cut.0.mp4').read_bytes()
    (tmp_path / 'videos' / 'cut.0.mp4').write_bytes(whole[: len(whole) // 2])
    names = ('good', 'slow', 'uneven', 'nearly', 'mute', 'text', 'cut')
    lines = [f'neutral,{name},{name}.0,{name}.1,1,2,train' for name in names]
    found = inspect_data_set(read_layout(table(tmp_path, [RLD[0], *lines])), progress=False)
    cut = next(problem for problem in found.problems if problem.startswith('cut.0: listener: '))
    assert [problem for problem in found.problems if problem != cut] == [
        'slow.0: speaker: 25.00 frames a second, expected 30',
        'slow.0: listener: 25.00 frames a second, expected 30',
        'uneven.0: lengths differ: speaker 1.33 s, listener 0.83 s, audio 1.33 s',
        'nearly.0: 40 images of the speaker, 39 of the listener',
        'mute.0: audio: mute.wav is empty',
        'text.0: speaker: text.1.mp4 is not a video that FFmpeg can read (Invalid data found when '
        'processing input): give an mp4, mov, mkv or webm file',
        'the split test is empty',
        'the split ood is empty',
    ]
    assert found.broken == {'mute.0', 'text.0', 'cut.0'}
    assert len(found.usable) == 4


def test_table_2_and_the_lengths(tmp_path):
    clip(tmp_path, 'abc_d_1_0')
    found = inspect_data_set(read_layout(table(tmp_path, RLD)), progress=False)
    found.seconds = {'abc_d_1_0.0': 59.7, 'xyz_1_0.0': 4.0, 'q_1_0.0': 6.3}
    rows = statistics(found)
    assert rows['positive'] == (1, 1, 1, 2, 1, '1:00')
    assert rows['all'] == (3, 3, 3, 4, 3, '1:10')
    lengths = {name: (count, round(share, 3)) for name, count, share in length_distribution(found)}
    assert lengths['0-5 s'] == (1, 0.057) and lengths['40-80 s'] == (1, 0.853)


def test_the_challenge_is_inspected_too(tmp_path):
    table(tmp_path, ['uuid,video_id,speaker_id,listener_id', 'a,v,1,2'], 'train.csv')
    found = inspect_data_set(read_layout(tmp_path), progress=False)
    assert statistics(found)['unknown'][4] == 1
    assert 'unknown' in format_inspection(found)
    plot_inspection(found, tmp_path / 'plot.png')
    assert (tmp_path / 'plot.png').read_bytes().startswith(b'\x89PNG')


def test_the_sheet_has_a_picture_of_every_person_who_can_be_seen(made_up):
    entries = read_layout(made_up).entries
    people = videos_of_people(entries)
    first = sorted(people, key=int)[0]
    gone = made_up / 'gone.mp4'
    lost = [
        replace(
            entry,
            speaker_video=gone if entry.speaker_id == first else entry.speaker_video,
            listener_video=gone if entry.listener_id == first else entry.listener_video,
        )
        for entry in entries
    ]
    whole, without = people_sheet(entries), people_sheet(lost)
    assert whole.shape == without.shape
    differs = (whole != without).any(axis=2)
    assert differs[:SIDE, :SIDE].any() and (without[:SIDE, :SIDE] == MISSING).all()
    differs[: SIDE + CAPTION, :SIDE] = False
    assert not differs.any()
    assert (whole[:SIDE, : SIDE * min(3, len(people))].std(axis=(0, 1)) > 5).all()
