"""Entry point of the executable `simulated_robot`."""

import sys
from collections.abc import Sequence

from vico_listener.nodes.interruption import Interruption
from vico_listener.nodes.parent import end_with_parent


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a `SimulatedRobot` until the process is asked to end."""
    # First of all: the imports start threads, which would take the signals.
    interruption = Interruption()
    end_with_parent()
    from vico_listener.lab.nodes.simulated_robot_node import run_robot

    return run_robot(interruption, name, sys.argv if arguments is None else [name, *arguments])
