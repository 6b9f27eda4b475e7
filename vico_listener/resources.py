"""Finds the package's own files (config, models) in the source tree and in an install."""

import sys
from pathlib import Path

from vico_listener.errors import NotInstalledError


def resource_path(relative: str) -> Path:
    """Path of a file or folder of the package, e.g. ``config/robots``.

    Looks beside the source tree first, then in ``share/vico_listener`` of the install that this
    module belongs to (colcon, then pip), last in that of this Python's environment.

    Raises:
        NotInstalledError: it is in neither place.
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
