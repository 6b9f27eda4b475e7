"""Finds nods and shakes as strokes of pitch and yaw.

A *stroke* is a run of same-sign angular velocity around a peak of at least `PEAK_SPEED`, cut where
the speed falls to `CUT_SHARE` of that peak, lasting `STROKE_SECONDS`. A *nod* is a chain of
alternating pitch strokes with short gaps whose largest reaches `LARGEST_STROKE` and whose others
reach `SMALLEST_STROKE`, that is larger than the excursions of yaw and roll meanwhile and that, when
it has two strokes only, comes back to where it began. A *shake* is the same on yaw, with three
strokes or more. Not valid above 4.5 Hz.
"""

from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.signals import crossing
from vico_listener.lab.evaluation.signals import runs
from vico_listener.lab.evaluation.signals import smooth
from vico_listener.lab.evaluation.signals import velocity
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray

PEAK_SPEED = 5.0
"""Least peak speed of a stroke, deg/s."""

CUT_SHARE = 0.15
"""A stroke ends where the speed falls to this share of its peak."""

STROKE_SECONDS = (0.08, 0.65)
"""Shortest and longest stroke."""

MAX_GAP = 0.3
"""Longest pause between two strokes of a nod, s."""

LARGEST_STROKE = 2.0
"""Least size of a nod's largest stroke, deg."""
SMALLEST_STROKE = 1.0
"""Least size of a nod's other strokes, deg."""

RETURN_SHARE = 0.6
"""A nod of two strokes ends within this share of its largest stroke from where it began."""

NOD_STROKES = 2
SHAKE_STROKES = 3

ROLL, PITCH, YAW = 0, 1, 2


@dataclass(frozen=True)
class Stroke:
    """One sweep of the head in one direction.

    Attributes:
        start, middle, end: s from the first frame; half of the way is done in the middle.
        size: deg, signed: positive down (pitch) or to the own left (yaw).
    """

    start: float
    middle: float
    end: float
    size: float


@dataclass(frozen=True)
class HeadGesture:
    """A nod or a shake."""

    strokes: tuple[Stroke, ...]

    @property
    def start(self) -> float:
        """Onset, s from the first frame."""
        return self.strokes[0].start

    @property
    def end(self) -> float:
        """End, s from the first frame."""
        return self.strokes[-1].end

    @property
    def duration(self) -> float:
        """The length, s."""
        return self.end - self.start

    @property
    def amplitude(self) -> float:
        """Largest stroke, deg (peak to peak)."""
        return max(abs(stroke.size) for stroke in self.strokes)

    @property
    def cycles(self) -> int:
        """Completed back-and-forth movements; a lone preparing or trailing stroke adds none."""
        return len(self.strokes) // 2

    @property
    def frequency(self) -> float:
        """Hz; the middles of neighbouring strokes are half a period apart."""
        half_periods = len(self.strokes) - 1
        return half_periods / (2 * (self.strokes[-1].middle - self.strokes[0].middle))


def find_strokes(angle: FloatArray) -> list[Stroke]:
    """Find the strokes of one angle, (T,) deg, unsmoothed; in order of time."""
    position = smooth(angle)
    speed = velocity(angle)
    index = np.arange(len(angle))
    strokes = []
    for sign in (1.0, -1.0):
        forward = sign * speed
        for first, stop in runs(forward > 0):
            peak = first + int(np.argmax(forward[first:stop]))
            if forward[peak] < PEAK_SPEED:
                continue
            cut = CUT_SHARE * forward[peak]
            begin = crossing(forward, peak, -1, cut)
            end = crossing(forward, peak, +1, cut)
            if not STROKE_SECONDS[0] <= (end - begin) / FRAME_RATE <= STROKE_SECONDS[1]:
                continue
            before, after = np.interp((begin, end), index, position)
            # Within the run the position rises or falls throughout, so the middle is one place.
            way = sign * position[first:stop]
            middle = np.interp(sign * (before + after) / 2, way, index[first:stop])
            strokes.append(
                Stroke(
                    start=begin / FRAME_RATE,
                    middle=float(middle) / FRAME_RATE,
                    end=end / FRAME_RATE,
                    size=float(after - before),
                )
            )
    return sorted(strokes, key=lambda stroke: stroke.start)


def _chains(strokes: list[Stroke], smallest: float) -> list[list[Stroke]]:
    """Return the longest chains of alternating strokes from `smallest` deg on, with short gaps."""
    chains: list[list[Stroke]] = []
    for stroke in strokes:
        if abs(stroke.size) < smallest:
            continue
        last = chains[-1][-1] if chains else None
        if last and last.size * stroke.size < 0 and stroke.start - last.end <= MAX_GAP:
            chains[-1].append(stroke)
        else:
            chains.append([stroke])
    return chains


def _excursion(angle: FloatArray, gesture: HeadGesture) -> float:
    """Return the range of a smoothed angle during a gesture, deg."""
    first = int(np.floor(gesture.start * FRAME_RATE))
    last = int(np.ceil(gesture.end * FRAME_RATE))
    return float(np.ptp(angle[first : last + 1]))


def _returns(gesture: HeadGesture) -> bool:
    if len(gesture.strokes) > NOD_STROKES:
        return True
    net = abs(sum(stroke.size for stroke in gesture.strokes))
    return net <= RETURN_SHARE * gesture.amplitude


def _gestures(
    angles: FloatArray, axis: int, least_strokes: int, largest: float, smallest: float
) -> list[HeadGesture]:
    smoothed = smooth(angles)
    others = [smoothed[:, other] for other in (ROLL, PITCH, YAW) if other != axis]
    found = []
    for chain in _chains(find_strokes(angles[:, axis]), smallest):
        gesture = HeadGesture(tuple(chain))
        if (
            len(chain) >= least_strokes
            and gesture.amplitude >= largest
            and all(gesture.amplitude > _excursion(other, gesture) for other in others)
            and _returns(gesture)
        ):
            found.append(gesture)
    return found


def find_nods(
    angles: FloatArray, largest: float = LARGEST_STROKE, smallest: float = SMALLEST_STROKE
) -> list[HeadGesture]:
    """Find the nods in (T, 3) roll, pitch, yaw, deg, unsmoothed, at 30 Hz; in order of time."""
    return _gestures(angles, PITCH, NOD_STROKES, largest, smallest)


def find_shakes(
    angles: FloatArray, largest: float = LARGEST_STROKE, smallest: float = SMALLEST_STROKE
) -> list[HeadGesture]:
    """Find the shakes in (T, 3) roll, pitch, yaw, deg, unsmoothed, at 30 Hz; in order of time."""
    return _gestures(angles, YAW, SHAKE_STROKES, largest, smallest)
