"""Public corpora in their own layouts become clips and features; what cannot be used is named."""

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from clip_files import Track
from clip_files import greys
from clip_files import write_clip
from clip_files import write_media
from corpus_folders import AGENTS
from corpus_folders import MEETING
from corpus_folders import ami_annotations
from corpus_folders import ami_media
from corpus_folders import faces
from corpus_folders import live_link
from corpus_folders import seamless
from corpus_folders import tone

from vico_listener.cli.main import main
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.corpora.ami import read_ami
from vico_listener.lab.dataset.corpora.face_csv import read_face_csv
from vico_listener.lab.dataset.corpora.importing import planned_cuts
from vico_listener.lab.dataset.corpora.listening_stretches import StretchSettings
from vico_listener.lab.dataset.corpora.listening_stretches import listening_stretches
from vico_listener.lab.dataset.corpora.realtalk import read_realtalk
from vico_listener.lab.dataset.corpora.recordings import Label
from vico_listener.lab.dataset.corpora.recordings import checked
from vico_listener.lab.dataset.corpora.seamless import read_seamless
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError
from vico_listener.lab.dataset.vico.inspection import inspect_data_set
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.motion import ARKIT_INDEX
from vico_listener.render import PortraitError

SHORT = StretchSettings(shortest=1.0, longest=30.0)


def test_who_speaks_alone_is_listened_to() -> None:
    speech = {'a': [(0.0, 4.0), (5.0, 9.0), (20.0, 21.0)], 'b': [(8.0, 12.0)], 'c': []}
    found = listening_stretches(speech, [(11.0, 11.5)], StretchSettings(2.0, 30.0))
    told = [(s.speaker, round(s.start, 2), round(s.end, 2)) for s in found]
    # a's pause of a second is bridged; where both speak, and where a stranger does, nobody listens
    assert told == [('a', 0.0, 8.0), ('b', 9.0, 11.0)]
    halves = listening_stretches({'a': [(0.0, 9.0)], 'b': []}, [], StretchSettings(2.0, 5.0))
    assert [(s.start, s.end) for s in halves] == [(0.0, 4.5), (4.5, 9.0)]
    # nobody bridges a pause in which somebody else has the floor
    taken = listening_stretches(
        {'a': [(0.0, 4.0), (5.0, 9.0)], 'b': [(4.2, 4.9)]}, [], StretchSettings(2.0, 30.0)
    )
    assert [(s.start, s.end) for s in taken] == [(0.0, 4.0), (5.0, 9.0)]
    with pytest.raises(SettingError, match='at least twice the shortest'):
        StretchSettings(5.0, 6.0)


@pytest.fixture(scope='module')
def meeting(tmp_path_factory) -> Path:
    """A folder of AMI with one meeting of three people."""
    folder = tmp_path_factory.mktemp('ami')
    ami_annotations(folder)
    try:
        ami_media(folder, faces())
    except PortraitError as error:
        pytest.skip(str(error))
    return folder


def test_the_annotations_of_ami_tell_who_listens_to_whom(meeting) -> None:
    corpus = read_ami(meeting)
    (recording,) = corpus.recordings
    people = {person.name: person for person in recording.people}
    assert people['MEE006'].speech == ((0.1, 2.8),)
    assert people['FEE005'].speech == () == people['MEE007'].speech  # a backchannel takes no turn
    assert people['FEE005'].video.name == f'{MEETING}.Closeup3.avi'
    assert people['FEE005'].audio.name == f'{MEETING}.Headset-0.wav'
    assert set(recording.labels) == {
        Label('FEE005', 'backchannel', 1.2, 1.5),
        Label('FEE005', 'nod', 1.1, 1.9),
        Label('FEE005', 'shake', 2.0, 2.4),
    }
    assert corpus.left_out == []
    (note,) = corpus.notes
    assert note.endswith('head gestures that are neither nod nor shake: 1 x deixis')


