"""Reads the two layouts in which ViCo is published; lines that cannot be used are reported.

RLD        `RLD_data.csv` (attitude, audio, listener, speaker, listener_id, speaker_id, data_split),
           `videos/<listener>.mp4`, `videos/<speaker>.mp4`, `audios/<audio>.wav`
challenge  `train.csv`, `test.csv`, `ood.csv` (video_id, uuid, speaker_id, listener_id; no attitude
           in the authors' conversion), `videos/<uuid>.listener.mp4`, `videos/<uuid>.speaker.mp4`,
           `audios/<uuid>.wav`
"""

from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from vico_listener.lab.dataset.clip_features import SPLITS
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError
from vico_listener.lab.dataset.vico.foreign_tables import attitude_of
from vico_listener.lab.dataset.vico.foreign_tables import read_rows
from vico_listener.lab.dataset.vico.foreign_tables import split_of
from vico_listener.motion import Attitude

RLD_CSV = 'RLD_data.csv'
RLD_COLUMNS = (
    'attitude', 'audio', 'listener', 'speaker', 'listener_id', 'speaker_id', 'data_split',
)  # fmt: skip
CHALLENGE_COLUMNS = ('video_id', 'uuid', 'speaker_id', 'listener_id')


@dataclass(frozen=True)
class ClipEntry:
    """One line of a data set: where a clip's files should be, and how the table describes it.

    Attributes:
        clip: unique name.
        video: the video that it was cut from.
        attitude: None where the layout names none.
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
        entries: an entry for every usable line.
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
    for where, row in read_rows(table, RLD_COLUMNS, needed, layout.problems):
        attitude = attitude_of(row, where, layout.problems)
        split = split_of(row['data_split'], where, layout.problems)
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
        for where, row in read_rows(table, CHALLENGE_COLUMNS, ('uuid',), layout.problems):
            name = _stem(row['uuid'], '.mp4')
            told = bool(row.get('attitude'))
            attitude = attitude_of(row, where, layout.problems) if told else None
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


def _stem(name: str, suffix: str) -> str:
    """Return a file's stem, so that no path of a table leads out of the data set."""
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
