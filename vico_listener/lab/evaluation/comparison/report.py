"""Writes the report of a comparison: Markdown with tables and pictures, and the numbers as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from vico_listener.choices import FinerAttitude
from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.evaluation.comparison.charts import draw_distances
from vico_listener.lab.evaluation.comparison.charts import draw_variation
from vico_listener.lab.evaluation.comparison.diversity_sheet import draw_diversity
from vico_listener.lab.evaluation.comparison.evaluation import Evaluation
from vico_listener.lab.evaluation.comparison.generation import answer
from vico_listener.lab.evaluation.comparison.generation import knows_attitudes
from vico_listener.lab.evaluation.comparison.pooled import diversity_results
from vico_listener.lab.evaluation.comparison.pooled import gesture_results
from vico_listener.lab.evaluation.comparison.scores import TRUE
from vico_listener.lab.evaluation.comparison.scores import summarise
from vico_listener.lab.evaluation.comparison.sheets import attitude_strips
from vico_listener.lab.evaluation.comparison.sheets import draw_sheet
from vico_listener.lab.evaluation.comparison.sheets import method_strips
from vico_listener.lab.evaluation.comparison.sheets import modality_strips
from vico_listener.lab.evaluation.comparison.sheets import people_strips
from vico_listener.lab.evaluation.comparison.tables import Results
from vico_listener.lab.evaluation.comparison.tables import ablation_table
from vico_listener.lab.evaluation.comparison.tables import distance_table
from vico_listener.lab.evaluation.comparison.tables import gesture_table
from vico_listener.lab.evaluation.comparison.tables import glance_table
from vico_listener.lab.evaluation.comparison.tables import life_table
from vico_listener.lab.evaluation.comparison.tables import markdown
from vico_listener.lab.evaluation.comparison.tables import newer_table
from vico_listener.lab.evaluation.comparison.tables import size_table
from vico_listener.lab.evaluation.comparison.tables import variation_table
from vico_listener.lab.evaluation.feature_distance import GROUPS
from vico_listener.lab.evaluation.feature_distance import Pooling
from vico_listener.motion import Attitude
from vico_listener.render.renderers import Renderer

NUMBERS_FILE = 'results.csv'
REPORT_FILE = 'report.md'
FOLDER = 'images'

STILL = ('frozen', 'mean')
"""Listeners that never move."""

VICO_NOTE = (
    'Columns marked *ViCo* are the numbers of Zhou et al., ECCV 2022: measured on the ViCo data '
    'set, in the 64 coefficients of BFM, with the networks of the authors. They are comparable '
    'with the other columns only where the clips are those of ViCo, in the basis bfm64.'
)

GLANCE_NOTE = (
    'The distance to the true listener stands beside figures of life, because alone it misleads: '
    'whoever nods at other moments than one person did on one day is farther away than a face that '
    'never moves. The listeners *frozen* and *mean* do nothing; a distance that they win says '
    'nothing about listening. FD on {split}, lower is better; everything else on all clips, where '
    "the true listener's value is the aim. {winner}"
)

DISTANCE_NOTE = (
    'FD as in the paper: mean |generated - true| times 100 over the coefficients of a group and '
    'frames 2..T, lower is better. Angles in rad, translation in {unit}. Averaged over {pooling}; '
    'in brackets the 95 % interval when clips are resampled.'
)

ABLATION_NOTE = (
    'The first listener with a sense taken away when it answers (nothing is trained anew, '
    'which the authors may have done), and the other listeners; average over attitudes. '
    '*Wrong audio* is that of the next clip with another speaker.'
)

NEWER_NOTE = (
    'What newer papers report. Fréchet distances are taken clip by clip over frames and averaged '
    '(they are what those papers call FD and P-FD; they have nothing to do with the FD above); '
    'SID: Shannon index over k-means clusters of the true motion (40 for exp, 20 for pose); rPCC: '
    'difference of the correlation with the speaker from the true one; lag: |lag| of the highest '
    'correlation with the speaker within 2 s. Lower is better for Fréchet and rPCC; the others '
    'should be near the true listener.'
)

GESTURE_NOTE = (
    "The detectors of `vico describe` on both splits together, per minute of the speaker's "
    'talking. Listeners are shown as a viewer sees them, with the idle layer; baselines have none.'
)

LIFE_NOTE = (
    'What else moves, on both splits together, with the idle layer: see [evaluation]'
    '(evaluation.md#life). A portrait with nods cut into it has the nods of a person and none of '
    'this.'
)


@dataclass(frozen=True)
class ReportText:
    """The texts of a report beside its numbers."""

    title: str = 'Evaluation'
    introduction: str = ''


def compute(evaluation: Evaluation, pooling: Pooling) -> Results:
    """Compute all results of a run."""
    labels = [TRUE, *(model.label for model in evaluation.models)]
    results = summarise((a.score for a in evaluation.answers), pooling)
    results += diversity_results(evaluation, labels) + gesture_results(evaluation, labels)
    return Results(results)


def _clip_table(evaluation: Evaluation) -> str:
    rows = []
    for split in dict.fromkeys(clip.split for clip in evaluation.clips):
        for attitude in Attitude:
            mine = [c for c in evaluation.clips if (c.split, c.attitude) == (split, attitude)]
            speakers = len({clip.speaker_id for clip in mine})
            minutes = sum(map(len, mine)) / MODEL_RATE / 60
            rows.append([split, attitude.value, str(len(mine)), str(speakers), f'{minutes:.1f}'])
    return markdown(['split', 'attitude', 'clips', 'speakers', 'minutes'], rows)


def shown_clip(evaluation: Evaluation) -> ClipFeatures:
    """Return the clip to draw: the longest positive one of the first split, else the longest.

    Nods are more frequent in a positive listener, and a long clip has more of them.
    """
    first = evaluation.clips[0].split
    own = [clip for clip in evaluation.clips if clip.split == first]
    positive = [clip for clip in own if clip.attitude is Attitude.POSITIVE]
    return max(positive or own, key=len)


CLIPS_OF_SPLIT = 2
"""Clips of each split that contact sheets show, as in the paper's figure 5."""