def test_a_meeting_becomes_clips_and_features(meeting, tmp_path, capsys) -> None:
    out = tmp_path / 'vico'
    arguments = ['dataset', 'import', 'ami', str(meeting), '--out', str(out), '--workers', '1']
    assert main([*arguments, '--shortest', '2']) == 0
    said = capsys.readouterr().out
    assert '2 clips of 0.00 hours' in said and '1 x backchannel, 1 x nod, 1 x shake' in said
    assert '2 of 2 clips in' in said and 'vico_adapt.yaml' in said
    assert '1 of 1 annotated nods are found in the motion' in said
    assert '0 of 1 annotated shakes are found in the motion, and 0 altogether' in said
    layout = read_layout(out)
    assert {(e.speaker_id, e.listener_id) for e in layout.entries} == {
        ('MEE006', 'FEE005'),
        ('MEE006', 'MEE007'),
    }
    assert {e.attitude.value for e in layout.entries if e.attitude} == {'neutral'}
    assert [p for p in inspect_data_set(layout, progress=False).problems if 'split' not in p] == []
    for clip in load_features(out / 'features'):
        assert len(clip) == 81  # 2.7 s
        assert clip.listener.valid.all() and clip.heard.mean() > 0.9
        # the nod of 25 images a second is the one of 30 ticks a second
        pitch = np.degrees(clip.listener.rotation[:, 1])
        crossings = np.count_nonzero(np.diff(np.sign(pitch - pitch.mean())))
        assert 7 <= crossings <= 9 and np.ptp(pitch) > 5
    with (out / 'labels.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    nod = next(row for row in rows if row['label'] == 'nod')
    assert (nod['who'], nod['start'], nod['end']) == ('listener', '1.000', '1.800')
    assert {row['clip'] for row in rows} == {f'{MEETING}_100_2800.FEE005'}

    assert main([*arguments, '--shortest', '1']) == 1
    assert 'was made with other settings (shortest was 2.0)' in capsys.readouterr().err


def test_what_is_missing_broken_or_out_of_step_is_named(meeting, tmp_path, capsys) -> None:
    folder = tmp_path / 'ami'
    shutil.copytree(meeting, folder)
    media = folder / 'amicorpus' / MEETING
    home = folder / 'ami_public_manual_1.6.2'
    (media / 'video' / f'{MEETING}.Closeup1.avi').write_bytes(b'half a download')
    tone(media / 'audio' / f'{MEETING}.Headset-0.wav', seconds=9.0)
    corpus = read_ami(folder)
    kept, out = checked(corpus.recordings[0])
    assert [person.name for person in kept.people] == ['MEE006']
    reasons = dict(out)
    assert 'Closeup1.avi' in reasons[f'{MEETING} MEE007']
    assert reasons[f'{MEETING} FEE005'] == (
        f'{MEETING}.Closeup3.avi lasts 3.0 s, {MEETING}.Headset-0.wav 9.0 s: they are out of step'
    )
    out_folder = tmp_path / 'out'
    arguments = ['dataset', 'import', 'ami', str(folder), '--shortest', '2', '--workers', '1']
    assert main([*arguments, '--out', str(out_folder)]) == 1
    said = capsys.readouterr()
    assert f'nothing could be used: {MEETING} ' in said.err and 'left_out.csv' in said.err
    assert 'they are out of step' in (out_folder / 'left_out.csv').read_text()

    # a camera that was not downloaded: its person cannot be seen, and still has the floor
    (media / 'video' / f'{MEETING}.Closeup2.avi').unlink()
    corpus = read_ami(folder)
    assert (f'{MEETING} MEE006', f'{MEETING}.Closeup2.avi is missing') in corpus.left_out
    assert corpus.recordings[0].others == ((0.1, 2.8),)
    assert planned_cuts(corpus.recordings[0], SHORT) == []

    words = home / 'words' / f'{MEETING}.B.words.xml'
    words.write_text(words.read_text()[:-30])
    (_, reason) = read_ami(folder).left_out[-1]
    assert reason.startswith(f'{MEETING}.B.words.xml cannot be read: ')
    words.unlink()
    (_, reason) = read_ami(folder).left_out[-1]
    assert reason.endswith('B.words.xml is missing: who speaks when is not known')
    with pytest.raises(LayoutError, match="no recording 'IS1000': there are ES2002a"):
        read_ami(folder, ['IS1000'])
    shutil.rmtree(media)
    with pytest.raises(LayoutError, match='holds no close-up video of a meeting: download'):
        read_ami(folder)
    shutil.rmtree(home)
    with pytest.raises(LayoutError, match=r'unpack ami_public_manual_1\.6\.2\.zip'):
        read_ami(folder)


def test_without_dialogue_acts_short_utterances_are_backchannels(tmp_path) -> None:
    home = ami_annotations(tmp_path)
    shutil.rmtree(home / 'dialogueActs')
    video = tmp_path / 'amicorpus' / MEETING / 'video'
    video.mkdir(parents=True)
    for _, camera, channel in AGENTS.values():
        (video / f'{MEETING}.Closeup{camera}.avi').touch()
        (video / f'{MEETING}.Headset-{channel}.wav').touch()
    (recording,) = read_ami(tmp_path).recordings
    people = {person.name: person for person in recording.people}
    assert people['MEE006'].speech == ((0.1, 2.8),) and people['FEE005'].speech == ()
    assert Label('FEE005', 'backchannel', 1.2, 1.5) in recording.labels


PAIR = 'V00_S0809_I00000582'


def test_seamless_interactions_become_clips(tmp_path, capsys) -> None:
    folder = tmp_path / 'seamless'
    voices = {'P0947': [(0.0, 1.4), (1.6, 2.6)], 'P0948': [(0.9, 1.3)]}
    seamless(folder, PAIR, voices, greys(90))
    seamless(folder, 'V00_S0809_I00000583', {'P0947': [(0.0, 2.0)]})
    seamless(folder, 'V00_S0809_I00000584', {'P0947': [(0.0, 2.0)], 'P0948': []})
    out = tmp_path / 'vico'
    arguments = ['dataset', 'import', 'seamless', str(folder), '--out', str(out), '--no-features']
    assert main([*arguments, '--shortest', '2', '--workers', '1']) == 1
    said = capsys.readouterr()
    assert 'V00_S0809_I00000583: 1 of two participants: P0947' in said.err
    assert 'V00_S0809_I00000584 P0947: V00_S0809_I00000584_P0947.mp4 is missing' in said.err
    assert '1 clips of 0.00 hours' in said.out and '1 x backchannel' in said.out
    (entry,) = read_layout(out).entries
    assert entry.clip == f'{PAIR}_0_2600.P0948' and entry.split == 'train'
    assert entry.speaker_video.is_file() and entry.audio.is_file()


def test_seamless_keeps_its_splits_and_names_what_is_broken(tmp_path) -> None:
    seamless(tmp_path, PAIR, {'P1': [(0.0, 2.0)], 'P2': []}, split='train')
    seamless(tmp_path, 'V00_S1_I2', {'P3': [(0.0, 2.0)], 'P4': []}, split='test')
    broken = next(tmp_path.rglob('V00_S1_I2_P4.json'))
    assert {r.name for r in read_seamless(tmp_path).recordings} == {PAIR, 'V00_S1_I2'}
    broken.write_text('{"metadata:vad": [{"begin": 1}]}')
    (left,) = read_seamless(tmp_path).left_out
    assert left[0] == 'V00_S1_I2' and 'V00_S1_I2_P4.json holds no voice activity' in left[1]
    empty = tmp_path / 'empty'
    empty.mkdir()
    (empty / '0023.tar').touch()
    with pytest.raises(LayoutError, match=r'unpack its archives \(\.tar\)'):
        read_seamless(empty)


def test_seamless_tells_voices_from_annotations_of_the_same_name(tmp_path) -> None:
    """In its own folders, `3P-V/<id>.json` and `transcript/<id>.jsonl` stand beside the voices."""
    home = tmp_path / 'naturalistic' / 'dev'
    for who, start in (('P1', 1), ('P2', 5)):
        for kind, end in (('vad', start + 3), ('transcript', start + 2)):
            (home / kind).mkdir(parents=True, exist_ok=True)
            row = json.dumps({'start': start, 'end': end})
            (home / kind / f'{PAIR}_{who}.jsonl').write_text(f'{row}\n')
    (home / '3P-V').mkdir()
    (home / '3P-V' / f'{PAIR}_P2.json').write_text('{"annotation": "smiles"}')
    (recording,) = read_seamless(tmp_path).recordings
    assert [person.speech for person in recording.people] == [((1.0, 4.0),), ((5.0, 8.0),)]
    (home / 'vad' / f'{PAIR}_P2.jsonl').unlink()
    (recording,) = read_seamless(tmp_path).recordings
    assert recording.people[1].speech == ((5.0, 7.0),)
    (home / 'transcript' / f'{PAIR}_P2.jsonl').unlink()
    corpus = read_seamless(tmp_path)
    assert not corpus.recordings
    assert corpus.left_out[0][1].endswith('who speaks when is not known')


def test_realtalk_becomes_annotations_for_build(tmp_path) -> None:
    video = write_clip(tmp_path / 'abc.mp4', list(range(0, 4000, 40)), audio_ms=4000)
    boxes = {'p0': {'bbox': [10, 10, 20, 20]}, 'p1': {'bbox': [40, 10, 50, 20]}}
    told = {
        str(n): {'current_speaker': 'p1' if n < 75 and not 30 <= n < 40 else 'p0', 'people': boxes}
        for n in range(100)
    }
    metadata = tmp_path / 'metadata'
    metadata.mkdir()
    (metadata / 'abc.json').write_text(json.dumps(told))
    (metadata / 'elsewhere.json').write_text('{}')
    found, notes = read_realtalk(tmp_path, SHORT)
    assert notes == ['1 other videos are annotated and not there'] and found.problems == []
    first, second = found.clips
    assert (first.video, first.side, first.speaker_id, first.listener_id) == (
        video,
        'right',
        'abc.p1',
        'abc.p0',
    )
    assert (first.start, first.end) == (0.0, 3.0)  # 0.4 s of p0 are a backchannel
    assert (second.side, second.start, round(second.end, 2)) == ('left', 3.0, 4.0)
    (metadata / 'abc.json').write_text(json.dumps({'200': told['0']}))
    found, _ = read_realtalk(tmp_path, SHORT)
    assert found.problems == [
        'abc: it lasts 4.0 s and is annotated up to 8.0 s: they are out of step'
    ]
    (metadata / 'abc.json').write_text('[1, 2')
    found, _ = read_realtalk(tmp_path, SHORT)
    assert 'abc.json cannot be read' in found.problems[0]
    shutil.rmtree(metadata)
    with pytest.raises(LayoutError, match=r'unpack annotations\.tar\.gz'):
        read_realtalk(tmp_path, SHORT)


def nodding(seconds: float, fps: float = 60.0) -> dict[str, np.ndarray]:
    """A smile that grows, and a head that goes down by ten degrees and a bit to the left."""
    times = np.arange(round(seconds * fps)) / fps
    return {
        'MouthSmileLeft': times / 10,
        'HeadPitch': np.sin(2 * np.pi * times) * 10 / 180,
        'HeadYaw': np.full(len(times), -5 / 180),
    }


def test_a_face_of_live_link_is_the_one_that_was_recorded(tmp_path) -> None:
    track, notes = read_face_csv(live_link(tmp_path / 'take.csv', nodding(2.0)))
    assert notes == ['take.csv: the head turns by up to 10 degrees']
    ticks = np.arange(len(track)) / 30
    assert len(track) == 60 and track.valid.all()
    np.testing.assert_allclose(
        track.expression[:, ARKIT_INDEX['mouthSmileLeft']], ticks / 10, atol=1e-5
    )
    down = np.radians(10 * np.sin(2 * np.pi * ticks))
    np.testing.assert_allclose(track.rotation[:, 1], down, atol=1e-3)
    np.testing.assert_allclose(track.rotation[:, 2], np.radians(5), atol=1e-5)  # to the left
    _, notes = read_face_csv(tmp_path / 'take.csv', head_degrees=5000)
    assert 'is --head-degrees right?' in notes[1]


def test_a_face_of_a_quest_has_the_same_coefficients(tmp_path) -> None:
    rows = ['time,Lip_Corner_Puller_L,XR_FACE_EXPRESSION_EYES_LOOK_LEFT_L_FB,Jaw_Drop,'
            'Lip_Suck_LB,Lip_Suck_RB,' + ','.join(f'{name}_{s}' for s in 'LR' for name in (
                'Brow_Lowerer', 'Eyes_Closed', 'Cheek_Raiser', 'Dimpler', 'Lip_Stretcher',
                'Lip_Pressor', 'Nose_Wrinkler', 'Upper_Lip_Raiser'))]  # fmt: skip
    rows += [f'{n / 30},0.5,0.25,0.75,0.2,0.4{",0" * 16}' for n in range(30)]
    path = tmp_path / 'quest.csv'
    path.write_text('\n'.join(rows))
    track, notes = read_face_csv(path)
    for name, value in {
        'mouthSmileLeft': 0.5, 'eyeLookOutLeft': 0.25, 'jawOpen': 0.75, 'mouthRollLower': 0.3,
    }.items():  # fmt: skip
        np.testing.assert_allclose(track.expression[:, ARKIT_INDEX[name]], value, atol=1e-6)
    assert 'has no ' in notes[0] and 'it counts as still' in notes[1]


@pytest.mark.parametrize(
    ('damage', 'message'),
    [
        (lambda lines: lines[:2], 'it has 2 rows'),
        (lambda lines: [*lines[:9], lines[9][:40]], 'face.csv:10: 8 cells, the header has 63'),
        (lambda lines: [lines[0], lines[9], *lines[1:9]], 'face.csv:3: its time is not after'),
        (lambda lines: ['a,b', '1,2', '3,4'], 'no column Timecode or time'),
        (lambda lines: ['time,b', '1,2', '3,4'], 'it has 0 of 52 ARKit coefficients'),
        (lambda lines: [lines[0], *(line.replace(':0', ';X', 4) for line in lines[1:])], 'no time'),
    ],
)
def test_a_broken_face_is_named(tmp_path, damage, message) -> None:
    path = live_link(tmp_path / 'face.csv', nodding(0.5))
    path.write_text('\n'.join(damage(path.read_text().splitlines())))
    with pytest.raises(LayoutError, match=message):
        read_face_csv(path)


def test_a_timecode_of_another_rate_is_named(tmp_path) -> None:
    """Read by 60 images a second, a take of 30 would be twice as fast, with gaps."""
    path = live_link(tmp_path / 'face.csv', nodding(2.5), fps=60)
    path.write_text(
        re.sub(r':(\d\d\.\d+),61', lambda m: f':{float(m[1]) / 2:06.3f},61', path.read_text())
    )
    with pytest.raises(LayoutError, match='tell --timecode-rate 30'):
        read_face_csv(path)
    track, _ = read_face_csv(path, timecode_rate=30)
    assert track.valid.all() and len(track) == 75


def test_a_loss_of_tracking_is_not_valid(tmp_path) -> None:
    path = live_link(tmp_path / 'face.csv', nodding(2.0))
    lines = path.read_text().splitlines()
    path.write_text('\n'.join([*lines[:31], *lines[91:]]))
    track, _ = read_face_csv(path)
    assert track.valid[:15].all() and not track.valid[17:44].any() and track.valid[46:].all()


def test_measured_faces_become_features_of_their_pairs(tmp_path, capsys) -> None:
    folder = tmp_path / 'faces'
    folder.mkdir()
    write_media(folder / 'talk.mp4', greys(75), [Track(seconds=3.0)], fps=25)
    live_link(folder / 'late.csv', nodding(2.0))
    live_link(folder / 'never.csv', nodding(2.0))
    (folder / 'pairs.csv').write_text(
        'speaker,listener,offset,speaker_id,listener_id\n'
        'talk.mp4,late.csv,0.5,anna,ben\n'
        'talk.mp4,never.csv,7,anna,ben\n'
        'talk.mp4,gone.csv,0,anna,ben\n'
        'talk.mp4,late.csv,0,anna,ben\n'
        'talk.mp4,other.csv,soon,anna,ben\n'
    )
    arguments = ['dataset', 'import', 'arkit', str(folder), '--workers', '1']
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert 'pairs.csv:5: late.csv is there twice: the first line counts' in said.err
    assert "pairs.csv:6: the offset 'soon' is no number of seconds" in said.err
    assert 'no features of gone: gone.csv is missing' in said.err
    assert 'they have less than 1 s in common; is the offset right?' in said.err
    assert '1 of 3 clips in' in said.out
    told = json.loads((folder / 'vico' / 'features' / 'extraction.json').read_text())
    assert [row['clip'] for row in told if row['problem']] == ['never', 'gone']
    assert main([*arguments, '--only', 'nobody']) == 1
    assert 'pairs.csv names no listener whose name begins with nobody' in capsys.readouterr().err
    (clip,) = load_features(folder / 'vico' / 'features')
    assert (clip.clip, clip.speaker_id, clip.listener_id) == ('late', 'anna', 'ben')
    assert len(clip) == 60 and clip.listener.valid.all() and clip.heard.all()
    ticks = np.arange(60) / 30  # the listener's own time: he began half a second later
    np.testing.assert_allclose(
        clip.listener.rotation[:, 1], np.radians(10 * np.sin(2 * np.pi * ticks)), atol=1e-3
    )
    with pytest.raises(LayoutError, match=r'holds no pairs\.csv: write one with the columns'):
        from vico_listener.lab.dataset.corpora.arkit import read_pairs

        read_pairs(tmp_path)
