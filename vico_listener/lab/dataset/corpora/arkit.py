"""Makes features of speakers on video and listeners whom a phone or a headset has measured.

`pairs.csv`, one line a conversation: `speaker` (a video with sound), `listener` (a CSV, see
`face_csv`), `offset` (s by which the listener's recording began after the video), `speaker_id`,
`listener_id`, `attitude` and `data_split`, of which only the first two must be there. Files are
relative to the table.
"""

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from vico_listener.arguments import check_number
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import VicoError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.corpora.face_csv import HEAD_DEGREES
from vico_listener.lab.dataset.corpora.face_csv import TIMECODE_RATE
from vico_listener.lab.dataset.corpora.face_csv import read_face_csv
from vico_listener.lab.dataset.jobs import run_jobs
from vico_listener.lab.dataset.made_with import keep_settings
from vico_listener.lab.dataset.vico.extraction import MADE_WITH
from vico_listener.lab.dataset.vico.extraction import Extracted
from vico_listener.lab.dataset.vico.extraction import ExtractionSettings
from vico_listener.lab.dataset.vico.extraction import perceive
from vico_listener.lab.dataset.vico.extraction import report_extracted
from vico_listener.lab.dataset.vico.extraction import track_of_frames
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError
from vico_listener.lab.dataset.vico.foreign_tables import attitude_of
from vico_listener.lab.dataset.vico.foreign_tables import read_rows
from vico_listener.lab.dataset.vico.foreign_tables import split_of
from vico_listener.lab.dataset.vico.splits import assign_splits
from vico_listener.media.clip import ClipError
from vico_listener.motion import Attitude

TABLE = 'pairs.csv'
COLUMNS = (
    'speaker', 'listener', 'offset', 'speaker_id', 'listener_id', 'attitude', 'data_split',
)  # fmt: skip
SHORTEST = 1.0
"""Both must be there for so long at once, s."""


@dataclass(frozen=True)
class FaceSettings:
    """How the listener's file is read, see `read_face_csv`."""

    head_degrees: float = HEAD_DEGREES
    timecode_rate: float = TIMECODE_RATE

    def __post_init__(self) -> None:
        """Check the values; a SettingError names what is wrong."""
        check_number('head_degrees', self.head_degrees, 0.1, 360.0)
        check_number('timecode_rate', self.timecode_rate, 1.0, 1000.0)


@dataclass(frozen=True)
class Pair:
    """One line of the table; `offset` is in s."""

    clip: str
    speaker: Path
    listener: Path
    offset: float
    speaker_id: str
    listener_id: str
    attitude: Attitude
    split: str


def read_pairs(folder: Path, only: Sequence[str] = ()) -> tuple[list[Pair], list[str]]:
    """Read the table of a folder.

    Returns:
        the pairs, and the lines that cannot be used.

    Raises:
        LayoutError: there is no table, or it lacks a column.
    """
    table = folder / TABLE
    if not table.is_file():
        raise LayoutError(
            f'{folder} holds no {TABLE}: write one with the columns {", ".join(COLUMNS)}, of which '
            'speaker (a video with sound) and listener (a CSV) must be there'
        )
    problems: list[str] = []
    pairs: dict[str, Pair] = {}
    for where, row in read_rows(table, COLUMNS, COLUMNS[:2], problems):
        pair = _pair(row, where, folder, problems)
        if pair is None or (only and not pair.clip.startswith(tuple(only))):
            continue
        if pair.clip in pairs:
            problems.append(f'{where}: {row["listener"]} is there twice: the first line counts')
        else:
            pairs[pair.clip] = pair
    found = list(pairs.values())
    splits = assign_splits(found)
    return [replace(p, split=split) for p, split in zip(found, splits, strict=True)], problems


