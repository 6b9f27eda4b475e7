"""Generates tables of the robot profiles that ship and of the robot interfaces."""

import inspect
import re
from collections.abc import Sequence
from pathlib import Path

from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table
from vico_listener.lab.docs.messages import prose
from vico_listener.robot import load_profile
from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces import INTERFACES
from vico_listener.robot.profile import known_profiles


def robot_parts(root: Path) -> dict[str, str]:
    """Return 'robots' and 'interfaces'; a robot's notes are the comment at the top of its file."""
    rows = []
    for name in known_profiles():
        profile = load_profile(name)
        text = (root / 'config' / 'robots' / f'{name}.yaml').read_text(encoding='utf-8')
        comment = re.match(r'(?:#.*\n)+', text)
        if comment is None:
            raise ValueError(f'the robot profile {name} has no comment at its top')
        axes = ', '.join(joint.axis for joint in profile.joints)
        interface = profile.interface
        rows.append(
            [code(name), code(interface.name), code(interface.target), axes, prose(comment[0])]
        )
    return {
        'robots': table(('profile', 'interface', 'commands go to', 'axes', 'notes'), rows),
        'interfaces': table(
            ('interface', 'message', 'what is sent', 'its own fields in the profile'),
            [_interface(name) for name in INTERFACES.own],
        ),
    }


def _interface(name: str) -> list[str]:
    kind = INTERFACES.load(name)
    asked = _Asked()
    kind(asked)
    message = getattr(kind, 'message', '').replace('/msg/', '/')
    what = (inspect.getdoc(kind) or '').partition('\n')[0]
    return [code(name), message or 'JSON over a WebSocket', what, ', '.join(map(code, asked.names))]


class _Asked(Fields):
    """Fields of a profile that only remembers for which it was asked."""

    def __init__(self) -> None:
        super().__init__({}, 'profile')
        self.names: list[str] = []

    def text(self, field: str) -> str:
        self.names.append(field)
        return 'ws://robot'

    def topic(self, field: str) -> str:
        self.names.append(field)
        return field

    def choice(self, field: str, choices: Sequence[str]) -> str:
        self.names.append(field)
        return choices[0]

    def number(self, field: str, low: float, high: float, default: float | None = None) -> float:
        self.names.append(field)
        return low
