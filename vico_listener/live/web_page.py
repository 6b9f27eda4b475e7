"""A local web page with one WebSocket, served from a thread: the live view's, and the face's."""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any
from typing import Generic
from typing import Protocol
from typing import TypeVar

from aiohttp import WSMsgType
from aiohttp import web

from vico_listener.arguments import check_number
from vico_listener.live.origin import host_allowed
from vico_listener.live.origin import origin_allowed

HEADERS = {
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
}
CLIENTS = 8
"""The largest number of pages at the same time."""
START_TIMEOUT = 10.0
"""The longest time for the server to start or stop, s."""

File = tuple[bytes, str]
"""What is served at a path: its bytes and their type."""


class Client(Protocol):
    """One open page, with everything that still has to be sent to it."""

    async def send(self, socket: web.WebSocketResponse) -> None:
        """Send whatever is new until the page is closed."""


C = TypeVar('C', bound=Client)


class WebPage(Generic[C]):
    """Serves files and a WebSocket to pages of its own origin.

    Args:
        host: the address to which the server is bound.
        port: the port; 0 for any free one.
        files: by path, all that is served besides the WebSocket; no request can name a file.
        socket_path: the path of the WebSocket.

    Raises:
        SettingError: there is no such port.
    """

    def __init__(self, host: str, port: int, files: Mapping[str, File], socket_path: str) -> None:
        check_number('the port', port, 0, 65535)
        self._host = host
        self._port = port
        self._files = dict(files)
        self._socket_path = socket_path
        self._clients: set[C] = set()
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

    # Everything else runs in the page's thread.

    def _welcome(self) -> C:
        """Return a new client, with what it has to be sent first."""
        raise NotImplementedError

    def _receive(self, text: str, client: C) -> None:
        """Take a text that a page has sent."""
        raise NotImplementedError

    async def _start(self) -> str:
        app = web.Application(middlewares=[self._guard])
        for path in self._files:
            app.router.add_get(path, self._file)
        app.router.add_get(self._socket_path, self._connect)
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

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if not origin_allowed(request.headers.get('Origin'), request.headers.get('Host')):
            return web.Response(status=403, text='only a page of this server may connect\n')
        if len(self._clients) >= CLIENTS:
            return web.Response(status=503, text=f'{CLIENTS} pages are open already\n')
        socket = web.WebSocketResponse(heartbeat=10.0, max_msg_size=1024)
        await socket.prepare(request)
        client = self._welcome()
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
