"""Reads messages out of a bag: mcap or sqlite3, with or without definitions inside."""

import struct
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import apsw
from rosbags.interfaces import Connection
from rosbags.interfaces import MessageDefinitionFormat
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.errors import ReaderError
from rosbags.serde import SerdeError
from rosbags.typesys import Stores
from rosbags.typesys import TypesysError
from rosbags.typesys import get_types_from_idl
from rosbags.typesys import get_types_from_msg
from rosbags.typesys import get_typestore

from vico_listener.clock import NANOSECONDS
from vico_listener.media.bags.definitions import typestore
from vico_listener.media.bags.errors import BagError

SUFFIXES = ('.mcap', '.db3')

# What rosbags lets through when it meets bytes that are no longer what they were.
_DAMAGE = (
    ReaderError,
    SerdeError,
    struct.error,
    apsw.Error,
    AssertionError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
)


def is_bag(path: Path) -> bool:
    """True for a rosbag2 folder, or an .mcap or .db3 file, whatever is in it."""
    if path.is_dir():
        return (path / 'metadata.yaml').is_file() or any(
            file.suffix in SUFFIXES for file in path.iterdir()
        )
    return path.suffix in (*SUFFIXES, '.bag')


@dataclass(frozen=True)
class Topic:
    """A topic of a bag: name, type (``package/msg/Name``) and number of messages."""

    name: str
    kind: str
    count: int

    def __str__(self) -> str:
        return f'{self.name} ({self.kind}, {self.count} messages)'


class Bag:
    """An open bag; a context manager.

    Args:
        path: a bag's folder, or one .mcap or .db3 file.

    Raises:
        BagError: it is no rosbag2 bag, truncated, damaged, or without a single message.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stores: dict[str, Any] = {}
        if not path.exists():
            raise BagError(f'no such bag: {path}')
        if path.suffix == '.bag':
            raise BagError(
                f'{path.name} is a bag of ROS 1: rosbags-convert --src {path.name} --dst '
                f'{path.stem} makes a rosbag2 of it'
            )
        if not is_bag(path):
            raise BagError(
                f'{path} is no rosbag2 bag: give its folder (with metadata.yaml), or an .mcap '
                'or .db3 file'
            )
        if path.is_dir() and not (path / 'metadata.yaml').is_file():
            raise BagError(
                f'{path} has no metadata.yaml, its recording was cut off: '
                'ros2 bag reindex makes one'
            )
        try:
            self._reader = Reader(path)
            self._reader.open()
        except _DAMAGE as error:
            raise self._damaged(error) from None
        except OSError as error:
            raise BagError(f'{path} cannot be read: {error}') from None
        if self._reader.message_count == 0:
            self.close()
            raise BagError(f'{path} is empty: there is no message in it')

    def _damaged(self, error: Exception) -> BagError:
        return BagError(
            f'{self.path} is truncated or damaged ({_text(error)}): take an intact copy; '
            '`mcap recover` or `ros2 bag reindex` may save what is there'
        )

    @property
    def topics(self) -> list[Topic]:
        """Its topics, in the order of their names."""
        found: dict[tuple[str, str], int] = {}
        for c in self._reader.connections:
            found[c.topic, c.msgtype] = found.get((c.topic, c.msgtype), 0) + c.msgcount
        return [Topic(*key, count) for key, count in sorted(found.items())]

    @property
    def duration(self) -> float:
        """Seconds between the first and the last message."""
        return float((self._reader.end_time - 1 - self._reader.start_time) / NANOSECONDS)

    @property
    def storage(self) -> str:
        """'mcap' or 'sqlite3'."""
        files = [self.path] if self.path.is_file() else list(self.path.iterdir())
        return 'mcap' if any(f.suffix == '.mcap' for f in files) else 'sqlite3'

    def messages(self, topics: Collection[str]) -> Iterator[tuple[str, int, Any]]:
        """Topic, time of recording in ns and message, in the order of recording.

        Raises:
            BagError: a type whose definition is nowhere, or damaged data.
        """
        wanted = [c for c in self._reader.connections if c.topic in topics]
        if not wanted:
            return
        for connection in wanted:
            self._store(connection)
        try:
            for connection, recorded, data in self._reader.messages(wanted):
                store = self._stores[connection.msgtype]
                yield connection.topic, recorded, store.deserialize_cdr(data, connection.msgtype)
        except _DAMAGE as error:
            raise self._damaged(error) from None

    def first(self, topic: str) -> tuple[int, Any]:
        """Time of recording in ns and message that comes first on a topic.

        Raises:
            BagError: as `messages`, or nothing is on the topic.
        """
        for _, recorded, message in self.messages([topic]):
            return recorded, message
        raise BagError(f'{self.path}: nothing was recorded on {topic}')

    def _store(self, connection: Connection) -> Any:
        kind = connection.msgtype
        if kind in self._stores:
            return self._stores[kind]
        definition = connection.msgdef
        if definition.format == MessageDefinitionFormat.NONE:
            store = typestore()
        else:
            store = get_typestore(Stores.EMPTY)
            try:
                if definition.format == MessageDefinitionFormat.MSG:
                    store.register(get_types_from_msg(definition.data, kind))
                else:
                    store.register(_types_of_idl(definition.data))
            except TypesysError as error:
                raise BagError(
                    f'{self.path}: the definition of {kind} in it cannot be read: {_text(error)}'
                ) from None
        if kind not in store.types:
            raise BagError(
                f'{self.path} holds no definition of {kind}, and it is none of the known types: '
                'record it again as mcap, which carries definitions'
            )
        self._stores[kind] = store
        return store

    def close(self) -> None:
        """Close its files."""
        self._reader.close()

    def __enter__(self) -> 'Bag':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _types_of_idl(text: str) -> dict[str, Any]:
    """Types of IDL definitions, which rosbag2 joins by lines of '=' with a heading each."""
    types: dict[str, Any] = {}
    for part in text.split('=' * 80 + '\n'):
        idl = part.split('\n', 1)[1] if part.startswith('IDL: ') else part
        if idl.strip():
            types |= get_types_from_idl(idl)
    return types


def _text(error: Exception) -> str:
    return str(error).strip('\'"') or type(error).__name__
