"""Head gestures (nods, shakes, beats and glances) as curves, and the timeline that plays them.

A gesture is a chain of strokes. Each stroke is a quintic between two standstills. At the turning
points inside a gesture the acceleration is that of a sinusoid, so that strokes flow into one
another. At both ends it is zero, as in a minimum-jerk movement (Flash & Hogan 1985).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from enum import IntEnum
from math import pi
from math import radians

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.listener.expression import eased_limit

Curve = NDArray[np.float64]

RESIDUE = 0.12
"""Share of a nod's depth that remains after its last stroke and fades while the head settles."""
SETTLE = 0.7
"""The time that the head takes to settle after a nod, s."""
GLANCE_SECONDS = 1.0
"""The duration of a glance, s."""
BEAT_FREQUENCY = 1.9
"""The cycles per second of a usual beat."""
SLACK_NOD, LARGEST_NOD = radians(8.0), radians(12.0)
"""Nods are as large as decided up to the former, and never larger than the latter.

One in ten nods of real listeners is larger than 10.2 deg. A single one of 14 deg is a bow.
"""
FASTEST_NOD = radians(70.0)
"""The highest speed of a nod, rad/s (judged): a large one that is faster looks like a jerk."""
PEAK_SPEED = 15.0 / 4.0
"""The peak speed of a stroke that is half a cycle, in terms of its depth times the frequency.

That of a minimum-jerk movement; inner strokes are slower.
"""
TURN_SHARPNESS = 0.85
"""Acceleration at inner turning points, as a share of that of the sinusoid."""


def stroke_chain(positions: Sequence[float], durations: Sequence[float]) -> Curve:
    """Return a curve that moves from each position to the next and stands still at each.

    Args:
        positions: n + 1 turning points in any unit; the first is where the gesture starts.
        durations: the durations of the n strokes, s.

    Returns:
        (T,) samples at 30 Hz. The first lies one tick after the start, and the last is exactly the
        last position.
    """
    points = np.asarray(positions, np.float64)
    times = np.concatenate([[0.0], np.cumsum(durations)])
    widths = np.diff(times)
    swings = np.diff(points)
    sinusoid = swings * (pi / widths) ** 2 / 2
    bends = np.zeros(len(points))
    bends[1:-1] = -np.sign(swings[:-1]) * np.minimum(abs(sinusoid[:-1]), abs(sinusoid[1:]))
    bends[1:-1] *= TURN_SHARPNESS * (np.sign(swings[:-1]) != np.sign(swings[1:]))

    t = np.minimum(np.arange(1, int(np.ceil(times[-1] * MODEL_RATE)) + 1) / MODEL_RATE, times[-1])
    k = np.minimum(np.searchsorted(times, t, side='left') - 1, len(widths) - 1)
    s = (t - times[k]) / widths[k]
    width2 = widths[k] ** 2
    leave = bends[k] * width2 / 2
    arrive = bends[k + 1] * width2 / 2
    s2, s3 = s * s, s * s * s
    return (
        points[k]
        + swings[k] * s3 * (10 - 15 * s + 6 * s2)
        + leave * s2 * (1 - 3 * s + 3 * s2 - s3)
        + arrive * s3 * (1 - 2 * s + s2)
    )


def nod(
    depth: float, frequency: float, cycles: int, decay: float = 0.75, upswing: float = 0.0
) -> Curve:
    """Return the pitch curve (T,) of a nod, which starts and ends at zero; positive is down.

    Args:
        depth: the largest stroke, peak to peak, in any unit of angle.
        frequency: cycles per second.
        cycles: the number of down-up pairs, 1 or more.
        decay: the depth of each cycle as a share of the one before. Later strokes are smaller
            (Mori, Den & Jokinen 2025).
        upswing: the share of the depth by which the head first rises; at 0 it starts downward.
    """
    half = 0.5 / frequency
    rise = upswing * depth
    positions = [0.0, -rise] if upswing else [0.0]
    durations = [half] if upswing else []
    bottom = depth - rise
    rest = RESIDUE * bottom
    for _ in range(cycles):
        positions += [bottom, rest]
        durations += [half, half]
        bottom = rest + (bottom - rest) * decay
    return stroke_chain([*positions, 0.0], [*durations, SETTLE])


