"""Starts ROS in this process, whatever the environment says of log folders."""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import rclpy
from rclpy.signals import SignalHandlerOptions

from vico_listener.errors import UnavailableError


def start_ros(arguments: Sequence[str] | None = None) -> None:
    """Call `rclpy.init`, without its signal handlers.

    They would take the context away from running callbacks; a node's process has an
    `Interruption`, a command gets KeyboardInterrupt.

    Args:
        arguments: the command line with its ROS arguments; None for those of this process.

    Raises:
        UnavailableError: ROS does not start, e.g. because of a wrong ROS argument.
    """
    ensure_log_folder()
    try:
        rclpy.init(
            args=None if arguments is None else list(arguments),
            signal_handler_options=SignalHandlerOptions.NO,
        )
    except RuntimeError as error:
        # Without the places in the source of ROS.
        text = re.sub(r', at \S+:\d+', '', str(error))
        raise UnavailableError(f'cannot start: {type(error).__name__}: {text}') from error


def ensure_log_folder() -> None:
    """Have ROS write its logs to a temporary folder where it could not write them.

    ROS does not start without its log folder. Services often have no home, or one that is
    read-only.
    """
    folder = log_folder(os.environ)
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return
        except OSError:
            pass
    os.environ['ROS_LOG_DIR'] = tempfile.mkdtemp(prefix='ros_log_')
    what = 'there is no HOME' if folder is None else f'{folder} cannot be written'
    print(f'{what}: the logs of ROS go to {os.environ["ROS_LOG_DIR"]}', file=sys.stderr)


def log_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder that ROS chooses for its logs, or None without a home.

    The order is that of rcl_logging_interface: ROS_LOG_DIR, then ROS_HOME, then ``~/.ros``; what is
    empty counts as not set.
    """
    home = environment.get('HOME', '')

    def at_home(path: str) -> Path:
        return Path(home + path[1:]) if home and path.startswith('~') else Path(path)

    if environment.get('ROS_LOG_DIR'):
        return at_home(environment['ROS_LOG_DIR'])
    if environment.get('ROS_HOME'):
        return at_home(environment['ROS_HOME']) / 'log'
    return Path(home) / '.ros' / 'log' if home else None
