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
    │   ├── MeshFileError
    │   ├── MessageError
    │   ├── OnnxFileError
    │   ├── PersonModelError
    │   ├── PortraitError
    │   ├── PoseError
    │   ├── RecordingError
    │   ├── RejectedClipError
    │   ├── StudyError
    │   ├── TorchFileError
    │   └── UrdfError
    ├── NotInstalledError
    └── UnavailableError
        ├── SimulationError
        ├── SourceError
        ├── StackError
        └── SynthesizerError
"""


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
