"""Looks at every file of a data set and counts what is in it, as the paper's Table 2 does."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.clip_features import SPLITS
from vico_listener.lab.dataset.vico.layouts import ClipEntry
from vico_listener.lab.dataset.vico.layouts import Layout
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import count_images
from vico_listener.media.clip import probe_audio
from vico_listener.media.clip import probe_clip
from vico_listener.motion import Attitude

FPS_TOLERANCE = 0.05
LENGTH_TOLERANCE = 0.1
"""Seconds by which speaker, listener and audio may differ."""

LENGTH_BINS = (0.0, 5.0, 10.0, 20.0, 40.0, 80.0)
"""Edges of the clip-length distribution, s; the last bin is open."""

SHOWN_PROBLEMS = 50
"""So many problems are shown on the screen; the file holds all."""

UNKNOWN = 'unknown'

CELL = 0.2
"""The width of an identity's column in the plot, inches."""

PAPER = {
    'positive': (42, 53, 62, 81, 226, '49:18'),
    'neutral': (35, 38, 48, 63, 134, '27:07'),
    'negative': (11, 11, 9, 18, 123, '18:57'),
    'all': (50, 67, 76, 92, 483, '95:22'),
}
"""Table 2 of the paper: videos, speakers, listeners, identities, clips, duration."""


@dataclass
class Inspection:
    """What is in a data set.

    Attributes:
        layout: its tables.
        seconds: length of each clip whose listener can be read.
        problems: problems of files, each with the name of its clip.
        broken: clips that cannot be used.
    """

    layout: Layout
    seconds: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    @property
    def usable(self) -> list[ClipEntry]:
        """Return the clips whose files can all be read."""
        return [entry for entry in self.layout.entries if entry.clip not in self.broken]


def audio_seconds(path: Path) -> float:
    """Return the length of an audio file, s.

    Raises:
        ClipError: it is missing, no audio, or empty.
    """
    if not path.is_file():
        raise ClipError(f'no such file: {path}')
    length = probe_audio(path).duration
    if length <= 0:
        raise ClipError(f'{path.name} is empty')
    return length


def inspect_data_set(layout: Layout, progress: bool = True) -> Inspection:
    """Check every file; a broken one does not stop the others from being checked."""
    found = Inspection(layout, problems=list(layout.problems))
    entries = layout.entries
    with ThreadPoolExecutor() as pool:
        checks = pool.map(_check, entries)
        shown = tqdm(checks, total=len(entries), desc='clips', unit='clip', disable=not progress)
        for entry, (seconds, problems, broken) in zip(entries, shown, strict=True):
            found.problems += [f'{entry.clip}: {problem}' for problem in problems]
            if broken:
                found.broken.add(entry.clip)
            if seconds > 0:
                found.seconds[entry.clip] = seconds
    found.problems += identity_problems(entries)
    return found


def _check(entry: ClipEntry) -> tuple[float, list[str], bool]:
    """Return the length of the listener's video, what is wrong, and whether the clip is useless."""
    problems: list[str] = []
    lengths: dict[str, float] = {}
    images: dict[str, int] = {}
    for who, path in (('speaker', entry.speaker_video), ('listener', entry.listener_video)):
        try:
            info = probe_clip(path)
            images[who] = count_images(path)
        except ClipError as error:
            problems.append(f'{who}: {error}')
            continue
        rate = info.fps or MODEL_RATE
        lengths[who] = images[who] / rate
        if abs(info.fps - MODEL_RATE) > FPS_TOLERANCE:
            problems.append(f'{who}: {info.fps:.2f} frames a second, expected {MODEL_RATE}')
        if info.duration - lengths[who] > LENGTH_TOLERANCE:
            problems.append(f'{who}: breaks off after {lengths[who]:.2f} of {info.duration:.2f} s')
    try:
        lengths['audio'] = audio_seconds(entry.audio)
    except ClipError as error:
        problems.append(f'audio: {error}')
    broken = len(lengths) < 3
    if lengths and max(lengths.values()) - min(lengths.values()) > LENGTH_TOLERANCE:
        told = ', '.join(f'{who} {length:.2f} s' for who, length in lengths.items())
        problems.append(f'lengths differ: {told}')
    elif len(set(images.values())) > 1:
        problems.append(
            '{speaker} images of the speaker, {listener} of the listener'.format(**images)
        )
    return lengths.get('listener', 0.0), problems, broken


def identity_problems(entries: Iterable[ClipEntry]) -> list[str]:
    """Return violations of the paper's rule: test identities occur in train, ood ones do not."""
    ids: dict[str, set[str]] = {split: set() for split in SPLITS}
    clips: Counter[str] = Counter()
    problems = []
    for entry in entries:
        clips[entry.split] += 1
        ids[entry.split] |= {i for i in (entry.speaker_id, entry.listener_id) if i}
        if not (entry.speaker_id and entry.listener_id):
            problems.append(f'{entry.clip}: the identity of speaker or listener is not told')
        elif entry.speaker_id == entry.listener_id:
            problems.append(f'{entry.clip}: {entry.speaker_id} is speaker and listener at once')
    problems += [f'the split {split} is empty' for split in SPLITS if not clips[split]]
    strangers = sorted(ids['test'] - ids['train'])
    if strangers:
        problems.append(f'identities of test that never occur in train: {", ".join(strangers)}')
    known = sorted(ids['ood'] & ids['train'])
    if known:
        problems.append(f'identities of ood that occur in train: {", ".join(known)}')
    return problems


