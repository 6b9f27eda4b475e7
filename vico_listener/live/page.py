"""The live view as a local web page, with one WebSocket for pictures, curves and controls."""

import asyncio
import json
import threading
from collections import deque
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np
from aiohttp import WSMsgType
from aiohttp import web
from numpy.typing import NDArray

from vico_listener.live.origin import host_allowed
from vico_listener.live.origin import origin_allowed
from vico_listener.live.view import SPEAKER_HEIGHT
from vico_listener.live.view import ControlCallback
from vico_listener.live.view import ControlError
from vico_listener.live.view import Sample
from vico_listener.live.view import parse_control
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

HEADERS = {
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
}
CLIENTS = 8
"""The largest number of pages at the same time."""
KEPT_SAMPLES = 300
"""The largest number of samples that wait for a slow page."""
START_TIMEOUT = 10.0
"""The longest time for the server to start or stop, s."""


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


class LivePage:
    """A `View` that serves a web page, in a separate thread.

    Args:
        host: the address to which the server is bound.
        port: the port; 0 for any free one.
        control: called in that thread with what users change.
    """

    def __init__(self, host: str, port: int, control: ControlCallback) -> None:
        self._host = host
        self._port = port
        self._control = control
        self._clients: set[_Client] = set()
        self._problem = ''
        self._files = {
            path: (resource_path(f'resource/pages/live/{name}').read_bytes(), kind)
            for path, (name, kind) in FILES.items()
        }
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name='page', daemon=True)
        self._runner: web.AppRunner | None = None

    def start(self) -> str:
        """Start to serve and return the page's address.

        Raises:
            OSError: the host is not an address of this computer, or the port is in use.
        """
        self._thread.start()
        future = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        return future.result(START_TIMEOUT)

    def close(self) -> None:
        """Close the connections of all pages, and stop the server."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(START_TIMEOUT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_TIMEOUT)

    # Any thread may call the methods that show something.

    def show_face(self, jpeg: bytes) -> None:
        """See `View.show_face`."""
        self._loop.call_soon_threadsafe(self._offer_picture, FACE, jpeg)

    def show_speaker(self, picture: NDArray[np.uint8]) -> None:
        """See `View.show_speaker`."""
        if not self._clients:
            return
        width = max(1, round(picture.shape[1] * SPEAKER_HEIGHT / picture.shape[0]))
        small = cv2.resize(picture, (width, SPEAKER_HEIGHT), interpolation=cv2.INTER_AREA)
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

    async def _start(self) -> str:
        app = web.Application(middlewares=[self._guard])
        for path in self._files:
            app.router.add_get(path, self._file)
        app.router.add_get('/live', self._live)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        host = f'[{self._host}]' if ':' in self._host else self._host
        return f'http://{host}:{port}/'

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not host_allowed(request.headers.get('Host'), self._host):
            return web.Response(status=403, text='this name is not that of this computer\n')
        response: web.StreamResponse = await handler(request)
        return response

    async def _file(self, request: web.Request) -> web.Response:
        body, kind = self._files[request.path]
        return web.Response(body=body, content_type=kind, charset='utf-8', headers=HEADERS)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if not origin_allowed(request.headers.get('Origin'), request.headers.get('Host')):
            return web.Response(status=403, text='only a page of this server may connect\n')
        if len(self._clients) >= CLIENTS:
            return web.Response(status=503, text=f'{CLIENTS} pages are open already\n')
        socket = web.WebSocketResponse(heartbeat=10.0, max_msg_size=1024)
        await socket.prepare(request)
        client = _Client()
        client.texts.append({'problem': self._problem})
        client.news.set()
        self._clients.add(client)
        sender = asyncio.create_task(client.send(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(message.data, client)
        finally:
            self._clients.discard(client)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
        return socket

    def _receive(self, text: str, client: _Client) -> None:
        try:
            self._control(parse_control(json.loads(text)))
        except (ControlError, json.JSONDecodeError) as error:
            client.texts.append({'refused': str(error)})
            client.news.set()
