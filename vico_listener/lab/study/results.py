"""Turns answers into the paper's Table 6, means and variances over participants."""

import csv
import io
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from vico_listener.lab.study.answer_files import Answers
from vico_listener.lab.study.answer_files import LeftOut
from vico_listener.lab.study.questions import EQUAL
from vico_listener.lab.study.questions import GENERATED
from vico_listener.lab.study.questions import TRUE
from vico_listener.lab.study.questions import Key
from vico_listener.lab.study.questions import StudyTest
from vico_listener.motion import Attitude

ROWS = (
    *((StudyTest.PREFERENCE, what) for what in (EQUAL, TRUE, GENERATED)),
    *(
        (test, attitude.value)
        for test in (StudyTest.LABELS, StudyTest.ATTITUDE)
        for attitude in Attitude
    ),
)
"""Rows of the table: preferred, and attitude that was to be labelled or looked for."""

LABELS = {EQUAL: 'equal', TRUE: 'true better', GENERATED: 'generated better'}
PAPER_SPLITS = ('test', 'ood')

PAPER = {
    ('preference', EQUAL): (31.3, 13.9),
    ('preference', TRUE): (56.2, 65.3),
    ('preference', GENERATED): (12.5, 20.8),
    ('labels', 'positive'): (66.7, 69.0),
    ('labels', 'neutral'): (69.4, 53.6),
    ('labels', 'negative'): (63.9, 50.0),
}
"""Means of the paper's Table 6 (Zhou et al., ECCV 2022), per cent, of the splits test and ood.

Its attitude matching is that of `StudyTest.LABELS`; the other form has no counterpart there.
"""


@dataclass(frozen=True)
class Score:
    """One cell of the table.

    Attributes:
        test, row: test and row, as in `ROWS`.
        split: split of the data set.
        mean: mean over the participants of each one's share, per cent: of preference questions
            answered so, of listeners of the attitude labelled so, or of attitude questions
            answered rightly.
        variance: sample variance (n - 1) of these shares, per cent squared; None with one
            participant.
        participants: number of participants.
        questions: number of questions on which each participant's share rests.
    """

    test: StudyTest
    row: str
    split: str
    mean: float
    variance: float | None
    participants: int
    questions: int


def score(key: Key, answers: Sequence[Answers]) -> list[Score]:
    """Compute every cell that rests on a question, splits in the order test, ood, others.

    Args:
        key: key of the study.
        answers: answers of at least one participant.
    """
    return [
        cell
        for test, row in ROWS
        for split in splits_of(key)
        if (cell := _cell(key, answers, test, row, split)) is not None
    ]


def splits_of(key: Key) -> list[str]:
    """Return the splits of a study, test and ood first."""
    known = ['test', 'ood']
    found = {question.split for question in key.questions}
    return [s for s in known if s in found] + sorted(found.difference(known))


def _cell(
    key: Key, answers: Sequence[Answers], test: StudyTest, row: str, split: str
) -> Score | None:
    ids = [
        q.id
        for q in key.questions
        if q.test is test
        and q.split == split
        and (test is not StudyTest.ATTITUDE or q.attitude == Attitude(row))
    ]
    if not ids:
        return None
    if test is StudyTest.LABELS:
        rightly = [sum(a.labels[i][row] == row for i in ids) for a in answers]
    else:
        rightly = [sum(a.meanings[i] == row for i in ids) for a in answers]
    shares = [100 * count / len(ids) for count in rightly]
    variance = statistics.variance(shares) if len(shares) > 1 else None
    return Score(test, row, split, statistics.fmean(shares), variance, len(shares), len(ids))


def format_markdown(scores: Sequence[Score], left_out: Sequence[LeftOut]) -> str:
    """Format Table 6 beside the paper's means, and list the files that were left out."""
    splits = list(dict.fromkeys(s.split for s in scores))
    head = ['test', 'row']
    for split in splits:
        head += [split, f'{split}: questions']
        head += [f'{split}: paper'] if split in PAPER_SPLITS else []
    cells = {(s.test, s.row, s.split): s for s in scores}
    lines = [_line(head), _line(['---'] * len(head))]
    for test, row in ROWS:
        if not any((test, row, split) in cells for split in splits):
            continue
        line = [test.value, LABELS.get(row, row)]
        for split in splits:
            cell = cells.get((test, row, split))
            line += ['-', '0'] if cell is None else [_mean(cell), str(cell.questions)]
            if split in PAPER_SPLITS:
                paper = PAPER.get((test.value, row))
                line.append('-' if paper is None else f'{paper[PAPER_SPLITS.index(split)]:.1f}')
        lines.append(_line(line))
    participants = max((s.participants for s in scores), default=0)
    notes = [
        f'{participants} participants. Mean of their shares in per cent (variance between them).',
        'Chance in attitude matching: 33.3. Paper: Zhou et al., ECCV 2022, Table 6, means only.',
    ]
    if left_out:
        notes += ['', 'Not counted:', '', *(f'- {item.path}: {item.reason}' for item in left_out)]
    return '\n'.join([*lines, '', *notes, ''])


def _line(cells: Sequence[str]) -> str:
    return f'| {" | ".join(cells)} |'


def _mean(cell: Score) -> str:
    variance = '-' if cell.variance is None else f'{cell.variance:.1f}'
    return f'{cell.mean:.1f} ({variance})'


def format_csv(scores: Sequence[Score]) -> str:
    """Format the cells as CSV, one line per cell, with all digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['test', 'row', 'split', 'mean', 'variance', 'participants', 'questions'])
    for s in scores:
        variance = '' if s.variance is None else repr(s.variance)
        line = [s.test.value, s.row, s.split, repr(s.mean), variance, s.participants, s.questions]
        writer.writerow(line)
    return text.getvalue()
