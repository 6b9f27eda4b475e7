"""The errors that a user can fix, all derived from one root.

Nodes and commands show the message of such an error (`user_message`). Any other exception is a
fault of the program and shows its traceback::

    VicoError
    ├── SettingError          also a ValueError
    │   ├── BenchmarkConfigError
    │   ├── ControlError
    │   ├── PluginError
    │   ├── ProfileError
    │   └── TrainingConfigError
    ├── DataError             also a ValueError
    │   ├── AlignmentError
    │   ├── AudioFormatError
    │   ├── BagError
    │   ├── CheckpointError
    │   ├── ClipError
    │   ├── FaceModelError
    │   ├── ImageError
    │   ├── LayoutError
    │   ├── MessageError
    │   ├── OnnxFileError
    │   ├── PortraitError
    │   ├── PoseError
    │   ├── RecordingError
    │   ├── RejectedClipError
    │   ├── StudyError
    │   └── TorchFileError
    ├── NotInstalledError
    └── UnavailableError
        ├── SimulationError
        ├── SourceError
        ├── StackError
        └── SynthesizerError
"""

from collections.abc import Sequence

from vico_listener.dependencies import remedy


class VicoError(Exception):
    """Something that the user can fix; the message says how."""


class SettingError(VicoError, ValueError):
    """A parameter, option or argument has a value that cannot be used."""


class DataError(VicoError, ValueError):
    """A file, message or data set does not have the required content."""


class NotInstalledError(VicoError):
    """A Python module, ROS package or file that is needed is not installed."""


class UnavailableError(VicoError):
    """A device, program or service is not available, or has ended."""


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
        if name.partition('.')[0] != __package__:
            return f'the Python module {name!r} is not installed: {remedy(name, extras)}'
    return None
