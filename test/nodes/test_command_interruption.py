"""Ctrl-C ends the demo at whatever moment, without a traceback, and leaves no stack behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from graph import wait_until

MOMENTS: dict[str, Callable[[int, Path], bool]] = {
    'imports': lambda pid, out: 'numpy' in Path(f'/proc/{pid}/maps').read_text(),
    'rclpy': lambda pid, out: 'rclpy' in Path(f'/proc/{pid}/maps').read_text(),
    'stack starts': lambda pid, out: (out / 'stack.log').exists(),
    'stack is ready': lambda pid, out: 'perception]: activate' in text(out / 'stack.log'),
    'it plays': lambda pid, out: text(out / 'motion.csv').count('\n') > 10,
}


def text(path: Path) -> str:
    return path.read_text() if path.exists() else ''


def processes(group: int) -> list[str]:
    found = subprocess.run(['ps', '-eo', 'pgid=,pid=,stat='], capture_output=True, text=True)
    rows = [line.split() for line in found.stdout.splitlines()]
    return [pid for pgid, pid, state in rows if int(pgid) == group and 'Z' not in state]


@pytest.mark.parametrize('whole_group', [False, True], ids=['kill', 'terminal'])
@pytest.mark.parametrize('moment', MOMENTS)
@pytest.mark.trouble(
    'environment',
    'Ctrl-C is pressed at any moment of a demo',
    sees='`interrupted`, without a traceback or a remaining process.',
)
def test_the_demo_is_interrupted(
    moment: str, whole_group: bool, short_clip: Path, tmp_path: Path
) -> None:
    log = tmp_path / 'log.txt'
    command = [sys.executable, '-m', 'vico_listener.cli', 'demo', str(short_clip)]
    with log.open('wb') as file:
        process = subprocess.Popen(
            [*command, '--out', str(tmp_path / 'out')],
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    wait_until(lambda: MOMENTS[moment](process.pid, tmp_path / 'out'), 60.0)
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    assert process.wait(60.0) == 130
    told = log.read_text()
    assert told.endswith('interrupted\n')
    for complaint in ('Traceback', 'Exception', 'Error'):
        assert complaint not in told
    wait_until(lambda: not processes(process.pid))
