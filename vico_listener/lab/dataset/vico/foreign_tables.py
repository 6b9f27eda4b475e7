"""Reads tables that others wrote, which differ in header names, order, delimiter and encoding.

Header names are compared without case, blanks and underscores; order does not matter. A file
without header is read by the order that is expected.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.lab.dataset.clip_features import SPLITS
from vico_listener.motion import Attitude

_OTHER_NAMES = {
    'split': 'data_split', 'dataset': 'data_split', 'emotion': 'attitude', 'wav': 'audio',
    'audioname': 'audio', 'listenerid': 'listener_id', 'speakerid': 'speaker_id',
    'videoid': 'video_id', 'youtubeid': 'video_id', 'id': 'uuid', 'datasplit': 'data_split',
    'listenervideo': 'listener', 'speakervideo': 'speaker',
    'begin': 'start', 'from': 'start', 'to': 'end', 'side': 'speaker_side',
    'speakerposition': 'speaker_side', 'rater': 'annotator',
}  # fmt: skip
_SPLIT_NAMES = {'training': 'train', 'valid': 'test', 'val': 'test', 'validation': 'test'}


class LayoutError(DataError):
    """A folder is not a data set; the message names what was looked for."""


def read_rows(
    table: Path, columns: tuple[str, ...], needed: tuple[str, ...], problems: list[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield lines of a table.

    Args:
        table: the file.
        columns: names of its columns, in the order of a file without header.
        needed: those without which a line says nothing.
        problems: lines that had to be left out are told here.

    Yields:
        where a line stands, for messages, and its cells by column.

    Raises:
        LayoutError: the file cannot be read, or a needed column is missing.
    """
    try:
        text = table.read_text(encoding='utf-8-sig')
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutError(f'{table} cannot be read: {error}') from None
    first = text.partition('\n')[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(',;\t', key=first.count))
    lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    if not lines:
        raise LayoutError(f'{table} is empty')
    header = lines[0][1]
    names = [_column(name, columns) for name in header]
    begin = 1
    if not set(names) & set(columns):  # no header at all
        names, begin = list(columns[: len(header)]), 0
    missing = [name for name in needed if name not in names]
    if missing:
        raise LayoutError(
            f'{table} has no column {missing[0]}: it has {", ".join(header)}; '
            f'expected {", ".join(columns)}'
        )
    for number, line in lines[begin:]:
        where = f'{table.name}:{number}'
        row = {name: cell.strip() for name, cell in zip(names, line, strict=False)}
        empty = [name for name in needed if not row.get(name)]
        if empty:
            problems.append(f'{where}: nothing in the column {", ".join(empty)}')
        else:
            yield where, row


def _column(name: str, columns: tuple[str, ...]) -> str:
    plain = name.strip().lower().replace(' ', '_')
    squeezed = plain.replace('_', '')
    known = {c.replace('_', ''): c for c in columns}
    return known.get(squeezed) or _OTHER_NAMES.get(squeezed, plain)


def attitude_of(row: dict[str, str], where: str, problems: list[str]) -> Attitude | None:
    """Return the attitude of a line; None, and a problem more, when it is none."""
    try:
        return Attitude.parse(row.get('attitude', ''))
    except VicoError as error:
        problems.append(f'{where}: {error}')
        return None


def split_of(text: str, where: str, problems: list[str]) -> str:
    """Return the split of that name; '', and a problem more, when there is none."""
    split = _SPLIT_NAMES.get(text.lower(), text.lower())
    if split not in SPLITS:
        problems.append(f"{where}: unknown split '{text}': expected one of {', '.join(SPLITS)}")
        return ''
    return split
