"""Thought: what the face does while the listener takes in a long piece of speech.

After some seconds of talk without an answer lips are pressed or rolled in, a mouth corner moves,
the mouth opens slightly, or the brows draw together; the head tilts or sinks a little meanwhile.
"""

from math import radians

from vico_listener.listener.chance import Chance
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import CORNERS
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import PART
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import ROLL
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.style import Style

FACES = (
    ({PRESS: 0.6, BROW_DOWN: 0.15}, 1.0),
    ({ROLL: 0.6}, 1.0),
    ({CORNERS: 0.6, BROW_UP: 0.2}, 0.7),
    ({PART: 0.8, BROW_UP: 0.3}, 1.0),
    ({BROW_DOWN: 0.35}, 0.8),
)
"""The channels that each thought moves, and how often it comes in terms of the others."""
TALK = (1.5, 6.0)
"""The shortest and longest talk until the next thought, s."""
HELD = (1.0, 0.6, 0.4, 3.5)
"""Median, spread and limits of the seconds for which a thought is shown."""
FACE_RATE = 7.0
"""Rate at which the face follows, 1/s."""
POSE = (radians(2.5), radians(1.5), radians(1.5))
"""The largest roll, pitch and yaw of a thought, rad."""
POSE_RATE = 3.5
"""Rate at which the head follows, 1/s."""


class Thought:
    """Shows thought while somebody talks."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._face = Follower(len(FACE_CHANNELS), FACE_RATE)
        self._pose = Follower(3, POSE_RATE)
        self.reset()

    def reset(self) -> None:
        """Return to the start: no thought."""
        self._face.reset([0.0] * len(FACE_CHANNELS))
        self._pose.reset([0.0] * 3)
        self._wait = self._chance.between(*TALK)
        self._left = 0.0
        self._goal = [0.0] * len(FACE_CHANNELS)
        self._turn = [0.0] * 3

    def step(self, voiced: bool, answered: bool, style: Style) -> tuple[list[float], list[float]]:
        """Return what face and head show at the next tick: channels, and roll, pitch, yaw in rad.

        Args:
            voiced: whether the speaker is heard now.
            answered: whether the listener has just answered; a thought ends with it.
            style: the listener's style.
        """
        self._left = 0.0 if answered else self._left - STEP
        if voiced and self._left <= 0.0:
            self._wait -= STEP
        if self._wait <= 0.0:
            self._begin()
        shown = style.thought if self._left > 0.0 else 0.0
        pose = self._pose.step([turn if shown else 0.0 for turn in self._turn])
        return self._face.step([shown * value for value in self._goal]), pose

    def _begin(self) -> None:
        chance = self._chance
        channels = FACES[chance.choice(tuple(weight for _, weight in FACES))][0]
        self._goal = [0.0] * len(FACE_CHANNELS)
        for channel, size in channels.items():
            self._goal[channel] = size * chance.between(0.5, 1.2)
        self._turn = [chance.side() * limit * chance.between(0.2, 1.0) for limit in POSE]
        self._left = chance.around(*HELD)
        self._wait = chance.between(*TALK)
