"""Makes the message of an error for the user, unless it is a fault of the program."""

from collections.abc import Sequence

from vico_listener.dependencies import remedy
from vico_listener.errors import VicoError


def user_message(error: Exception, extras: Sequence[str] = ()) -> str | None:
    """Return the message of an error for the user, in one line, or None for a fault of the program.

    Besides a `VicoError`, users can fix the system's errors about files, devices and networks, and
    a missing Python module, unless it is one of this package.

    Args:
        error: the error.
        extras: the extras of what is running (see `dependencies.needs`).
    """
    if isinstance(error, VicoError):
        return str(error)
    if isinstance(error, OSError):
        return f'{error.filename}: {error.strerror}' if error.filename else str(error)
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ''
        if name in (f'{__package__}.{part}' for part in ('msg', 'srv', 'action')):
            return f'the messages of {__package__} are not built: ./run setup'
        if name.partition('.')[0] != __package__:
            return f'the Python module {name!r} is not installed: {remedy(name, extras)}'
    return None
