"""Reads annotations of two-person videos: who speaks when and where, and how the other listens.

One line for each clip and annotator; `annotator` and `data_split` may be missing:

    video,start,end,speaker_side,attitude,speaker_id,listener_id,annotator,data_split
    talk.mp4,0:12.5,0:20.1,left,positive,3,7,anna,
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Literal

from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.lab.dataset.vico.foreign_tables import attitude_of
from vico_listener.lab.dataset.vico.foreign_tables import read_rows
from vico_listener.lab.dataset.vico.foreign_tables import split_of
from vico_listener.motion import Attitude

COLUMNS = (
    'video', 'start', 'end', 'speaker_side', 'attitude', 'speaker_id', 'listener_id', 'annotator',
    'data_split',
)  # fmt: skip
NEEDED = COLUMNS[:7]
SAME_CLIP = 0.5
"""Seconds by which annotators may differ in where a clip begins and ends."""

Side = Literal['left', 'right']


@dataclass(frozen=True)
class Annotation:
    """One annotator's description of one clip.

    Attributes:
        video: file.
        start: start of the clip, s of stream time.
        end: end of the clip, s of stream time.
        side: side of the image on which the speaker is.
        attitude: attitude of the listener.
        speaker_id, listener_id: identities.
        annotator: name of the annotator; '' when unknown.
        split: '' when the clip is to be assigned to one.
    """

    video: Path
    start: float
    end: float
    side: Side
    attitude: Attitude
    speaker_id: str
    listener_id: str
    annotator: str = ''
    split: str = ''

    @property
    def name(self) -> str:
        """Return the clip's unique name: video, beginning and end in ms, as the stems of ViCo."""
        return f'{self.video.stem}_{round(1000 * self.start)}_{round(1000 * self.end)}'

    def differs(self, other: 'Annotation') -> list[str]:
        """Return on what two annotators of one clip disagree."""
        names = ('side', 'attitude', 'speaker_id', 'listener_id', 'split')
        return [name for name in names if getattr(self, name) != getattr(other, name)]


@dataclass
class Annotations:
    """A table of annotations, one entry for each clip.

    Attributes:
        clips: on which everybody agrees.
        problems: lines that could not be used.
        disputed: clips on which annotators disagree: name and reason.
        annotators: how many people annotated each clip, by its name.
        unsure: clips with fewer annotators than are demanded: name and reason.
    """

    clips: list[Annotation]
    problems: list[str]
    disputed: dict[str, str]
    annotators: dict[str, int]
    unsure: dict[str, str] = field(default_factory=dict)

    @property
    def several(self) -> int:
        """Return how many clips more than one person annotated."""
        return sum(count > 1 for count in self.annotators.values())


def read_annotations(table: Path, videos: Path | None = None, least: int = 1) -> Annotations:
    """Read a table and compare its annotators.

    Args:
        table: csv; header names may differ a little, see `foreign_tables`.
        videos: folder of the videos; None for that of the table.
        least: how many annotators a clip needs; the paper's had three or more.

    Raises:
        LayoutError: the table cannot be read, or lacks a column.
    """
    problems: list[str] = []
    lines = []
    for where, row in read_rows(table, COLUMNS, NEEDED, problems):
        annotation = _annotation(row, where, videos or table.parent, problems)
        if annotation is not None:
            lines.append(annotation)
    clips: list[Annotation] = []
    disputed: dict[str, str] = {}
    annotators: dict[str, int] = {}
    unsure: dict[str, str] = {}
    for group in _clips(lines, problems):
        name = group[0].name
        annotators[name] = len(group)
        disputes = {what for other in group[1:] for what in group[0].differs(other)}
        if disputes:
            disputed[name] = '; '.join(_dispute(group, d) for d in sorted(disputes))
        elif len(group) < least:
            unsure[name] = f'annotated by {len(group)}, not by {least} or more'
        else:
            clips.append(group[0])
    return Annotations(clips, problems, disputed, annotators, unsure)


def _annotation(
    row: dict[str, str], where: str, videos: Path, problems: list[str]
) -> Annotation | None:
    found = len(problems)
    attitude = attitude_of(row, where, problems)
    split = split_of(row['data_split'], where, problems) if row.get('data_split') else ''
    times = []
    for name in ('start', 'end'):
        try:
            times.append(parse_time(row[name]))
        except VicoError as error:
            problems.append(f'{where}: {name}: {error}')
    if len(times) == 2 and times[0] >= times[1]:
        problems.append(
            f'{where}: it ends at {times[1]:g} s, not after its start at {times[0]:g} s'
        )
    side = row['speaker_side'].lower()
    if side not in ('left', 'right'):
        problems.append(f"{where}: speaker_side is 'left' or 'right' in the image, not '{side}'")
    if row['speaker_id'] == row['listener_id']:
        problems.append(f'{where}: {row["speaker_id"]} is speaker and listener at once')
    if len(problems) > found or attitude is None:
        return None
    return Annotation(
        video=videos / row['video'],
        start=times[0],
        end=times[1],
        side='left' if side == 'left' else 'right',
        attitude=attitude,
        speaker_id=row['speaker_id'],
        listener_id=row['listener_id'],
        annotator=row.get('annotator', ''),
        split=split,
    )


def parse_time(text: str) -> float:
    """Return the seconds in '12.5', '1:02.5' or '1:00:02.5'; DataError for another text."""
    try:
        parts = [float(part) for part in text.split(':')]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or not all(0 <= part < float('inf') for part in parts):
        raise DataError(f"'{text}' is no time: give seconds, m:s or h:m:s")
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))


def _clips(lines: Sequence[Annotation], problems: list[str]) -> list[list[Annotation]]:
    """Group the lines by clip; what one annotator states twice is reported and left out."""
    groups: list[list[Annotation]] = []
    for line in lines:
        same = next((group for group in groups if _same_clip(group[0], line)), None)
        if same is None:
            groups.append([line])
        elif any(other.annotator == line.annotator for other in same):
            who = f' by {line.annotator}' if line.annotator else ''
            problems.append(f'{line.name}: annotated twice{who}: the first line counts')
        else:
            same.append(line)
    return groups


def _same_clip(a: Annotation, b: Annotation) -> bool:
    return (
        a.video == b.video
        and abs(a.start - b.start) <= SAME_CLIP
        and abs(a.end - b.end) <= SAME_CLIP
    )


def _dispute(group: Sequence[Annotation], name: str) -> str:
    values = [getattr(annotation, name) for annotation in group]
    told = [value.value if isinstance(value, Attitude) else value or 'none' for value in values]
    said = [f'{a.annotator or "?"}: {value}' for a, value in zip(group, told, strict=True)]
    return f'annotators disagree on {name.replace("_", " ")} ({", ".join(said)})'
