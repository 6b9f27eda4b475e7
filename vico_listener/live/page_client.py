"""One open page of a live view, with everything that still has to be sent to it."""

import asyncio
import json
from collections import deque
from typing import Any

from aiohttp import web

KEPT = 300
"""The most items of one kind that wait for a slow page."""


class PageClient:
    """Keeps what a page has not been sent yet; a slow page skips what is out of date."""

    def __init__(self) -> None:
        self._pictures: dict[bytes, bytes] = {}
        self._items: dict[str, deque[Any]] = {}
        self._newest: dict[str, Any] = {}
        self._news = asyncio.Event()

    def show(self, kind: bytes, jpeg: bytes) -> None:
        """Send a picture, if no newer one of its kind comes before; `kind` is one byte."""
        self._pictures[kind] = jpeg
        self._news.set()

    def tell(self, name: str, value: Any) -> None:
        """Send a value that replaces what has been told under its name."""
        self._newest[name] = value
        self._news.set()

    def add(self, name: str, item: Any) -> None:
        """Send an item of a list, of which none is left out unless there are too many."""
        self._items.setdefault(name, deque(maxlen=KEPT)).append(item)
        self._news.set()

    async def send(self, socket: web.WebSocketResponse) -> None:
        """Send whatever is new until the page is closed."""
        while not socket.closed:
            await self._news.wait()
            self._news.clear()
            newest, self._newest = self._newest, {}
            items, self._items = self._items, {}
            pictures, self._pictures = self._pictures, {}
            for name, value in (newest | {n: list(kept) for n, kept in items.items()}).items():
                await socket.send_str(json.dumps({name: value}))
            for kind, jpeg in pictures.items():
                await socket.send_bytes(kind + jpeg)
