"""The face as a local web page: coefficients go over a WebSocket, the browser draws."""

import asyncio
import json
from typing import Any

from aiohttp import web

from vico_listener.clock import NANOSECONDS
from vico_listener.live.face_look import FaceLook
from vico_listener.live.web_page import WebPage
from vico_listener.motion import FaceMotion

DIGITS = 4
"""The digits behind the point of the coefficients that are sent."""


class _Client:
    """One open page; a slow one skips motions."""

    def __init__(self) -> None:
        self.newest: str | None = None
        self.news = asyncio.Event()

    def offer(self, text: str) -> None:
        self.newest = text
        self.news.set()

    async def send(self, socket: web.WebSocketResponse) -> None:
        """Send the newest motion until the page is closed."""
        while not socket.closed:
            await self.news.wait()
            self.news.clear()
            if self.newest is not None:
                await socket.send_str(self.newest)


class FacePage(WebPage[_Client]):
    """Serves the face.

    Args:
        host: the address to which the server is bound.
        port: the port; 0 for any free one.
        look: the face.
    """

    def __init__(self, host: str, port: int, look: FaceLook) -> None:
        super().__init__(host, port, look.files(), '/face')
        self._newest: str | None = None

    def show(self, motion: FaceMotion, stamp: int) -> None:
        """Show a face motion (any thread); `stamp` is its time, ns."""
        self._loop.call_soon_threadsafe(self._offer, json.dumps(message_of(motion, stamp)))

    def _offer(self, text: str) -> None:
        self._newest = text
        for client in self._clients:
            client.offer(text)

    def _welcome(self) -> _Client:
        client = _Client()
        if self._newest is not None:
            client.offer(self._newest)
        return client

    def _receive(self, text: str, client: _Client) -> None:
        """Leave out whatever a page sends: it has nothing to say."""


def message_of(motion: FaceMotion, stamp: int) -> dict[str, Any]:
    """Return what a page is sent: the time, s, coefficients, rotation and translation."""
    return {
        'time': stamp / NANOSECONDS,
        'expression': [round(float(value), DIGITS) for value in motion.expression],
        'rotation': [round(float(value), DIGITS) for value in motion.rotation],
        'translation': [round(float(value), DIGITS) for value in motion.translation],
    }
