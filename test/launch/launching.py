"""A launch in a process of its own, as `ros2 launch` runs it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory

from vico_listener.nodes.isolation import isolate

TIMEOUT = 60.0

LAUNCH = """
import sys
from launch import LaunchDescription
from launch import LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

path, *arguments = sys.argv[1:]
service = LaunchService(argv=arguments)
source = PythonLaunchDescriptionSource(path)
pairs = [tuple(argument.split(':=', 1)) for argument in arguments]
include = IncludeLaunchDescription(source, launch_arguments=pairs)
service.include_launch_description(LaunchDescription([include]))
sys.exit(service.run())
"""


class LaunchProcess:
    """A launch file of the package, launched by a process that can be killed.

    Args:
        folder: of the log.
        file: launch file.
        arguments: launch arguments.
    """

    def __init__(self, folder: Path, file: str, **arguments: str) -> None:
        isolate()
        path = f'{get_package_share_directory("vico_listener")}/launch/{file}'
        pairs = [f'{name}:={value}' for name, value in arguments.items()]
        self._log = folder / 'launch.log'
        with self._log.open('wb') as log:
            # A session of its own: what is sent to its group is what ^C sends.
            self._process = subprocess.Popen(
                [sys.executable, '-c', LAUNCH, path, *pairs],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {'ROS_LOG_DIR': str(folder), 'RCUTILS_COLORIZED_OUTPUT': '0'},
            )

    @property
    def log(self) -> str:
        """What launch and nodes have said."""
        return self._log.read_text(errors='replace')

    def nodes(self) -> dict[int, str]:
        """The processes of its nodes that are alive: number -> executable."""
        found = {}
        for status in Path('/proc').glob('[0-9]*/stat'):
            try:
                text = status.read_text()
                words = (status.parent / 'cmdline').read_text().split('\0')
            except OSError:
                continue
            session, state = text.rpartition(')')[2].split()[3], text.rpartition(')')[2].split()[0]
            names = [Path(w).name for w in words if '/lib/vico_listener/' in w]
            if session == str(self._process.pid) and state != 'Z' and names:
                found[int(status.parent.name)] = names[0]
        return found

    def wait_until(self, condition: Callable[[], Any]) -> None:
        """Wait for something; fail the test with the log when it does not come true."""
        end = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < end, self.log
            time.sleep(0.02)

    def wait_for(self, text: str, count: int = 1) -> None:
        """Wait for something to be in the log."""
        self.wait_until(lambda: self.log.count(text) >= count)

    def interrupt(self) -> None:
        """Send what ^C sends: SIGINT to launch and nodes, if any of them lives."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGINT)

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the launch alone."""
        self._process.send_signal(number)

    @property
    def ended(self) -> bool:
        """True once the launch has ended; its nodes may live on."""
        return self._process.poll() is not None

    def exit_code(self) -> int:
        """Wait for its end."""
        return self._process.wait(TIMEOUT)

    def assert_nothing_is_left(self) -> None:
        """No process of a node lives on, and nothing has thrown its traceback at the user."""
        self.wait_until(lambda: not self.nodes())
        assert 'Traceback' not in self.log, self.log

    def close(self) -> None:
        """End whatever is left."""
        for process in [*self.nodes(), self._process.pid]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
