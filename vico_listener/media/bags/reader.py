"""Reads messages out of a bag: mcap or sqlite3, with or without definitions inside."""

import heapq
import struct
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosbags.interfaces import Nodetype
from rosbags.serde import SerdeError
from rosbags.typesys import Stores
from rosbags.typesys import TypesysError
from rosbags.typesys import get_types_from_idl
from rosbags.typesys import get_types_from_msg
from rosbags.typesys import get_typestore

from vico_listener.clock import NANOSECONDS
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.bag_errors import MessageError
from vico_listener.media.bags.bag_errors import damaged
from vico_listener.media.bags.definitions import typestore
from vico_listener.media.bags.files import is_bag
from vico_listener.media.bags.files import open_storage
from vico_listener.media.bags.files import storage_paths
from vico_listener.media.bags.mcap_file import McapFile
from vico_listener.media.bags.storage import StoredTopic
from vico_listener.media.remarks import Remarks

__all__ = ['Bag', 'RawMessage', 'Topic', 'is_bag']

DISORDER_NS = NANOSECONDS // 2
"""How far messages may stand out of the order of recording; more is a clock that was reset."""

DISORDER_BYTES = 2**26
"""How much of the messages is held at most to put them into order."""

_UNREADABLE = (
    SerdeError,
    struct.error,
    AssertionError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
)
"""What rosbags lets through when it meets bytes that are no longer what they were."""


@dataclass(frozen=True)
class Topic:
    """A topic of a bag: name, type (``package/msg/Name``) and number of messages."""

    name: str
    kind: str
    count: int

    def __str__(self) -> str:
        return f'{self.name} ({self.kind}, {self.count} messages)'


@dataclass(frozen=True)
class RawMessage:
    """A message as it is stored: its topic, time of recording in ns, and bytes (CDR)."""

    topic: StoredTopic
    recorded: int
    data: bytes