def statistics(found: Inspection) -> dict[str, tuple[int, int, int, int, int, str]]:
    """Return the rows of Table 2 by attitude and 'all'; 'unknown' where the layout names none."""
    rows = {}
    for group in (*attitude_names(found.layout.entries), 'all'):
        mine = [e for e in found.layout.entries if group in ('all', attitude_name(e))]
        speakers = {e.speaker_id for e in mine if e.speaker_id}
        listeners = {e.listener_id for e in mine if e.listener_id}
        seconds = round(sum(found.seconds.get(e.clip, 0.0) for e in mine))
        rows[group] = (
            len({e.video for e in mine}),
            len(speakers),
            len(listeners),
            len(speakers | listeners),
            len(mine),
            f'{seconds // 60}:{seconds % 60:02d}',
        )
    return rows


def attitude_names(entries: Iterable[ClipEntry]) -> list[str]:
    """Return the names of all attitudes, and 'unknown' where the layout lacks that of a clip."""
    names = [attitude.value for attitude in Attitude]
    return [*names, UNKNOWN] if any(entry.attitude is None for entry in entries) else names


def attitude_name(entry: ClipEntry) -> str:
    """Return the name of a clip's attitude, 'unknown' where the layout names none."""
    return entry.attitude.value if entry.attitude is not None else UNKNOWN


def length_distribution(found: Inspection) -> list[tuple[str, int, float]]:
    """Return for each bin of clip length its name, clips, share of the whole duration (0..1)."""
    rows = []
    whole = sum(found.seconds.values())
    for low, high in zip(LENGTH_BINS, (*LENGTH_BINS[1:], float('inf')), strict=True):
        mine = [s for s in found.seconds.values() if low <= s < high]
        name = f'{low:.0f}-{high:.0f} s' if high < float('inf') else f'over {low:.0f} s'
        rows.append((name, len(mine), sum(mine) / whole if whole else 0.0))
    return rows


def identity_matrix(entries: Iterable[ClipEntry]) -> dict[str, Counter[tuple[str, str]]]:
    """Return each identity's clips by (role, attitude)."""
    matrix: dict[str, Counter[tuple[str, str]]] = {}
    for entry in entries:
        for role, identity in (('speaker', entry.speaker_id), ('listener', entry.listener_id)):
            matrix.setdefault(identity or '?', Counter())[role, attitude_name(entry)] += 1
    return matrix


def format_inspection(found: Inspection, shown: int | None = None) -> str:
    """Format the paper's Table 2 beside ViCo's numbers, lengths, splits and problems as text.

    Args:
        found: what is in the data set.
        shown: how many problems are listed at most; None for all.
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
    """Plot clip lengths with their share of the duration, and identities by role and attitude.

    They are the paper's Fig. A1 and A3, the latter with the numbers in its cells.
    """
    from matplotlib.figure import Figure

    matrix = identity_matrix(found.layout.entries)
    wide = max(8.0, CELL * len(matrix))
    figure = Figure(figsize=(5 + wide, 5), layout='constrained')
    lengths, people = figure.subplots(1, 2, width_ratios=(4, wide))
    rows = length_distribution(found)
    names = [row[0] for row in rows]
    lengths.bar(names, [row[1] for row in rows], color='tab:blue', label='clips')
    lengths.set(ylabel='clips', title='clip lengths')
    lengths.tick_params(axis='x', rotation=30)
    share = lengths.twinx()
    share.plot(names, [100 * row[2] for row in rows], 'o-', color='tab:orange')
    share.set(ylabel='share of the duration [%]', ylim=(0, 100))
    attitudes = attitude_names(found.layout.entries)
    columns = [(role, attitude) for role in ('speaker', 'listener') for attitude in attitudes]
    identities = sorted(matrix, key=lambda i: -sum(matrix[i].values()))
    table = np.array([[matrix[i][column] for i in identities] for column in columns])
    drawn = people.imshow(table, aspect='auto', cmap='Blues')
    people.set_yticks(range(len(columns)), [f'{role}, {attitude}' for role, attitude in columns])
    people.set_xticks(range(len(identities)), identities, rotation=90, fontsize=7)
    for (row, column), count in np.ndenumerate(table):
        if count:
            colour = 'white' if count > table.max() / 2 else 'black'
            people.text(column, row, str(count), ha='center', va='center', fontsize=6, color=colour)
    people.set(xlabel='identity', title='clips by identity, role and attitude')
    figure.colorbar(drawn, ax=people, label='clips')
    figure.savefig(path, dpi=110)
