"""Reads the two layouts in which ViCo is given out: whatever is wrong is named, nothing is lost.

RLD        `RLD_data.csv` (attitude, audio, listener, speaker, listener_id, speaker_id, data_split),
           `videos/<listener>.mp4`, `videos/<speaker>.mp4`, `audios/<audio>.wav`
challenge  `train.csv`, `test.csv`, `ood.csv` (video_id, uuid, speaker_id, listener_id; no attitude
           in the authors' conversion), `videos/<uuid>.listener.mp4`, `videos/<uuid>.speaker.mp4`,
           `audios/<uuid>.wav`

Header names are compared without case, blanks and underscores; order does not matter. A file
without header is read by the order above.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from vico_listener.dataset.features import SPLITS
from vico_listener.motion import Attitude

RLD_CSV = 'RLD_data.csv'
RLD_COLUMNS = (
    'attitude', 'audio', 'listener', 'speaker', 'listener_id', 'speaker_id', 'data_split',
)  # fmt: skip
CHALLENGE_COLUMNS = ('video_id', 'uuid', 'speaker_id', 'listener_id')
_OTHER_NAMES = {
    'split': 'data_split', 'dataset': 'data_split', 'emotion': 'attitude', 'wav': 'audio',
    'audioname': 'audio', 'listenerid': 'listener_id', 'speakerid': 'speaker_id',
    'videoid': 'video_id', 'youtubeid': 'video_id', 'id': 'uuid', 'datasplit': 'data_split',
    'listenervideo': 'listener', 'speakervideo': 'speaker',
}  # fmt: skip
_SPLIT_NAMES = {'training': 'train', 'valid': 'test', 'val': 'test', 'validation': 'test'}


class LayoutError(ValueError):
    """A folder is no data set; the message says what was looked for."""


@dataclass(frozen=True)
class ClipEntry:
    """One line of a data set: where a clip's files should be, and what is said of it.

    Attributes:
        clip: unique name.
        video: the video that it was cut from.
        attitude: None where the layout does not tell.
        split: train, test or ood.
        speaker_id, listener_id: identities.
        speaker_video, listener_video, audio: files.
    """

    clip: str
    video: str
    attitude: Attitude | None
    split: str
    speaker_id: str
    listener_id: str
    speaker_video: Path
    listener_video: Path
    audio: Path


@dataclass
class Layout:
    """A data set as its tables describe it.

    Attributes:
        kind: 'RLD' or 'challenge'.
        entries: of every usable line.
        problems: lines that could not be used, each named.
    """

    kind: str
    entries: list[ClipEntry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_layout(folder: Path) -> Layout:
    """Find out the layout of a data set and read its tables.

    Raises:
        LayoutError: it has neither table, or one without the columns that are needed.
    """
    if not folder.is_dir():
        raise LayoutError(f'no folder {folder}')
    names = {path.name.lower(): path for path in folder.iterdir()}
    rld = names.get(RLD_CSV.lower())
    tables = {split: folder / f'{split}.csv' for split in SPLITS}
    if rld is not None:
        layout = _read_rld(folder, rld)
    elif any(path.is_file() for path in tables.values()):
        layout = _read_challenge(folder, {s: p for s, p in tables.items() if p.is_file()})
    else:
        sheet = names.get(f'{Path(RLD_CSV).stem}.xlsx'.lower())
        remedy = f': save {sheet.name} as {RLD_CSV}' if sheet is not None else ''
        raise LayoutError(
            f'{folder} is no ViCo data set: it holds neither {RLD_CSV} nor train.csv, test.csv, '
            f'ood.csv{remedy}'
        )
    _name_twice(layout)
    return layout


def _read_rld(folder: Path, table: Path) -> Layout:
    layout = Layout('RLD')
    needed = ('audio', 'listener', 'speaker', 'data_split')
    for where, row in _rows(table, RLD_COLUMNS, needed, layout):
        attitude = _attitude(row, where, layout)
        split = _split(row['data_split'], where, layout)
        if attitude is None or not split:
            continue
        layout.entries.append(
            ClipEntry(
                clip=_stem(row['listener'], '.mp4'),
                video=_stem(row['audio'], '.wav').rsplit('_', 2)[0],
                attitude=attitude,
                split=split,
                speaker_id=row.get('speaker_id', ''),
                listener_id=row.get('listener_id', ''),
                speaker_video=_file(folder / 'videos', row['speaker'], '.mp4'),
                listener_video=_file(folder / 'videos', row['listener'], '.mp4'),
                audio=_file(folder / 'audios', row['audio'], '.wav'),
            )
        )
    return layout


def _read_challenge(folder: Path, tables: dict[str, Path]) -> Layout:
    layout = Layout('challenge')
    for split, table in tables.items():
        for where, row in _rows(table, CHALLENGE_COLUMNS, ('uuid',), layout):
            name = _stem(row['uuid'], '.mp4')
            told = bool(row.get('attitude'))
            attitude = _attitude(row, where, layout) if told else None
            if told and attitude is None:
                continue
            layout.entries.append(
                ClipEntry(
                    clip=name,
                    video=row.get('video_id', ''),
                    attitude=attitude,
                    split=split,
                    speaker_id=row.get('speaker_id', ''),
                    listener_id=row.get('listener_id', ''),
                    speaker_video=_file(folder / 'videos', f'{name}.speaker', '.mp4'),
                    listener_video=_file(folder / 'videos', f'{name}.listener', '.mp4'),
                    audio=_file(folder / 'audios', name, '.wav'),
                )
            )
    return layout


def _rows(
    table: Path, columns: tuple[str, ...], needed: tuple[str, ...], layout: Layout
) -> Iterator[tuple[str, dict[str, str]]]:
    """Where each usable line stands, and its cells; LayoutError when a needed column is missing."""
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
    names = [_column(name) for name in header]
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
            layout.problems.append(f'{where}: nothing in the column {", ".join(empty)}')
        else:
            yield where, row


def _column(name: str) -> str:
    plain = name.strip().lower().replace(' ', '_')
    squeezed = plain.replace('_', '')
    known = {c.replace('_', ''): c for c in (*RLD_COLUMNS, *CHALLENGE_COLUMNS)}
    return known.get(squeezed) or _OTHER_NAMES.get(squeezed, plain)


def _attitude(row: dict[str, str], where: str, layout: Layout) -> Attitude | None:
    try:
        return Attitude.parse(row.get('attitude', ''))
    except ValueError as error:
        layout.problems.append(f'{where}: {error}')
        return None


def _split(text: str, where: str, layout: Layout) -> str:
    split = _SPLIT_NAMES.get(text.lower(), text.lower())
    if split not in SPLITS:
        layout.problems.append(
            f"{where}: unknown split '{text}': expected one of {', '.join(SPLITS)}"
        )
        return ''
    return split


def _stem(name: str, suffix: str) -> str:
    """A file's stem, whatever the table says: no path leads out of the data set."""
    return Path(name).name.removesuffix(suffix)


def _file(folder: Path, name: str, suffix: str) -> Path:
    return folder / (_stem(name, suffix) + suffix)


def _name_twice(layout: Layout) -> None:
    """Take out lines whose clip came before."""
    seen: set[str] = set()
    kept = []
    for entry in layout.entries:
        if entry.clip in seen:
            layout.problems.append(f'clip {entry.clip} is there twice: the first line counts')
            continue
        seen.add(entry.clip)
        kept.append(entry)
    layout.entries = kept
