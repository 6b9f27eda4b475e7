"""The files of a recording: written and read bit for bit, and what is wrong with broken ones."""

import json
from dataclasses import replace

import numpy as np
import pytest

from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.track_writers import MotionWriter
from vico_listener.media.track_writers import SpeakerWriter
from vico_listener.media.track_writers import write_reference
from vico_listener.media.tracks import MOTION_COLUMNS
from vico_listener.media.tracks import SPEAKER_COLUMNS
from vico_listener.media.tracks import RecordingError
from vico_listener.media.tracks import read_recording
from vico_listener.media.tracks import read_recordings
from vico_listener.media.tracks import read_reference
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

FIRST_TICK = 40


def face(rng):
    return FaceMotion(
        rng.random(52).astype(np.float32),
        rng.normal(size=3).astype(np.float32),
        rng.normal(size=3).astype(np.float32),
    )


def motion(rng, tick, attitude=Attitude.POSITIVE):
    stamp = tick_stamp(tick)
    return ListenerMotion(stamp, stamp, face(rng), attitude, 1.0, True, 'rules')


def speaker_frame(rng, tick, speaking):
    stamp = tick_stamp(tick)
    acoustic = rng.normal(size=45).astype(np.float32)
    return SpeakerFrame(stamp, stamp, tick, face(rng), acoustic, tick % 7 != 0, True, speaking)


@pytest.fixture
def recording(tmp_path):
    """A recording of 2 s, with what was written into it."""
    rng = np.random.default_rng(0)
    ticks = range(FIRST_TICK, FIRST_TICK + 60)
    motions = [motion(rng, tick) for tick in ticks]
    frames = [speaker_frame(rng, tick, tick % 3 == 0) for tick in ticks]
    with (
        MotionWriter(tmp_path / 'motion.csv') as motion_file,
        SpeakerWriter(tmp_path / 'speaker.csv') as speaker_file,
    ):
        for step, frame in zip(motions, frames, strict=True):
            motion_file.write(step)
            speaker_file.write(frame)
    reference = face(rng)
    write_reference(tmp_path / 'reference.json', reference)
    return tmp_path, motions, frames, reference


def edit(path, change):
    """Rewrite a csv file through a function of its lines, each a list of cells."""
    lines = [line.split(',') for line in path.read_text().splitlines()]
    path.write_text('\n'.join(','.join(cells) for cells in change(lines)) + '\n')


def test_round_trip_is_exact(recording):
    directory, motions, frames, reference = recording
    (track,) = read_recording(directory)
    assert track.attitude is Attitude.POSITIVE
    assert track.times == pytest.approx([step.stamp / 1e9 for step in motions], abs=1e-12)
    for name in ('rotation', 'translation', 'expression'):
        written = np.array([getattr(step.face, name) for step in motions])
        assert (getattr(track, name).astype(np.float32) == written).all()
    assert track.speaker.speaking.tolist() == [frame.speaking for frame in frames]
    assert track.speaker.face_valid.tolist() == [frame.face_valid for frame in frames]
    spoken = np.array([frame.face.expression for frame in frames])
    assert (track.speaker.expression.astype(np.float32) == spoken).all()
    assert (track.reference.astype(np.float32) == reference.expression).all()


def test_columns_are_those_of_the_issue(recording):
    directory, motions, _, _ = recording
    lines = (directory / 'motion.csv').read_text().splitlines()
    names = ['stamp', 'attitude', 'roll', 'pitch', 'yaw', 'x', 'y', 'z', *ARKIT_NAMES]
    assert lines[0].split(',') == names == list(MOTION_COLUMNS)
    assert lines[1].split(',')[:2] == ['1.333333333', 'positive']
    header = (directory / 'speaker.csv').read_text().splitlines()[0].split(',')
    assert header == list(SPEAKER_COLUMNS)
    assert header[:4] == ['stamp', 'face_valid', 'audio_valid', 'speaking']
    assert header[-45:] == [f'acoustic{i}' for i in range(45)]


def test_extra_columns_and_another_order_are_read(recording):
    directory = recording[0]
    (before,) = read_recording(directory)
    edit(
        directory / 'motion.csv',
        lambda lines: [['model', *line[::-1]] if i == 0 else ['rules', *line[::-1]]
                       for i, line in enumerate(lines)],
    )  # fmt: skip
    (after,) = read_recording(directory)
    assert (after.expression == before.expression).all()
    assert (after.rotation == before.rotation).all()


def test_without_speaker_and_reference(recording):
    directory = recording[0]
    (directory / 'speaker.csv').unlink()
    (directory / 'reference.json').unlink()
    (track,) = read_recording(directory)
    assert track.speaker is None
    assert not track.reference.any()


def test_speaker_rows_are_matched_by_stamp(recording):
    directory, _, frames, _ = recording
    edit(directory / 'speaker.csv', lambda lines: lines[:1] + lines[3:])
    (track,) = read_recording(directory)
    assert track.speaker.speaking.tolist()[2:] == [frame.speaking for frame in frames][2:]
    assert not track.speaker.speaking[:2].any()
    assert not track.speaker.face_valid[:2].any()


def test_cut_where_steps_are_missing_and_attitudes_change(tmp_path):
    rng = np.random.default_rng(1)
    ticks = [*range(40), *range(45, 90), *range(90, 100), *range(100, 140)]
    attitudes = ['positive'] * 85 + ['neutral'] * 10 + ['negative'] * 40
    with MotionWriter(tmp_path / 'motion.csv') as file:
        for tick, attitude in zip(ticks, attitudes, strict=True):
            file.write(motion(rng, tick, Attitude(attitude)))
    tracks = read_recording(tmp_path)
    # The 10 neutral rows are too short to measure.
    assert [(track.attitude.value, len(track)) for track in tracks] == [
        ('positive', 40),
        ('positive', 45),
        ('negative', 40),
    ]


