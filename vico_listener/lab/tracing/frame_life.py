"""Picks single camera images out of a trace: from the stamp to the motion that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np

from vico_listener.errors import DataError
from vico_listener.lab.tracing.spans import PAUSE
from vico_listener.lab.tracing.spans import Span
from vico_listener.lab.tracing.steps import ARRIVAL
from vico_listener.lab.tracing.steps import LISTENER
from vico_listener.lab.tracing.steps import PUBLISH

AFTERWARDS = 25_000_000
"""How long a trace goes on after the motion, ns: the next command comes within 20 ms."""


ONE_CLOCK = 1_000_000_000
"""An image that arrives later than this after its stamp, ns, has a stamp of another clock.

So has a clip that is played: its stamps count from its beginning."""


@dataclass(frozen=True)
class FrameLife:
    """The life of one camera image.

    Attributes:
        stamp: when it was taken, ns.
        arrived: when its message arrived, ns.
        moved: when the motion that answers it was published, ns.
        spans: what the stack did from the stamp to a little later.
    """

    stamp: int
    arrived: int
    moved: int
    spans: tuple[Span, ...]

    @property
    def begin(self) -> int:
        """When it was taken, on the system clock, ns; when it arrived, if its clock is another."""
        return self.stamp if 0 <= self.arrived - self.stamp < ONE_CLOCK else self.arrived

    @property
    def latency(self) -> float:
        """From the arrival to the motion, ms."""
        return (self.moved - self.arrived) / 1e6


def frame_lives(spans: Sequence[Span]) -> list[FrameLife]:
    """Return the life of every image that a motion answers, in the order of their stamps.

    An image is answered by the first motion for which it is the newest one.

    Args:
        spans: of a trace, in the order of their starts.

    Raises:
        DataError: no image was answered.
    """
    arrivals = {span.stamp: span.start for span in spans if span.name == ARRIVAL}
    starts = np.array([span.start for span in spans])
    longest = max((span.end - span.start for span in spans), default=0)
    found: list[FrameLife] = []
    answered: set[int] = set()
    for step in spans:
        if step.name != LISTENER or step.stamp not in arrivals or step.stamp in answered:
            continue
        answered.add(step.stamp)
        later = spans[int(np.searchsorted(starts, step.start)) :]
        moved = next(
            (s.end for s in later if s.name == PUBLISH and s.thread == step.thread), step.end
        )
        life = FrameLife(step.stamp, arrivals[step.stamp], moved, ())
        window = life.begin - longest, moved + AFTERWARDS
        first, last = np.searchsorted(starts, window).tolist()
        inside = tuple(span for span in spans[first:last] if span.end > life.begin)
        found.append(replace(life, spans=inside))
    if not found:
        raise DataError('no camera image of the trace was answered by a motion')
    return sorted(found, key=lambda life: life.stamp)


def typical_and_slow(lives: Sequence[FrameLife]) -> tuple[FrameLife, FrameLife]:
    """Return the image of median latency, and that of the 99th percentile."""
    ranked = sorted(lives, key=lambda life: life.latency)
    return ranked[len(ranked) // 2], ranked[min(len(ranked) - 1, round(0.99 * len(ranked)))]


def stages(spans: Sequence[Span]) -> dict[str, tuple[float, float, float]]:
    """Return the median, 99th percentile and largest duration of each step, ms."""
    names = dict.fromkeys(span.name for span in spans)
    durations = {
        name: np.array([1e-6 * (s.end - s.start) for s in spans if s.name == name])
        for name in names
    }
    return {
        name: (float(np.median(d)), float(np.percentile(d, 99)), float(d.max()))
        for name, d in sorted(durations.items(), key=lambda item: (item[0] == PAUSE, item[0]))
    }
