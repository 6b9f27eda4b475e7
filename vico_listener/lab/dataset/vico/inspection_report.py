"""An inspection for people: tables and a picture."""

from pathlib import Path

import numpy as np

from vico_listener.lab.dataset.vico.inspection import PAPER
from vico_listener.lab.dataset.vico.inspection import Inspection
from vico_listener.lab.dataset.vico.inspection import attitude_names
from vico_listener.lab.dataset.vico.inspection import identity_matrix
from vico_listener.lab.dataset.vico.inspection import length_distribution
from vico_listener.lab.dataset.vico.inspection import statistics

SHOWN_PROBLEMS = 50
"""So many on the screen; the file holds all."""


def format_inspection(found: Inspection, shown: int | None = None) -> str:
    """Tables as text: the paper's Table 2 with ViCo's numbers beside, lengths, splits, problems.

    Args:
        found: what is in the data set.
        shown: longest list of problems, None = all.
    """
    head = ('videos', 'speakers', 'listeners', 'ids', 'clips', 'duration')
    lines = [f'layout {found.layout.kind}', '']
    lines.append('attitude  ' + ''.join(f'{name:>11}' for name in head) + '   (ViCo, Table 2)')
    for name, row in statistics(found).items():
        paper = '   (' + ' '.join(map(str, PAPER[name])) + ')' if name in PAPER else ''
        lines.append(f'{name:<10}' + ''.join(f'{value!s:>11}' for value in row) + paper)
    lines += ['', f'{"clip length":<12}{"clips":>7}{"duration":>10}']
    lines += [f'{n:<12}{count:>7}{share:>10.0%}' for n, count, share in length_distribution(found)]
    splits = [entry.split for entry in found.layout.entries]
    lines += ['', 'split       clips   usable']
    usable = [entry.split for entry in found.usable]
    lines += [f'{s:<10}{splits.count(s):>7}{usable.count(s):>9}' for s in ('train', 'test', 'ood')]
    lines += ['', f'{len(found.problems)} problems' + (':' if found.problems else '')]
    lines += [f'  {problem}' for problem in found.problems[:shown]]
    if shown is not None and len(found.problems) > shown:
        lines.append(f'  ... and {len(found.problems) - shown} more')
    return '\n'.join(lines)


def plot_inspection(found: Inspection, path: Path) -> None:
    """Clip lengths with their share of the duration; identities by role and attitude."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 5), layout='constrained')
    lengths, people = figure.subplots(1, 2, width_ratios=(1, 2))
    rows = length_distribution(found)
    names = [row[0] for row in rows]
    lengths.bar(names, [row[1] for row in rows], color='tab:blue', label='clips')
    lengths.set(ylabel='clips', title='clip lengths')
    lengths.tick_params(axis='x', rotation=30)
    share = lengths.twinx()
    share.plot(names, [100 * row[2] for row in rows], 'o-', color='tab:orange')
    share.set(ylabel='share of the duration [%]', ylim=(0, 100))
    matrix = identity_matrix(found.layout.entries)
    attitudes = attitude_names(found.layout.entries)
    columns = [(role, attitude) for role in ('speaker', 'listener') for attitude in attitudes]
    identities = sorted(matrix, key=lambda i: -sum(matrix[i].values()))
    table = np.array([[matrix[i][column] for i in identities] for column in columns])
    drawn = people.imshow(table, aspect='auto', cmap='Blues')
    people.set_yticks(range(len(columns)), [f'{role}, {attitude}' for role, attitude in columns])
    if len(identities) <= 40:
        people.set_xticks(range(len(identities)), identities, rotation=90, fontsize=7)
    people.set(xlabel='identity', title='clips by identity, role and attitude')
    figure.colorbar(drawn, ax=people, label='clips')
    figure.savefig(path, dpi=110)
