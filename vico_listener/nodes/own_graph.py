"""A ROS graph of one's own: the composed stack in a process, and nodes of this process beside it.

Demo, live view and fault suite run in such a graph, apart from everybody else's.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import rclpy
import yaml
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from vico_listener.errors import UnavailableError
from vico_listener.nodes.data_executor import DataExecutor
from vico_listener.nodes.isolation import isolate
from vico_listener.nodes.isolation import own_namespace
from vico_listener.nodes.main import PROGRAM
from vico_listener.nodes.parent import PARENT
from vico_listener.nodes.ros import start_ros

PATIENCE = 5.0
"""Seconds in which what is asked to end must have ended."""


class StackProcess:
    """The `stack` executable with a parameter file and a log.

    Args:
        folder: where `stack.yaml` and `stack.log` go.
        parameters: parameters of all its nodes; a node takes those it declares.
        namespace: ROS namespace of its nodes.
    """

    def __init__(
        self, folder: Path, parameters: dict[str, Any], namespace: str, program: str = PROGRAM
    ) -> None:
        self.log = folder / 'stack.log'
        file = folder / 'stack.yaml'
        file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}), encoding='utf-8')
        command = [sys.executable, '-m', program, 'stack', '--ros-args']
        command += ['--params-file', str(file), '-r', f'__ns:={namespace}']
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


class OwnGraph:
    """The stack, and nodes of this process, in a ROS domain of their own.

    A context manager: it sets up the domain and starts the stack; at the end of the context nodes
    and stack end, whatever has happened.

    Args:
        folder: where the stack's parameters and log go.
        parameters: of the stack's nodes.
        program: the module that runs the stack.

    Attributes:
        stack: the process of the stack; a new one after `restart_stack`.
    """

    def __init__(self, folder: Path, parameters: dict[str, Any], program: str = PROGRAM) -> None:
        self._folder = folder
        self._program = program
        self._parameters = parameters
        self._undo = contextlib.ExitStack()
        self._spinner: threading.Thread | None = None
        self._failure: Exception | None = None
        self._nodes: tuple[Node, ...] = ()
        self.stack: StackProcess

    def __enter__(self) -> 'OwnGraph':
        isolate()
        with contextlib.ExitStack() as undo:  # an interruption on the way leaves no stack behind
            self.restart_stack()
            undo.callback(lambda: self.stack.stop())
            undo.callback(self._join)
            undo.callback(rclpy.try_shutdown)
            start_ros(['--ros-args', '-r', f'__ns:={own_namespace()}', '--log-level', 'warn'])
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _join(self) -> None:
        if self._spinner is not None:
            self._spinner.join(PATIENCE)

    def restart_stack(self) -> None:
        """Start a stack; one that ran before has ended."""
        self.stack = StackProcess(self._folder, self._parameters, own_namespace(), self._program)

    def check(self) -> None:
        """Raise the exception of a callback of the nodes that `spin` runs; it has ended them all.

        What a node cannot go on for is raised as an UnavailableError.
        """
        if self._failure is not None:
            raise self._failure
        for node in self._nodes:
            failure = getattr(node, 'failure', '')
            if failure:
                raise UnavailableError(failure)

    def spin(self, *nodes: Node, niceness: int = 0) -> None:
        """Run the callbacks of nodes in a thread until the end of the context.

        Args:
            nodes: of this process, made in the context; all that it has.
            niceness: of the thread, 0 to 19, where the system knows one: on Linux it is the
                thread's own and leaves the others alone.
        """
        self._nodes = nodes
        executor = DataExecutor()
        for node in nodes:
            executor.add_node(node)

        def run() -> None:
            if niceness:
                os.setpriority(os.PRIO_PROCESS, 0, niceness)
            try:
                executor.spin()
            except ExternalShutdownException:
                pass
            except Exception as error:  # noqa: BLE001 - `check` raises it where somebody hears it
                self._failure = error

        self._spinner = threading.Thread(target=run, name='spin', daemon=True)
        self._spinner.start()
