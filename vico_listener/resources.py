"""Finds the package's own files (config, models) in the source tree and in an install."""

from pathlib import Path

from vico_listener.errors import NotInstalledError


def resource_path(relative: str) -> Path:
    """Path of a file or folder of the package, e.g. ``config/robots``.

    Looks beside the source tree first, then in ``share/vico_listener`` of the install that this
    module belongs to (colcon, then pip).

    Raises:
        NotInstalledError: it is in neither place.
    """
    here = Path(__file__).resolve().parent
    candidates = [here.parent / relative]
    candidates += [parent / 'share' / 'vico_listener' / relative for parent in here.parents]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise NotInstalledError(
        f'{relative} of vico_listener is missing: build the workspace again (./run setup)'
    )
