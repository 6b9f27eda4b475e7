"""Ctrl-C and SIGTERM, also several at once, end every executable with exit code 0 and no fuss."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from graph import wait_until

from vico_listener.nodes.isolation import isolate

SIGNALS = (signal.SIGINT, signal.SIGINT, signal.SIGTERM)


def start(folder: Path, name: str, *arguments: str) -> tuple[subprocess.Popen, Path]:
    isolate()
    log = folder / f'{name}.log'
    command = [sys.executable, '-m', 'vico_listener.nodes.main', name, '--ros-args', *arguments]
    with log.open('wb') as file:
        return subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT), log


def interrupt(process: subprocess.Popen) -> int:
    """Send several signals in quick succession; return the exit code."""
    for number in SIGNALS:
        process.send_signal(number)
    return process.wait(20.0)


def assert_no_complaint(log: Path) -> None:
    for complaint in ('Traceback', 'ERROR', 'FATAL', 'Interrupt'):
        assert complaint not in log.read_text()


@pytest.mark.parametrize('name', ['perception', 'listener', 'renderer', 'head', 'replay', 'stack'])
@pytest.mark.trouble(
    'environment',
    'Ctrl-C while nodes start',
    sees='They end at once.',
)
def test_while_it_starts(name: str, tmp_path: Path) -> None:
    process, log = start(tmp_path, name)
    maps = Path(f'/proc/{process.pid}/maps')
    # The interpreter's own start-up is not ours; rclpy comes after the signals are taken.
    wait_until(lambda: 'rclpy' in maps.read_text())
    assert interrupt(process) == 0
    assert_no_complaint(log)


def test_while_it_runs(tmp_path: Path) -> None:
    process, log = start(tmp_path, 'stack')
    wait_until(lambda: '[perception]: activate: done' in log.read_text())
    assert interrupt(process) == 0
    assert_no_complaint(log)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['-p', 'size:=abc'], "size: 'abc' is not a whole number"),
        (['-p', 'size:=7'], 'size out of range'),
        (['--params-file', '/no/such.yaml'], '/no/such.yaml'),
        (['--bogus'], '--bogus'),
    ],
)
def test_wrong_arguments_are_explained(arguments: list[str], message: str, tmp_path: Path) -> None:
    process, log = start(tmp_path, 'renderer', *arguments)
    assert process.wait(20.0) == 1
    assert message in log.read_text()
    assert 'Traceback' not in log.read_text()
