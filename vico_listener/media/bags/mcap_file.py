"""Messages in an MCAP file (https://mcap.dev/spec), with or without an index, in chunks or not."""

import io
import struct
from binascii import crc32
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import lz4.frame

from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.bag_errors import damaged
from vico_listener.media.bags.storage import StoredTopic
from vico_listener.media.bags.storage import unpack_message
from vico_listener.media.bags.storage import unpack_zstd
from vico_listener.media.remarks import Remarks

MAGIC = b'\x89MCAP0\r\n'

FOOTER, SCHEMA, CHANNEL, MESSAGE, CHUNK = 2, 3, 4, 5, 6
CHUNK_INDEX, STATISTICS, DATA_END = 8, 11, 15

SUMMARY_RECORDS = frozenset({SCHEMA, CHANNEL, CHUNK_INDEX, STATISTICS})
DATA_RECORDS = frozenset({SCHEMA, CHANNEL, MESSAGE, CHUNK})
CHUNKS = frozenset({CHUNK})

CHUNK_LIMIT = 2**30
"""Bytes of a chunk; more is damage, and would fill the memory."""

FOOTER_SIZE = 9 + 20
_HEAD = struct.Struct('<BQ')
_MESSAGE = struct.Struct('<HIqQ')

_DAMAGE = (ValueError, struct.error)


@dataclass(frozen=True)
class _Chunk:
    """Where a chunk lies, and the channels in it; an empty set = not told."""

    offset: int
    end: int
    channels: frozenset[int]


class McapFile:
    """An open MCAP file; see `StorageFile`.

    Args:
        path: of the file.
        named: the file that messages name.

    Raises:
        BagError: truncated, damaged, or of ROS 1.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, named: Path) -> None:
        self._path, self._named = path, named
        self.remarks = Remarks()
        self._schemas: dict[int, tuple[str, str, str]] = {}
        self._channels: dict[int, StoredTopic] = {}
        self._chunks: list[_Chunk] = []
        self._counts: Counter[int] = Counter()
        self._indexed = False
        self.span: tuple[int, int] | None = None
        try:
            with path.open('rb') as file:
                self._end, summary = _limits(file)
                self._indexed = summary > 0 and self._read_summary(file, summary)
                if not self._indexed:
                    self._scan(file)
        except _DAMAGE as error:
            raise damaged(named, error) from None
        self.topics = [
            replace(topic, count=self._counts[number]) for number, topic in self._channels.items()
        ]
        if self.topics and all(topic.encoding == 'ros1' for topic in self.topics):
            raise BagError(
                f'{named.name} holds messages of ROS 1: make a rosbag2 of the bag that it was made '
                'from, rosbags-convert --src NAME.bag --dst NAME'
            )

    def _read_summary(self, file: BinaryIO, begin: int) -> bool:
        """Take the summary; false when it does not tell enough to read by it."""
        messages = chunks = 0
        for record, content in _records(file, begin, self._end, SUMMARY_RECORDS):
            fields = _Fields(content)
            if record == CHUNK_INDEX:
                _, _, offset, size = fields.numbers('QQQQ')
                channels = _Fields(fields.counted()).pairs()
                self._chunks.append(_Chunk(offset, offset + size, frozenset(channels)))
            elif record == STATISTICS:
                messages, _, _, _, _, chunks, first, last = fields.numbers('QHIIIIqq')
                self._counts.update(_Fields(fields.counted()).pairs())
                self.span = (first, last) if messages else None
            else:
                self._define(record, fields)
        self._chunks.sort(key=lambda chunk: chunk.offset)
        known = self._counts.keys() <= self._channels.keys()
        return known and 0 < messages == self._counts.total() and 0 < chunks == len(self._chunks)

    def _scan(self, file: BinaryIO) -> None:
        """Look through all messages for what no summary told."""
        self._counts.clear()
        first = last = None
        for channel, recorded, _ in self._all(file, frozenset()):
            self._counts[channel] += 1
            first = recorded if first is None else min(first, recorded)
            last = recorded if last is None else max(last, recorded)
        self.span = None if first is None or last is None else (first, last)

    def _define(self, record: int, fields: '_Fields') -> None:
        """Take a schema or a channel."""
        number = fields.number('H')
        if record == SCHEMA:
            self._schemas[number] = (fields.text(), fields.text(), fields.text())
            return
        kind, language, text = self._schemas.get(fields.number('H'), ('', '', ''))
        topic, encoding = fields.text(), fields.text()
        self._channels.setdefault(
            number, StoredTopic(topic, kind, encoding, language, text, count=0)
        )

    def messages(self, names: Collection[str]) -> Iterator[tuple[StoredTopic, int, bytes]]:
        """Yield topic, time of recording (ns) and bytes of each message, in the file's order.

        Raises:
            BagError: damaged data.
        """
        wanted = frozenset(n for n, topic in self._channels.items() if topic.name in names)
        try:
            with self._path.open('rb') as file:
                for channel, recorded, data in self._all(file, wanted):
                    if channel not in wanted:
                        continue
                    try:
                        yield self._channels[channel], recorded, unpack_message(data)
                    except ValueError:
                        self.remarks.add('messages that cannot be decompressed')
        except _DAMAGE as error:
            raise damaged(self._named, error) from None

    def close(self) -> None:
        """Close it: each reading has opened it for itself."""

    def _all(self, file: BinaryIO, wanted: frozenset[int]) -> Iterator[tuple[int, int, bytes]]:
        """Yield channel, time and bytes of the messages, but for chunks without a wanted one."""
        if self._indexed:
            for chunk in self._chunks:
                if not chunk.channels or chunk.channels & wanted:
                    for _, content in _records(file, chunk.offset, chunk.end, CHUNKS):
                        yield from self._in_chunk(content)
            return
        for record, content in _records(file, len(MAGIC), self._end, DATA_RECORDS):
            if record == MESSAGE:
                yield _message(content)
            elif record == CHUNK:
                yield from self._in_chunk(content)
            else:
                self._define(record, _Fields(content))

    def _in_chunk(self, content: bytes) -> Iterator[tuple[int, int, bytes]]:
        fields = _Fields(content)
        try:
            _, _, size, checksum = fields.numbers('QQQI')
            data = _unpack(fields.text(), fields.counted('Q'), size)
            if checksum and crc32(data) != checksum:
                self.remarks.add('parts of the file with a wrong checksum')
            place = 0
            while place < len(data):
                record, length = _HEAD.unpack_from(data, place)
                place += _HEAD.size + length
                if place > len(data):
                    raise ValueError('a record runs over the end of its chunk')
                inner = data[place - length : place]
                if record == MESSAGE:
                    yield _message(inner)
                elif record in (SCHEMA, CHANNEL):
                    self._define(record, _Fields(inner))
        except _DAMAGE:
            self.remarks.add('parts of the file that are damaged, left out')


class _Fields:
    """Reads the fields of a record one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def numbers(self, format_: str) -> tuple[int, ...]:
        """Return the numbers, named as in `struct`."""
        values = struct.unpack_from(f'<{format_}', self._data, self._place)
        self._place += struct.calcsize(f'<{format_}')
        return values

    def number(self, format_: str) -> int:
        """Read one number."""
        return self.numbers(format_)[0]

    def counted(self, length: str = 'I') -> bytes:
        """Return the bytes whose number stands before them."""
        size = self.number(length)
        if size > len(self._data) - self._place:
            raise ValueError('a field runs over the end of its record')
        self._place += size
        return self._data[self._place - size : self._place]

    def text(self) -> str:
        """Read a string."""
        return self.counted().decode()

    def pairs(self) -> dict[int, int]:
        """Return all that is left, as a map of channels to numbers."""
        count = (len(self._data) - self._place) // 10
        return dict(struct.iter_unpack('<HQ', self._data[self._place : self._place + count * 10]))