def test_recordings_in_sub_directories_are_pooled(tmp_path):
    rng = np.random.default_rng(2)
    for name in ('a', 'b/c'):
        (tmp_path / name).mkdir(parents=True)
        with MotionWriter(tmp_path / name / 'motion.csv') as file:
            for tick in range(40):
                file.write(motion(rng, tick))
    assert len(read_recordings(tmp_path)) == 2


def set_cell(line, column, value):
    def change(lines):
        lines[line][lines[0].index(column)] = value
        return lines

    return change


def shift_stamp(lines):
    lines[5][0] = '1.480000000'
    return lines


@pytest.mark.parametrize(
    ('file', 'change', 'message'),
    [
        ('motion.csv', set_cell(3, 'yaw', 'nan'), r"motion\.csv, line 4: 'yaw' is nan"),
        ('motion.csv', set_cell(3, 'jawOpen', 'x'), r"motion\.csv, line 4: 'jawOpen' is not a num"),
        ('motion.csv', set_cell(2, 'attitude', 'cheerful'), r"line 3: .*'attitude'.*'cheerful'"),
        ('motion.csv', lambda lines: [line[:-1] for line in lines], r'lacks .*tongueOut'),
        ('motion.csv', lambda lines: lines[:1], r'motion\.csv: no rows'),
        ('motion.csv', lambda lines: lines[:20], r'motion\.csv: too short: 0\.63 s'),
        ('motion.csv', lambda lines: [*lines[:4], lines[4][:9], *lines[5:]], r'line 5: 9 cells'),
        ('motion.csv', shift_stamp, r"motion\.csv, line 6: irregular 'stamp'"),
        ('motion.csv', lambda lines: [*lines[:9], lines[3], *lines[10:]], r'line 10: irregular'),
        ('motion.csv', lambda lines: [*lines[:9], lines[8], *lines[9:]], r'line 10: irregular'),
        ('speaker.csv', set_cell(3, 'speaking', ''), r"speaker\.csv, line 4: 'speaking' is not"),
        ('speaker.csv', set_cell(3, 'pitch', 'inf'), r"speaker\.csv, line 4: 'pitch' is inf"),
        ('speaker.csv', lambda lines: lines[:30], r'speaker\.csv: has only 48% of the stamps'),
    ],
)
def test_broken_tables_are_named(recording, file, change, message):
    directory = recording[0]
    edit(directory / file, change)
    with pytest.raises(RecordingError, match=message):
        read_recording(directory)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{', 'not valid JSON'),
        ('[]', "needs an object 'expression'"),
        ('{"expression": {"grin": 1}}', "'grin' is not an ARKit coefficient"),
        ('{"expression": {"jawOpen": "wide"}}', "'jawOpen' is 'wide'"),
        ('{"expression": {"jawOpen": NaN}}', "'jawOpen' is nan"),
    ],
)
def test_broken_references_are_named(tmp_path, content, message):
    path = tmp_path / 'reference.json'
    path.write_text(content)
    with pytest.raises(RecordingError, match=message):
        read_reference(path)


def test_a_reference_may_name_a_few_coefficients(tmp_path):
    path = tmp_path / 'reference.json'
    path.write_text(json.dumps({'expression': {'jawOpen': 0.5}}))
    assert read_reference(path).sum() == 0.5


def test_missing_recordings_are_named(tmp_path):
    with pytest.raises(RecordingError, match='no such directory'):
        read_recordings(tmp_path / 'nowhere')
    with pytest.raises(RecordingError, match='no motion.csv'):
        read_recordings(tmp_path)
    with pytest.raises(RecordingError, match=r'motion\.csv: no such file'):
        read_recording(tmp_path)


def test_only_arkit_faces_are_recorded(tmp_path):
    rng = np.random.default_rng(3)
    step = replace(motion(rng, 0), face=FaceMotion.neutral(BFM64))
    with (
        MotionWriter(tmp_path / 'motion.csv') as file,
        pytest.raises(ValueError, match="'arkit52', not 'bfm64'"),
    ):
        file.write(step)
    with pytest.raises(ValueError, match="'arkit52', not 'bfm64'"):
        write_reference(tmp_path / 'reference.json', FaceMotion.neutral(BFM64))


def tracked(**changes):
    rows = 60
    arrays = {
        'times': np.arange(rows) / 30,
        'attitude': Attitude.NEUTRAL,
        'rotation': np.zeros((rows, 3)),
        'translation': np.zeros((rows, 3)),
        'expression': np.zeros((rows, 52)),
    }
    return MotionTrack(**{**arrays, **changes})


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'rotation': np.zeros((60, 4))}, r'rotation: shape \(60, 4\), expected \(60, 3\)'),
        ({'expression': np.full((60, 52), np.nan)}, 'expression: it holds a number that is not f'),
        ({'times': np.arange(60) / 25}, r'irregular stamps: 0\.000 s is followed by 0\.040 s'),
        ({'times': np.arange(20) / 30}, r'too short to measure: 0\.67 s'),
        ({'reference': np.zeros(3)}, 'reference: shape'),
    ],
)
def test_tracks_check_what_they_are_made_of(changes, message):
    tracked()
    with pytest.raises(ValueError, match=message):
        tracked(**changes)
