"""Reads the clips of a study from a CSV or YAML file with one row per clip."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from vico_listener.errors import DataError
from vico_listener.motion import Attitude
from vico_listener.yaml_text import parse_yaml

COLUMNS = (
    *('clip', 'split', 'speaker', 'audio', 'listener', 'attitude'),
    *(attitude.value for attitude in Attitude),
)
REQUIRED = ('clip', 'split', 'speaker')


class StudyError(DataError):
    """A study cannot be made or scored; the message names the reason and the remedy."""


@dataclass(frozen=True)
class StudyClip:
    """One clip of a study.

    Attributes:
        name: its name, in the key only.
        split: `test`, `ood` or any other word; scores are given per split.
        speaker: video of the speaker.
        listener: video of the true listener; None for no preference question.
        attitude: the true listener's attitude; None when there is no `listener`.
        generated: videos of the generated listener by attitude.
        audio: file of the speaker's audio; None if the video has it.
    """

    name: str
    split: str
    speaker: Path
    listener: Path | None = None
    attitude: Attitude | None = None
    generated: dict[Attitude, Path] = field(default_factory=dict)
    audio: Path | None = None

    @property
    def asks_preference(self) -> bool:
        """Whether there are a true listener and a generated one of the same attitude."""
        return self.listener is not None and self.attitude in self.generated

    @property
    def asks_attitude(self) -> bool:
        """Whether there is a generated listener for every attitude."""
        return len(self.generated) == len(Attitude)


def read_manifest(path: Path) -> list[StudyClip]:
    """Read the clips of a study; paths in the file are relative to its folder.

    Args:
        path: `.csv` with a header, or `.yaml` / `.yml` with a list of mappings; columns `COLUMNS`.

    Raises:
        StudyError: the file cannot be read, a row is wrong (it is named), or a video is missing.
    """
    rows = _read_rows(path)
    if not rows:
        raise StudyError(f'{path} holds no clip')
    clips = [_clip(row, f'{path.name}, clip {n}', path.parent) for n, row in enumerate(rows, 1)]
    names = [clip.name for clip in clips]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StudyError(f'{path.name}: clip names appear twice: {", ".join(twice)}')
    return clips


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding='utf-8-sig')
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f'cannot read {path}: {error}') from error
    if path.suffix.lower() == '.csv':
        return [_texts(row, f'{path.name}, clip {n}') for n, row in _csv_rows(text)]
    if path.suffix.lower() not in ('.yaml', '.yml'):
        raise StudyError(f'{path.name}: a list of clips is a .csv, .yaml or .yml file')
    try:
        rows = parse_yaml(text)
    except ValueError as error:
        raise StudyError(f'{path.name} is not valid YAML: {error}') from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise StudyError(f'{path.name} must hold a list of mappings, one per clip')
    return [_texts(row, f'{path.name}, clip {n}') for n, row in enumerate(rows, 1)]


def _csv_rows(text: str) -> Iterable[tuple[int, dict[Any, Any]]]:
    return enumerate(csv.DictReader(text.splitlines(), skipinitialspace=True), 1)


def _texts(row: dict[Any, Any], where: str) -> dict[str, str]:
    unknown = [str(name) for name in row if name not in COLUMNS]
    if unknown:
        raise StudyError(
            f'{where}: unknown column {", ".join(unknown)}; there are {", ".join(COLUMNS)}'
        )
    return {name: '' if value is None else str(value).strip() for name, value in row.items()}


def _clip(row: dict[str, str], where: str, folder: Path) -> StudyClip:
    missing = [name for name in REQUIRED if not row.get(name)]
    if missing:
        raise StudyError(f'{where}: {", ".join(missing)} must be given')
    where = f"{where} ('{row['clip']}')"

    def video(name: str) -> Path | None:
        if not row.get(name):
            return None
        path = folder / row[name]
        if not path.is_file():
            raise StudyError(f'{where}: {name}: no such file: {path}')
        return path

    videos = {attitude: video(attitude.value) for attitude in Attitude}
    clip = StudyClip(
        name=row['clip'],
        split=row['split'],
        speaker=folder / row['speaker'],
        listener=video('listener'),
        attitude=_attitude(row.get('attitude', ''), where),
        generated={attitude: path for attitude, path in videos.items() if path is not None},
        audio=video('audio'),
    )
    video('speaker')
    if clip.listener is not None and clip.attitude is None:
        raise StudyError(f'{where}: the attitude of the true listener is missing')
    if clip.listener is not None and not clip.asks_preference:
        assert clip.attitude is not None
        raise StudyError(
            f'{where}: the true listener is {clip.attitude.value}, but no generated video is '
            f"given under '{clip.attitude.value}'"
        )
    if not clip.asks_preference and not clip.asks_attitude:
        raise StudyError(
            f'{where} serves no test: give listener and attitude (preference), or positive, '
            'neutral and negative (attitude matching)'
        )
    return clip


def _attitude(text: str, where: str) -> Attitude | None:
    if not text:
        return None
    try:
        return Attitude(text)
    except ValueError:
        known = ', '.join(a.value for a in Attitude)
        raise StudyError(f"{where}: attitude '{text}' is not one of {known}") from None