def shown_clips(evaluation: Evaluation) -> list[ClipFeatures]:
    """Return the clips to draw: of each split `shown_clip`, and the longest of other attitudes."""
    chosen = []
    for split in dict.fromkeys(clip.split for clip in evaluation.clips):
        own = [clip for clip in evaluation.clips if clip.split == split]
        first = shown_clip(replace(evaluation, clips=own))
        left = [clip for clip in own if clip is not first]
        left.sort(key=lambda clip: (clip.attitude is first.attitude, -len(clip)))
        chosen += [first, *left[: CLIPS_OF_SPLIT - 1]]
    return chosen


def draw_pictures(
    folder: Path, stem: str, evaluation: Evaluation, results: Results, renderer: Renderer | None
) -> dict[str, str]:
    """Write every picture into `folder`; return captions by file name.

    Without a renderer, or in a basis that it does not draw, there are no contact sheets.
    """
    folder.mkdir(parents=True, exist_ok=True)
    labels = [model.label for model in evaluation.models]
    clip = shown_clip(evaluation)
    split = clip.split
    first = [
        a for name in (TRUE, *labels) for a in evaluation.of(name) if a.job.clip.clip == clip.clip
    ]
    made = {f'{stem}_distances.png': f'FD on {split}, lower is better.'}
    draw_distances(folder / f'{stem}_distances.png', results, labels, split)
    name = f'{stem}_variation.png'
    draw_variation(folder / name, first)
    made[name] = f"From frame to frame, clip {clip.clip}: the true listener's liveliest angle."
    if renderer is None or clip.listener.basis is not renderer.basis:
        return made
    model, reference = evaluation.models[0], renderer.reference
    sheets = {
        'methods': ('Listeners', method_strips(evaluation.models, clip, reference)),
        'attitudes': (f'Attitudes, {model.label}', attitude_strips(model, clip, reference)),
        'modalities': (
            f'Modalities, {model.label}',
            modality_strips(model, clip, evaluation.clips, reference),
        ),
    }
    if knows_attitudes(model.create()):
        sheets['finer_attitudes'] = (
            f'Finer attitudes, {model.label}',
            attitude_strips(model, clip, reference, FinerAttitude),
        )
    for key, (title, strips) in sheets.items():
        name = f'{stem}_{key}.jpg'
        rows = [*people_strips(clip, reference), *strips]
        draw_sheet(folder / name, f'{title}: clip {clip.clip}', renderer, rows)
        made[name] = f'{title}, the same clip ({clip.clip}) and reference throughout.'
    made[f'{stem}_methods.jpg'] += (
        ' Of speaker and true listener the portrait shows how their faces changed since frame 1.'
    )
    shown = shown_clips(evaluation)
    for number, one in enumerate(shown[1:], start=2):
        name = f'{stem}_methods_{number}.jpg'
        rows = [
            *people_strips(one, reference),
            *method_strips(evaluation.models, one, reference),
        ]
        title = f'Listeners: clip {one.clip} ({one.split}, {one.attitude.value})'
        draw_sheet(folder / name, title, renderer, rows)
        made[name] = f'{title}.'
    answers = [answer(model.create(), one, reference, seed=model.seed) for one in shown]
    name, title = f'{stem}_diversity.jpg', f'How different {model.label} can be'
    draw_diversity(folder / name, title, renderer, answers)
    made[name] = (
        f'{title}: the expressions that lie farthest apart in its answers to {len(shown)} clips, '
        'each with its distance from those before, and the largest movements.'
    )
    return made


