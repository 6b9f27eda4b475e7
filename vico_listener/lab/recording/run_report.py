"""The report of a run: report.json, the same as a table, and what it says of the behaviour."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from vico_listener.errors import DataError
from vico_listener.lab.dataset.bags.truth import Truth
from vico_listener.lab.dataset.reference import placed_track
from vico_listener.lab.evaluation import summary
from vico_listener.lab.evaluation.feature_distance import feature_distance
from vico_listener.lab.simulation.head_commands import read_sent
from vico_listener.lab.simulation.tracking import limit_margins
from vico_listener.media.tracks import COMMANDS_FILE
from vico_listener.media.tracks import RecordingError
from vico_listener.media.tracks import read_motion
from vico_listener.media.tracks import read_recording
from vico_listener.robot import RobotProfile
from vico_listener.robot.limits import demands
from vico_listener.robot.limits import verdict

VERDICTS = ('limits', 'check')
"""Sections that say in a word whether all is well."""

BEHAVIOUR = ('nods', 'shakes', 'blinks', 'smiles', 'smile_seconds')


def behaviour(folder: Path) -> dict[str, float]:
    """Return nods, shakes, blinks and smiles in a recording; empty when it is too short."""
    try:
        tracks = read_recording(folder)
    except RecordingError:
        return {}
    totals = [summary(track) for track in tracks]
    return {key: sum(total[key] for total in totals) for key in BEHAVIOUR}


def limits(folder: Path, profile: RobotProfile) -> dict[str, Any]:
    """Return whether the commands in a recording keep the robot's limits, and by how much.

    Raises:
        SimulationError: they are those of another robot.
    """
    commands = read_sent(folder / COMMANDS_FILE, profile)
    found = demands(profile.joints, commands.stamps, commands.positions)
    return {'limit margins': limit_margins(profile, commands), 'limits': verdict(found)}


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write the report as JSON; NaN, which JSON does not know, becomes null."""
    path.write_text(json.dumps(_plain(report), indent=2) + '\n', encoding='utf-8')


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def format_report(report: dict[str, Any]) -> str:
    """Return the report as an aligned table."""
    lines = []
    for section, content in report.items():
        if isinstance(content, dict):
            lines.append(section)
            lines += [f'  {key:<22} {_cell(value)}' for key, value in content.items()]
        elif section in VERDICTS:
            lines.append(f'{section}: {content}')
        elif isinstance(content, list):
            lines += [f'{section}: {item}' for item in content]
        else:
            lines.append(f'{section:<24} {_cell(content)}')
    return '\n'.join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return '   '.join(f'{key} {_cell(item):>8}' for key, item in value.items())
    if isinstance(value, float):
        return f'{value:.2f}' if math.isfinite(value) else '-'
    return str(value)


def distance_to_truth(folder: Path, truth: Truth) -> dict[str, float]:
    """Return the FD of the motion recorded in a folder, and the number of frames compared.

    Both poses are put where the camera saw the true listener: raw units, as in the paper.

    Raises:
        RecordingError: there is no motion in the folder. DataError: no tick in common, or
            another basis.
    """
    ticks, motion = read_motion(folder)
    _, recorded, true = np.intersect1d(ticks, truth.ticks, return_indices=True)
    if not len(true):
        raise DataError('the recorded motion and the true listener have no tick in common')
    generated = placed_track(motion.rows(recorded), truth.reference)
    original = placed_track(truth.motion.rows(true), truth.reference)
    return asdict(feature_distance(generated, original))
