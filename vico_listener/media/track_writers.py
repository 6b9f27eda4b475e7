"""Writes the files of a recording, which `tracks` describes and reads."""

import csv
import json
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.media.tracks import MOTION_COLUMNS
from vico_listener.media.tracks import SPEAKER_COLUMNS
from vico_listener.media.tracks import SPEAKER_FLAGS
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import FaceMotion


def _seconds(stamp: int) -> str:
    """Return a stamp in ns as exact decimal seconds."""
    return f'{stamp // NANOSECONDS}.{stamp % NANOSECONDS:09d}'


def _numbers(values: Iterable[float]) -> list[str]:
    # Nine digits restore every float32 bit for bit.
    return [f'{value:.9g}' for value in values]


def _face_cells(face: FaceMotion) -> list[str]:
    if face.basis != ARKIT52:
        raise DataError(f"recordings hold the basis '{ARKIT52.name}', not '{face.basis.name}'")
    return [*_numbers(face.rotation), *_numbers(face.translation), *_numbers(face.expression)]


Writer = TypeVar('Writer', bound='_TableWriter')


class _TableWriter:
    """Writes a CSV file row by row; it is a context manager."""

    def __init__(self, path: Path | str, columns: Sequence[str]) -> None:
        self._file = open(path, 'w', newline='', encoding='utf-8')  # noqa: SIM115
        self._csv = csv.writer(self._file)
        self._csv.writerow(columns)

    def __enter__(self: Writer) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is buffered, and close the file."""
        self._file.close()

    def _write(self, cells: Sequence[str]) -> None:
        self._csv.writerow(cells)


class MotionWriter(_TableWriter):
    """Writes motion.csv, with one row per `ListenerMotion`."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path, MOTION_COLUMNS)

    def write(self, motion: ListenerMotion) -> None:
        """Append a tick.

        Raises:
            DataError: the face is not in the basis `arkit52`.
        """
        cells = _face_cells(motion.face)
        self._write([_seconds(motion.stamp), motion.attitude.value, *cells])


class SpeakerWriter(_TableWriter):
    """Writes speaker.csv, with one row per `SpeakerFrame`."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path, SPEAKER_COLUMNS)

    def write(self, frame: SpeakerFrame) -> None:
        """Append a tick.

        Raises:
            DataError: the face is not in the basis `arkit52`.
        """
        flags = [str(int(getattr(frame, name))) for name in SPEAKER_FLAGS]
        cells = _face_cells(frame.face)
        self._write([_seconds(frame.stamp), *flags, *cells, *_numbers(frame.acoustic)])


def write_reference(path: Path | str, reference: FaceMotion) -> None:
    """Write the expression of the listener's portrait as reference.json.

    Raises:
        DataError: it is not in the basis `arkit52`.
    """
    if reference.basis != ARKIT52:
        raise DataError(
            f"recordings hold a reference in '{ARKIT52.name}', not '{reference.basis.name}'"
        )
    values = map(float, _numbers(reference.expression))
    expression = dict(zip(ARKIT_NAMES, values, strict=True))
    Path(path).write_text(json.dumps({'expression': expression}, indent=1) + '\n', 'utf-8')
