"""Pairs the files of a submission with the true ones, ranks submissions, and writes the report.

A submission is a folder with one file for each clip, as in ViCo's challenges.
"""

import csv
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.lab.evaluation.comparison.tables import NOTHING
from vico_listener.lab.evaluation.comparison.tables import fine_number
from vico_listener.lab.evaluation.comparison.tables import markdown

ROLE = '.listener'
"""May follow the name of a clip in that of its file."""

OTHER_ROLE = '.speaker'
"""Follows it in a data set's folder, where it is nobody's to generate."""


@dataclass(frozen=True)
class Submission:
    """A folder of files, and the name of who made them."""

    name: str
    folder: Path


@dataclass(frozen=True)
class Pair:
    """A clip's file of a submission and the true one."""

    clip: str
    made: Path
    true: Path


@dataclass(frozen=True)
class Column:
    """A metric of the report.

    Attributes:
        name: its name.
        higher: whether more is better.
        note: what it needs, where it was not taken.
        in_2022: whether it counted in the challenge of 2022, which counted first ranks.
        in_2023: whether it counted in that of 2023, which summed ranks.
    """

    name: str
    higher: bool
    note: str = ''
    in_2022: bool = True
    in_2023: bool = True


@dataclass(frozen=True)
class Scores:
    """The scores of a submission.

    Attributes:
        name: who made it.
        frames: over how many frames.
        values: by metric; a metric that was not taken is missing.
        clips: the same by clip.
    """

    name: str
    frames: int
    values: Mapping[str, float]
    clips: Mapping[str, Mapping[str, float]]


def parse_submissions(texts: Sequence[str]) -> list[Submission]:
    """Return the submissions that NAME=DIR, or DIR alone, stand for.

    Raises:
        SettingError: no such folder, or two of one name.
    """
    found = []
    for text in texts:
        name, separator, folder = text.rpartition('=')
        path = Path(folder if separator else text)
        if not path.is_dir():
            raise SettingError(f'no such folder: {path}')
        found.append(Submission(name or path.name, path))
    names = [submission.name for submission in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingError(
            f'two submissions are called {twice[0]}: name them, e.g. ours={twice[0]}'
        )
    return found


def _files(folder: Path, endings: Sequence[str]) -> dict[str, Path]:
    """Return the files of a folder by the names of their clips.

    Raises:
        DataError: two files of one clip.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in endings or not path.is_file():
            continue
        if path.stem.endswith(OTHER_ROLE):
            continue
        clip = path.stem.removesuffix(ROLE)
        if clip in found:
            raise DataError(f'{folder} holds two files of {clip}: {found[clip].name}, {path.name}')
        found[clip] = path
    return found


def paired(
    submission: Submission,
    truth: Path,
    endings: Sequence[str],
    clips: Collection[str] | None = None,
) -> tuple[list[Pair], list[str]]:
    """Return the pairs of a submission, and notes about files that nothing was compared with.

    Args:
        submission: its files are called as the true ones, with or without `.listener`.
        truth: folder of the true files.
        endings: of the files that count, as '.mp4'.
        clips: the names of the clips that count; None for all that have a true file.

    Raises:
        DataError: no true file, or one that is missing there or in the submission.
    """
    true, made = _files(truth, endings), _files(submission.folder, endings)
    if not true:
        raise DataError(f'{truth} holds no file that ends in {" or ".join(endings)}')
    if clips is not None:
        gone = sorted(set(clips) - true.keys())
        if gone:
            more = f' and {len(gone) - 1} more' if len(gone) > 1 else ''
            raise DataError(f'{truth} lacks {gone[0]}{more} of the data set')
        true = {clip: path for clip, path in true.items() if clip in clips}
    missing = [clip for clip in true if clip not in made]
    if missing:
        more = f' and {len(missing) - 1} more' if len(missing) > 1 else ''
        raise DataError(f'{submission.name}: {submission.folder} lacks {missing[0]}{more}')
    without = [clip for clip in made if clip not in true]
    notes = []
    if without:
        count = f'{len(without)} files have' if len(without) > 1 else 'a file has'
        notes = [f'{submission.name}: {count} no true one, e.g. {without[0]}.']
    return [Pair(clip, made[clip], true[clip]) for clip in true], notes


def score_all(
    submissions: Sequence[Submission], score: Callable[[Submission], tuple[Scores, list[str]]]
) -> tuple[list[Scores], list[str]]:
    """Return the scores of all submissions, and the notes about them."""
    scored = [score(one) for one in submissions]
    return [scores for scores, _ in scored], [note for _, notes in scored for note in notes]


def frames_text(with_first: bool) -> str:
    """Say which frames were scored."""
    return 'All frames are scored.' if with_first else 'The first frame is given, and not scored.'


def ranks(values: Sequence[float], higher: bool) -> list[int]:
    """Return the rank of each value, 1 for the best.

    Equal ones share the mean of their ranks, rounded down, as in the challenge's own script.
    """
    ordered = np.array(values) * (-1 if higher else 1)
    return [int(rank) for rank in rankdata(ordered)]


def _ranking(scores: Sequence[Scores], columns: Sequence[Column]) -> list[tuple[int, int]]:
    """Return the sum of ranks, and the number of first ranks, of each submission."""
    of_all = {
        column: ranks([one.values[column.name] for one in scores], column.higher)
        for column in columns
    }
    return [
        (
            sum(found[place] for column, found in of_all.items() if column.in_2023),
            sum(found[place] == 1 for column, found in of_all.items() if column.in_2022),
        )
        for place in range(len(scores))
    ]


def compose(
    title: str,
    note: str,
    scores: Sequence[Scores],
    columns: Sequence[Column],
    notes: Sequence[str],
) -> str:
    """Compose the report in Markdown: a row for each submission, ranked when there are several."""
    taken = [c for c in columns if all(c.name in one.values for one in scores)]
    ranking = _ranking(scores, taken) if len(scores) > 1 else []
    header = ['submission', *(f'{c.name} {"↑" if c.higher else "↓"}' for c in columns)]
    header += ['sum of ranks ↓', 'first ↑'] if ranking else []
    rows = []
    for place, one in enumerate(scores):
        cells = [fine_number(one.values[c.name]) if c in taken else NOTHING for c in columns]
        rows.append([one.name, *cells, *map(str, ranking[place] if ranking else ())])
    parts = [f'# {title}', note, markdown(header, rows)]
    absent = [c.note for c in columns if c not in taken and c.note]
    lines = [*dict.fromkeys(absent), *notes]
    parts += ['\n'.join(f'* {line}' for line in lines)] if lines else []
    return '\n\n'.join(parts) + '\n'


def write_numbers(path: Path, scores: Sequence[Scores]) -> None:
    """Write the numbers of every submission and of each of its clips as CSV."""
    with path.open('w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(['submission', 'clip', 'metric', 'value'])
        for one in scores:
            for name, value in one.values.items():
                writer.writerow([one.name, '', name, repr(float(value))])
            for clip, values in one.clips.items():
                for name, value in values.items():
                    writer.writerow([one.name, clip, name, repr(float(value))])


def weighted(
    clips: Mapping[str, Mapping[str, float]], frames: Mapping[str, int]
) -> dict[str, float]:
    """Return the means of the metrics of clips over all their frames."""
    weights = [frames[clip] for clip in clips]
    names = next(iter(clips.values()))
    return {
        name: float(np.average([values[name] for values in clips.values()], weights=weights))
        for name in names
    }
