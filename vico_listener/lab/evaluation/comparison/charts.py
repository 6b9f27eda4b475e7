"""Draws the charts of a comparison: FD with intervals, and motion from frame to frame."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.evaluation.comparison.evaluation import Answer
from vico_listener.lab.evaluation.comparison.tables import Results
from vico_listener.lab.evaluation.feature_distance import GROUPS
from vico_listener.lab.evaluation.feature_distance import feature_groups

CURVE_SECONDS = 10.0
"""How much of a clip the curves show."""

PANEL_INCHES = (15.0, 1.5)
DPI = 100


def draw_distances(path: Path, results: Results, models: Sequence[str], split: str) -> None:
    """Draw the FD of every model with its interval: a panel per group, a bar per model."""
    figure = Figure(figsize=(12, 1.2 + 0.35 * len(models)), layout='constrained')
    panels = figure.subplots(1, len(GROUPS), sharey=True)
    places = np.arange(len(models))
    for axes, group in zip(panels, GROUPS, strict=True):
        for place, model in zip(places, models, strict=True):
            found = results.get(model, split, f'FD {group}')
            if found is None:
                continue
            axes.barh(place, found.value, color='tab:blue', alpha=0.7)
            if found.low is not None and found.high is not None:
                axes.plot([found.low, found.high], [place, place], 'k-', linewidth=1.5)
        axes.set_title(f'{group}, {split}', fontsize=9, loc='left')
        axes.set_xlabel('FD (L1) x100')
    panels[0].set_yticks(places, models)
    panels[0].invert_yaxis()
    figure.savefig(path, format='png', dpi=DPI)


def draw_variation(path: Path, answers: Sequence[Answer]) -> None:
    """Draw one clip's answers, a row each: an angle over time, and the changes per frame.

    The changes of angle and translation are the paper's Fig. A5.

    Args:
        path: path of the PNG.
        answers: to one clip; the first one's liveliest angle is drawn of all.
    """
    count = min(len(answers[0].track), round(CURVE_SECONDS * MODEL_RATE))
    times = np.arange(count) / MODEL_RATE
    width, height = PANEL_INCHES
    figure = Figure(figsize=(width, height * len(answers) + 0.6), layout='constrained')
    columns = 1 + len(GROUPS)
    panels = figure.subplots(len(answers), columns, sharex=True, sharey='col', squeeze=False)
    first = feature_groups(answers[0].track)['angle'][:count]
    axis = int(np.argmax(first.std(axis=0)))
    for row, one in zip(panels, answers, strict=True):
        groups = feature_groups(one.track)
        seen = one.track.valid[:count]
        angle = np.where(seen, np.degrees(groups['angle'][:count, axis]), np.nan)
        row[0].plot(times, angle, linewidth=1)
        for axes, group in zip(row[1:], GROUPS, strict=True):
            change = np.abs(np.diff(groups[group][:count], axis=0)).mean(axis=1)
            axes.plot(times[1:], np.where(seen[1:] & seen[:-1], change, np.nan), linewidth=1)
        row[0].set_title(one.job.label, fontsize=9, loc='left')
        row[0].set_ylabel('deg')
    for axes, group in zip(panels[0, 1:], GROUPS, strict=True):
        axes.set_title(f'mean |change| per frame, {group}', fontsize=9, loc='left')
    for axes in panels[-1]:
        axes.set_xlabel('s')
    figure.savefig(path, format='png', dpi=DPI)
