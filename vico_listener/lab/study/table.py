"""The scores of a study as Markdown and CSV."""

import csv
import io
from collections.abc import Sequence

from vico_listener.lab.study.answers import LeftOut
from vico_listener.lab.study.score import PAPER
from vico_listener.lab.study.score import ROWS
from vico_listener.lab.study.score import Score

LABELS = {'equal': 'equal', 'true': 'true better', 'generated': 'generated better'}
PAPER_SPLITS = ('test', 'ood')


def format_markdown(scores: Sequence[Score], left_out: Sequence[LeftOut]) -> str:
    """The paper's Table 6, its own means beside ours, and the files that were left out."""
    splits = list(dict.fromkeys(score.split for score in scores))
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
            score = cells.get((test, row, split))
            line += ['-', '0'] if score is None else [_mean(score), str(score.questions)]
            if split in PAPER_SPLITS:
                line.append(f'{PAPER[test.value, row][PAPER_SPLITS.index(split)]:.1f}')
        lines.append(_line(line))
    participants = max((score.participants for score in scores), default=0)
    notes = [
        f'{participants} participants. Mean of their shares in per cent (variance between them).',
        'Chance in attitude matching: 33.3. Paper: Zhou et al., ECCV 2022, Table 6, means only.',
    ]
    if left_out:
        notes += ['', 'Not counted:', '', *(f'- {item.path}: {item.reason}' for item in left_out)]
    return '\n'.join([*lines, '', *notes, ''])


def _line(cells: Sequence[str]) -> str:
    return f'| {" | ".join(cells)} |'


def _mean(score: Score) -> str:
    variance = '-' if score.variance is None else f'{score.variance:.1f}'
    return f'{score.mean:.1f} ({variance})'


def format_csv(scores: Sequence[Score]) -> str:
    """One line per cell, with all digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['test', 'row', 'split', 'mean', 'variance', 'participants', 'questions'])
    for s in scores:
        variance = '' if s.variance is None else repr(s.variance)
        line = [s.test.value, s.row, s.split, repr(s.mean), variance, s.participants, s.questions]
        writer.writerow(line)
    return text.getvalue()
