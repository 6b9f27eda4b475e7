"""`vico describe` from files to table, JSON, image and exit code; verdicts and ranges."""

import json
import re
import sys
from dataclasses import replace

import numpy as np
import pytest
from clip_files import write_clip
from synthetic_motion import make_listener

from vico_listener.cli.main import main
from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.dataset.vico.extraction import ExtractionSettings
from vico_listener.lab.dataset.vico.extraction import extract_clip
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.lab.evaluation import Verdict
from vico_listener.lab.evaluation import describe
from vico_listener.lab.evaluation import format_table
from vico_listener.lab.evaluation import summary
from vico_listener.lab.evaluation.criterion import Range
from vico_listener.lab.evaluation.description import CRITERIA
from vico_listener.lab.evaluation.description import AttitudeDescription
from vico_listener.lab.evaluation.description import Row
from vico_listener.lab.evaluation.listening_video import listening_tracks
from vico_listener.media.track_writers import MotionWriter
from vico_listener.media.track_writers import SpeakerWriter
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion


def as_face(rotation, expression):
    return FaceMotion(expression.astype(np.float32), rotation.astype(np.float32))


def write(directory, track):
    """Write a track as a recording."""
    directory.mkdir(parents=True)
    speaker = track.speaker
    with (
        MotionWriter(directory / 'motion.csv') as motion_file,
        SpeakerWriter(directory / 'speaker.csv') as speaker_file,
    ):
        for tick in range(len(track)):
            stamp = tick_stamp(tick)
            face = as_face(track.rotation[tick], track.expression[tick])
            motion_file.write(ListenerMotion(stamp, stamp, face, track.attitude, 1.0, True, 'test'))
            face = as_face(speaker.rotation[tick], speaker.expression[tick])
            speaking = bool(speaker.speaking[tick])
            acoustic = np.zeros(45, np.float32)
            speaker_file.write(SpeakerFrame(stamp, stamp, tick, face, acoustic, speaking=speaking))


@pytest.fixture(scope='module')
def short(tmp_path_factory):
    """A recording of 20 s."""
    directory = tmp_path_factory.mktemp('recordings') / 'one'
    write(directory, make_listener(1, seconds=20))
    return directory


def command(*arguments):
    return main(['describe', *(str(argument) for argument in arguments)])


def test_a_single_recording_has_no_rates(short, capsys):
    assert command(short) == 0
    table = capsys.readouterr().out
    assert 'positive: 1 track, 0.3 min, 0.3 min of speech' in table
    (line,) = [line for line in table.splitlines() if line.startswith('  nods  ')]
    assert line.endswith('n/a (only 0.3 min of speech; rates need 2)')
    assert '6 .. 25' in line
    (line,) = [line for line in table.splitlines() if line.startswith('  nod size, median')]
    assert ' ok' in line


def test_json_holds_every_row(short, tmp_path, capsys):
    path = tmp_path / 'figures.json'
    assert command(short, '--json', path) == 0
    part = json.loads(path.read_text())['attitudes']['positive']
    assert len(part['rows']) == len(CRITERIA)
    rows = {row['label']: row for row in part['rows']}
    assert rows['nods']['verdict'] == 'n/a'
    assert rows['pitch sd']['limits'] == {'low': 0.8, 'high': 5}
    table = capsys.readouterr().out
    assert all(f'  {label}' in table for label in rows)


def test_plot_is_an_image(short, tmp_path, capsys):
    path = tmp_path / 'curves.png'
    assert command(short, '--plot', path) == 0
    assert path.read_bytes().startswith(b'\x89PNG')
    assert path.stat().st_size > 20_000


def test_matplotlib_is_only_imported_to_plot(short, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'matplotlib', None)
    monkeypatch.delitem(sys.modules, 'vico_listener.lab.evaluation.plot', raising=False)
    assert command(short) == 0


def test_check_turns_a_failure_into_an_exit_code(short, tmp_path, capsys):
    frozen = make_listener(1, seconds=10)
    frozen.rotation[:] = 0
    write(tmp_path / 'frozen', frozen)
    assert command(tmp_path / 'frozen') == 0
    assert 'FAIL: ' in capsys.readouterr().out
    assert command(tmp_path / 'frozen', '--check') == 1
    assert command(short, '--check') == 0


