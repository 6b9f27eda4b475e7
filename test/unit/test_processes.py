"""Work in several processes: the results in order, and an end when it is interrupted."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vico_listener.lab.processes import submitted

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, time
from vico_listener.cli.main import main
from vico_listener.lab.cli import describe
from vico_listener.lab.dataset.jobs import run_jobs

if __name__ == '__main__':
    describe.run = lambda args: run_jobs(wait, [(sys.argv[1],)] * 4, 2, 'waiting')
    sys.exit(main(['describe', 'somewhere']))
"""
JOB = """
import os, time

def wait(folder):
    open(os.path.join(folder, str(os.getpid())), 'w').close()
    time.sleep(60)
"""


def test_results_come_in_order() -> None:
    with submitted(divmod, [(7, 2), (9, 4)], 2) as futures:
        assert [future.result() for future in futures] == [(3, 1), (2, 1)]


def test_an_interruption_ends_the_jobs_that_run() -> None:
    with pytest.raises(KeyboardInterrupt), submitted(signal.pause, [()] * 3, 2):
        assert multiprocessing.active_children()
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()


@pytest.mark.trouble(
    'environment',
    'Ctrl-C during work in several processes',
    sees='They end at once.',
)
def test_ctrl_c_in_a_terminal_shows_no_tracebacks(tmp_path: Path) -> None:
    (tmp_path / 'waiting_job.py').write_text(JOB)
    (tmp_path / 'program.py').write_text('from waiting_job import wait\n' + PROGRAM)
    workers = tmp_path / 'workers'
    workers.mkdir()
    path = os.pathsep.join([str(ROOT), str(tmp_path), os.environ.get('PYTHONPATH', '')])
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / 'program.py'), str(workers)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {'PYTHONPATH': path},
    )
    while len(list(workers.iterdir())) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert 'Traceback' not in told and told.endswith('interrupted\n')
    for worker in workers.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(worker.name), 0)
