"""Draws preview.png: a filmstrip of both faces above head angles, smiles and speech."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import Picture
from vico_listener.media.curves import Curves


class Filmstrip:
    """Keeps between `keep` and twice as many evenly spaced pairs of thumbnails.

    Args:
        keep: smallest number of pairs that is wanted.
        height: height of a thumbnail, px.
    """

    def __init__(self, keep: int = 24, height: int = 192) -> None:
        self._keep = keep
        self._height = height
        self._stride = 1
        self._count = 0
        self._pairs: list[tuple[int, Picture, Picture]] = []

    def add(self, stamp: int, speaker: Picture, listener: Picture) -> None:
        """Offer the pictures at `stamp` (ns)."""
        if self._count % self._stride == 0:
            self._pairs.append((stamp, self._shrink(speaker), self._shrink(listener)))
            if len(self._pairs) >= 2 * self._keep:
                self._pairs = self._pairs[::2]
                self._stride *= 2
        self._count += 1

    def _shrink(self, image: Picture) -> Picture:
        height, width = image.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = image[top : top + side, left : left + side]
        return np.asarray(cv2.resize(square, (self._height, self._height), None, 0, 0, 3))

    def pick(self, number: int) -> list[tuple[int, Picture, Picture]]:
        """Return `number` evenly spaced (stamp, speaker, listener), fewer if there are fewer."""
        if not self._pairs:
            return []
        wanted = np.linspace(0, len(self._pairs) - 1, min(number, len(self._pairs)))
        return [self._pairs[round(index)] for index in wanted]


COLUMNS = 9


COLOUR_NAMES = {'C1': 'orange', 'C2': 'green', 'C3': 'red', 'C7': 'grey'}
STATE_COLOURS = {'listening': 'C2', 'thinking': 'C1', 'speaking': 'C3', 'away': 'C7'}


def write_preview(
    path: Path,
    curves: Curves,
    strip: Filmstrip,
    title: str,
    spans: Sequence[tuple[float, float, str]] = (),
) -> None:
    """Draw the preview as a PNG.

    Args:
        path: of the PNG.
        curves: of speaker and listener.
        strip: pictures of both.
        title: is printed on top.
        spans: when which conversation state held: from, to (s from the first tick), its name.
    """
    import matplotlib

    matplotlib.use('Agg')
    import matplotlib.pyplot as plt

    pictures = strip.pick(COLUMNS)
    figure = plt.figure(figsize=(13.5, 7.8), dpi=100, layout='constrained')
    figure.suptitle(title, fontsize=13)
    grid = figure.add_gridspec(
        5, max(1, len(pictures)), height_ratios=[1.45, 1.45, 1.5, 1.0, 0.8], wspace=0.02
    )
    table = curves.table()
    origin = table['time'][0] if len(table['time']) else 0.0
    for column, (stamp, *pair) in enumerate(pictures):
        for row, picture in enumerate(pair):
            axes = figure.add_subplot(grid[row, column])
            axes.imshow(picture[..., ::-1])
            axes.set_xticks([])
            axes.set_yticks([])
            if column == 0:
                axes.set_ylabel(('speaker', 'listener')[row], fontsize=11)
        axes.set_xlabel(f'{stamp / NANOSECONDS - origin:.1f} s', fontsize=9)
    head = figure.add_subplot(grid[2, :])
    smile = figure.add_subplot(grid[3, :], sharex=head)
    speech = figure.add_subplot(grid[4, :], sharex=head)
    times = table['time'] - origin
    for name, label, colour in (
        ('pitch', 'pitch (down +)', 'C3'),
        ('yaw', 'yaw (left +)', 'C0'),
        ('roll', 'roll (right ear down +)', 'C2'),
    ):
        head.plot(times, table[name], colour, label=f'listener {label}', linewidth=1.4)
    smile.plot(times, table['smile'], 'C1', label='listener smile')
    smile.plot(times, table['speaker_smile'], 'C4--', label='speaker smile', linewidth=1.0)
    smile.plot(times, table['blink'], 'C7', label='listener eyelids', linewidth=0.8)
    speech.plot(times, table['loudness'], 'k', label='speaker loudness', linewidth=0.9)
    head.set_ylabel('head [deg]')
    smile.set_ylabel('0..1')
    smile.set_ylim(-0.05, 1.05)
    speech.set_ylabel('[LUFS]')
    speech.set_xlabel('time [s]; grey: the speaker speaks')
    for axes in (head, smile, speech):
        axes.fill_between(
            times,
            0,
            1,
            where=table['speaking'] > 0,
            transform=axes.get_xaxis_transform(),
            color='0.92',
            linewidth=0,
        )
        axes.legend(loc='upper right', fontsize=8, ncols=3)
        axes.grid(alpha=0.3)
        if len(times) > 1:
            axes.set_xlim(times[0], times[-1])
    for begin, end, state in spans:
        colour = STATE_COLOURS[state]
        head.axvspan(begin, end, ymin=0.95, color=colour, linewidth=0)
    if spans:
        names = dict.fromkeys(state for _, _, state in spans)
        head.set_title(
            'state: '
            + ', '.join(f'{name} ({COLOUR_NAMES[STATE_COLOURS[name]]})' for name in names),
            fontsize=10,
        )
    figure.savefig(path)
    plt.close(figure)
