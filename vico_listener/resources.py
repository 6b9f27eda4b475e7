"""Finds the files of the package (config, models) in the source tree or in an install."""

import sys
from pathlib import Path

from vico_listener.errors import NotInstalledError


def resource_path(relative: str) -> Path:
    """Return the path of a file or folder of the package, e.g. ``config/robots``.

    It is searched beside the source tree, then in ``share/vico_listener`` of the install to which
    this module belongs (colcon, then pip), then in that of this Python environment.

    Raises:
        NotInstalledError: it is in none of these places.
    """
    here = Path(__file__).resolve().parent
    candidates = [here.parent / relative]
    prefixes = (*here.parents, Path(sys.prefix))
    candidates += [prefix / 'share' / 'vico_listener' / relative for prefix in prefixes]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise NotInstalledError(
        f'{relative} of vico_listener is missing: build the workspace again (./run setup)'
    )