def test_bad_input_is_told_in_one_line(tmp_path, capsys):
    assert command(tmp_path / 'nowhere') == 1
    captured = capsys.readouterr()
    assert captured.out == ''
    assert captured.err == f'vico describe: {tmp_path / "nowhere"}: no such directory\n'


def test_an_output_that_cannot_be_written_is_told_too(short, tmp_path, capsys):
    assert command(short, '--json', tmp_path / 'nowhere' / 'figures.json') == 1
    assert 'figures.json' in capsys.readouterr().err


def test_several_directories_are_pooled(short, tmp_path, capsys):
    write(tmp_path / 'many' / 'a', make_listener(2, Attitude.NEUTRAL, seconds=10))
    write(tmp_path / 'many' / 'b', make_listener(3, Attitude.NEUTRAL, seconds=10))
    assert command(short, tmp_path / 'many') == 0
    table = capsys.readouterr().out
    assert 'positive: 1 track,' in table
    assert 'neutral: 2 tracks, 0.3 min' in table


def test_without_a_speaker_the_timing_is_not_judged():
    track = make_listener(1)
    alone = describe([replace(track, speaker=None)])[Attitude.POSITIVE]
    assert alone.row('nods').verdict is Verdict.OK
    for label in ('phrase ends answered', 'answered / chance', 'pitch correlation'):
        assert alone.row(label).verdict is Verdict.NOT_APPLICABLE


def test_jitter_of_a_tracker_is_allowed_where_it_was_tracked():
    track = make_listener(1, seconds=10)
    noise = np.random.default_rng(0).standard_normal(track.rotation.shape)
    track.rotation[:] += np.radians(0.15) * noise
    for tracked, verdict in ((False, Verdict.MISS), (True, Verdict.OK)):
        part = describe([track], tracked=tracked)[Attitude.POSITIVE]
        assert part.row('jitter above 8 Hz, worst axis').verdict is verdict


def test_nothing_to_describe():
    with pytest.raises(ValueError, match='no tracks'):
        describe([])


def described(*verdicts):
    rows = tuple(
        Row('key', row, 'label', '', 1.0, Range(0, 2), verdict, '') for row, verdict in verdicts
    )
    return AttitudeDescription(Attitude.NEUTRAL, 1, 60.0, 60.0, rows)


@pytest.mark.parametrize(
    ('verdicts', 'passed'),
    [
        ([('a', Verdict.OK), ('b', Verdict.NOT_APPLICABLE), ('c', Verdict.FREE)], True),
        ([('a', Verdict.MISS), ('b', Verdict.OK)], True),
        ([('a', Verdict.MISS), ('a', Verdict.MISS)], True),
        ([('a', Verdict.MISS), ('b', Verdict.MISS)], False),
        ([('a', Verdict.HARD_MISS)], False),
    ],
)
def test_one_soft_row_may_be_missed_and_no_hard_one(verdicts, passed):
    assert described(*verdicts).passed is passed


def test_the_order_of_attitudes_counts_against_the_one_that_nods_too_much():
    eager = make_listener(1)
    lazy = make_listener(2, Attitude.NEGATIVE)
    exchanged = [
        replace(eager, attitude=Attitude.NEGATIVE),
        replace(lazy, attitude=Attitude.POSITIVE),
    ]
    row = describe(exchanged)[Attitude.NEGATIVE].row('nods, positive less negative')
    assert row.verdict is Verdict.MISS
    assert row.limits == Range(2.0, None)
    row = describe([eager, lazy])[Attitude.NEGATIVE].row('nods, positive less negative')
    assert row.verdict is Verdict.OK


