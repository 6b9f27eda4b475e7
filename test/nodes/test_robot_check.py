"""`vico robot check --move` before a neck: it says when that does not do what it is told."""

import numpy as np
import pytest
from graph import Graph
from neck import Neck

from vico_listener.cli import robot as robot_command
from vico_listener.cli.main import main
from vico_listener.robot import load_profile

PROFILE = load_profile('generic_2dof')
CHECK = ['robot', 'check', 'generic_2dof', '--move']


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot_command, 'HOLD', 1.0)
    monkeypatch.setattr(robot_command, 'PATIENCE', 20.0)


def test_a_robot_under_other_names_is_found(
    graph: Graph, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {'joint_states': 'head/states', 'head_controller/joint_trajectory': 'neck/command'}
    given = [argument for pair in names.items() for argument in ('-r', ':='.join(pair))]
    options = {'namespace': 'robot1', 'cli_args': ['--ros-args', *given]}
    neck = graph.add(Neck(PROFILE, [0.3, -0.2], context=graph.context, **options))
    named = ['--command', 'neck/command', '--joint-states', 'head/states', '--namespace', 'robot1']
    assert main([*CHECK, *named]) == 0
    printed = capsys.readouterr().out
    assert 'joint_trajectory -> neck/command' in printed
    assert 'It began where it is: +0.300, -0.200 rad' in printed
    assert np.ptp(neck.asked, axis=0).min() > 0.1


@pytest.mark.trouble(
    'robot',
    'A joint does not move, or an emergency stop is pressed, during `vico robot check --move`',
    sees='The joint is named, with the commanded and the measured movement; exit code 1.',
    remedy='Free it, release the stop, or end the program that moves it; read the log of its '
    'controller.',
)
def test_a_joint_that_does_not_follow_is_named(
    graph: Graph, capsys: pytest.CaptureFixture[str]
) -> None:
    neck = graph.add(Neck(PROFILE, context=graph.context))
    neck.blocked = True
    assert main(CHECK) == 1
    said = capsys.readouterr().err
    assert 'head_pan_joint moved by 0.0 of ' in said
    assert 'is it blocked, is an emergency stop pressed' in said


@pytest.mark.parametrize('option', ['--command', '--joint-states', '--namespace'])
def test_what_is_no_name_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CHECK, option, 'a//b']) == 1
    assert "'a//b' is no name of a topic" in capsys.readouterr().err


def test_a_robot_without_topics_has_no_names_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['robot', 'check', 'furhat', '--move', '--command', 'head']) == 1
    assert (
        "'furhat' has no topics, because it is commanded at ws://furhat" in capsys.readouterr().err
    )
