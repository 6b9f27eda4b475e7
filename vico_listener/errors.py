"""The errors that a user can mend, all below one root.

Nodes and commands say the message of such an error (`user_message`); whatever else is raised is a
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

from vico_listener.dependencies import remedy


class VicoError(Exception):
    """Something that the user can mend; the message says how."""


class SettingError(VicoError, ValueError):
    """A parameter, option or argument has a value that cannot be used."""


class DataError(VicoError, ValueError):
    """A file, message or data set does not hold what it must hold."""


class NotInstalledError(VicoError):
    """A Python module, ROS package or file that is needed here is not installed."""


class UnavailableError(VicoError):
    """A device, program or service is not there, or has ended."""


def user_message(error: Exception) -> str | None:
    """What the user is told of an error, in one line; None for a fault of the program.

    Beside `VicoError` users can mend what the system says of files, devices and networks, and a
    Python module that is not installed, unless it is one of this package's own.
    """
    if isinstance(error, VicoError):
        return str(error)
    if isinstance(error, OSError):
        return f'{error.filename}: {error.strerror}' if error.filename else str(error)
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ''
        ours = name.partition('.')[0] == __package__
        return None if ours else f'the Python module {name!r} is not installed: {remedy(name)}'
    return None
