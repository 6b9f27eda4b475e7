"""Draws the life of camera images on a time axis, a line for each thread."""

from collections.abc import Sequence
from pathlib import Path

from vico_listener.lab.tracing.frame_life import AFTERWARDS
from vico_listener.lab.tracing.frame_life import FrameLife
from vico_listener.lab.tracing.spans import PAUSE
from vico_listener.lab.tracing.steps import ARRIVAL
from vico_listener.lab.tracing.steps import DECODE
from vico_listener.lab.tracing.steps import FACE
from vico_listener.lab.tracing.steps import FEATURES
from vico_listener.lab.tracing.steps import LIMITER
from vico_listener.lab.tracing.steps import LISTENER
from vico_listener.lab.tracing.steps import PUBLISH

COLOURS = {
    ARRIVAL: 'tab:gray',
    DECODE: 'tab:olive',
    FACE: 'tab:blue',
    FEATURES: 'tab:cyan',
    LISTENER: 'tab:orange',
    LIMITER: 'tab:green',
    PUBLISH: 'tab:purple',
    PAUSE: 'tab:red',
}


def draw_lives(lives: Sequence[tuple[str, FrameLife]], path: Path) -> None:
    """Write a PNG with a panel for each image, whose title is given."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    figure = Figure(figsize=(12, 2.8 * len(lives) + 0.8), layout='constrained')
    axes = figure.subplots(len(lives), 1, squeeze=False)[:, 0]
    for panel, (title, life) in zip(axes, lives, strict=True):
        threads = sorted({s.thread for s in life.spans if s.name in COLOURS})
        for span in life.spans:
            if span.name in COLOURS:
                begin = (span.start - life.begin) / 1e6
                # What takes no time is seen all the same.
                width = max((span.end - span.start) / 1e6, 0.08)
                row = threads.index(span.thread)
                panel.barh(row, width, left=begin, height=0.7, color=COLOURS[span.name])
        moments = {'arrival': life.arrived, 'motion': life.moved}
        if life.begin < life.arrived:
            moments = {'stamp': life.begin} | moments
        for name, moment in moments.items():
            at = (moment - life.begin) / 1e6
            panel.axvline(at, color='black', linewidth=0.8, linestyle=':')
            panel.text(at, len(threads) - 0.35, f' {name}', fontsize=8)
        panel.set_xlim(-1, (life.moved - life.begin + AFTERWARDS) / 1e6)
        panel.set_yticks(range(len(threads)), threads)
        panel.set_ylim(-0.6, len(threads))
        panel.set_title(f'{title}: {life.latency:.1f} ms from arrival to motion', loc='left')
    axes[-1].set_xlabel('ms since the stamp of the image (or its arrival, if the clock is another)')
    legend = [Patch(color=colour, label=name) for name, colour in COLOURS.items()]
    figure.legend(handles=legend, loc='outside lower center', ncols=len(legend), frameon=False)
    figure.savefig(path, dpi=110)
