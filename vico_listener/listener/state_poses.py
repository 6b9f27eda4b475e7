"""Where the listener looks, and how it holds its head, while it does not listen.

While it **speaks** it looks at the person, and away at the beginning of a turn (Kendon, Acta
Psychologica 26, 1967) and now and then: for about 2 s every 5 s, longer and more often than
somebody who listens (after Andrist, Mutlu & Gleicher, IVA 2013). While it **thinks** it looks up
and aside and tilts its head. While nobody is there (**away**) it looks around.
"""

from dataclasses import dataclass
from dataclasses import field
from math import radians

from vico_listener.choices import ConversationState
from vico_listener.listener.chance import Chance
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import CORNERS
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import PRESS
from vico_listener.listener.follower import STEP
from vico_listener.listener.look_around import LookAround

OPENING = 0.7
"""The share of turns that begin with a look away."""
SPEAKER_PAUSE = (3.4, 6.2)
"""The shortest and longest time between two looks away while speaking, s."""
SPEAKER_AWAY = (1.6, 2.3)
"""The shortest and longest look away while speaking, s."""
SPEAKER_SIDE = (radians(9.0), radians(15.0))
"""The smallest and largest turn of the eyes to the side in such a look, rad."""
SPEAKER_UP = (radians(-6.0), radians(5.0))
"""The lowest and highest turn of the eyes upwards in such a look, rad."""
HEAD_SHARE = 0.2
"""The share of a look away that the head makes."""
SAME_TURN = 2.0
"""A pause of the robot's speech that is shorter does not begin a new turn, s."""

THOUGHT_SIDE = (radians(11.0), radians(16.0))
THOUGHT_UP = (radians(4.0), radians(9.0))
"""Where the eyes look in thought, to the side and up, rad."""
THOUGHT_HEAD = (radians(4.0), radians(-2.0), radians(4.0))
"""Roll, pitch and yaw of the head in thought, rad; roll and yaw to the side of the eyes."""
THOUGHT_HELD = (4.0, 8.0)
"""The shortest and longest time until the eyes look elsewhere in thought, s."""
THOUGHT_FACE = {PRESS: 0.2, BROW_DOWN: 0.12, CORNERS: 0.2}
"""What the channels of the face show meanwhile."""

SEARCH_HELD = (1.2, 2.8)
"""The shortest and longest look around, s."""
SEARCH_YAW = (radians(6.0), radians(16.0))
SEARCH_PITCH = (radians(-3.0), radians(5.0))
"""How far the head turns and sinks in a look around, rad."""
SEARCH_EYES = 1.5
"""The turn of the gaze in terms of that of the head; the eyes get there first."""


@dataclass
class StatePose:
    """What the listener aims at.

    Attributes:
        left, up: the turn of the gaze, rad.
        head: roll, pitch and yaw of the head, rad.
        channels: what the channels of the face show.
    """

    left: float = 0.0
    up: float = 0.0
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)
    channels: list[float] = field(default_factory=lambda: [0.0] * len(FACE_CHANNELS))

    @property
    def away(self) -> bool:
        """Whether the gaze has left the person."""
        return self.left != 0.0 or self.up != 0.0


class StatePoses:
    """Draws the pose of every tick."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._around = LookAround(chance, self._search)
        self.reset()

    def reset(self) -> None:
        """Return to the start: nothing said, thought or searched."""
        self._state = ConversationState.LISTENING
        self._pose = StatePose()
        self._left = 0.0
        self._silent = SAME_TURN

    def step(self, state: ConversationState) -> StatePose:
        """Return the pose to aim at in a state."""
        if state is not self._state:
            self._state = state
            self._enter(state)
        elif state is ConversationState.AWAY:
            self._around.step()
            self._pose = self._around.look or StatePose()
        elif state is not ConversationState.LISTENING:
            self._left -= STEP
            if self._left <= 0.0:
                self._go_on(state)
        speaks = state is ConversationState.SPEAKING
        self._silent = 0.0 if speaks else self._silent + STEP
        return self._pose

    def _enter(self, state: ConversationState) -> None:
        self._pose = StatePose()
        self._left = 0.0
        if state is ConversationState.THINKING:
            self._think()
        elif state is ConversationState.AWAY:
            self._around.reset()
        elif state is ConversationState.SPEAKING:
            if self._silent >= SAME_TURN and self._chance.happens(OPENING):
                self._look_away()
            else:
                self._left = self._chance.between(*SPEAKER_PAUSE)

    def _go_on(self, state: ConversationState) -> None:
        """Begin what is next in a state that goes on."""
        if state is ConversationState.THINKING:
            self._think()
        elif self._pose.away:
            self._pose = StatePose()
            self._left = self._chance.between(*SPEAKER_PAUSE)
        else:
            self._look_away()

    def _look_away(self) -> None:
        chance = self._chance
        left = chance.side() * chance.between(*SPEAKER_SIDE)
        up = chance.between(*SPEAKER_UP)
        self._pose = StatePose(left, up, (0.0, 0.0, HEAD_SHARE * left))
        self._left = chance.between(*SPEAKER_AWAY)

    def _think(self) -> None:
        chance = self._chance
        side = chance.side()
        left, up = side * chance.between(*THOUGHT_SIDE), chance.between(*THOUGHT_UP)
        roll, pitch, yaw = THOUGHT_HEAD
        channels = [THOUGHT_FACE.get(channel, 0.0) for channel in range(len(FACE_CHANNELS))]
        self._pose = StatePose(left, up, (-side * roll, pitch, side * yaw), channels)
        self._left = chance.between(*THOUGHT_HELD)

    def _search(self) -> tuple[StatePose, float]:
        chance = self._chance
        yaw, pitch = chance.side() * chance.between(*SEARCH_YAW), chance.between(*SEARCH_PITCH)
        pose = StatePose(SEARCH_EYES * yaw, -pitch, (0.0, pitch, yaw))
        return pose, STEP + chance.between(*SEARCH_HELD)  # the tick at which it begins is one more
