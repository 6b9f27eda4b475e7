"""Reads the files of a recording: motion.csv, speaker.csv and reference.json.

`motion.csv` holds one row per tick: the stamp in s with nine decimals, the attitude, roll, pitch,
yaw in rad, x, y, z in m, and the 52 coefficients under their ARKit names. `speaker.csv` holds the
speaker at the same ticks. `reference.json` holds the expression of the listener's portrait,
``{"expression": {name: value, ...}}``. Unknown columns are ignored. `track_writers` writes them.
"""

import csv
import json
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.motion_track import MIN_SECONDS
from vico_listener.media.motion_track import STEP_TOLERANCE
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import SpeakerTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import Attitude

MOTION_FILE = 'motion.csv'
COMMANDS_FILE = 'head_commands.csv'
SPEAKER_FILE = 'speaker.csv'
REFERENCE_FILE = 'reference.json'

ROTATION_COLUMNS = ('roll', 'pitch', 'yaw')
TRANSLATION_COLUMNS = ('x', 'y', 'z')
FACE_COLUMNS = (*ROTATION_COLUMNS, *TRANSLATION_COLUMNS, *ARKIT_NAMES)
ACOUSTIC_COLUMNS = tuple(f'acoustic{i}' for i in range(ACOUSTIC_SIZE))
MOTION_COLUMNS = ('stamp', 'attitude', *FACE_COLUMNS)
SPEAKER_FLAGS = ('face_valid', 'audio_valid', 'speaking')
SPEAKER_COLUMNS = ('stamp', *SPEAKER_FLAGS, *FACE_COLUMNS, *ACOUSTIC_COLUMNS)

MIN_OVERLAP = 0.9
"""The least share of the motion's ticks that its speaker.csv must have."""


class RecordingError(DataError):
    """A recording cannot be read; the message names the file and what is wrong in it."""


def read_reference(path: Path | str) -> FloatArray:
    """Return the expression (52,) of reference.json; coefficients that it does not name are 0.

    Raises:
        RecordingError: the file is not JSON or has no 'expression', a name is unknown, or a value
            is not a finite number.
    """
    try:
        content = json.loads(Path(path).read_text('utf-8'))
    except ValueError as error:
        raise RecordingError(f'{path}: not valid JSON: {error}') from None
    if not isinstance(content, dict) or not isinstance(content.get('expression'), dict):
        raise RecordingError(f"{path}: needs an object 'expression' of ARKit names and values")
    expression = np.zeros(ARKIT52.size)
    for name, value in content['expression'].items():
        if name not in ARKIT_INDEX:
            raise RecordingError(f"{path}: '{name}' is not an ARKit coefficient")
        if not isinstance(value, int | float) or not np.isfinite(value):
            raise RecordingError(f"{path}: '{name}' is {value!r}, a finite number was expected")
        expression[ARKIT_INDEX[name]] = value
    return expression


@dataclass(frozen=True)
class _Table:
    """The columns of numbers of a CSV file, and one column of words."""

    path: Path
    numbers: dict[str, FloatArray]
    words: list[str]

    def columns(self, names: Sequence[str]) -> FloatArray:
        return np.stack([self.numbers[name] for name in names], axis=1)


@contextmanager
def _rows(path: Path) -> Iterator[Iterator[list[str]]]:
    try:
        file = open(path, newline='', encoding='utf-8')  # noqa: SIM115
    except FileNotFoundError:
        raise RecordingError(f'{path}: no such file') from None
    with file:
        yield csv.reader(file)


