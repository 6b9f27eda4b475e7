"""What the listener decides on, as it tells others: before the motion begins."""

from dataclasses import dataclass

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.listener.gestures import Gesture

COMMAND = 'command'
"""The cue of a gesture that another program asked for."""


@dataclass(frozen=True)
class ListenerEvent:
    """A decision of the listener.

    Attributes:
        stamp: the tick of the decision, ns of stream time.
        gesture: what is decided on.
        cue: what it answers; '' where the listener does not say.
    """

    stamp: int
    gesture: Gesture
    cue: str = ''

    @property
    def kind(self) -> str:
        """The kind of the gesture."""
        return self.gesture.kind.name.lower()

    @property
    def onset(self) -> int:
        """When the motion is to begin, ns of stream time: at the next tick, or later."""
        ticks = 1 + round(self.gesture.delay * MODEL_RATE)
        return self.stamp + ticks * NANOSECONDS // MODEL_RATE

    @property
    def duration(self) -> float:
        """How long it takes, s."""
        return len(self.gesture.curve()) / MODEL_RATE
