"""Entry point of the executable `face_page`: `vico face` as a process of a launch."""

import argparse
import sys
from collections.abc import Sequence

from vico_listener.nodes.interruption import Interruption
from vico_listener.nodes.parent import end_with_parent


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Serve the page of `vico face` until the process is asked to end.

    Args:
        name: of the program, for messages.
        arguments: the options of `vico face`, and ROS arguments; None for those of this process.

    Returns:
        Exit code: 0 when asked to end, 1 after an error that the user can fix.
    """
    # First of all: the imports start threads, which would take the signals.
    interruption = Interruption()
    end_with_parent()
    from rclpy.utilities import remove_ros_args

    from vico_listener.cli import face
    from vico_listener.dependencies import needs
    from vico_listener.user_message import user_message

    given = sys.argv if arguments is None else [name, *arguments]
    parser = argparse.ArgumentParser(prog=name)
    face.add_arguments(parser)
    args = parser.parse_args(remove_ros_args(given)[1:])
    try:
        face.serve(args, given, interruption)
    except Exception as error:
        message = user_message(error, needs('face', given))
        if message is None:
            raise
        print(f'{name}: {message}', file=sys.stderr)
        return 1
    return 0
