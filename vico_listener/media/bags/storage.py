"""What the files that hold a bag's messages have in common."""

import shutil
import sys
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from vico_listener.media.remarks import Remarks

ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'

MESSAGE_LIMIT = 2**28
"""Bytes that a compressed message may grow to; more is damage, and would fill the memory."""


@dataclass(frozen=True)
class StoredTopic:
    """A topic as it is stored.

    Attributes:
        name: of the topic.
        kind: type of its messages (``package/msg/Name``).
        encoding: of its messages, 'cdr' in ROS 2.
        language: of the definition, 'ros2msg', 'ros2idl' or 'omgidl'; '' if there is none.
        definition: text of the message's type.
        count: of its messages.
    """

    name: str
    kind: str
    encoding: str
    language: str
    definition: str
    count: int


class StorageFile(Protocol):
    """An open file of messages.

    Attributes:
        topics: what is in it.
        span: time of the first and of the last recording, ns; None when it is empty.
        remarks: what was skipped in it.
    """

    topics: list[StoredTopic]
    span: tuple[int, int] | None
    remarks: Remarks

    def messages(self, names: Collection[str]) -> Iterator[tuple[StoredTopic, int, bytes]]:
        """Yield topic, time of recording (ns) and bytes of each message, in the file's order.

        Raises:
            BagError: damaged data.
        """

    def close(self) -> None:
        """Close it."""


def is_zstd(data: bytes) -> bool:
    """Return True for bytes that Zstandard compressed; a message's own (CDR) begin otherwise."""
    return data[:4] == ZSTD_MAGIC


def unpack_message(data: bytes) -> bytes:
    """Return a message as it was before it was compressed.

    Raises:
        ValueError: it is damaged, or too large.
    """
    return unpack_zstd(data, MESSAGE_LIMIT) if is_zstd(data) else data


def unpack_zstd(data: bytes, limit: int) -> bytes:
    """Return what was compressed.

    Args:
        data: compressed by Zstandard.
        limit: most bytes that it may be.

    Raises:
        ValueError: it is damaged, or too large.
    """
    decompressor = zstd.ZstdDecompressor()
    try:
        unpacked = bytes(decompressor.decompress(data, limit))
    except zstd.ZstdError as error:
        raise ValueError(f'Zstandard: {error}') from None
    if not decompressor.eof:
        raise ValueError('Zstandard: it ends too early, or is too large')
    return unpacked


def unpack_file(path: Path, target: Path) -> None:
    """Write a file as it was before it was compressed.

    Raises:
        ValueError: it is damaged.
        OSError: it cannot be read or written.
    """
    try:
        with zstd.open(path, 'rb') as source, target.open('wb') as file:
            shutil.copyfileobj(source, file, 2**20)
    except (zstd.ZstdError, EOFError) as error:
        raise ValueError(f'Zstandard: {error}') from None
