"""A ROS graph of one's own: the composed stack in a process, and nodes of this process beside it.

Demo, live view and fault suite run in such a graph, apart from everybody else's.
"""

import contextlib
import os
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from vico_listener.errors import UnavailableError
from vico_listener.nodes.data_executor import DataExecutor
from vico_listener.nodes.isolation import isolate
from vico_listener.nodes.isolation import own_namespace
from vico_listener.nodes.main import PROGRAM
from vico_listener.nodes.ros import start_ros
from vico_listener.nodes.stack_process import PATIENCE
from vico_listener.nodes.stack_process import StackProcess


class OwnGraph:
    """The stack, and nodes of this process, in a ROS domain of their own.

    A context manager: it sets up the domain and starts the stack; at the end of the context nodes
    and stack end, whatever has happened.

    Args:
        folder: where the stack's parameters and log go.
        parameters: of the stack's nodes.
        program, files, prefix: see `StackProcess`.

    Attributes:
        stack: the process of the stack; a new one after `restart_stack`.
    """

    def __init__(
        self,
        folder: Path,
        parameters: dict[str, Any],
        program: str = PROGRAM,
        files: Sequence[Path] = (),
        prefix: Sequence[str] = (),
    ) -> None:
        self._start = partial(
            StackProcess, folder, parameters, program=program, files=files, prefix=prefix
        )
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
        self.stack = self._start(namespace=own_namespace())

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
