"""Starts the composed stack in a process of its own and ends it cleanly."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml


class StackProcess:
    """The `stack` executable with a parameter file and a log.

    Args:
        folder: where `stack.yaml` and `stack.log` go.
        parameters: parameters of all its nodes; a node takes those it declares.
        namespace: ROS namespace of its nodes.
    """

    def __init__(self, folder: Path, parameters: dict[str, Any], namespace: str) -> None:
        self.log = folder / 'stack.log'
        file = folder / 'stack.yaml'
        file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}), encoding='utf-8')
        command = [sys.executable, '-m', 'vico_listener.nodes.main', 'stack', '--ros-args']
        command += ['--params-file', str(file), '-r', f'__ns:={namespace}']
        with self.log.open('wb') as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {'RCUTILS_COLORIZED_OUTPUT': '0'},
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def peak_memory(self) -> float:
        """Largest resident memory so far, MB; NaN where the system does not tell."""
        return self._status('VmHWM')

    def memory(self) -> float:
        """Resident memory now, MB; NaN where the system does not tell."""
        return self._status('VmRSS')

    def _status(self, name: str) -> float:
        try:
            status = Path(f'/proc/{self.pid}/status').read_text()
        except OSError:
            return float('nan')
        fields = dict(line.split(':', 1) for line in status.splitlines() if ':' in line)
        return float(fields.get(name, 'nan kB').split()[0]) / 1024

    def complaints(self) -> list[str]:
        """The errors in its log, newest last."""
        lines = self.log.read_text(encoding='utf-8', errors='replace').splitlines()
        marks = ('[ERROR]', '[FATAL]', 'Error', 'missing')
        return [line for line in lines if any(mark in line for mark in marks)] or lines[-5:]

    def kill(self) -> None:
        """End it at once, as the system does when memory runs out."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Interrupt it as Ctrl-C would, and kill it when it does not end within 5 s."""
        if self.running:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(5.0)
            except subprocess.TimeoutExpired:
                self.kill()
