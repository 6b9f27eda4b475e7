"""Writes what was told apart at a glance, and what the kinds differ in, as tables and a sheet."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from vico_listener.frames import Picture
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.render_check.sheet import arranged
from vico_listener.lab.evaluation.render_check.sheet import tile
from vico_listener.lab.evaluation.smiles import find_smile_rises
from vico_listener.lab.glances.shown_motion import Viewed
from vico_listener.lab.glances.told_apart import Part
from vico_listener.lab.glances.told_apart import ToldApart
from vico_listener.lab.glances.told_apart import told_apart
from vico_listener.media.motion_track import coefficient

HEAD_SECONDS = (2.0, 5.0, 10.0)
"""The windows in which heads without a face are told apart, s."""


def compared(views: Sequence[Viewed], seconds: float) -> list[tuple[str, float, ToldApart]]:
    """Return how the kinds are told apart: by what, in windows of how many seconds, and how well.

    Of commands and, where the pictures could be read, of what was read; and of the head alone in
    longer windows, too, if the recordings are long enough.

    Raises:
        DataError: the recordings are too few or too short.
    """
    commanded = [view.commanded for view in views]
    read = [view.read for view in views if view.read is not None]
    shortest = min(len(shown.rotation) / shown.rate for shown in commanded)
    found = [(f'commands, {p.value}', seconds, told_apart(commanded, seconds, p)) for p in Part]
    found += [
        (f'commands, {Part.TURNS.value}', longer, told_apart(commanded, longer, Part.TURNS))
        for longer in HEAD_SECONDS
        if longer > seconds and shortest > 2.0 * longer
    ]
    if len(read) == len(views):
        found += [
            (f'pictures, {p.value}', seconds, told_apart(read, seconds, p))
            for p in (Part.ALL, Part.FACE, Part.HEAD)
        ]
    return found


def format_told(found: Sequence[tuple[str, float, ToldApart]]) -> str:
    """Format a Markdown table: shares of the windows told right, and the commonest mistake."""
    kinds = found[0][2].kinds
    lines = [
        f'| told by | window [s] | windows | right | {" | ".join(kinds)} | commonest mistake |',
        f'| --- | {"--- | " * (4 + len(kinds))}',
    ]
    for name, seconds, result in found:
        own = np.diag(result.counts) / result.counts.sum(axis=1)
        shares = ' | '.join(f'{share:.1%}' for share in own)
        lines.append(
            f'| {name} | {seconds:g} | {result.counts.sum()} | {result.share:.1%} | {shares} | '
            f'{_mistake(result)} |'
        )
    return '\n'.join(lines)


def _mistake(result: ToldApart) -> str:
    wrong = result.counts.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return '-'
    kind, told = np.unravel_index(wrong.argmax(), wrong.shape)
    names = (*result.kinds, 'unreadable')
    return f'{names[kind]} as {names[told]}, {wrong[kind, told]}'


def format_kinds(views: Sequence[Viewed]) -> str:
    """Format a Markdown table of what each kind did, over all speakers."""
    kinds = list(dict.fromkeys(view.commanded.kind for view in views))
    columns = []
    for kind in kinds:
        columns.append(_figures([v.events for v in views if v.commanded.kind == kind]))
    lines = [f'| figure | {" | ".join(kinds)} |', f'| --- | {"--- | " * len(kinds)}']
    for name in columns[0]:
        lines.append(f'| {name} | {" | ".join(column[name] for column in columns)} |')
    return '\n'.join(lines)


def _figures(pool: Sequence[TrackEvents]) -> dict[str, str]:
    minutes = sum(events.track.seconds for events in pool) / 60.0
    nods = [nod for events in pool for nod in events.nods]
    shakes = sum(len(events.shakes) for events in pool)
    rises = [rise for events in pool for rise in find_smile_rises(events.track.smile)]
    angles = np.concatenate([events.track.angles for events in pool])
    face = np.concatenate([events.track.expression - events.track.reference for events in pool])
    place = np.concatenate([events.track.translation for events in pool])
    starts = [[nod.start for nod in events.nods] for events in pool]
    pauses = [late - early for one in starts for early, late in pairwise(one)]

    def both(name: str) -> str:
        return f'{coefficient(face, f"{name}Left", f"{name}Right").mean():.2f}'

    def median(values: list[float], unit: str) -> str:
        return f'{np.median(values):.1f} {unit}' if values else '-'

    return {
        'nods /min': f'{len(nods) / minutes:.1f}',
        'nod size, median': median([nod.amplitude for nod in nods], 'deg'),
        'nod frequency, median': median([nod.frequency for nod in nods], 'Hz'),
        'time from nod to nod, median': median(pauses, 's'),
        'shakes /min': f'{shakes / minutes:.1f}',
        'smile above the portrait, mean': both('mouthSmile'),
        'smiles begun /min': f'{len(rises) / minutes:.1f}',
        'inner brows raised, mean': f'{coefficient(face, "browInnerUp").mean():.2f}',
        'brows lowered, mean': both('browDown'),
        'mouth corners lowered, mean': both('mouthFrown'),
        'lips pressed, mean': both('mouthPress'),
        'tilt to either side, mean': f'{np.abs(angles[:, 0]).mean():.1f} deg',
        'pitch, mean (down is positive)': f'{angles[:, 1].mean():.1f} deg',
        'turn to either side, mean': f'{np.abs(angles[:, 2]).mean():.1f} deg',
        'nearer, mean': f'{1000.0 * place[:, 0].mean():.0f} mm',
    }


def glance_sheet(views: Sequence[Viewed]) -> Picture:
    """Return the pictures of the first speaker's listeners, a row for each kind."""
    first = [view for view in views if view.commanded.speaker == views[0].commanded.speaker]
    tiles = [tile(picture, [view.commanded.kind]) for view in first for picture in view.pictures]
    return arranged(tiles, len(first[0].pictures))
