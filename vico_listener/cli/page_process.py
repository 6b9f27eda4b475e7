"""Runs the pages of `vico` as processes of a launch."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from vico_listener.nodes.interruption import Interruption
from vico_listener.nodes.parent import end_with_parent


def serve_page(name: str, module: str, command: str, arguments: Sequence[str] | None = None) -> int:
    """Serve a page until the process is asked to end.

    Args:
        name: of the program, for messages.
        module: has `add_arguments` and `serve`.
        command: of `vico` whose extras it needs.
        arguments: its options, and ROS arguments; None for those of this process.

    Returns:
        Exit code: 0 when asked to end, 1 after an error that the user can fix.
    """
    # First of all: the imports start threads, which would take the signals.
    interruption = Interruption()
    end_with_parent()
    from rclpy.utilities import remove_ros_args

    from vico_listener.dependencies import needs
    from vico_listener.user_message import user_message

    page = import_module(module)
    given = sys.argv if arguments is None else [name, *arguments]
    parser = argparse.ArgumentParser(prog=name)
    page.add_arguments(parser)
    args = parser.parse_args(remove_ros_args(given)[1:])
    try:
        page.serve(args, given, interruption)
    except Exception as error:
        message = user_message(error, needs(command, given))
        if message is None:
            raise
        print(f'{name}: {message}', file=sys.stderr)
        return 1
    return 0