def test_every_row_of_the_acceptance_table_has_its_criteria():
    rows = {criterion.row for criterion in CRITERIA}
    assert rows == {
        'nods', 'shakes', 'nod frequency', 'nod size', 'nod cycles', 'nod length', 'nod delay',
        'nod interval variation', 'phrase ends answered', 'contingency', 'nods during speech',
        'smile', 'smile motion', 'brows', 'blinks', 'blink shape', 'head sd', 'fast part',
        'spectrum', 'speed', 'max speed', 'acceleration', 'stillness', 'slow', 'frozen', 'jitter',
        'jaw', 'gaze', 'smile answer', 'mirroring', 'nod variety', 'nod clusters', 'face motion',
        'between gestures', 'sway', 'beginnings', 'smile levels', 'smile episodes', 'fixations',
        'gaze shifts', 'gaze spread',
    }  # fmt: skip
    assert {c.row for c in CRITERIA if c.hard} == {'nod size', 'max speed', 'acceleration'}
    for criterion in CRITERIA:
        assert criterion.source, criterion.label
        assert list(criterion.ranges) == list(Attitude)
        for limits in criterion.ranges.values():
            if limits is not None and None not in (limits.low, limits.high):
                assert limits.low < limits.high


def test_ranges_include_their_limits():
    assert Range(1, 2).holds(1)
    assert Range(1, 2).holds(2)
    assert not Range(1, 2).holds(2.001)
    assert Range(None, 2).holds(-9)
    assert Range(1, None).holds(9)


def test_summary_counts_what_was_made():
    track = make_listener(1, seconds=30)
    counts = summary(track)
    assert counts['seconds'] == 30
    assert 0 < counts['nods'] < 15
    assert counts['blinks'] > 3
    smiling = (track.smile > 0.3).sum() / 30
    assert counts['smile_seconds'] == pytest.approx(smiling, abs=0.001)
    assert 5 < smiling < 25
    assert 15 < counts['speech_seconds'] <= 30


def test_table_prints_numbers_that_can_be_read():
    table = format_table(describe([make_listener(1, seconds=10)]))
    assert not re.search(r'\de[-+]\d', table)
    assert all(len(line) <= 120 for line in table.splitlines())


def test_a_person_is_described_from_their_video(made_up, tmp_path, capsys):
    """The figures are those of the features that are extracted of the same videos."""
    entry = max(read_layout(made_up).entries, key=lambda e: e.listener_video.stat().st_size)
    features, _ = extract_clip(entry, ExtractionSettings(stretch=1.0), tmp_path)
    speaker = entry.speaker_video, entry.audio
    tracks = listening_tracks(entry.listener_video, entry.attitude, *speaker)
    wanted = relative_track(features.listener)
    assert sum(map(len, tracks)) > 0.8 * len(features)
    for track in tracks:
        rows = np.rint(track.times * 30).astype(int)
        np.testing.assert_array_equal(track.rotation, wanted.rotation[rows])
        np.testing.assert_array_equal(track.expression, wanted.expression[rows])
        assert track.speaker is not None and track.attitude is entry.attitude
        np.testing.assert_array_equal(track.speaker.speaking, features.speaking[rows])
    figures = tmp_path / 'figures.json'
    video = [str(entry.listener_video), '--attitude', entry.attitude.value]
    assert main(['describe', *video, '--json', str(figures)]) == 0
    assert entry.attitude.value in capsys.readouterr().out
    assert entry.attitude.value in figures.read_text()
    both = [str(entry.listener_video), str(made_up)]
    assert main(['describe', *both, '--speaker', str(entry.speaker_video)]) == 1
    assert '--speaker goes with the video of one listener' in capsys.readouterr().err
    assert main(['describe', *video, '--speaker', str(entry.speaker_video)]) == 1
    assert 'holds no audio: give the file of it by --audio' in capsys.readouterr().err
    write_clip(tmp_path / 'longer.mp4', list(range(0, 9000, 500)), audio_ms=9000)
    main(['describe', *video, '--speaker', str(tmp_path / 'longer.mp4')])
    assert re.search(r'lasts \d\.\d s, .*longer.mp4 \d\.\d s: the', capsys.readouterr().err)
    assert main(['describe', *video, '--audio', str(entry.audio)]) == 1
    assert '--audio goes with --speaker' in capsys.readouterr().err
