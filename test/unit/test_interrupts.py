"""Ctrl-C ends a command without a traceback, at whatever moment it comes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, signal, sys, types
from vico_listener.cli.interrupts import Interrupts
interrupts = Interrupts()
command = types.ModuleType('vico_listener.lab.cli.describe')
sys.modules[command.__name__] = command
interrupt = lambda number=signal.SIGINT: os.kill(os.getpid(), number)
command.add_arguments = lambda parser: None

def run(args):
    import time
    try:
{body}
        time.sleep(60)
    finally:
        print('cleaned up', flush=True)

command.run = run
from vico_listener.cli.main import main
sys.exit(main(['describe'], interrupts))
"""


def run(body: str, folder: Path) -> subprocess.CompletedProcess:
    program = PROGRAM.format(body=textwrap.indent(textwrap.dedent(body), 8 * ' '))
    path = os.pathsep.join([str(ROOT), str(folder), os.environ.get('PYTHONPATH', '')])
    return subprocess.run(
        [sys.executable, '-c', program],
        capture_output=True,
        text=True,
        env=os.environ | {'PYTHONPATH': path},
        timeout=30,
    )


@pytest.mark.parametrize(
    'body',
    [
        'interrupt()',
        'interrupt(); interrupt(); interrupt(signal.SIGTERM)',
        """
        try:
            interrupt()
        except BaseException as error:
            raise ImportError('initialization failed') from error
        """,
        """
        class Finalized:
            def __del__(self):
                interrupt()
                time.sleep(1)
        Finalized()
        """,
    ],
    ids=['once', 'several', 'made another error', 'in a finalizer'],
)
def test_while_it_runs_it_is_cleaned_up(body: str, tmp_path: Path) -> None:
    done = run(body, tmp_path)
    assert done.stdout == 'cleaned up\n'
    assert (done.returncode, done.stderr) == (130, 'interrupted\n')


def test_another_signal_is_told_by_the_exit_code(tmp_path: Path) -> None:
    assert run('interrupt(signal.SIGTERM)', tmp_path).returncode == 128 + signal.SIGTERM


def test_an_import_comes_to_its_end(tmp_path: Path) -> None:
    module = 'import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint("imported")\n'
    (tmp_path / 'interrupted_import.py').write_text(module)
    done = run('import interrupted_import', tmp_path)
    assert done.stdout == 'imported\ncleaned up\n'
    assert (done.returncode, done.stderr) == (130, 'interrupted\n')


def test_an_error_of_the_command_is_still_told(tmp_path: Path) -> None:
    done = run("raise LookupError('nothing there')", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith('Traceback') and 'nothing there' in done.stderr


def test_when_it_is_over_nothing_is_shown(tmp_path: Path) -> None:
    done = run('import atexit; atexit.register(interrupt); return 0', tmp_path)
    assert (done.returncode, done.stderr) == (130, 'interrupted\n')


@pytest.mark.parametrize('moment', [0.0, 0.05, 0.2])
def test_while_python_starts(moment: float) -> None:
    path = os.pathsep.join([str(ROOT), os.environ.get('PYTHONPATH', '')])
    # As `run` does it: the new process inherits the blocked signal.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = subprocess.Popen(
            [sys.executable, '-m', 'vico_listener.cli', 'docs', '--check'],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {'PYTHONPATH': path},
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, 'interrupted\n')
