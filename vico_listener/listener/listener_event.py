"""What the listener decides on, as it tells others: before the motion begins."""

from dataclasses import dataclass

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.smile_episodes import Smile

COMMAND = 'command'
"""The cue of a gesture that another program asked for."""
SMILE, VOCAL = 'smile', 'vocal'
"""The kinds that are no gestures."""


@dataclass(frozen=True)
class Vocal:
    """A short sound of the listener, such as an "mm-hm".

    Attributes:
        token: what is said.
        onset: when it is to begin, ns of stream time.
        duration: how long it takes, s.
        take: which of the clips of this token is played; 0 without clips.
    """

    token: str
    onset: int
    duration: float
    take: int = 0


@dataclass(frozen=True)
class ListenerEvent:
    """A decision of the listener.

    Attributes:
        stamp: the tick of the decision, ns of stream time.
        kind: the kind of gesture, `smile`, or `vocal` for a sound without a gesture.
        onset: when the motion, or the sound, is to begin, ns of stream time.
        duration: how long it takes, s.
        size: the largest stroke or the turn of the eyes, rad; how broad a smile becomes, 0 to 1.
        cycles: those of a nod or beat, or the strokes of a shake; 0 of what has none.
        cue: what it answers; '' where the listener does not say.
        vocal: the sound that goes with it; None for none.
    """

    stamp: int
    kind: str
    onset: int
    duration: float
    size: float = 0.0
    cycles: int = 0
    cue: str = ''
    vocal: Vocal | None = None

    @classmethod
    def of_gesture(
        cls, stamp: int, gesture: Gesture, cue: str, vocal: Vocal | None = None
    ) -> 'ListenerEvent':
        """Return the event of a gesture that is decided on at a tick."""
        return cls(
            stamp,
            gesture.kind.name.lower(),
            next_tick(stamp, gesture.delay),
            len(gesture.curve()) / MODEL_RATE,
            gesture.size,
            gesture.cycles,
            cue,
            vocal,
        )

    @classmethod
    def of_smile(cls, stamp: int, smile: Smile) -> 'ListenerEvent':
        """Return the event of a smile that begins at the next tick."""
        return cls(stamp, SMILE, next_tick(stamp), smile.seconds, smile.size, 0, smile.cue)

    @classmethod
    def of_vocal(cls, stamp: int, vocal: Vocal, cue: str) -> 'ListenerEvent':
        """Return the event of a sound without a gesture."""
        return cls(stamp, VOCAL, vocal.onset, vocal.duration, cue=cue, vocal=vocal)


def next_tick(stamp: int, delay: float = 0.0) -> int:
    """Return the first tick after a stamp, or that which is nearest to a delay (s) later, ns."""
    return stamp + (1 + round(delay * MODEL_RATE)) * NANOSECONDS // MODEL_RATE
