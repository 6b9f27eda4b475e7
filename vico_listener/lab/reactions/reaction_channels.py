"""What a listener can do about an event: the channels in which its motion is compared."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.face_criteria import gaze_direction
from vico_listener.lab.evaluation.motion_criteria import angular_speed
from vico_listener.lab.evaluation.nods import HeadGesture
from vico_listener.lab.evaluation.signals import SMOOTHING_FRAMES
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import coefficient

WINDOW_SECONDS = 2.0
"""How long after an event a reaction is looked for, s."""


@dataclass(frozen=True)
class Channel:
    """One thing that a listener can do.

    Attributes:
        name, unit: for tables.
        visible: the smallest mean difference that a viewer could notice: judged.
        measure: takes its value from the motion in a window of ticks.
    """

    name: str
    unit: str
    visible: float
    measure: Callable[[TrackEvents, slice], float]


def _face(name: str, *names: str) -> Channel:
    """Return a channel of the mean of coefficients, which are of both sides or of none."""

    def measure(events: TrackEvents, window: slice) -> float:
        return float(coefficient(events.track.expression[window], *names).mean())

    return Channel(name, '', 0.05, measure)


def _angle(name: str, axis: int) -> Channel:
    def measure(events: TrackEvents, window: slice) -> float:
        return float(events.track.angles[window, axis].mean())

    return Channel(name, 'deg', 0.5, measure)


def _begun(gestures: Sequence[HeadGesture], window: slice) -> float:
    # Smoothing spreads an onset by half its window to either side.
    ticks = [gesture.start * FRAME_RATE + SMOOTHING_FRAMES // 2 for gesture in gestures]
    return float(sum(window.start <= tick < window.stop for tick in ticks))


def _off(events: TrackEvents, window: slice) -> float:
    """Return how far the gaze is from where the head rests on average, deg."""
    return float(np.hypot(*gaze_direction(events.track)[window].T).mean())


CHANNELS = (
    _face('smile', 'mouthSmileLeft', 'mouthSmileRight'),
    _face('brows up', 'browInnerUp', 'browOuterUpLeft', 'browOuterUpRight'),
    _face('brows down', 'browDownLeft', 'browDownRight'),
    _face('mouth corners down', 'mouthFrownLeft', 'mouthFrownRight'),
    _face('lips pressed', 'mouthPressLeft', 'mouthPressRight', 'mouthRollLower', 'mouthRollUpper'),
    _face('jaw', 'jawOpen'),
    _face('eyes narrow', 'eyeSquintLeft', 'eyeSquintRight', 'cheekSquintLeft', 'cheekSquintRight'),
    Channel('nods', '', 0.2, lambda events, window: _begun(events.nods, window)),
    Channel('shakes', '', 0.2, lambda events, window: _begun(events.shakes, window)),
    _angle('roll', 0),
    _angle('pitch', 1),
    _angle('yaw', 2),
    Channel(
        'lean', 'mm', 3.0,
        lambda events, window: 1000 * float(events.track.translation[window, 0].mean()),
    ),
    Channel('gaze off', 'deg', 1.0, _off),
    Channel(
        'head speed', 'deg/s', 1.0,
        lambda events, window: float(angular_speed(events.track.rotation)[window].mean()),
    ),
)  # fmt: skip
"""All channels; means over the window, nods and shakes that begin in it; pitch is positive down."""


def values(events: TrackEvents, at: int) -> list[float]:
    """Return the value of each channel in the `WINDOW_SECONDS` after a tick."""
    window = slice(at, at + round(WINDOW_SECONDS * FRAME_RATE))
    return [channel.measure(events, window) for channel in CHANNELS]
