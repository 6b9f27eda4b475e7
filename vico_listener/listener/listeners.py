"""The interface of every listener (the generator G_m of the paper), and the table of listeners."""

from abc import ABC
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from vico_listener.choices import ACOUSTICS
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.mood import Mood
from vico_listener.listener.personality import Personality
from vico_listener.listener.smile_episodes import Smile
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.plugins import Plugins


class Listener(ABC):
    """Turns speaker frames into the listener's face motion, one step per tick.

    A listener must be deterministic: the same reference, seed, settings, frames and moods give the
    same motion, bit for bit. It gets the mood with every step. `ListeningAgent` fades the mood, and
    calls `reset` at each frame that is marked `reset`.
    """

    name: str
    """The name of the listener, which is written into its motion."""
    basis: Basis = ARKIT52
    """The basis of the faces that it understands and makes."""
    acoustics: str = ACOUSTICS[0]
    """The layout of the acoustic features that it understands."""
    attention: float = 0.0
    """How strongly a gesture binds the gaze to the speaker after a step, 0 to 1; the idle layer
    then does not look away."""
    gestures: Sequence[Gesture] = ()
    """The gestures that it decided on in the last step."""
    personality: Personality = Personality()
    """Whom it plays; the idle layer shows the traits."""
    smile: Smile | None = None
    """The smile that it decided to begin in the last step; None for none."""
    OPTIONS: tuple[str, ...] = ()
    """The parameters of the listener node that its constructor takes besides `personality` and
    `seed`."""

    def reseed(self, seed: int) -> None:  # noqa: B027 -- what has no chance needs no seed
        """Use another seed for random choices from the next `reset` on."""

    def excuse_silence(self) -> None:  # noqa: B027 -- not every listener minds
        """Ignore the present silence, because it is not the speaker's turn to speak."""

    @abstractmethod
    def reset(self, reference: FaceMotion, attitude: Attitude) -> None:
        """Forget the speaker and begin anew.

        Args:
            reference: the listener's own face (m_1 in the paper), from which the motion begins.
            attitude: the attitude in which it begins.
        """

    @abstractmethod
    def step(self, frame: SpeakerFrame, mood: Mood) -> FaceMotion:
        """Return the listener's face at the tick of `frame`, relative to the reference pose.

        If the flags of `frame` mark the speaker's face or audio as invalid, the listener must go on
        without it and must not raise an error.

        Args:
            frame: what is known about the speaker at the tick.
            mood: the current share of each attitude, and how strongly it shows.
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
    """Make the listener called `name` with options of its constructor.

    Raises:
        PluginError: there is no such listener, or it cannot be loaded.
    """
    return LISTENERS.load(name)(**options)
