"""Tells what the listener decides on: its gestures and smiles, and what it says with them."""

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.cues import Voice
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.knobs import Knobs
from vico_listener.listener.knobs import shown_gestures
from vico_listener.listener.knobs import shown_smile
from vico_listener.listener.listener_event import ListenerEvent
from vico_listener.listener.listeners import Listener
from vico_listener.listener.vocals import SAID
from vico_listener.listener.vocals import Vocals
from vico_listener.motion import Attitude

PLACE_TICKS = round(1.5 * MODEL_RATE)
"""So many ticks after the speaker has spoken a gesture answers no pause any more."""


class Telling:
    """Makes the events of each tick.

    Attributes:
        vocals: decides on vocal backchannels; None for none.
    """

    def __init__(self) -> None:
        self.vocals: Vocals | None = None
        self.reset()

    def reseed(self, seed: int) -> None:
        """Draw from another seed after the next `reset`."""
        if self.vocals is not None:
            self.vocals.reseed(seed)

    def reset(self) -> None:
        """Return to the start."""
        self._since_speech = PLACE_TICKS
        if self.vocals is not None:
            self.vocals.reset()

    def step(
        self,
        listener: Listener,
        frame: SpeakerFrame,
        voice: Voice,
        attitude: Attitude,
        knobs: Knobs,
        shows: bool,
    ) -> list[ListenerEvent]:
        """Return what the listener has decided on at a tick, as far as it is shown.

        Args:
            listener: it has just answered the frame.
            frame: the speaker.
            voice: the speaker's voice.
            attitude: the listener's attitude.
            knobs: the knobs in force.
            shows: whether anything of the listener is shown: it listens, and is active.
        """
        self._since_speech = 0 if frame.speaking else self._since_speech + 1
        gestures = shown_gestures(listener.gestures, knobs) if shows else []
        said = None
        if self.vocals is not None:
            said = self.vocals.step(frame.stamp, voice, attitude, gestures, shows)
        events = []
        for gesture in gestures:
            vocal = None
            if said is not None and gesture.kind in SAID:
                vocal, said = said[0], None
            cue = self._cue(gesture)
            events.append(ListenerEvent.of_gesture(frame.stamp, gesture, cue, vocal))
        if said is not None:
            events.append(ListenerEvent.of_vocal(frame.stamp, *said))
        smile = shown_smile(listener.smile, knobs) if shows else None
        if smile is not None:
            events.append(ListenerEvent.of_smile(frame.stamp, smile))
        return events

    def _cue(self, gesture: Gesture) -> str:
        """Return what a gesture answers, or the moment where the listener does not say."""
        if gesture.cue or self._since_speech >= PLACE_TICKS:
            return gesture.cue
        return 'pause' if self._since_speech else 'speech'
