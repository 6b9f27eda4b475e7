"""Writes reactions as a table for people, as CSV and JSON, and as a picture."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import fields
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vico_listener.lab.reactions.paired_runs import Reaction
from vico_listener.lab.reactions.reaction_channels import CHANNELS
from vico_listener.lab.reactions.staged_events import EVENTS

NOTHING = '-'
DPI = 100
SATURATED = 4.0
"""Effects of so many visible differences have the strongest colour."""


def cell(reaction: Reaction) -> str:
    """Return one reaction in words: channel, effect, interval and share of the runs."""
    unit = f' {reaction.unit}' if reaction.unit else ''
    return (
        f'{reaction.channel} {reaction.effect:+.2f}{unit} '
        f'({reaction.low:+.2f} to {reaction.high:+.2f}; {reaction.share:.0%})'
    )


def format_reactions(reactions: Sequence[Reaction]) -> str:
    """Format a Markdown table with a row per event: what the speaker does, what is done about it.

    Of each event only the reactions that chance does not make, the clearest first.
    """
    what = {event.name: event.what for event in EVENTS}
    visible = {channel.name: channel.visible for channel in CHANNELS}
    lines = ['| event | the speaker | the listener within 2 s |', '| --- | --- | --- |']
    for name in dict.fromkeys(reaction.event for reaction in reactions):
        mine = [r for r in reactions if r.event == name and r.reacts]
        mine.sort(key=lambda r: -abs(r.effect) / visible[r.channel])
        lines.append(f'| {name} | {what[name]} | {"; ".join(map(cell, mine)) or NOTHING} |')
    return '\n'.join(lines)


def write_csv(path: Path, reactions: Sequence[Reaction]) -> None:
    """Write a row per event and channel."""
    with path.open('w', newline='', encoding='utf-8') as file:
        table = csv.DictWriter(file, [field.name for field in fields(Reaction)])
        table.writeheader()
        table.writerows(asdict(reaction) for reaction in reactions)


def write_json(path: Path, reactions: Sequence[Reaction]) -> None:
    """Write the same as a list of objects."""
    rows = [asdict(reaction) for reaction in reactions]
    path.write_text(json.dumps(rows, indent=1) + '\n', encoding='utf-8')


def draw_reactions(path: Path, reactions: Sequence[Reaction], title: str) -> None:
    """Draw a field per event and channel: its colour is the effect in visible differences.

    The number is the effect; where it is bold, chance does not make it.
    """
    names = list(dict.fromkeys(reaction.event for reaction in reactions))
    by = {(reaction.event, reaction.channel): reaction for reaction in reactions}
    strength = np.array(
        [
            [by[name, channel.name].effect / channel.visible for channel in CHANNELS]
            for name in names
        ]
    )
    size = (1.5 + 0.75 * len(CHANNELS), 1.6 + 0.34 * len(names))
    figure = Figure(figsize=size, layout='constrained')
    axes = figure.subplots()
    shown = axes.imshow(strength, cmap='RdBu_r', vmin=-SATURATED, vmax=SATURATED, aspect='auto')
    for row, name in enumerate(names):
        for column, channel in enumerate(CHANNELS):
            one = by[name, channel.name]
            axes.text(
                column,
                row,
                f'{one.effect:+.2f}',
                ha='center',
                va='center',
                fontsize=7,
                weight='bold' if one.reacts else 'normal',
                color='black' if one.reacts else 'gray',
            )
    labels = [f'{c.name}\n[{c.unit}]' if c.unit else c.name for c in CHANNELS]
    axes.set_xticks(range(len(CHANNELS)), labels, fontsize=7, rotation=30, ha='right')
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_title(title, fontsize=9, loc='left')
    figure.colorbar(shown, ax=axes, label='effect / visible difference')
    figure.savefig(path, format='png', dpi=DPI)