def _limits(file: BinaryIO) -> tuple[int, int]:
    """Return where the footer lies, and the summary (0 if there is none)."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError('it does not begin as MCAP does')
    footer = file.seek(0, 2) - len(MAGIC) - FOOTER_SIZE
    if footer < len(MAGIC):
        raise ValueError('it ends too early')
    file.seek(footer)
    record, length, summary = struct.unpack('<BQQ', file.read(17))
    file.seek(-len(MAGIC), 2)
    if file.read() != MAGIC or (record, length) != (FOOTER, FOOTER_SIZE - 9) or summary > footer:
        raise ValueError('its end is missing')
    return footer, summary


def _records(
    file: BinaryIO, begin: int, end: int, wanted: frozenset[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and content of the wanted records between two places."""
    if end > file.seek(0, io.SEEK_END):
        raise ValueError('a part of it lies beyond its end')
    place = begin
    while place < end:
        file.seek(place)
        record, length = _HEAD.unpack(file.read(_HEAD.size))
        if record == DATA_END:
            return
        if place + _HEAD.size + length > end:
            raise ValueError(f'a record at byte {place} runs over the end')
        if record in wanted:
            yield record, file.read(length)
        place += _HEAD.size + length


def _message(content: bytes) -> tuple[int, int, bytes]:
    channel, _, recorded, _ = _MESSAGE.unpack_from(content)
    return channel, recorded, content[_MESSAGE.size :]


def _unpack(compression: str, data: bytes, size: int) -> bytes:
    if size > CHUNK_LIMIT:
        raise ValueError('a chunk is too large')
    if compression == 'zstd':
        data = unpack_zstd(data, size)
    elif compression == 'lz4':
        try:
            data = lz4.frame.LZ4FrameDecompressor().decompress(data, size)
        except RuntimeError as error:
            raise ValueError(f'LZ4: {error}') from None
    elif compression:
        raise ValueError(f"unknown compression '{compression}'")
    if len(data) != size:
        raise ValueError('a chunk has another size')
    return data
