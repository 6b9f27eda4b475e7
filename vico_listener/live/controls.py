"""What users ask for on a live page, checked before anybody acts on it."""

import math
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vico_listener.choices import ATTITUDE_NAMES
from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.errors import SettingError
from vico_listener.listener.performance import GestureRequest

LONGEST_NAME = 64
"""The most letters of the name of a person."""


class ControlError(SettingError):
    """A control cannot take a value; the message says why."""


@dataclass(frozen=True)
class Control:
    """A user's request.

    Attributes:
        name: one of `CHECKS`.
        value: what it is to be.
    """

    name: str
    value: str | float | bool


ControlCallback = Callable[[Control], None]
"""Takes what a user requests."""


def _one_of(name: str, choices: Iterable[str]) -> Callable[[Any], str]:
    known = tuple(choices)

    def check(value: Any) -> str:
        if value not in known:
            raise ControlError(f'{name} must be one of {", ".join(known)}')
        return str(value)

    return check


def _intensity(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0.0 <= value <= 1.0:
        raise ControlError('intensity must be a number between 0 and 1')
    return float(value)


def _stop(value: Any) -> bool:
    if value is not True:
        raise ControlError('stop must be true')
    return True


def _active(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ControlError('active must be true or false')
    return value


def _gesture(value: Any) -> str:
    if not isinstance(value, str):
        raise ControlError('gesture must be a text')
    GestureRequest.parse(value)
    return value


def _attend(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise ControlError('attend must be auto, largest, nearest, or the id of a person')
    return value


CHECKS: Mapping[str, Callable[[Any], str | float | bool]] = {
    'attitude': _one_of('attitude', ATTITUDE_NAMES),
    'intensity': _intensity,
    'stop': _stop,
    'preset': _one_of('preset', (p.value for p in Preset)),
    'conversation_state': _one_of('conversation_state', (s.value for s in ConversationState)),
    'active': _active,
    'attend': _attend,
    'gesture': _gesture,
}
"""By name, what checks a value and returns it; they raise SettingError."""

OF_LIVE = ('attitude', 'intensity', 'stop')
"""The controls of the page of `vico live`, whose stack ends with it."""

OF_DASHBOARD = tuple(name for name in CHECKS if name != 'stop')
"""The controls of the dashboard, beside which the stack goes on."""


def parse_control(content: Any, names: Sequence[str] = OF_LIVE) -> Control:
    """Check a user's request and return it.

    Args:
        content: a mapping of one name to its value, as it was received.
        names: of the controls that there are.

    Raises:
        SettingError: it is not a mapping of one known name, or the value is out of range.
    """
    if not isinstance(content, dict) or len(content) != 1:
        raise ControlError(f'one of {", ".join(names)} is expected')
    ((name, value),) = content.items()
    if name not in names:
        raise ControlError(f"unknown control '{name}'; there are {', '.join(names)}")
    return Control(name, CHECKS[name](value))
