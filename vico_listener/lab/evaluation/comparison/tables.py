"""Formats results as Markdown tables, beside the paper's numbers, and as CSV."""

import csv
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import fields
from pathlib import Path

from vico_listener.lab.evaluation.comparison.evaluation import SPLITS
from vico_listener.lab.evaluation.comparison.generation import Modality
from vico_listener.lab.evaluation.comparison.models import Complexity
from vico_listener.lab.evaluation.comparison.pooled import GESTURES
from vico_listener.lab.evaluation.comparison.pooled import LIVELINESS
from vico_listener.lab.evaluation.comparison.published import ABLATION
from vico_listener.lab.evaluation.comparison.published import COMPLEXITY
from vico_listener.lab.evaluation.comparison.published import FEATURE_DISTANCE
from vico_listener.lab.evaluation.comparison.published import METHODS
from vico_listener.lab.evaluation.comparison.published import RENDERER
from vico_listener.lab.evaluation.comparison.scores import AVERAGE
from vico_listener.lab.evaluation.comparison.scores import TRUE
from vico_listener.lab.evaluation.comparison.scores import Result
from vico_listener.lab.evaluation.feature_distance import GROUPS
from vico_listener.motion import Attitude

NOTHING = '-'
BOTH = Modality.BOTH.value

NEGLIGIBLE = 5e-7
"""Smaller numbers are written as 0."""

NEWER = {
    'frechet exp': 'Fréchet exp',
    'frechet pose': 'Fréchet pose',
    'paired frechet exp': 'paired Fréchet exp',
    'paired frechet pose': 'paired Fréchet pose',
    'SID exp': 'SID exp, bit',
    'SID pose': 'SID pose, bit',
    'variance exp': 'variance exp',
    'variance pose': 'variance pose',
    'rPCC exp': 'rPCC exp',
    'rPCC pose': 'rPCC pose',
    'lag exp': 'lag exp, s',
    'lag pose': 'lag pose, s',
    'lagged correlation exp': 'r at that lag, exp',
    'lagged correlation pose': 'r at that lag, pose',
}
"""Metrics of newer papers, and what tables call them; none is called FD."""

GLANCE = (
    'nods /min', 'nod size, 90 % / 10 %', 'pauses between nods below 2 s, %',
    'coefficients that move', 'variance of the face x1000', 'time with a constant smile, %',
    'speed outside gestures, deg/s', 'rest spent in one pose, %', 'roll power in one line, %',
)  # fmt: skip
"""Figures that stand beside the FD in the first table; all of them show whether somebody lives."""
CONTINGENCY = 'phrase ends answered / chance'

Key = tuple[str, str, str, str, str]


def number(value: float) -> str:
    """Format a number with two or three significant digits, without exponent."""
    if abs(value) < NEGLIGIBLE:
        return '0'
    for limit, digits in ((100, 0), (10, 1), (0.1, 2), (0.01, 3), (0.001, 4)):
        if abs(value) >= limit:
            return f'{value:.{digits}f}'
    return f'{value:.6f}'


def fine_number(value: float) -> str:
    """Format a number of Table 4 or of the challenge, with three decimals as in the paper, or more.

    Its SSIM and CPBD differ in the third digit.
    """
    return f'{value:.3f}' if abs(value) >= 0.1 or abs(value) < NEGLIGIBLE else f'{value:.4f}'


def with_interval(result: Result | None, style: Callable[[float], str] = number) -> str:
    """Format a value with its interval, if there is one."""
    if result is None:
        return NOTHING
    if result.low is None or result.high is None:
        return style(result.value)
    return f'{style(result.value)} ({style(result.low)} to {style(result.high)})'


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table."""
    lines = [header, ['---'] * len(header), *rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


class Results:
    """Results by model, modality, split, attitude and metric."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.all = list(results)
        self._by: dict[Key, Result] = {
            (r.model, r.modality, r.split, r.attitude, r.metric): r for r in results
        }

    def get(
        self, model: str, split: str, metric: str, attitude: str = AVERAGE, modality: str = BOTH
    ) -> Result | None:
        """Return a result, or None when there is none."""
        return self._by.get((model, modality, split, attitude, metric))

    def write(self, path: Path) -> None:
        """Write the results as CSV, a row per result."""
        with path.open('w', newline='', encoding='utf-8') as file:
            writer = csv.DictWriter(file, [f.name for f in fields(Result)])
            writer.writeheader()
            writer.writerows(asdict(result) for result in self.all)


def distance_table(results: Results, models: Sequence[str], split: str) -> str:
    """Format Table 3 of the paper for one split: FD of every attitude and group."""
    rows = []
    for attitude in (*(a.value for a in Attitude), AVERAGE):
        for group in GROUPS:
            found = [results.get(m, split, f'FD {group}', attitude) for m in models]
            paper = [number(FEATURE_DISTANCE[split, attitude, group, m]) for m in METHODS]
            rows.append([attitude, group, *map(with_interval, found), *paper])
    return markdown(['attitude', 'motion', *models, *(f'ViCo: {m}' for m in METHODS)], rows)


