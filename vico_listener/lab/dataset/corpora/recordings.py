"""Describes a corpus as its files tell it: who was recorded, who speaks when, what is annotated.

Every importer reads its corpus into these classes, and everything after that is the same for all.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path

from vico_listener.lab.dataset.vico.foreign_tables import LayoutError
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import probe_audio
from vico_listener.media.clip import probe_clip

Interval = tuple[float, float]
"""Beginning and end, s of stream time."""

OUT_OF_STEP = 1.0
"""A person's video and audio that differ by more than this in length, s, are out of step."""

SHORT = 1.0
"""Speech shorter than this, s, is a backchannel where a corpus does not tell: no turn is taken."""


@dataclass(frozen=True)
class Label:
    """Something that people annotated, such as a nod or a backchannel.

    Attributes:
        person: who did it.
        kind: its name.
        start, end: s of stream time.
    """

    person: str
    kind: str
    start: float
    end: float


@dataclass(frozen=True)
class Person:
    """Somebody in a recording.

    Attributes:
        name: identity, the same in all recordings of the corpus.
        video: the video that shows this person alone.
        audio: this person's own microphone.
        speech: when this person has the floor; backchannels are left out.
    """

    name: str
    video: Path
    audio: Path
    speech: tuple[Interval, ...]


@dataclass(frozen=True)
class Recording:
    """One recorded conversation.

    Attributes:
        name: its name in the corpus.
        people: everybody whose files can be used.
        others: the speech of those whose files cannot: nobody else has the floor meanwhile.
        labels: what is annotated.
        split: the split that the corpus has put it into, '' where it has none.
    """

    name: str
    people: tuple[Person, ...]
    others: tuple[Interval, ...] = ()
    labels: tuple[Label, ...] = ()
    split: str = ''


@dataclass
class Corpus:
    """What was found of a corpus.

    Attributes:
        recordings: everything that can be used.
        left_out: name and reason of everything that cannot.
        notes: what else is worth knowing.
    """

    recordings: list[Recording] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def files_by_name(folder: Path) -> dict[str, Path]:
    """Return all files below a folder by their names; of two called alike, the first by its path.

    Raises:
        LayoutError: there is no such folder.
    """
    if not folder.is_dir():
        raise LayoutError(f'no folder {folder}')
    found: dict[str, Path] = {}
    for path in sorted(p for p in folder.rglob('*') if p.is_file()):
        found.setdefault(path.name, path)
    return found


def chosen(names: Iterable[str], only: Sequence[str]) -> list[str]:
    """Return the sorted names that begin with one of `only`; all of them where it is empty.

    Raises:
        LayoutError: one of `only` is the beginning of none.
    """
    every = sorted(names)
    for beginning in only:
        if not any(name.startswith(beginning) for name in every):
            raise LayoutError(f"there is no recording '{beginning}': {_some(every)}")
    return [name for name in every if not only or name.startswith(tuple(only))]


def _some(names: Sequence[str]) -> str:
    shown = ', '.join(names[:8]) or 'none at all'
    return f'there are {shown}{" ..." if len(names) > 8 else ""}'


def merged(intervals: Iterable[Interval], pause: float) -> list[Interval]:
    """Return intervals in order, joined where at most `pause` s lie between them."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start - joined[-1][1] <= pause:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def checked(recording: Recording) -> tuple[Recording, list[tuple[str, str]]]:
    """Return a recording of those people only whose files can be read and are in step.

    Returns:
        the recording, and who was left out, with the reason.
    """
    kept, out = [], []
    others = list(recording.others)
    for person in recording.people:
        reason = _problem(person)
        if reason:
            out.append((f'{recording.name} {person.name}', reason))
            others += person.speech
        else:
            kept.append(person)
    return replace(recording, people=tuple(kept), others=tuple(others)), out


def _problem(person: Person) -> str:
    for path in (person.video, person.audio):
        if not path.is_file():
            return f'{path.name} is missing'
    try:
        seen = probe_clip(person.video).duration
        heard = probe_audio(person.audio).duration
    except (ClipError, OSError) as error:
        return str(error)
    if abs(seen - heard) > OUT_OF_STEP:
        return (
            f'{person.video.name} lasts {seen:.1f} s, {person.audio.name} {heard:.1f} s: '
            'they are out of step'
        )
    return ''
