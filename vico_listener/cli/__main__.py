"""Runs the `vico` command as ``python -m vico_listener.cli``."""

import sys

from vico_listener.cli.main import main

sys.exit(main())
