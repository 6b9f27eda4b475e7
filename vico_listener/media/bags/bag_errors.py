"""What is wrong with a bag."""

from pathlib import Path

from vico_listener.errors import DataError


class BagError(DataError):
    """A bag cannot be read or written; the message says why and what to do."""


class MessageError(DataError):
    """A single message of a bag cannot be read."""


def damaged(path: Path, reason: object) -> BagError:
    """Return the error of a bag whose bytes are not what they were."""
    return BagError(
        f'{path} is truncated or damaged ({reason}): take an intact copy; '
        '`mcap recover` or `ros2 bag reindex` may save what is there'
    )


def of_ros1(path: Path) -> BagError:
    """Return the error of a bag that ROS 1 made."""
    return BagError(
        f'{path.name} is a bag of ROS 1: rosbags-convert --src {path.name} --dst {path.stem} '
        'makes a rosbag2 of it'
    )
