"""Takes fields out of the mapping of a YAML file one by one and complains about each by name."""

from collections.abc import Sequence
from typing import Any

from vico_listener.errors import SettingError
from vico_listener.topic_name import objection_to


class ProfileError(SettingError):
    """A robot profile is missing or wrong; the message names the field."""


class Fields:
    """The fields of one mapping.

    Args:
        data: what the YAML file holds.
        where: what the mapping is, for error messages.

    Raises:
        ProfileError: the data is no mapping.
    """

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise ProfileError(f'{where}: expected a mapping of fields, not {data!r}')
        self._data = dict(data)
        self.where = where

    def __contains__(self, field: str) -> bool:
        return field in self._data

    def take(self, field: str) -> Any:
        """Take a field as it is.

        Raises:
            ProfileError: it is missing.
        """
        if field not in self._data:
            raise ProfileError(f'{self.where}: {field} is missing')
        return self._data.pop(field)

    def text(self, field: str) -> str:
        """Take a text that is not empty."""
        value = self.take(field)
        if not isinstance(value, str) or not value.strip():
            raise ProfileError(f'{self.where}: {field} must be a text, not {value!r}')
        return value

    def topic(self, field: str) -> str:
        """Take the name of a topic or action."""
        value = self.text(field)
        if objection_to(value):
            raise ProfileError(f'{self.where}: {field}: {objection_to(value)}')
        return value

    def choice(self, field: str, choices: Sequence[str]) -> str:
        """Take one of `choices`."""
        value = self.take(field)
        if not isinstance(value, str) or value not in choices:
            raise ProfileError(
                f'{self.where}: {field} must be one of {", ".join(choices)}, not {value!r}'
            )
        return value

    def number(self, field: str, low: float, high: float, default: float | None = None) -> float:
        """Take a number in ``low..high``; a field with a default may be missing."""
        if default is not None and field not in self._data:
            return default
        return check_number(self.take(field), f'{self.where}: {field}', low, high)

    def entries(self, field: str) -> list[Any]:
        """Take a list that is not empty; its name is a plural."""
        value = self.take(field)
        if not isinstance(value, list) or not value:
            raise ProfileError(f'{self.where}: {field} must be a list of at least one {field[:-1]}')
        return value

    def finish(self) -> None:
        """Raise ProfileError when a field was not taken."""
        if self._data:
            raise ProfileError(f'{self.where}: unknown field {", ".join(map(str, self._data))}')


def check_number(value: Any, what: str, low: float, high: float) -> float:
    """Return a number in ``low..high``; anything else raises ProfileError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProfileError(f'{what} must be a number, not {value!r}')
    if not low <= value <= high:  # also false for NaN
        raise ProfileError(f'{what} must lie in {low}..{high}, not {value}')
    return float(value)
