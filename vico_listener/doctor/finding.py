"""What `vico doctor` found, each with its remedy, and the exit code that they add up to."""

import json
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from enum import Enum

WRONG = 1
"""The exit code when something is wrong."""


class Level(Enum):
    """How good or bad a finding is."""

    OK = 'ok'
    NOTE = 'note'
    WRONG = 'wrong'


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        area: what it belongs to, such as 'camera'.
        level: whether it is right, worth knowing, or wrong.
        text: what was found.
        remedy: what to do about it; '' where there is nothing to do.
    """

    area: str
    level: Level
    text: str
    remedy: str = ''

    @classmethod
    def split(cls, area: str, level: Level, text: str) -> 'Finding':
        """Return a finding of a text that holds the remedy after its first colon or semicolon.

        The diagnostics of the nodes and the checks that they share say it so.
        """
        marks = [place for mark in (': ', '; ') if (place := text.find(mark)) > 0]
        end = min(marks, default=len(text))
        return cls(area, level, text[:end], text[end + 2 :])


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 if nothing is wrong, else `WRONG`."""
    return WRONG if any(f.level is Level.WRONG for f in findings) else 0


def as_text(findings: Sequence[Finding]) -> str:
    """Return the findings as people read them, by area, each with its remedy below it."""
    lines = []
    area = ''
    areas = list(dict.fromkeys(finding.area for finding in findings))
    for finding in sorted(findings, key=lambda f: areas.index(f.area)):
        if finding.area != area:
            area = finding.area
            lines.append(area)
        lines.append(f'  {finding.level.value:5}  {finding.text}')
        if finding.remedy and finding.level is not Level.OK:
            lines.append(f'         -> {finding.remedy}')
    wrong = sum(f.level is Level.WRONG for f in findings)
    things = 'thing is' if wrong == 1 else 'things are'
    lines.append(f'{wrong} {things} wrong' if wrong else 'nothing is wrong')
    return '\n'.join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON: ``{"wrong": 2, "findings": [{"area": ..., ...}, ...]}``."""
    rows = [asdict(finding) | {'level': finding.level.value} for finding in findings]
    wrong = sum(finding.level is Level.WRONG for finding in findings)
    return json.dumps({'wrong': wrong, 'findings': rows}, indent=2)
