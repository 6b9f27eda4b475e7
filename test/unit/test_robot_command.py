"""`vico robot`: what an integrator sees before anything moves."""

from pathlib import Path

import pytest

from vico_listener.cli.main import main
from vico_listener.resources import resource_path
from vico_listener.robot.profile import known_profiles


def test_list_names_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['robot', 'list']) == 0
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines()] == known_profiles()
    assert 'ws://furhat.local:9000/v1/events' in printed


@pytest.mark.parametrize('name', known_profiles())
def test_show_tells_limits_of_every_joint(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['robot', 'show', name]) == 0
    assert 'rad/s^3' in capsys.readouterr().out


def test_check_prints_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['robot', 'check', 'qtrobot']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'qtrobot: float64_multi_array -> qt_robot/head_position/command, 30 Hz'
    assert lines[1].startswith('Dry run')
    shown = next(n for n, line in enumerate(lines) if line.startswith('  pitch +5 deg'))
    assert 'looks down' in lines[shown] and 'HeadPitch +5.000 deg' in lines[shown]
    assert lines[shown + 1].strip() == '{"data": [0.0, 4.9998]}'


def test_sign_of_a_joint_shows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(['robot', 'check', 'tiago']) == 0
    assert 'looks down                 head_1_joint +0.000 rad, head_2_joint -0.087 rad' in (
        capsys.readouterr().out
    )


def test_wrong_profile_is_answered_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(['robot', 'check', 'r2d2']) == 1
    assert capsys.readouterr().err.startswith("vico robot: no robot profile 'r2d2'")
    mine = tmp_path / 'mine.yaml'
    text = (resource_path('config/robots') / 'tiago.yaml').read_text(encoding='utf-8')
    mine.write_text(text.replace('sign: -1', 'sign: down'))
    assert main(['robot', 'show', str(mine)]) == 1
    assert capsys.readouterr().err == (
        "vico robot: mine: joints[1]: sign must be a number, not 'down'\n"
    )
