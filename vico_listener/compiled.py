"""Compiles functions by numba, and keeps them for the next start."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that compiles a function when it is first called.

    It is kept beside the sources, else in numba's folder of the user, else not at all: a package of
    the system that a service without a home runs has neither. What is kept is renewed when the
    file of the function changes, but not when a constant that it imports from another one does.

    Args:
        **options: of `numba.njit`, e.g. `fastmath=True`.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError:
            return njit(**options)(function)

    return decorate
