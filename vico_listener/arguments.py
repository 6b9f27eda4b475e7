"""Checks of what a caller gives, with errors that name the argument and what it must be."""

import operator
from numbers import Integral
from numbers import Real
from typing import Any

from vico_listener.errors import SettingError


def check_number(name: str, value: Any, low: float, high: float) -> None:
    """Check that an argument is a number within its limits, and an integer if the limits are.

    Raises:
        SettingError: it is not.
    """
    kind = Integral if isinstance(low, int) else Real
    fits = isinstance(value, kind) and not isinstance(value, bool)
    if not fits or not low <= float(value) <= high:
        what = 'a whole number' if isinstance(low, int) else 'a number'
        raise SettingError(f'{name} must be {what} between {low} and {high}, not {value!r}')


def check_type(name: str, value: Any, kind: type | tuple[type, ...], what: str) -> None:
    """Check that an argument has the type that is needed; `what` describes it in words.

    Raises:
        SettingError: it has another type.
    """
    if not isinstance(value, kind):
        raise SettingError(f'{name} must be {what}, not {value!r}')


def stamp_given(stamp: Any) -> int:
    """Return a time stamp as an integer, ns.

    Raises:
        SettingError: it is not an integer, or does not fit into 64 bits.
    """
    try:
        given = operator.index(stamp)
    except TypeError:
        raise SettingError(
            f'a stamp must be a whole number of nanoseconds, not {stamp!r}'
        ) from None
    if not -(2**63) <= given < 2**63:
        raise SettingError(f'a stamp must fit into 64 bits, unlike {given}')
    return given
