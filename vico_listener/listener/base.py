"""The interface of every listener generator G_m, and the table of listeners."""

from abc import ABC
from abc import abstractmethod
from typing import Any

from vico_listener.frames import ACOUSTICS
from vico_listener.frames import SpeakerFrame
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.plugins import Plugins


class Listener(ABC):
    """Turns speaker frames into the listener's face motion, one step per model tick.

    Deterministic: the same reference, seed, settings and frames give the same motion, bit for bit.
    `attitude` and `intensity` (0..1) may be set before any step and fade in over about a second.
    """

    name: str
    basis: Basis = ARKIT52
    acoustics: str = ACOUSTICS[0]
    """Layout of the acoustic features that it understands."""
    OPTIONS: tuple[str, ...] = ()
    """Parameters of the listener node that the constructor takes besides personality and seed."""

    def __init__(self) -> None:
        self.attitude = Attitude.NEUTRAL
        self.intensity = 1.0

    @abstractmethod
    def reset(self, reference: FaceMotion, attitude: Attitude, intensity: float = 1.0) -> None:
        """Start anew from the listener's own first face m_1 in the given attitude."""

    @abstractmethod
    def step(self, frame: SpeakerFrame) -> FaceMotion:
        """Return the listener's face at the tick of `frame`, relative to the reference pose.

        The speaker's face and audio may be invalid (flags); a step then coasts and never fails.
        """

    @abstractmethod
    def save_state(self) -> dict[str, Any]:
        """Everything that later steps depend on, as plain values and arrays."""

    @abstractmethod
    def restore_state(self, state: dict[str, Any]) -> None:
        """Continue exactly where `save_state` was called."""


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
