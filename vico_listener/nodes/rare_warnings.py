"""Warnings of what goes on: in the log now and then, not every second."""

import time
from typing import Any

LOGGED = 30.0
"""Seconds after which a warning that goes on stands in the log again."""


class RareWarnings:
    """Logs a warning, and the same one again only after `LOGGED` seconds.

    Args:
        logger: of the node that warns.
    """

    def __init__(self, logger: Any) -> None:
        self._logger = logger
        self._logged: dict[str, float] = {}

    def tell(self, warning: str) -> None:
        """Log a warning; two that differ in their numbers alone are the same."""
        kind = ''.join(c for c in warning if not c.isdigit())
        now = time.monotonic()
        if now - self._logged.get(kind, -LOGGED) >= LOGGED:
            self._logged[kind] = now
            self._logger.warning(warning)
