"""report.json, and the same as a table for people."""

import json
import math
from pathlib import Path
from typing import Any

from vico_listener.lab.evaluation import summary
from vico_listener.media.tracks import RecordingError
from vico_listener.media.tracks import read_recording

BEHAVIOUR = ('nods', 'shakes', 'blinks', 'smiles', 'smile_seconds')


def behaviour(folder: Path) -> dict[str, float]:
    """Nods, shakes, blinks and smiles in a recording; empty when it is too short to measure."""
    try:
        tracks = read_recording(folder)
    except RecordingError:
        return {}
    totals = [summary(track) for track in tracks]
    return {key: sum(total[key] for total in totals) for key in BEHAVIOUR}


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
    """The report as an aligned table."""
    lines = []
    for section, content in report.items():
        if isinstance(content, dict):
            lines.append(section)
            lines += [f'  {key:<22} {_cell(value)}' for key, value in content.items()]
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
