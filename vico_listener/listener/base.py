"""The interface of every listener generator G_m, and the table of listeners."""

from abc import ABC
from abc import abstractmethod
from typing import Any

from vico_listener.frames import ACOUSTICS
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.mood import Mood
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.plugins import Plugins


class Listener(ABC):
    """Turns speaker frames into the listener's face motion, one step per model tick.

    Deterministic: the same reference, seed, settings, frames and moods give the same motion, bit
    for bit. A listener is told its mood at every step; `ListeningAgent` fades it, and calls `reset`
    at a frame that is marked `reset`.
    """

    name: str
    basis: Basis = ARKIT52
    acoustics: str = ACOUSTICS[0]
    """Layout of the acoustic features that it understands."""
    OPTIONS: tuple[str, ...] = ()
    """Parameters of the listener node that the constructor takes besides personality and seed."""

    @abstractmethod
    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """Start anew from the listener's own first face m_1 in the given attitude."""

    @abstractmethod
    def step(self, frame: SpeakerFrame, mood: Mood) -> FaceMotion:
        """Return the listener's face at the tick of `frame`, relative to the reference pose.

        The speaker's face and audio may be invalid (flags); a step then coasts and never fails.
        """


LISTENERS: Plugins[Listener] = Plugins(
    kind='listener',
    interface=Listener,
    group='vico_listener.listeners',
    own={
        'lstm': 'vico_listener.listener.learned:LearnedListener',
        'rules': 'vico_listener.listener.rules:RulesListener',
    },
)

DEFAULT_LISTENER = 'lstm'


def create_listener(name: str, **options: Any) -> Listener:
    """Make the listener called `name`; PluginError when there is none."""
    return LISTENERS.load(name)(**options)
