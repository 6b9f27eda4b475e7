"""Records the settings that a folder was made with, so that one folder never mixes two."""

import json
from pathlib import Path
from typing import Any

from vico_listener.errors import SettingError


def kept_settings(path: Path) -> dict[str, Any] | None:
    """Return the settings that `keep_settings` wrote; None where there is no such file.

    Raises:
        SettingError: the file holds no settings.
    """
    if not path.exists():
        return None
    try:
        settings = json.loads(path.read_text(encoding='utf-8'))
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        raise SettingError(f'{path} holds no settings: choose another folder, or delete this one')
    return settings


def keep_settings(path: Path, settings: dict[str, Any]) -> None:
    """Write the settings of what is about to be made, or compare them with those of last time.

    Raises:
        SettingError: the file holds other settings, or none.
    """
    told = json.loads(json.dumps(settings))
    before = kept_settings(path)
    if before is None:
        path.write_text(json.dumps(told, indent=1) + '\n', encoding='utf-8')
        return
    differing = [name for name in told if before.get(name) != told[name]]
    if differing:
        changes = ', '.join(f'{name} was {before.get(name)!r}' for name in differing)
        raise SettingError(
            f'{path.parent} was made with other settings ({changes}): '
            'choose another folder, or delete this one'
        )


def claim_folder(folder: Path, table: str, made_with: str, settings: dict[str, Any]) -> None:
    """Make a folder for a data set, unless it holds one that comes from elsewhere.

    Args:
        folder: folder of the data set.
        table: name of its table, which will be written.
        made_with: name of the file with the settings.
        settings: see `keep_settings`.

    Raises:
        SettingError: the folder holds somebody's data set, or one made with other settings.
    """
    if (folder / table).exists() and not (folder / made_with).exists():
        raise SettingError(
            f'{folder} holds a data set that comes from elsewhere: choose another one'
        )
    folder.mkdir(parents=True, exist_ok=True)
    keep_settings(folder / made_with, settings)
