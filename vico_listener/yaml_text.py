"""Reads YAML that comes from elsewhere."""

from typing import Any

import yaml

_NOT_YAML = (
    yaml.YAMLError,
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What PyYAML raises for a text that is none, or one with impossible dates, numbers and tags."""


def parse_yaml(text: str) -> Any:
    """Return what a text in YAML holds: plain values, lists and mappings, never code.

    Raises:
        ValueError: it is no YAML; the message, in one line, says where, as far as that is known.
    """
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        found = ', '.join(filter(None, (error.context, error.problem)))
        mark = error.problem_mark or error.context_mark
        where = f'line {mark.line + 1}, column {mark.column + 1}: ' if mark else ''
        raise ValueError(f'{where}{found}') from None
    except _NOT_YAML as error:
        raise ValueError(' '.join(str(error).split()) or type(error).__name__) from None
