"""Reads what a renderer shows from a YAML file, or takes a ready one by its name."""

import dataclasses
from collections.abc import Collection
from pathlib import Path
from typing import Any

from vico_listener.errors import SettingError
from vico_listener.yaml_text import parse_yaml


def described_path(what: str, name: str | Path, ready: Collection[str]) -> Path:
    """Return the path of a YAML file that somebody gave instead of the name of a ready one.

    Args:
        what: what is described, e.g. a theme.
        name: what was given.
        ready: the names of the ready ones.

    Raises:
        SettingError: there is no such file.
    """
    path = Path(name).expanduser()
    if path.suffix not in ('.yaml', '.yml') or not path.is_file():
        raise SettingError(
            f"unknown {what} '{name}': choose one of {', '.join(ready)}, or give a YAML file"
        )
    return path


def read_description(path: Path, kind: type, example: str) -> dict[str, Any]:
    """Return the entries of a YAML file, lists as tuples.

    Args:
        path: the file.
        kind: the dataclass whose fields may be given; `like`, a ready one, may be given, too.
        example: a line that such a file may hold.

    Raises:
        SettingError: the file is no YAML, or has an unknown entry.
    """
    try:
        content = parse_yaml(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise SettingError(f'{path} is not valid YAML: {error}') from None
    if not isinstance(content, dict):
        raise SettingError(f'{path}: it must hold names and values, such as `{example}`')
    known = {field.name for field in dataclasses.fields(kind)}
    unknown = content.keys() - known - {'like'}
    if unknown:
        raise SettingError(
            f'{path}: unknown {", ".join(sorted(map(str, unknown)))}: choose of '
            f'{", ".join(sorted(known))}'
        )
    return {k: tuple(v) if isinstance(v, list) and k != 'like' else v for k, v in content.items()}


def check_like(path: Path, like: object, ready: Collection[str]) -> None:
    """Check the entry `like`.

    Raises:
        SettingError: it names no ready one.
    """
    if not isinstance(like, str) or like not in ready:
        raise SettingError(f'{path}: like must be one of {", ".join(ready)}, not {like!r}')
