"""The events that are put into a speaker, each with what the speaker does instead."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

from vico_listener.errors import SettingError
from vico_listener.lab.reactions import face_events
from vico_listener.lab.reactions import voice_events
from vico_listener.lab.reactions.scene import Scene

Change = Callable[[Scene, int], Scene]
"""Changes a scene at a tick."""


def unchanged(scene: Scene, at: int) -> Scene:
    """Leave a scene as it is."""
    return scene


@dataclass(frozen=True)
class StagedEvent:
    """An event.

    Attributes:
        name: what it is called.
        what: what the speaker does.
        put: puts it in; it begins (a question ends) at the tick.
        instead: what the speaker does in the run that it is compared with.
    """

    name: str
    what: str
    put: Change
    instead: Change = unchanged


EVENTS = (
    StagedEvent('nothing', "the tracker's noise for a second", face_events.trembles),
    StagedEvent('smile', 'smiles for 2 s', face_events.smiles),
    StagedEvent('laugh', 'laughs aloud for 2 s', voice_events.laughs),
    StagedEvent('frown', 'frowns for 2 s', face_events.frowns),
    StagedEvent('tears', 'looks near tears for 3 s', face_events.weeps),
    StagedEvent('surprise', 'looks surprised for 1 s', face_events.is_surprised),
    StagedEvent('nod', 'nods twice, 8 deg at 2 Hz', face_events.nods),
    StagedEvent('tilt', 'tilts by +15 deg for 3 s', face_events.tilts),
    StagedEvent('turn', 'turns by +25 deg for 3 s', face_events.turns),
    StagedEvent('lean in', 'comes 15 cm nearer for 3 s', face_events.leans_in),
    StagedEvent('leaves', 'goes out of view, silent', voice_events.leaves),
    StagedEvent(
        'comes back', 'is back after 6 s; else stays away',
        voice_events.comes_back, voice_events.stays_away,
    ),
    StagedEvent(
        'question', 'ends a question; else the same words as a statement',
        voice_events.asks, voice_events.states,
    ),
    StagedEvent(
        'long pause', 'has been silent for 2 s; else talks',
        voice_events.pauses, voice_events.goes_on,
    ),
    StagedEvent(
        'loud', 'says a sentence 12 dB louder; else as loud as the rest',
        voice_events.speaks_loudly, voice_events.speaks,
    ),
)  # fmt: skip
"""All events; the first is none, and shows what chance alone does."""


def events_by_name(names: Sequence[str]) -> tuple[StagedEvent, ...]:
    """Return the named events, in the order of `EVENTS`; all without a name.

    Raises:
        SettingError: there is no such event.
    """
    known = {event.name: event for event in EVENTS}
    strange = [name for name in names if name not in known]
    if strange:
        raise SettingError(f"no event is called '{strange[0]}'; there are {', '.join(known)}")
    return tuple(event for event in EVENTS if not names or event.name in names)