def ablation_table(results: Results, models: Sequence[str], split: str) -> str:
    """Format Table 5 of the paper: the first model by modality, then the other models."""
    own, others = models[0], models[1:]
    lacking = [m.value for m in Modality if m is not Modality.BOTH]
    entries: list[tuple[str, str, str, str]] = [(f'{own}, {m}', own, m, m) for m in lacking]
    entries += [(m, m, BOTH, m.replace('_', '-')) for m in others]
    entries.append((own, own, BOTH, BOTH))
    rows = []
    for name, model, modality, published in entries:
        found = [results.get(model, split, f'FD {g}', modality=modality) for g in GROUPS]
        paper = ABLATION.get(published) if split == 'test' else None
        theirs = [NOTHING] * len(GROUPS) if paper is None else [number(n) for n in paper]
        rows.append([name, *map(with_interval, found), *theirs])
    return markdown(['listener', *GROUPS, *(f'ViCo: {g}' for g in GROUPS)], rows)


def _by_metric(
    models: Sequence[str],
    metrics: dict[str, str],
    find: Callable[[str, str], Result | None],
    cell: Callable[[Result | None], str],
) -> str:
    rows = [[name, *(cell(find(m, metric)) for m in models)] for metric, name in metrics.items()]
    return markdown(['metric', *models], rows)


def variation_table(results: Results, models: Sequence[str], split: str) -> str:
    """Format the mean change from frame to frame, x100, of the true listener and every model."""
    metrics = {f'variation {group}': group for group in GROUPS}
    return _by_metric(
        [TRUE, *models], metrics, lambda m, metric: results.get(m, split, metric), with_interval
    )


def newer_table(results: Results, models: Sequence[str], split: str) -> str:
    """Format the metrics of newer papers."""
    return _by_metric(
        [TRUE, *models], NEWER, lambda m, metric: results.get(m, split, metric), with_interval
    )


def _pooled_table(
    results: Results, models: Sequence[str], attitude: str, names: Sequence[str]
) -> str:
    """Format figures of `vico describe` over both splits; '' if there are none."""
    labels = [TRUE, *models]
    found = {(m, n): results.get(m, 'all', n, attitude) for m in labels for n in names}
    if not any(found.values()):
        return ''
    rows = {name: name for name in names}
    return _by_metric(labels, rows, lambda m, n: found[m, n], with_interval)


def gesture_table(results: Results, models: Sequence[str], attitude: Attitude) -> str:
    """Format what the listeners do with their heads; empty when there is nothing."""
    return _pooled_table(results, models, attitude.value, [c.title for c in GESTURES])


def life_table(results: Results, models: Sequence[str], attitude: Attitude) -> str:
    """Format whether they live between their gestures; empty when there is nothing."""
    return _pooled_table(results, models, attitude.value, [c.title for c in LIVELINESS])


def glance_table(results: Results, models: Sequence[str], split: str) -> str:
    """Format the FD of a split beside figures of life and of answering, over all attitudes."""
    labels = [TRUE, *models]

    def row(name: str, where: str, metric: str, modality: str = BOTH) -> list[str]:
        found = [results.get(label, where, metric, modality=modality) for label in labels]
        return [name, *(NOTHING if one is None else number(one.value) for one in found)]

    wrong = Modality.WRONG_AUDIO.value
    rows = [
        *(row(f'FD {group}', split, f'FD {group}') for group in GROUPS),
        *(row(name, 'all', name) for name in (*GLANCE, CONTINGENCY)),
        row(f'{CONTINGENCY}, {wrong}', 'all', CONTINGENCY, wrong),
    ]
    shown = [cells for cells in rows if set(cells[1:]) != {NOTHING}]
    return markdown(['', *labels], shown)


def renderer_table(results: Results, renderer: str, split: str) -> str:
    """Format Table 4 of the paper for one split."""
    rows = []
    for attitude in (*(a.value for a in Attitude), AVERAGE):
        found = [results.get(renderer, split, m, attitude, 'true motion') for m in RENDERER]
        rows.append([attitude, *(with_interval(one, fine_number) for one in found)])
    place = SPLITS.index(split)
    rows.append(['ViCo: average', *(fine_number(pair[place]) for pair in RENDERER.values())])
    return markdown(['attitude', *RENDERER], rows)


def size_table(sizes: dict[str, Complexity]) -> str:
    """Format the parameters and multiply-accumulates of the networks."""
    rows = [
        [label, f'{s.parameters:,}', f'{s.step:,}', f'{s.paper:,}'] for label, s in sizes.items()
    ]
    rows.append(
        ['ViCo: Ours', f'{COMPLEXITY["parameters"]:,}', NOTHING, f'{COMPLEXITY["paper"]:,}']
    )
    header = ['network', 'parameters', 'MACs per step', 'MACs of 30 frames as the paper counts']
    return markdown(header, rows)