class Bag:
    """An open bag; a context manager.

    Args:
        path: a bag's folder, or one .mcap or .db3 file, compressed or not.

    Attributes:
        remarks: what was odd about it, and what was skipped in it.

    Raises:
        BagError: it is no rosbag2 bag, truncated, damaged, or without a single message.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stores: dict[tuple[str, str], Any] = {}
        with ExitStack() as stack:
            self._files = [open_storage(file, stack) for file in storage_paths(path)]
            self._span = [file.span for file in self._files if file.span is not None]
            if not self._span:
                raise BagError(f'{path} is empty: there is no message in it')
            self._stack = stack.pop_all()

    @property
    def remarks(self) -> Remarks:
        """What was odd about its files, and what was skipped in them so far."""
        remarks = Remarks()
        for file in self._files:
            remarks.update(file.remarks)
        return remarks

    @property
    def topics(self) -> list[Topic]:
        """Its topics, in the order of their names."""
        found: dict[tuple[str, str], int] = {}
        for topic in (topic for file in self._files for topic in file.topics):
            key = topic.name, topic.kind
            found[key] = found.get(key, 0) + topic.count
        return [Topic(*key, count) for key, count in sorted(found.items())]

    @property
    def duration(self) -> float:
        """Seconds between the first and the last time of recording."""
        first = min(first for first, _ in self._span)
        return (max(last for _, last in self._span) - first) / NANOSECONDS

    @property
    def storage(self) -> str:
        """'mcap' or 'sqlite3'."""
        return 'mcap' if isinstance(self._files[0], McapFile) else 'sqlite3'

    def raw_messages(self, topics: Collection[str]) -> Iterator[RawMessage]:
        """Return messages as they are stored, in the order of recording.

        Those of a recording whose clock was reset come in the order in which they were recorded.

        Raises:
            BagError: damaged data.
        """
        return _in_order(
            RawMessage(*message) for file in self._files for message in file.messages(topics)
        )

    def decode(self, message: RawMessage) -> Any:
        """Return a message, of `rosbags`' classes.

        Raises:
            BagError: a type whose definition is nowhere. MessageError: damaged data.
        """
        topic = message.topic
        if topic.encoding != 'cdr':
            raise BagError(
                f"{self.path}: {topic.name} is encoded as '{topic.encoding}', ROS 2 has cdr"
            )
        store = self._store(topic)
        try:
            return store.deserialize_cdr(message.data, topic.kind)
        except _UNREADABLE as error:
            raise MessageError(f'{topic.name}: {_text(error)}') from None

    def messages(self, topics: Collection[str]) -> Iterator[tuple[str, int, Any]]:
        """Yield topic, time of recording (ns) and message, in the order of recording.

        Raises:
            BagError: a type whose definition is nowhere, or damaged data.
        """
        for raw in self.raw_messages(topics):
            try:
                message = self.decode(raw)
            except MessageError as error:
                raise damaged(self.path, error) from None
            yield raw.topic.name, raw.recorded, message

    def first(self, topic: str) -> tuple[int, Any]:
        """Return the time of recording in ns and message that comes first on a topic.

        Raises:
            BagError: as `messages`, or nothing is on the topic.
        """
        for _, recorded, message in self.messages([topic]):
            return recorded, message
        raise BagError(f'{self.path}: nothing was recorded on {topic}')

    def _store(self, topic: StoredTopic) -> Any:
        """Return the types that a topic's messages are read with."""
        key = topic.kind, topic.definition
        if key not in self._stores:
            self._stores[key] = self._types_of(topic)
        return self._stores[key]

    def _types_of(self, topic: StoredTopic) -> Any:
        known = typestore()
        if topic.definition:
            store = get_typestore(Stores.EMPTY)
            try:
                if topic.language == 'ros2msg':
                    store.register(get_types_from_msg(topic.definition, topic.kind))
                else:
                    store.register(_types_of_idl(topic.definition))
            except (TypesysError, *_UNREADABLE) as error:
                if topic.kind not in known.types:
                    raise BagError(
                        f'{self.path}: the definition of {topic.kind} in it cannot be read: '
                        f'{_text(error)}'
                    ) from None
            else:
                if topic.kind not in known.types or _agrees(store, known, topic.kind):
                    known = store
        if topic.kind not in known.types:
            raise BagError(
                f'{self.path} holds no definition of {topic.kind}, and it is none of the known '
                'types: record it again as mcap, which carries definitions'
            )
        return known

    def close(self) -> None:
        """Close its files."""
        self._stack.close()

    def __enter__(self) -> 'Bag':
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _in_order(messages: Iterator[RawMessage]) -> Iterator[RawMessage]:
    """Yield messages by time of recording, as far as those that stand close by are out of it."""
    held: list[tuple[int, int, RawMessage]] = []
    size = 0
    newest: int | None = None
    for number, message in enumerate(messages):
        if newest is not None and message.recorded < newest - DISORDER_NS:
            yield from (heapq.heappop(held)[2] for _ in range(len(held)))
            size, newest = 0, None
        heapq.heappush(held, (message.recorded, number, message))
        size += len(message.data)
        newest = message.recorded if newest is None else max(newest, message.recorded)
        while held[0][0] < newest - DISORDER_NS or (size > DISORDER_BYTES and len(held) > 1):
            oldest = heapq.heappop(held)[2]
            size -= len(oldest.data)
            yield oldest
    yield from (heapq.heappop(held)[2] for _ in range(len(held)))


def _types_of_idl(text: str) -> dict[str, Any]:
    """Return the types of IDL definitions, which rosbag2 joins by lines of '=' with a heading."""
    types: dict[str, Any] = {}
    for part in text.split('=' * 80 + '\n'):
        idl = part.split('\n', 1)[1] if part.startswith('IDL: ') else part
        if idl.strip():
            types |= get_types_from_idl(idl)
    return types


def _agrees(found: Any, known: Any, kind: str) -> bool:
    """Return whether a type that a bag defines has the known fields, of the known types."""
    if kind not in found.fielddefs:
        return False
    told = dict(found.fielddefs[kind][1])
    for name, described in known.fielddefs[kind][1]:
        if told.get(name) != described:
            return False
        while described[0] in (Nodetype.ARRAY, Nodetype.SEQUENCE):
            described = described[1][0]
        if described[0] == Nodetype.NAME and not _agrees(found, known, described[1]):
            return False
    return True


def _text(error: Exception) -> str:
    return str(error).strip('\'"') or type(error).__name__