def still_wins(results: Results, labels: Sequence[str], split: str) -> str:
    """Say in how many groups a listener that never moves is nearest; empty without one."""
    still = [label for label in STILL if label in labels]
    others = [label for label in labels if label not in STILL]
    if not still or not others:
        return ''

    def nearest(models: Sequence[str], group: str) -> float:
        found = [results.get(label, split, f'FD {group}') for label in models]
        return min((one.value for one in found if one is not None), default=np.inf)

    won = [group for group in GROUPS if nearest(still, group) < nearest(others, group)]
    groups = f' ({", ".join(won)})' if won else ''
    return f'Here they are nearest in {len(won)} of {len(GROUPS)} groups{groups}.'


def _section(title: str, note: str, tables: dict[str, str]) -> list[str]:
    parts = [f'## {title}', note]
    for name, table in tables.items():
        parts += [f'### {name}', table] if table else []
    return parts


def compose(
    evaluation: Evaluation,
    results: Results,
    pooling: Pooling,
    text: ReportText,
    pictures: dict[str, str],
) -> str:
    """Compose the report in Markdown; `pictures` are captions by path."""
    labels = [model.label for model in evaluation.models]
    splits = list(dict.fromkeys(clip.split for clip in evaluation.clips))
    basis = evaluation.clips[0].listener.basis
    unit = {'m': 'm', 'deep3d': 'units of Deep3DFaceRecon'}[basis.translation_unit]
    parts = [f'# {text.title}', *([text.introduction.strip()] if text.introduction else [])]
    parts += ['## Clips', f'Faces in the basis {basis.name}.', _clip_table(evaluation)]
    parts += ['\n'.join(f'* {note}' for note in evaluation.notes)] if evaluation.notes else []
    glance = GLANCE_NOTE.format(split=splits[0], winner=still_wins(results, labels, splits[0]))
    parts += _section(
        'At a glance', glance.strip(), {splits[0]: glance_table(results, labels, splits[0])}
    )
    note = DISTANCE_NOTE.format(unit=unit, pooling=pooling)
    tables = {split: distance_table(results, labels, split) for split in splits}
    parts += _section('Distance to the true listener', f'{note} {VICO_NOTE}', tables)
    tables = {split: ablation_table(results, labels, split) for split in splits}
    parts += _section('Modalities', ABLATION_NOTE, tables)
    tables = {split: variation_table(results, labels, split) for split in splits}
    note = 'Mean |change| per frame, times 100: a listener without memory flickers.'
    parts += _section('Change from frame to frame', note, tables)
    tables = {split: newer_table(results, labels, split) for split in splits}
    parts += _section('Newer metrics', NEWER_NOTE, tables)
    tables = {a.value: gesture_table(results, labels, a) for a in Attitude}
    if any(tables.values()):
        parts += _section('Gestures', GESTURE_NOTE, tables)
        tables = {a.value: life_table(results, labels, a) for a in Attitude}
        parts += _section('Life', LIFE_NOTE, tables)
    parts += ['## Size', size_table(evaluation.complexities)]
    if pictures:
        shown = [f'![{caption}]({path})\n\n{caption}' for path, caption in pictures.items()]
        parts += ['## Pictures', *shown]
    return '\n\n'.join(parts) + '\n'


def write_report(
    path: Path,
    evaluation: Evaluation,
    results: Results,
    pooling: Pooling,
    text: ReportText,
    renderer: Renderer | None,
) -> None:
    """Write the report and, in `images/` beside it, its pictures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = draw_pictures(path.parent / FOLDER, path.stem, evaluation, results, renderer)
    captions = {f'{FOLDER}/{name}': caption for name, caption in made.items()}
    path.write_text(compose(evaluation, results, pooling, text, captions), encoding='utf-8')
