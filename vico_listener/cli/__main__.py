"""Runs the `vico` command, as ``python -m vico_listener.cli`` or as the program ``vico``."""

import io
import sys

from vico_listener.cli.interrupts import Interrupts


def run() -> None:
    """Run the command line's command and end the process with its exit code."""
    # First of all: the imports take a second.
    interrupts = Interrupts()
    # What a terminal has no letters for is no reason to fail.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors='backslashreplace')
    from vico_listener.cli.main import main

    sys.exit(main(interrupts=interrupts))


if __name__ == '__main__':
    run()
