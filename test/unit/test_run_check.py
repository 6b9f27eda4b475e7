"""What a run was worth: shares of the senses, the verdict, and the exit code of strict commands."""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import pytest

from vico_listener.lab.cli import demo
from vico_listener.lab.recording.run_report import format_report
from vico_listener.lab.recording.run_report import limits
from vico_listener.media.clip import ClipInfo
from vico_listener.media.tracks import COMMANDS_FILE
from vico_listener.perception.run_check import NOT_OK
from vico_listener.perception.run_check import RunCheck
from vico_listener.perception.run_check import SenseCount
from vico_listener.robot import load_profile


def test_what_is_muted_while_the_robot_speaks_is_not_missing() -> None:
    senses = SenseCount()
    for tick in range(10):
        senses.add(True, tick < 3, tick < 2, muted=tick >= 3)
    assert senses.shares() == {'face': 1.0, 'audio': 1.0, 'speech': pytest.approx(2 / 3)}
    assert RunCheck(senses).verdict == 'ok'


def counted(ticks: int, faces: int, sounds: int, speech: int = 0) -> SenseCount:
    senses = SenseCount()
    for n in range(ticks):
        senses.add(n < faces, n < sounds, n < speech)
    return senses


def test_shares_of_the_senses() -> None:
    assert counted(8, 6, 4, 1).shares() == {'face': 0.75, 'audio': 0.5, 'speech': 0.125}
    assert all(math.isnan(share) for share in SenseCount().shares().values())


@pytest.mark.parametrize(
    ('senses', 'wants_audio', 'verdict'),
    [
        (counted(10, 5, 5), True, 'ok'),
        (counted(10, 4, 10), True, 'no face in 60% of the time'),
        (counted(10, 10, 3), True, 'no audio in 70% of the time'),
        (counted(10, 10, 0), False, 'ok'),
        (counted(10, 0, 0), True, 'no face in 100% of the time, no audio in 100% of the time'),
        (SenseCount(), True, 'nothing was perceived'),
    ],
)
def test_sense_that_is_missing_for_long_is_named(
    senses: SenseCount, wants_audio: bool, verdict: str
) -> None:
    assert RunCheck(senses, wants_audio).verdict == verdict


@pytest.mark.parametrize(
    ('unreadable', 'verdict'), [(0.49, 'ok'), (0.5, '50% of the images could not be read')]
)
def test_face_that_is_held_hides_no_images_that_cannot_be_read(
    unreadable: float, verdict: str
) -> None:
    assert RunCheck(counted(10, 10, 10), unreadable=unreadable).verdict == verdict


def test_check_as_lines_and_in_a_report() -> None:
    check = RunCheck(counted(4, 4, 3, 1), True, 0.35, ['it is long'], ['images: 2'])
    assert check.lines() == [
        'senses: face 100%, audio 75%, speech 25%, audio +0.35 s behind the images',
        'note: it is long',
        'skipped: images: 2',
        'check: ok',
    ]
    assert check.sections() == {
        'senses': {
            'ticks': 4,
            'face': 1.0,
            'audio': 0.75,
            'speech': 0.25,
            'unreadable images': 0.0,
            'audio behind [s]': 0.35,
        },
        'notes': ['it is long'],
        'skipped': ['images: 2'],
        'check': 'ok',
    }
    printed = format_report(check.sections()).splitlines()
    assert printed[-2:] == ['skipped: images: 2', 'check: ok']


def write_commands(folder: Path, speed: float) -> None:
    """Commands of a head that turns at a speed (rad/s), after it has gained it gently."""
    profile = load_profile('generic_2dof')
    seconds = np.arange(100) / 50.0
    path = speed * np.where(seconds < 0.5, seconds**2, seconds - 0.25)
    lines = ['stamp,' + ','.join(joint.name for joint in profile.joints)]
    lines += [f'{1.0 + t:.9f},{x:.9f},0.0' for t, x in zip(seconds, path, strict=True)]
    (folder / COMMANDS_FILE).write_text('\n'.join(lines) + '\n')


def test_limits_of_a_recording_are_reported(tmp_path: Path) -> None:
    profile = load_profile('generic_2dof')  # 3 rad/s, +-1.2 rad
    write_commands(tmp_path, 0.5)
    report = limits(tmp_path, profile)
    assert report['limits'] == 'ok'
    pan = report['limit margins']['head_pan_joint']
    assert pan['velocity'] == pytest.approx(1.0 - 0.5 / 3.0)
    write_commands(tmp_path, 3.6)
    exceeded = limits(tmp_path, profile)['limits']
    assert 'position of head_pan_joint' in exceeded
    assert 'velocity of head_pan_joint 1.20 times' in exceeded


@pytest.mark.parametrize('strict', [True, False])
@pytest.mark.parametrize(
    ('sections', 'fine'),
    [
        ({'limits': 'ok', 'check': 'ok'}, True),
        ({'check': 'ok'}, True),
        ({'limits': 'velocity of yaw 1.20 times', 'check': 'ok'}, False),
        ({'limits': 'ok', 'check': 'no face in 60% of the time'}, False),
    ],
)
def test_strict_demo_fails_unless_all_is_well(
    sections: dict[str, str],
    fine: bool,
    strict: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    info = ClipInfo(tmp_path / 'talk.mp4', 64, 64, 30.0, 1.0, 0, 0)
    monkeypatch.setattr('vico_listener.nodes.source.probe_clip', lambda path: info)
    monkeypatch.setattr(demo, 'play_and_record', lambda *args, **options: sections)
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    options = ['--strict'] if strict else []
    args = parser.parse_args(['talk.mp4', '--out', str(tmp_path / 'out'), *options])
    assert demo.run(args) == (NOT_OK if strict and not fine else 0)
    assert f'check: {sections["check"]}' in capsys.readouterr().out
    assert json.loads((tmp_path / 'out' / 'report.json').read_text()) == sections
