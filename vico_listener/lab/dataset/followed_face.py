"""Follows the face of a recorded person without the lag and the losses of the live filter.

What a listener shows is the truth that listeners are compared with and learn from; what a speaker
shows is what a listener sees of them, as `vico_listener.perception` tells it live. The speaker is
perceived as in the live stack therefore, and the listener is followed here: with the images of the
future, which cost no delay in a recording.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from vico_listener.clock import ModelClock
from vico_listener.clock import tick_at
from vico_listener.clock import tick_stamp
from vico_listener.face import FaceBackend
from vico_listener.face import FaceTracker
from vico_listener.face.backends.landmarker import LandmarkerBackend
from vico_listener.face.geometry import turn_in_depth
from vico_listener.frames import CameraFrame
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.perception.sights import FACE_HOLD_NS

WINDOW, ORDER = 7, 4
"""Ticks and order of the Savitzky-Golay filter. It has no lag and keeps 98 % of a movement at 4 Hz;
of the shortest blink, three ticks long, 89 %."""


@dataclass(frozen=True)
class _Seen:
    stamp: int
    person: int
    face: FaceMotion


def follow_face(images: Iterable[CameraFrame], backend: FaceBackend, fov_deg: float) -> FaceTrack:
    """Return the face of the person in a video at the ticks of the model clock.

    Whom it follows is decided as in the live stack. The head's rotation is `turn_in_depth` where
    the backend gives landmarks in depth, and that of the backend otherwise. Between images the face
    is interpolated, and held for as long as in the live stack where none is seen.

    Args:
        images: the video.
        backend: what measures faces.
        fov_deg: the field of view of the camera, by which the translation is measured.
    """
    tracker = FaceTracker(backend, fov_deg)
    clock = ModelClock()
    ticks: list[int] = []
    seen: list[_Seen] = []
    for image in images:
        ticks += clock.advance(image.stamp)
        found = tracker.update(image.image, image.stamp)
        person = tracker.attention.speaker
        if not found.confidence > 0 or person is None:
            continue
        nearest = tracker.faces[0]
        face = nearest.motion
        if isinstance(backend, LandmarkerBackend):
            face = replace(face, rotation=turn_in_depth(nearest.landmarks, backend.canonical))
        if face.is_finite():
            seen.append(_Seen(image.stamp, person, face))
    return _at_ticks(np.array(ticks, np.int64), seen, FaceMotion.missing(backend.basis))


def _at_ticks(ticks: NDArray[np.int64], seen: list[_Seen], missing: FaceMotion) -> FaceTrack:
    """Return what was seen as a track, each run of one person in view smoothed by itself."""
    names = ('expression', 'rotation', 'translation', 'crop')
    rows = {
        name: np.tile(getattr(missing, name), (len(ticks), 1)).astype(np.float32) for name in names
    }
    valid = np.zeros(len(ticks), bool)
    for run in _runs(seen):
        stamps = np.array([sight.stamp for sight in run])
        # An image also shows the tick that lies just after it, see `ModelClock`.
        first, last = tick_stamp(tick_at(int(stamps[0]))), stamps[-1] + FACE_HOLD_NS
        chosen = (ticks >= first) & (ticks <= last) & ~valid
        valid |= chosen
        for name in names:
            values = np.array([getattr(sight.face, name) for sight in run], np.float64)
            if name == 'rotation':
                values = np.unwrap(values, axis=0)
            smooth = np.array([np.interp(ticks[chosen], stamps, column) for column in values.T]).T
            seeing = int((ticks[chosen] <= stamps[-1]).sum())
            if name != 'crop' and seeing >= WINDOW:
                smooth[:seeing] = savgol_filter(smooth[:seeing], WINDOW, ORDER, axis=0)
            if name == 'rotation':
                smooth = np.arctan2(np.sin(smooth), np.cos(smooth))
            if name == 'expression' and missing.basis is ARKIT52:
                smooth = np.clip(smooth, 0.0, 1.0)
            rows[name][chosen] = smooth
    return FaceTrack(valid=valid, basis=missing.basis, **rows)


def _runs(seen: list[_Seen]) -> list[list[_Seen]]:
    """Return the stretches in which one person is in view, without a gap that the hold ends."""
    runs: list[list[_Seen]] = []
    for sight in seen:
        last = runs[-1][-1] if runs else None
        same = last is not None and last.person == sight.person
        if last is not None and same and sight.stamp - last.stamp <= FACE_HOLD_NS:
            runs[-1].append(sight)
        else:
            runs.append([sight])
    return runs
