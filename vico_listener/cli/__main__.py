"""``python -m vico_listener.cli``: the `vico` command."""

import sys

from vico_listener.cli.main import main

sys.exit(main())