def shake(width: float, frequency: float, strokes: int, decay: float = 0.85) -> Curve:
    """Return the yaw curve (T,) of a shake, which starts and ends at zero and begins to the left.

    Args:
        width: the widest stroke, peak to peak, in any unit of angle.
        frequency: cycles of two strokes per second.
        strokes: the number of strokes from side to side, 2 or more, in addition to the half strokes
            out and back.
        decay: the width of each side as a share of the one before.
    """
    half = 0.5 / frequency
    side = width / (1.0 + decay)
    positions = [0.0]
    for k in range(strokes + 1):
        positions.append(side if k % 2 == 0 else -side)
        side *= decay
    positions.append(0.0)
    return stroke_chain(positions, [half] * (len(positions) - 1))


def hold(height: float, rise: float, stay: float, fall: float) -> Curve:
    """Return a curve (T,) that goes to `height`, stays and returns to zero; durations are in s."""
    return stroke_chain([0.0, height, height, 0.0], [rise, stay, fall])


class Kind(IntEnum):
    """The kinds of gesture: nods and shakes that answer, beats on stressed syllables, glances."""

    NOD = 0
    SHAKE = 1
    BEAT = 2
    GLANCE = 3


@dataclass(frozen=True)
class Gesture:
    """One gesture, which is decided on now and begins `delay` seconds from now.

    Attributes:
        kind: the kind of gesture.
        size: the largest stroke of a nod, beat or shake, peak to peak, or the turn of the eyes in a
            glance, rad. A negative shake or glance goes to the right first.
        delay: the time until it begins, s.
        frequency: cycles per second of a nod, beat or shake.
        cycles: the number of cycles of a nod or beat, or of strokes of a shake.
        decay, upswing: the same arguments of `nod`, for a nod or beat.
        cue: what it answers (`pause`, `speech`, `nod`, `mood`); '' where nobody says.
    """

    kind: Kind
    size: float
    delay: float = 0.0
    frequency: float = 1.0
    cycles: int = 1
    decay: float = 0.75
    upswing: float = 0.0
    cue: str = ''

    def curve(self) -> Curve:
        """Return its angle (T,), rad: pitch of a nod or beat, yaw of a shake, gaze of a glance."""
        if self.kind == Kind.SHAKE:
            return shake(abs(self.size), self.frequency, self.cycles) * (1 if self.size > 0 else -1)
        if self.kind == Kind.GLANCE:
            return hold(self.size, 0.13, GLANCE_SECONDS, 0.13)
        return nod(self.size, self.frequency, self.cycles, self.decay, self.upswing)


def calmed(gesture: Gesture) -> Gesture:
    """Return a nod that is neither too large nor too fast; other gestures as they are.

    How large nods are varies a lot, and so, independently, does how fast they are.
    """
    if gesture.kind != Kind.NOD or gesture.size <= 0.0:
        return gesture
    size = eased_limit(gesture.size, SLACK_NOD, LARGEST_NOD)
    frequency = min(gesture.frequency, FASTEST_NOD / (PEAK_SPEED * size))
    return replace(gesture, size=size, frequency=frequency)


class Timeline:
    """Plays gestures: it holds the sum of all begun and planned ones per channel.

    Args:
        channels: the number of channels.
        span: how far ahead gestures can be planned, s.
    """

    def __init__(self, channels: int, span: float) -> None:
        self._future = np.zeros((int(span * MODEL_RATE), channels))
        self._now = 0

    def reset(self) -> None:
        """Drop all gestures."""
        self._future[:] = 0.0
        self._now = 0

    def add(self, channel: int, curve: Curve, delay: int = 0) -> None:
        """Play `curve` on `channel`, starting `delay` ticks after the next one.

        Raises:
            DataError: the curve ends beyond the timeline's span.
        """
        length = len(self._future)
        if delay + len(curve) > length:
            raise DataError(
                f'a gesture of {len(curve)} ticks that begins in {delay} ends beyond the {length} '
                'ticks that can be planned'
            )
        slots = (self._now + delay + np.arange(len(curve))) % length
        self._future[slots, channel] += curve

    def pop(self) -> list[float]:
        """Return the values of all channels at the next tick."""
        row = self._future[self._now]
        values = row.tolist()
        row[:] = 0.0
        self._now = (self._now + 1) % len(self._future)
        return values
