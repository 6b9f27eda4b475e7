"""Draws how different the faces and the movements of one listener are (paper, figure 7).

The six expressions are those that lie farthest from one another among all that it made (the first
is the farthest from their mean, each next one the farthest from those before); the movements are
the largest of each kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vico_listener.lab.evaluation.comparison.sheets import INCHES
from vico_listener.lab.evaluation.comparison.sheets import drawn
from vico_listener.lab.evaluation.comparison.sheets import save_pictures
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.motion import both_sides
from vico_listener.render.renderers import Renderer

COUNT = 6
"""Pictures in a row."""
STEP = 3
"""Every so many ticks a face is looked at: neighbours are alike."""

Signal = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """A face, and what is said of it."""

    label: str
    face: FaceMotion


def different_expressions(tracks: Sequence[FaceTrack]) -> list[Shown]:
    """Return the faces whose expressions are the farthest from one another.

    Each is shown with the pose that it had, and told by its distance from those before (L2).
    """
    faces = [(t, tick) for t in tracks for tick in np.flatnonzero(t.valid)[::STEP].tolist()]
    if not faces:
        return []
    rows = np.array([track.expression[tick] for track, tick in faces], np.float64)
    apart = np.linalg.norm(rows - rows.mean(axis=0), axis=1)
    shown = []
    for number in range(min(COUNT, len(faces))):
        best = int(np.argmax(apart))
        track, tick = faces[best]
        shown.append(Shown(f'{apart[best]:.2f}', track.motion(tick)))
        nearer = np.linalg.norm(rows - rows[best], axis=1)
        apart = nearer if number == 0 else np.minimum(apart, nearer)
    return shown


def largest_movements(tracks: Sequence[FaceTrack], reference: FaceMotion) -> list[Shown]:
    """Return the faces in which each kind of movement is the largest, told by its size.

    In `bfm64`, whose components have no names, only movements of the head are known.
    """
    shown = []
    for name, unit in (*HEAD, *(FACE if reference.basis is ARKIT52 else ())):
        sizes = [_size(track, name, reference) for track in tracks]
        best = max(range(len(tracks)), key=lambda n: sizes[n].max(initial=0.0), default=None)
        if best is None or not len(sizes[best]):
            continue
        tick = int(np.argmax(sizes[best]))
        told = f'{name} {sizes[best][tick]:.{0 if unit else 2}f}{unit}'
        shown.append(Shown(told, tracks[best].motion(tick)))
    return shown[:COUNT]


HEAD = (('nod', ' deg'), ('turn', ' deg'), ('tilt', ' deg'))
"""Movements of the head, and their units."""
FACE = (('smile', ''), ('brows up', ''), ('brows down', ''))
"""Movements of the face."""
_AXES = {'tilt': 0, 'nod': 1, 'turn': 2}
_NAMES = {'smile': 'mouthSmile', 'brows up': 'browOuterUp', 'brows down': 'browDown'}


def _size(track: FaceTrack, name: str, reference: FaceMotion) -> Signal:
    """Return how large a kind of movement is at each tick (T,), 0 where the face is not seen."""
    if name in _AXES:
        axis = _AXES[name]
        size = np.degrees(track.rotation[:, axis] - reference.rotation[axis])
        size = size if name == 'nod' else np.abs(size)
    else:
        sides = both_sides(_NAMES[name])
        size = track.expression[:, sides].mean(axis=1)
    return np.where(track.valid, size, 0.0).astype(np.float64)


def draw_diversity(path: Path, title: str, renderer: Renderer, tracks: Sequence[FaceTrack]) -> None:
    """Write a JPEG: a row of expressions and one of movements."""
    rows = {
        'expressions': different_expressions(tracks),
        'movements': largest_movements(tracks, renderer.reference),
    }
    size = (INCHES * (COUNT + 1), (INCHES + 0.3) * len(rows) + 0.5)
    figure = Figure(figsize=size, layout='constrained')
    figure.suptitle(title, fontsize=10)
    panels = figure.subplots(len(rows), COUNT, squeeze=False)
    for row, (name, shown) in zip(panels, rows.items(), strict=True):
        for axes in row:
            axes.set_xticks([])
            axes.set_yticks([])
        for axes, one in zip(row, shown, strict=False):
            axes.imshow(drawn(renderer, one.face)[..., ::-1])
            axes.set_title(one.label, fontsize=8)
        row[0].set_ylabel(name, fontsize=8)
    save_pictures(figure, path)
