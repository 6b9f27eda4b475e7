"""The composed stack as a process of its own, with parameters and a log."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from vico_listener.nodes.main import PROGRAM
from vico_listener.nodes.parent import PARENT

PATIENCE = 5.0
"""Seconds in which what is asked to end must have ended."""


class StackProcess:
    """The `stack` executable with a parameter file and a log.

    Args:
        folder: where `stack.yaml` and `stack.log` go.
        parameters: parameters of all its nodes; a node takes those it declares.
        namespace: ROS namespace of its nodes.
        program: the module that runs it.
        files: parameter files that count where `parameters` say nothing.
        prefix: a command that runs the command after it in its own place, as `nice` does.
    """

    def __init__(
        self,
        folder: Path,
        parameters: dict[str, Any],
        namespace: str,
        program: str = PROGRAM,
        files: Sequence[Path] = (),
        prefix: Sequence[str] = (),
    ) -> None:
        self.log = folder / 'stack.log'
        file = folder / 'stack.yaml'
        file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}), encoding='utf-8')
        command = [*prefix, sys.executable, '-m', program, 'stack', '--ros-args']
        for each in (*files, file):
            command += ['--params-file', str(each)]
        command += ['-r', f'__ns:={namespace}']
        with self.log.open('wb') as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {'RCUTILS_COLORIZED_OUTPUT': '0', PARENT: str(os.getpid())},
            )

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def peak_memory(self) -> float:
        """Return the largest resident memory so far, MB; NaN where the system does not tell."""
        return self._status('VmHWM')

    def memory(self) -> float:
        """Return the resident memory now, MB; NaN where the system does not tell."""
        return self._status('VmRSS')

    def processor_time(self) -> float:
        """Return the processor time of all its threads so far, s; NaN where it is not told."""
        try:
            stat = Path(f'/proc/{self.pid}/stat').read_text()
        except OSError:
            return float('nan')
        ticks = stat.rpartition(')')[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK')

    def _status(self, name: str) -> float:
        try:
            status = Path(f'/proc/{self.pid}/status').read_text()
        except OSError:
            return float('nan')
        fields = dict(line.split(':', 1) for line in status.splitlines() if ':' in line)
        return float(fields.get(name, 'nan kB').split()[0]) / 1024

    def complaints(self) -> list[str]:
        """Return the errors in its log, newest last."""
        lines = self.log.read_text(encoding='utf-8', errors='replace').splitlines()
        marks = ('[ERROR]', '[FATAL]', 'Error', 'missing')
        return [line for line in lines if any(mark in line for mark in marks)] or lines[-5:]

    def kill(self) -> None:
        """End it at once, as the system does when memory runs out."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Interrupt it as Ctrl-C would, and kill it when it does not end within `PATIENCE`."""
        if self.running:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
