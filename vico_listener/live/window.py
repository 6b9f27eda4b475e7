"""The live view as an OpenCV window."""

import os
import platform
import threading
from collections import deque

import cv2
import numpy as np

from vico_listener.frames import Picture
from vico_listener.live.controls import Control
from vico_listener.live.controls import ControlCallback
from vico_listener.live.view import Sample
from vico_listener.media.decoded_image import fit
from vico_listener.motion import Attitude

TITLE = 'vico live'
FACE_SIZE = 480
SPEAKER_HEIGHT = 120
CURVE_HEIGHT = 60
KEPT = 300
"""The number of samples in the curves: ten seconds."""
STEP = 0.1
"""By how much a key changes the intensity."""
KEYS = {ord('1'): Attitude.POSITIVE, ord('2'): Attitude.NEUTRAL, ord('3'): Attitude.NEGATIVE}
HELP = '1 2 3 attitude   + - intensity   q quit'
QUIT = (ord('q'), 27)
INK = (236, 229, 223)
CURVES = (
    (-15.0, 15.0, (('pitch', (43, 169, 240)), ('yaw', (240, 169, 90)))),
    (0.0, 1.0, (('smile', (143, 216, 123)), ('speaker_smile', (166, 151, 138)))),
    (0.0, 1.1, (('speaking', (240, 138, 213)),)),
)


def window_available() -> bool:
    """Return True when there is a display and this OpenCV can open a window."""
    display = os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')
    if platform.system() == 'Linux' and not display:
        return False
    lines = cv2.getBuildInformation().splitlines()
    toolkits = [line.split(':', 1)[1].strip() for line in lines if line.strip().startswith('GUI:')]
    return any(toolkit and toolkit != 'NONE' for toolkit in toolkits)


class LiveWindow:
    """A `View` that draws into a window; `step` must be called from the main thread.

    Args:
        control: called with what the user changes.
    """

    def __init__(self, control: ControlCallback) -> None:
        self._control = control
        self._lock = threading.Lock()
        self._face: Picture = np.zeros((FACE_SIZE, FACE_SIZE, 3), np.uint8)
        self._speaker: Picture | None = None
        self._samples: deque[Sample] = deque(maxlen=KEPT)
        self._problem = ''
        self._open = False

    def show_face(self, jpeg: bytes) -> None:
        """See `View.show_face`."""
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        with self._lock:
            self._face = fit(np.asarray(picture, np.uint8), FACE_SIZE, FACE_SIZE)

    def show_speaker(self, image: Picture) -> None:
        """See `View.show_speaker`; the image is mirrored."""
        width = max(1, round(image.shape[1] * SPEAKER_HEIGHT / image.shape[0]))
        small = cv2.flip(fit(image, SPEAKER_HEIGHT, min(width, FACE_SIZE)), 1)
        with self._lock:
            self._speaker = np.asarray(small, np.uint8)

    def show_sample(self, sample: Sample) -> None:
        """See `View.show_sample`."""
        with self._lock:
            self._samples.append(sample)

    def show_problem(self, text: str) -> None:
        """See `View.show_problem`."""
        with self._lock:
            self._problem = text

    def step(self, seconds: float) -> None:
        """Draw the window, then wait up to `seconds` for a key and obey it."""
        if not self._open:
            # These flags hide Qt's tool bar.
            cv2.namedWindow(TITLE, cv2.WINDOW_AUTOSIZE | cv2.WINDOW_GUI_NORMAL)
            self._open = True
        cv2.imshow(TITLE, self.compose())
        self.press(cv2.waitKey(max(1, round(1000 * seconds))) & 0xFF)
        if cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1:
            self._control(Control('stop', True))

    def close(self) -> None:
        """Close the window."""
        cv2.destroyAllWindows()

    def press(self, key: int) -> None:
        """Do what a key means."""
        if key in KEYS:
            self._control(Control('attitude', KEYS[key].value))
        elif key in (ord('+'), ord('-')) and self._samples:
            step = STEP if key == ord('+') else -STEP
            now = self._samples[-1].intensity
            self._control(Control('intensity', round(min(1.0, max(0.0, now + step)), 3)))
        elif key in QUIT:
            self._control(Control('stop', True))

    def compose(self) -> Picture:
        """Return the window's image: the listener, the speaker in a corner, curves and texts."""
        with self._lock:
            face, speaker, samples = self._face.copy(), self._speaker, list(self._samples)
            problem = self._problem
        if speaker is not None:
            face[-speaker.shape[0] :, -speaker.shape[1] :] = speaker
        curves = [_draw(samples, low, high, lines) for low, high, lines in CURVES]
        picture = np.vstack([face, *curves])
        if samples:
            _write(picture, f'{samples[-1].attitude} {samples[-1].intensity:.1f}', 24)
        _write(picture, problem or HELP, FACE_SIZE - 12)
        return picture


def _write(picture: Picture, text: str, row: int) -> None:
    for colour, thickness in (((0, 0, 0), 3), (INK, 1)):
        cv2.putText(picture, text, (10, row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, thickness)


def _draw(
    samples: list[Sample],
    low: float,
    high: float,
    lines: tuple[tuple[str, tuple[int, int, int]], ...],
) -> Picture:
    canvas = np.full((CURVE_HEIGHT, FACE_SIZE, 3), 29, np.uint8)
    for name, colour in lines:
        values = [getattr(sample, name) for sample in samples]
        points = [
            (
                round(FACE_SIZE - 1 - (len(values) - 1 - n) * FACE_SIZE / KEPT),
                round((CURVE_HEIGHT - 1) * (1 - (float(value) - low) / (high - low))),
            )
            for n, value in enumerate(values)
            if value is not None
        ]
        if points:
            cv2.polylines(canvas, [np.array(points, np.int32)], False, colour, 1, cv2.LINE_AA)
    return canvas
