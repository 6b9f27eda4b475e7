"""Writes a bag as `ros2 bag record` of ROS 2 Jazzy does."""

import shutil
from pathlib import Path
from typing import Any
from typing import Literal

from rosbags.interfaces import Qos
from rosbags.interfaces import QosDurability
from rosbags.interfaces import QosHistory
from rosbags.interfaces import QosLiveliness
from rosbags.interfaces import QosReliability
from rosbags.interfaces import QosTime
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer
from rosbags.rosbag2.errors import WriterError

from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.definitions import typestore

STORAGES = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}
METADATA_VERSION: Literal[9] = 9
DEPTH = 100

URI_MARKS = set('#?%')
"""What rosbags would not write as it stands into the URI of a database: the bag would come to lie
elsewhere."""

_FOREVER = QosTime(9223372036, 854775807)
_RELIABLE = Qos(
    QosHistory.KEEP_LAST,
    DEPTH,
    QosReliability.RELIABLE,
    QosDurability.VOLATILE,
    _FOREVER,
    _FOREVER,
    QosLiveliness.AUTOMATIC,
    _FOREVER,
    False,
)


class BagWriter:
    """A new bag; a context manager. What an exception interrupts is deleted.

    Args:
        folder: of the bag; must not exist.
        storage: 'mcap' or 'sqlite3'.
        notes: go into the custom data of metadata.yaml.

    Raises:
        BagError: the folder exists, or cannot be made.
    """

    def __init__(
        self, folder: Path, storage: str = 'mcap', notes: dict[str, str] | None = None
    ) -> None:
        if storage == 'sqlite3' and (marks := set(str(folder)) & URI_MARKS):
            raise BagError(
                f'cannot write the bag {folder}: its path must not hold '
                f'{" or ".join(sorted(marks))} when it is sqlite3; write it as mcap, or give it '
                'another name'
            )
        self._folder = folder
        self._connections: dict[str, Any] = {}
        self.counts: dict[str, int] = {}
        try:
            self._writer = Writer(
                folder, version=METADATA_VERSION, storage_plugin=STORAGES[storage]
            )
            for key, value in (notes or {}).items():
                self._writer.set_custom_data(key, value)
            self._writer.open()
        except (WriterError, OSError) as error:
            raise BagError(f'cannot write the bag {folder}: {error}') from None

    def add_topic(self, topic: str, kind: str) -> None:
        """Make a topic known, whether or not something will be written to it.

        Raises:
            BagError: `kind` is a type without a known definition.
        """
        if topic in self._connections:
            return
        if kind not in typestore().types:
            raise BagError(f'{topic}: no definition of the type {kind} is known')
        self._connections[topic] = self._writer.add_connection(
            topic, kind, typestore=typestore(), offered_qos_profiles=[_RELIABLE]
        )
        self.counts[topic] = 0

    def write(self, topic: str, kind: str, stamp: int, message: Any) -> None:
        """Append a message (of `definitions.new_message`), recorded at `stamp` ns."""
        self.write_raw(topic, kind, stamp, typestore().serialize_cdr(message, kind))

    def write_raw(self, topic: str, kind: str, stamp: int, data: bytes | memoryview) -> None:
        """Append a message as it came over the wire (CDR)."""
        self.add_topic(topic, kind)
        self._writer.write(self._connections[topic], stamp, data)
        self.counts[topic] += 1

    def close(self) -> None:
        """Write the index and metadata.yaml."""
        self._writer.close()

    def __enter__(self) -> 'BagWriter':
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
            return
        self._writer.abort()
        shutil.rmtree(self._folder)
