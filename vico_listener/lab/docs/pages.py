"""Composes every file that is generated or holds a generated part."""

import argparse
from pathlib import Path

from vico_listener.errors import UnavailableError
from vico_listener.lab.docs.commands import command_parts
from vico_listener.lab.docs.commands import run_parts
from vico_listener.lab.docs.gesture_table import gesture_parts
from vico_listener.lab.docs.markdown import MARKER
from vico_listener.lab.docs.markdown import fill
from vico_listener.lab.docs.markdown import table
from vico_listener.lab.docs.messages import message_parts
from vico_listener.lab.docs.modules import module_parts
from vico_listener.lab.docs.robots import robot_parts
from vico_listener.lab.docs.ros_api import parameter_file
from vico_listener.lab.docs.ros_api import ros_api_parts
from vico_listener.lab.docs.speed import speed_parts
from vico_listener.lab.docs.third_party import third_party_parts
from vico_listener.lab.docs.troubles import trouble_parts
from vico_listener.lab.evaluation.criterion import Criterion
from vico_listener.lab.evaluation.criterion import Range
from vico_listener.lab.evaluation.description import CRITERIA
from vico_listener.motion import Attitude

HEADER = ('row', 'figure', 'unit', *(attitude.value for attitude in Attitude), 'source')


def generated(root: Path, parser: argparse.ArgumentParser) -> dict[Path, str]:
    """Return path and text of every file that is generated, in whole or in part.

    Args:
        root: the repository.
        parser: parser of the `vico` command, with all its sub-commands.

    Raises:
        UnavailableError: `root` is an installation, which has no pages.
        ValueError: a page does not match the code; the message names the page.
    """
    if not (root / 'README.md').is_file():
        raise UnavailableError(f'the pages are made in the sources of the package, not in {root}')
    parts = {
        **command_parts(parser),
        **criteria_parts(),
        **gesture_parts(),
        **message_parts(root),
        **module_parts(root / 'vico_listener'),
        **robot_parts(root),
        **ros_api_parts(),
        **run_parts(root),
        **speed_parts(root),
        **third_party_parts(root),
        **trouble_parts(root),
    }
    files = {root / 'config' / 'listener.yaml': parameter_file()}
    for page in [root / 'README.md', *sorted((root / 'docs').glob('*.md'))]:
        text = page.read_text(encoding='utf-8')
        if MARKER.search(text):
            try:
                files[page] = fill(text, parts)
            except ValueError as error:
                raise ValueError(f'{page.name}: {error}') from error
    return files


def criteria_parts() -> dict[str, str]:
    """Return the part 'criteria': a table with a line per figure, in the order of printing."""
    lines, above = [], ''
    for criterion in CRITERIA:
        lines.append(_line(criterion, '' if criterion.row == above else criterion.row))
        above = criterion.row
    return {'criteria': table(HEADER, lines)}


def _line(criterion: Criterion, row: str) -> tuple[str, ...]:
    ranges = [str(criterion.ranges[attitude] or Range(None, None)) for attitude in Attitude]
    label = f'{criterion.label} (hard)' if criterion.hard else criterion.label
    return row, label, criterion.unit, *ranges, criterion.source
