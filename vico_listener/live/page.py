"""The live view as a local web page, with one WebSocket for pictures, curves and controls."""

import asyncio
import json
from collections import deque
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np
from aiohttp import web
from numpy.typing import NDArray

from vico_listener.live.view import SPEAKER_HEIGHT
from vico_listener.live.view import ControlCallback
from vico_listener.live.view import ControlError
from vico_listener.live.view import Sample
from vico_listener.live.view import parse_control
from vico_listener.live.web_page import WebPage
from vico_listener.resources import resource_path

FACE, SPEAKER = b'F', b'S'
"""The first byte of a picture's message, before its JPEG."""

FILES = {
    '/': ('index.html', 'text/html'),
    '/app.js': ('app.js', 'text/javascript'),
    '/style.css': ('style.css', 'text/css'),
}
"""All files that are served, besides the WebSocket `/live`.

They are read once, so that no request can name a file.
"""

KEPT_SAMPLES = 300
"""The largest number of samples that wait for a slow page."""


class _Client:
    """One open page, with everything that still has to be sent to it; slow pages skip pictures."""

    def __init__(self) -> None:
        self.pictures: dict[bytes, bytes] = {}
        self.samples: deque[dict[str, Any]] = deque(maxlen=KEPT_SAMPLES)
        self.texts: list[dict[str, Any]] = []
        self.news = asyncio.Event()

    async def send(self, socket: web.WebSocketResponse) -> None:
        """Send whatever is new until the page is closed."""
        while not socket.closed:
            await self.news.wait()
            self.news.clear()
            texts, self.texts = self.texts, []
            if self.samples:
                texts.append({'samples': list(self.samples)})
                self.samples.clear()
            pictures, self.pictures = self.pictures, {}
            for text in texts:
                await socket.send_str(json.dumps(text))
            for kind, jpeg in pictures.items():
                await socket.send_bytes(kind + jpeg)


class LivePage(WebPage[_Client]):
    """A `View` that serves a web page, in a separate thread.

    Args:
        host: the address to which the server is bound.
        port: the port; 0 for any free one.
        control: called in that thread with what users change.
    """

    def __init__(self, host: str, port: int, control: ControlCallback) -> None:
        files = {
            path: (resource_path(f'resource/pages/live/{name}').read_bytes(), kind)
            for path, (name, kind) in FILES.items()
        }
        super().__init__(host, port, files, '/live')
        self._control = control
        self._problem = ''

    # Any thread may call the methods that show something.

    def show_face(self, jpeg: bytes) -> None:
        """See `View.show_face`."""
        self._loop.call_soon_threadsafe(self._offer_picture, FACE, jpeg)

    def show_speaker(self, image: NDArray[np.uint8]) -> None:
        """See `View.show_speaker`."""
        if not self._clients:
            return
        width = max(1, round(image.shape[1] * SPEAKER_HEIGHT / image.shape[0]))
        small = cv2.resize(image, (width, SPEAKER_HEIGHT), interpolation=cv2.INTER_AREA)
        jpeg = cv2.imencode('.jpg', small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
        self._loop.call_soon_threadsafe(self._offer_picture, SPEAKER, jpeg)

    def show_sample(self, sample: Sample) -> None:
        """See `View.show_sample`."""
        self._loop.call_soon_threadsafe(self._offer_sample, asdict(sample))

    def show_problem(self, text: str) -> None:
        """See `View.show_problem`."""
        self._loop.call_soon_threadsafe(self._offer_problem, text)

    # Everything else runs in the page's thread.

    def _offer_picture(self, kind: bytes, jpeg: bytes) -> None:
        for client in self._clients:
            client.pictures[kind] = jpeg
            client.news.set()

    def _offer_sample(self, sample: dict[str, Any]) -> None:
        for client in self._clients:
            client.samples.append(sample)
            client.news.set()

    def _offer_problem(self, text: str) -> None:
        if text == self._problem:
            return
        self._problem = text
        for client in self._clients:
            client.texts.append({'problem': text})
            client.news.set()

    def _welcome(self) -> _Client:
        client = _Client()
        client.texts.append({'problem': self._problem})
        client.news.set()
        return client

    def _receive(self, text: str, client: _Client) -> None:
        try:
            self._control(parse_control(json.loads(text)))
        except (ControlError, json.JSONDecodeError) as error:
            client.texts.append({'refused': str(error)})
            client.news.set()
