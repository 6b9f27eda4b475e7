"""The dashboard of a running stack as a local web page."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import ATTEND
from vico_listener.choices import Attitude
from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.errors import SettingError
from vico_listener.frames import PersonInView
from vico_listener.listener.performance import KINDS
from vico_listener.live.controls import OF_DASHBOARD
from vico_listener.live.controls import ControlCallback
from vico_listener.live.controls import parse_control
from vico_listener.live.face_look import FaceLook
from vico_listener.live.face_page import message_of
from vico_listener.live.page import FACE
from vico_listener.live.page import SPEAKER
from vico_listener.live.page import small_jpeg
from vico_listener.live.page_client import PageClient
from vico_listener.live.stack_watch import StackReport
from vico_listener.live.view import Sample
from vico_listener.live.web_page import WebPage
from vico_listener.motion import FaceMotion
from vico_listener.resources import resource_path

FILES = {
    '/': ('dashboard/index.html', 'text/html'),
    '/dashboard.js': ('dashboard/dashboard.js', 'text/javascript'),
    '/dashboard.css': ('dashboard/dashboard.css', 'text/css'),
    '/curves.js': ('live/curves.js', 'text/javascript'),
    '/style.css': ('live/style.css', 'text/css'),
}
FACE_FILES = ('/motions.js', '/geometry.js', '/painter.js', '/face.data')
"""What of the face's page draws the face here, too."""

IMAGE_HEIGHT = 300
"""The height of what the robot's camera sees, px."""
IMAGE_QUALITY = 70
READING_ONLY = 'this page only reads: start it with --control (launch: control:=true)'
"""The answer to a control where none is allowed."""


class DashboardPage(WebPage[PageClient]):
    """Serves the dashboard, in a separate thread; any thread may call what shows something.

    Args:
        host: the address to which the server is bound.
        port: the port; 0 for any free one.
        look: how a browser draws the face.
        control: called in that thread with what users change; None where they may change nothing.
    """

    def __init__(
        self, host: str, port: int, look: FaceLook, control: ControlCallback | None
    ) -> None:
        files = {
            path: (resource_path(f'resource/pages/{name}').read_bytes(), kind)
            for path, (name, kind) in FILES.items()
        }
        drawn = look.files()
        super().__init__(host, port, files | {path: drawn[path] for path in FACE_FILES}, '/live')
        self._control = control
        self._options = {
            'control': control is not None,
            'gestures': sorted(KINDS),
            'states': [state.value for state in ConversationState],
            'attitudes': [attitude.value for attitude in Attitude],
            'presets': [preset.value for preset in Preset],
            'attend': list(ATTEND),
        }
        self._stack: dict[str, Any] | None = None

    @property
    def is_watched(self) -> bool:
        """Whether a page is open."""
        return bool(self._clients)

    def show_face(self, jpeg: bytes) -> None:
        """Show the listener's newest picture, a JPEG."""
        self._loop.call_soon_threadsafe(self._offer_picture, FACE, jpeg)

    def show_motion(self, motion: FaceMotion, stamp: int) -> None:
        """Have the browser draw a face motion; `stamp` is its time, ns."""
        self._add('motions', message_of(motion, stamp))

    def show_image(self, image: NDArray[np.uint8]) -> None:
        """Show what the robot's camera sees, an upright (H, W, 3) uint8 BGR image."""
        jpeg = small_jpeg(image, IMAGE_HEIGHT, IMAGE_QUALITY)
        self._loop.call_soon_threadsafe(self._offer_picture, SPEAKER, jpeg)

    def show_sample(self, sample: Sample) -> None:
        """Add the newest tick to the curves."""
        self._add('samples', asdict(sample))

    def show_people(self, people: Sequence[PersonInView]) -> None:
        """Show who is in view."""
        self._tell('people', [_finite(asdict(person)) for person in people])

    def show_event(self, time: float, kind: str, text: str) -> None:
        """Mark a decision of the listener below the curves.

        Args:
            time: of its beginning, s of stream time.
            kind: nod, shake, beat, glance, smile or vocal.
            text: what it is, in few words.
        """
        self._add('events', {'time': time, 'kind': kind, 'text': text})

    def show_band(self, lane: str, time: float, state: str, note: str = '') -> None:
        """Begin a state in a lane below the curves.

        Args:
            lane: 'turn' (of the person), or 'state' (of the conversation).
            time: from when on, s of stream time.
            state: its name.
            note: what is remarkable about it, in few words.
        """
        self._add('bands', {'lane': lane, 'time': time, 'state': state, 'note': note})

    def show_stack(self, report: StackReport) -> None:
        """Show what is known of the stack."""
        self._loop.call_soon_threadsafe(self._offer_stack, asdict(report))

    def show_outcome(self, text: str, good: bool) -> None:
        """Say what has become of a user's request."""
        self._tell('outcome', {'text': text, 'good': good})

    def _tell(self, name: str, value: Any) -> None:
        self._loop.call_soon_threadsafe(self._offer, PageClient.tell, name, value)

    def _add(self, name: str, item: Any) -> None:
        self._loop.call_soon_threadsafe(self._offer, PageClient.add, name, item)

    # Everything else runs in the page's thread.

    def _offer(self, give: Any, name: str, value: Any) -> None:
        for client in self._clients:
            give(client, name, value)

    def _offer_picture(self, kind: bytes, jpeg: bytes) -> None:
        for client in self._clients:
            client.show(kind, jpeg)

    def _offer_stack(self, stack: dict[str, Any]) -> None:
        self._stack = stack
        self._offer(PageClient.tell, 'stack', stack)

    def _welcome(self) -> PageClient:
        client = PageClient()
        client.tell('options', self._options)
        if self._stack is not None:
            client.tell('stack', self._stack)
        return client

    def _receive(self, text: str, client: PageClient) -> None:
        try:
            if self._control is None:
                raise SettingError(READING_ONLY)
            self._control(parse_control(json.loads(text), OF_DASHBOARD))
        except (SettingError, json.JSONDecodeError) as error:
            client.tell('outcome', {'text': str(error), 'good': False})


def _finite(person: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a person with None for what is not measured: JSON has no NaN."""
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in person.items()
    }
