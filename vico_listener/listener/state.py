"""Saving and restoring what an object remembers, as plain values and arrays."""

from copy import deepcopy
from typing import Any


def snapshot(part: object) -> dict[str, Any]:
    """Attributes of `part` as an independent dict; attributes that are parts become dicts."""
    return {
        name: snapshot(value) if hasattr(value, '__dict__') else deepcopy(value)
        for name, value in vars(part).items()
    }


def recall(part: object, state: dict[str, Any]) -> None:
    """Give `part` the attributes that `snapshot` took from it or from one like it.

    Raises:
        ValueError: the state is of another kind of object.
    """
    if state.keys() != vars(part).keys():
        wrong = ', '.join(sorted(state.keys() ^ vars(part).keys()))
        raise ValueError(f'this state is not of a {type(part).__name__}: differs in {wrong}')
    for name, value in state.items():
        mine = getattr(part, name)
        if hasattr(mine, '__dict__'):
            recall(mine, value)
        else:
            setattr(part, name, deepcopy(value))
