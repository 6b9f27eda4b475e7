"""The live view as a local web page, with one WebSocket for pictures, curves and controls."""

import json
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError
from vico_listener.live.controls import ControlCallback
from vico_listener.live.controls import parse_control
from vico_listener.live.page_client import PageClient
from vico_listener.live.view import SPEAKER_HEIGHT
from vico_listener.live.view import Sample
from vico_listener.live.web_page import WebPage
from vico_listener.resources import resource_path

FACE, SPEAKER = b'F', b'S'
"""The first byte of a picture's message, before its JPEG."""

FILES = {
    '/': ('live/index.html', 'text/html'),
    '/app.js': ('live/app.js', 'text/javascript'),
    '/curves.js': ('live/curves.js', 'text/javascript'),
    '/style.css': ('live/style.css', 'text/css'),
}
"""All files that are served, besides the WebSocket `/live`.

They are read once, so that no request can name a file.
"""


def small_jpeg(image: NDArray[np.uint8], height: int, quality: int) -> bytes:
    """Return a small JPEG of an (H, W, 3) uint8 BGR image; it is never made larger."""
    scale = min(1.0, height / image.shape[0])
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode('.jpg', small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


class LivePage(WebPage[PageClient]):
    """A `View` that serves a web page, in a separate thread.

    Args:
        host: the address to which the server is bound.
        port: the port; 0 for any free one.
        control: called in that thread with what users change.
    """

    def __init__(self, host: str, port: int, control: ControlCallback) -> None:
        files = {
            path: (resource_path(f'resource/pages/{name}').read_bytes(), kind)
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
        if self._clients:
            jpeg = small_jpeg(image, SPEAKER_HEIGHT, 80)
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
            client.show(kind, jpeg)

    def _offer_sample(self, sample: dict[str, Any]) -> None:
        for client in self._clients:
            client.add('samples', sample)

    def _offer_problem(self, text: str) -> None:
        if text == self._problem:
            return
        self._problem = text
        for client in self._clients:
            client.tell('problem', text)

    def _welcome(self) -> PageClient:
        client = PageClient()
        client.tell('problem', self._problem)
        return client

    def _receive(self, text: str, client: PageClient) -> None:
        try:
            self._control(parse_control(json.loads(text)))
        except (SettingError, json.JSONDecodeError) as error:
            client.tell('refused', str(error))