def _pair(row: dict[str, str], where: str, folder: Path, problems: list[str]) -> Pair | None:
    before = len(problems)
    told = row.get('attitude')
    attitude = attitude_of(row, where, problems) if told else Attitude.NEUTRAL
    split = split_of(row['data_split'], where, problems) if row.get('data_split') else ''
    try:
        offset = float(row.get('offset') or 0)
    except ValueError:
        problems.append(f"{where}: the offset '{row['offset']}' is no number of seconds")
        offset = 0.0
    if len(problems) > before or attitude is None:
        return None
    listener = folder / row['listener']
    return Pair(
        clip=listener.stem,
        speaker=folder / row['speaker'],
        listener=listener,
        offset=offset,
        speaker_id=row.get('speaker_id') or Path(row['speaker']).stem,
        listener_id=row.get('listener_id') or listener.stem,
        attitude=attitude,
        split=split,
    )


def pair_features(
    pair: Pair, settings: ExtractionSettings, faces: FaceSettings
) -> tuple[ClipFeatures, list[str]]:
    """Return the features of the time in which both are there, and what is odd about them.

    Raises:
        VicoError: a file is missing or broken, or they do not overlap.
    """
    for path in (pair.speaker, pair.listener):
        if not path.is_file():
            raise ClipError(f'{path.name} is missing')
    listener, notes = read_face_csv(pair.listener, **asdict(faces))
    frames = perceive(pair.speaker, pair.speaker, settings.stretch or 1.0, settings)
    shift = round(pair.offset * MODEL_RATE)
    first, last = max(0, shift), min(len(frames), shift + len(listener))
    if last - first < SHORTEST * MODEL_RATE:
        raise ClipError(
            f'{pair.speaker.name} lasts {len(frames) / MODEL_RATE:.1f} s, {pair.listener.name} '
            f'begins {pair.offset:g} s after it and lasts {len(listener) / MODEL_RATE:.1f} s: they '
            f'have less than {SHORTEST:g} s in common; is the offset right?'
        )
    unused = max(len(frames), len(listener)) - (last - first)
    if unused > MODEL_RATE:
        notes.append(f'{unused / MODEL_RATE:.1f} s have only one of the two, and are left out')
    heard = frames[first:last]
    if not any(frame.audio_valid for frame in heard):
        raise ClipError(f'{pair.speaker.name} holds no audio')
    features = ClipFeatures(
        clip=pair.clip,
        split=pair.split,
        attitude=pair.attitude,
        speaker_id=pair.speaker_id,
        listener_id=pair.listener_id,
        acoustic=np.array([f.acoustic for f in heard], np.float32),
        speaking=np.array([f.speaking for f in heard]),
        heard=np.array([f.audio_valid for f in heard]),
        pitch=np.array([f.pitch for f in heard], np.float32),
        acoustics=settings.acoustics,
        speaker=track_of_frames(heard),
        listener=listener.rows(slice(first - shift, last - shift)),
    )
    if not features.listener.valid.all():
        lost = np.mean(~features.listener.valid)
        notes.append(f'listener not tracked in {lost:.0%} of the frames')
    return features, notes


def import_pairs(
    pairs: Sequence[Pair],
    folder: Path,
    settings: ExtractionSettings,
    faces: FaceSettings,
    workers: int | None = None,
) -> list[Extracted]:
    """Write the features of every pair that is not there yet into `folder`, and what became of it.

    Raises:
        SettingError: `folder` holds features that were made with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep_settings(folder / MADE_WITH, asdict(settings) | asdict(faces))
    jobs = [(pair, settings, faces, folder) for pair in pairs if not _path(pair, folder).exists()]
    done = run_jobs(_import, jobs, workers, 'features')
    report_extracted(folder, done)
    return done


def _path(pair: Pair, folder: Path) -> Path:
    return folder / f'{pair.clip}.npz'


def _import(
    pair: Pair, settings: ExtractionSettings, faces: FaceSettings, folder: Path
) -> Extracted:
    try:
        features, notes = pair_features(pair, settings, faces)
    except (VicoError, OSError) as error:
        return Extracted(pair.clip, problem=str(error))
    features.save(_path(pair, folder))
    return Extracted(pair.clip, notes=notes)