def _number(cell: str, path: Path, line: int, column: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise RecordingError(f"{path}, line {line}: '{column}' is not a number: '{cell}'") from None
    if not np.isfinite(value):
        raise RecordingError(f"{path}, line {line}: '{column}' is {cell}, not a finite number")
    return value


def _read_table(path: Path, columns: Sequence[str], word: str | None = None) -> _Table:
    """Return the named columns of numbers and, if it is named, one column of words."""
    with _rows(path) as rows:
        header = [name.strip() for name in next(rows, [])]
        wanted = [*columns, word] if word else list(columns)
        missing = [name for name in wanted if name not in header]
        if missing:
            more = f' and {len(missing) - 3} more' if len(missing) > 3 else ''
            raise RecordingError(f'{path}: lacks the column(s) {", ".join(missing[:3])}{more}')
        places = [header.index(name) for name in columns]
        values, words = [], []
        for line, row in enumerate(rows, start=2):
            if len(row) != len(header):
                raise RecordingError(
                    f'{path}, line {line}: {len(row)} cells, but the header has {len(header)}'
                )
            values.append([_number(row[p], path, line, header[p]) for p in places])
            if word:
                words.append(row[header.index(word)])
    if not values:
        raise RecordingError(f'{path}: no rows')
    table = np.array(values)
    return _Table(path, {name: table[:, i] for i, name in enumerate(columns)}, words)


def _ticks(table: _Table) -> FloatArray:
    """Return the tick number of every row, counted from the first.

    Raises:
        RecordingError: the stamps are not at 30 Hz.
    """
    stamps = table.numbers['stamp']
    steps = np.diff(stamps)
    whole = np.maximum(np.round(steps * MODEL_RATE), 1)
    wrong = np.abs(steps - whole / MODEL_RATE) > STEP_TOLERANCE
    if wrong.any():
        row = int(np.argmax(wrong))
        raise RecordingError(
            f"{table.path}, line {row + 3}: irregular 'stamp': {stamps[row]:.3f} s is followed by "
            f'{stamps[row + 1]:.3f} s, steps of 1/{MODEL_RATE} s were expected'
        )
    return np.concatenate(([0.0], np.cumsum(whole)))


def _read_speaker(path: Path, stamps: FloatArray) -> SpeakerTrack:
    """Return the speaker at the given stamps; ticks that the file lacks have no face or speech."""
    table = _read_table(path, ('stamp', 'speaking', 'face_valid', *FACE_COLUMNS))
    _ticks(table)
    own = table.numbers['stamp']
    nearest = np.clip(np.searchsorted(own, stamps - 0.5 / MODEL_RATE), 0, len(own) - 1)
    there = np.abs(own[nearest] - stamps) <= STEP_TOLERANCE
    if there.mean() < MIN_OVERLAP:
        raise RecordingError(
            f'{path}: has only {there.mean():.0%} of the stamps of {MOTION_FILE}: '
            'the two are not of one recording'
        )
    return SpeakerTrack(
        speaking=(table.numbers['speaking'][nearest] != 0) & there,
        rotation=table.columns(ROTATION_COLUMNS)[nearest],
        expression=table.columns(ARKIT_NAMES)[nearest],
        face_valid=(table.numbers['face_valid'][nearest] != 0) & there,
    )


def read_motion(directory: Path | str) -> tuple[NDArray[np.int64], FaceTrack]:
    """Return the complete motion in a directory: the numbers (T,) of its ticks, and its faces.

    Raises:
        RecordingError: see `read_recording`.
    """
    table = _read_table(Path(directory) / MOTION_FILE, ('stamp', *FACE_COLUMNS))
    _ticks(table)
    track = FaceTrack(
        table.columns(ARKIT_NAMES).astype(np.float32),
        table.columns(ROTATION_COLUMNS).astype(np.float32),
        table.columns(TRANSLATION_COLUMNS).astype(np.float32),
        np.ones(len(table.numbers['stamp']), bool),
    )
    return np.round(table.numbers['stamp'] * MODEL_RATE).astype(np.int64), track


def read_recording(directory: Path | str) -> list[MotionTrack]:
    """Return the tracks of the recording in a directory.

    A recording is cut where ticks are missing and where the attitude changes. Tracks shorter than
    `MIN_SECONDS` are dropped.

    Raises:
        RecordingError: a file or column is missing, a cell is not a finite number, stamps are
            irregular, an attitude is unknown, speaker.csv is of another recording, or no track is
            long enough.
    """
    directory = Path(directory)
    path = directory / MOTION_FILE
    table = _read_table(path, ('stamp', *FACE_COLUMNS), word='attitude')
    ticks = _ticks(table)
    stamps = table.numbers['stamp']
    attitudes = []
    for line, word in enumerate(table.words, start=2):
        try:
            attitudes.append(Attitude.parse(word))
        except VicoError as error:
            raise RecordingError(f"{path}, line {line}: column 'attitude': {error}") from None
    speaker_path, reference_path = directory / SPEAKER_FILE, directory / REFERENCE_FILE
    speaker = _read_speaker(speaker_path, stamps) if speaker_path.exists() else None
    reference = (
        read_reference(reference_path) if reference_path.exists() else np.zeros(ARKIT52.size)
    )
    rotation, translation = table.columns(ROTATION_COLUMNS), table.columns(TRANSLATION_COLUMNS)
    expression = table.columns(ARKIT_NAMES)
    cuts = [
        row
        for row in range(1, len(ticks))
        if ticks[row] - ticks[row - 1] > 1 or attitudes[row] is not attitudes[row - 1]
    ]
    tracks = []
    for first, stop in pairwise([0, *cuts, len(ticks)]):
        if stop - first < MIN_SECONDS * MODEL_RATE:
            continue
        rows = slice(first, stop)
        tracks.append(
            MotionTrack(
                times=stamps[rows],
                attitude=attitudes[first],
                rotation=rotation[rows],
                translation=translation[rows],
                expression=expression[rows],
                speaker=speaker.cut(rows) if speaker else None,
                reference=reference,
                name=str(path),
            )
        )
    if not tracks:
        raise RecordingError(
            f'{path}: too short: {len(ticks) / MODEL_RATE:.2f} s in all, at least '
            f'{MIN_SECONDS:g} s without a break in one attitude are needed'
        )
    return tracks


def read_recordings(directory: Path | str) -> list[MotionTrack]:
    """Return the tracks of all recordings in a directory and its sub-directories.

    Raises:
        RecordingError: see `read_recording`; also if there is no motion.csv at all.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise RecordingError(f'{directory}: no such directory')
    found = sorted(path.parent for path in directory.rglob(MOTION_FILE))
    if not found:
        raise RecordingError(f'{directory}: no {MOTION_FILE} here or in a sub-directory')
    return [track for recording in found for track in read_recording(recording)]
