"""Messages in an SQLite file, as rosbag2 stores them (schema versions 1 to 4)."""

import shutil
import sqlite3
from collections.abc import Collection
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vico_listener.media.bags.bag_errors import damaged
from vico_listener.media.bags.storage import StoredTopic
from vico_listener.media.bags.storage import unpack_message
from vico_listener.media.remarks import Remarks

MAGIC = b'SQLite format 3\0'

LOGS = ('-wal', '-journal')
"""Files beside one that was not closed, whose content belongs into it."""


class SqliteFile:
    """An open SQLite file; see `StorageFile`.

    Args:
        path: of the file. It is never written to, and nothing is left beside it.
        named: the file that messages name.

    Raises:
        BagError: damaged, or no bag.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, named: Path) -> None:
        self._path, self._named = path, named
        self._copy: TemporaryDirectory[str] | None = None
        self.remarks = Remarks()
        self._connection = sqlite3.connect(
            f'{self._closed(path).absolute().as_uri()}?mode=ro&immutable=1',
            uri=True,
            check_same_thread=False,
        )
        try:
            self._topics = self._read_topics()
            first, last = self._rows('SELECT min(timestamp), max(timestamp) FROM messages')[0]
        except (sqlite3.Error, ValueError, IndexError) as error:
            self.close()
            raise damaged(named, error) from None
        self.topics = list(self._topics.values())
        self.span = (first, last) if isinstance(first, int) and isinstance(last, int) else None

    def _closed(self, path: Path) -> Path:
        """Return the file with what its logs hold: a copy, when there are some."""
        logs = [log for suffix in LOGS if (log := Path(f'{path}{suffix}')).is_file()]
        if not any(log.stat().st_size for log in logs):
            return path
        self._copy = TemporaryDirectory(prefix='vico_bag_')
        copy = Path(self._copy.name, 'bag.db3')
        shutil.copyfile(path, copy)
        for log in logs:
            shutil.copyfile(log, f'{copy}{log.name[len(path.name) :]}')
        try:
            connection = sqlite3.connect(copy)
            connection.execute('PRAGMA journal_mode=DELETE').fetchall()
            connection.close()
        except sqlite3.Error as error:
            self._copy.cleanup()
            raise damaged(self._named, error) from None
        self.remarks.add('log beside the file that was not merged, read with it')
        return copy

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, values).fetchall()

    def _columns(self, table: str) -> set[str]:
        return {row[1] for row in self._rows(f'PRAGMA table_info({table})')}

    def _read_topics(self) -> dict[int, StoredTopic]:
        if not {'id', 'topic_id', 'timestamp', 'data'} <= self._columns('messages'):
            raise ValueError('it has no table of messages')
        definitions = {}
        if self._columns('message_definitions'):
            query = (
                'SELECT topic_type, encoding, encoded_message_definition FROM message_definitions'
            )
            definitions = {kind: (language, text) for kind, language, text in self._rows(query)}
        counts = dict(self._rows('SELECT topic_id, count(*) FROM messages GROUP BY topic_id'))
        topics = {}
        for number, name, kind, encoding in self._rows(
            'SELECT id, name, type, serialization_format FROM topics'
        ):
            language, text = definitions.get(kind, ('', ''))
            words = (name, kind, encoding, language, text)
            if not isinstance(number, int) or not all(isinstance(word, str) for word in words):
                raise ValueError('its table of topics')
            topics[number] = StoredTopic(*words, count=counts.get(number, 0))
        return topics

    def messages(self, names: Collection[str]) -> Iterator[tuple[StoredTopic, int, bytes]]:
        """Yield topic, time of recording (ns) and bytes of each message, in the file's order.

        Raises:
            BagError: damaged data.
        """
        wanted = [number for number, topic in self._topics.items() if topic.name in names]
        marks = ', '.join('?' for _ in wanted)
        try:
            for number, recorded, data in self._connection.execute(
                f'SELECT topic_id, timestamp, data FROM messages WHERE topic_id IN ({marks}) '
                'ORDER BY id',
                wanted,
            ):
                if not isinstance(recorded, int) or not isinstance(data, bytes):
                    raise ValueError('its table of messages')
                try:
                    yield self._topics[number], recorded, unpack_message(data)
                except ValueError:
                    self.remarks.add('messages that cannot be decompressed')
        except (sqlite3.Error, ValueError) as error:
            raise damaged(self._named, error) from None

    def close(self) -> None:
        """Close it."""
        self._connection.close()
        if self._copy is not None:
            self._copy.cleanup()
