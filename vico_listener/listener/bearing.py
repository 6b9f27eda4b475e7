"""Bearing: how an attitude shows while nothing is answered.

An attitude that shows in answers only cannot be told between them. A friendly listener comes
nearer, tilts the head and has an open face (affiliation shows in a canted head, a lean forward and
raised brows: Mehrabian 1969; Costa et al. 2001); a reserved one keeps back, lifts the chin, turns a
little aside and looks stern. Neither is a mask: another form is taken every few seconds, more or
less of it is shown, and smiles of it end where smiles are out of place.
"""

from dataclasses import dataclass
from math import radians

from vico_listener.listener.chance import Chance
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import CORNERS
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.listener.expression import PART
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import SMILE
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.follower import GentleFollower
from vico_listener.listener.style import Style
from vico_listener.listener.traits import AVERAGE
from vico_listener.listener.traits import MOST_TILT
from vico_listener.listener.traits import Traits


@dataclass(frozen=True)
class Form:
    """One form of a bearing at its median.

    Attributes:
        channels: the channels of the face, see `FACE_CHANNELS`.
        tilt, turn: the roll and yaw to either side, rad.
        pitch: positive is down, rad.
        lean: the displacement of the head forward, m.
    """

    channels: dict[int, float]
    tilt: float
    turn: float
    pitch: float
    lean: float


FRIENDLY = (
    Form({SMILE: 0.06, BROW_UP: 0.18}, radians(2.8), 0.0, radians(1.6), 0.014),
    Form({SMILE: 0.03, BROW_UP: 0.32}, radians(2.2), 0.0, radians(1.2), 0.018),
    Form({SMILE: 0.16, CORNERS: 0.12}, radians(3.4), radians(0.8), radians(2.0), 0.01),
)
RESERVED = (
    Form(
        {BROW_DOWN: 0.12, PRESS: 0.3, FROWN: -0.12},
        radians(0.5), radians(1.5), radians(-1.0), -0.012,
    ),
    Form({BROW_DOWN: 0.08, FROWN: 0.02}, radians(1.0), radians(3.2), radians(-1.8), -0.016),
    Form(
        {BROW_DOWN: 0.1, CORNERS: 0.2, FROWN: -0.1},
        radians(2.0), radians(2.4), radians(-0.6), -0.01,
    ),
)  # fmt: skip
"""The forms, of which each is as probable as the others; some take from the lasting frown."""
AMOUNT = (1.0, 0.25, 0.5, 1.6)
"""Median, spread and limits of how much of a form is shown."""
HELD = (3.8, 0.45, 1.5, 9.0)
"""The same of the seconds until the next form is taken."""
OTHER_SIDE = 0.12
"""How often a side is chosen anew with a form; people tilt the head to one side for long."""
RESERVED_SHARE = 0.5
"""The share of a person's traits that a reserved listener does not show."""
COOL = 0.35
"""The share of a person's own smile that a listener shows who is not friendly."""
FACE_RATE = 4.0
"""Rate at which the face follows, 1/s."""
POSE_RATE = 5.0
"""Rate at which the head follows, 1/s."""


class Bearing:
    """Takes one form after the other; a form is drawn whether or not the attitude shows it."""

    def __init__(self, chance: Chance, traits: Traits = AVERAGE) -> None:
        self._chance = chance
        self._traits = traits
        self._left_share = 0.5 + 0.5 * traits.tilt / MOST_TILT
        self._face = Follower(len(FACE_CHANNELS), FACE_RATE)
        self._pose = GentleFollower(4, POSE_RATE)
        self.reset()

    def reset(self) -> None:
        """Return to the start, where the first form is taken."""
        self._face.reset([0.0] * len(FACE_CHANNELS))
        self._pose.reset([0.0] * 4)
        self._left = 0.0
        self._side = 0.0

    def step(self, joy: float, style: Style) -> tuple[list[float], list[float]]:
        """Return what face and head show at the next tick.

        Args:
            joy: 0 to 1, how far smiles are in place now.
            style: the listener's style.

        Returns:
            The channels of the face, and the roll, pitch, yaw (rad) and lean (m) of the head.
        """
        self._left -= STEP
        if self._left <= 0.0:
            self._take()
        channels, pose = [0.0] * len(FACE_CHANNELS), [0.0] * 4
        for forms, size, face in (
            (FRIENDLY, style.friendliness, joy),
            (RESERVED, style.reserve, 1.0),
        ):
            form, size = forms[self._form], size * self._amount
            for channel, value in form.channels.items():
                channels[channel] += size * face * value
            turned = self._side * form.tilt, form.pitch, self._side * form.turn, form.lean
            pose = [own + size * value for own, value in zip(pose, turned, strict=True)]
        self._add_traits(channels, pose, joy, style)
        return self._face.step(channels), self._pose.step(pose)

    def _add_traits(
        self, channels: list[float], pose: list[float], joy: float, style: Style
    ) -> None:
        """Add how the person looks at rest; a reserved one lets see less of itself."""
        own = self._traits
        size = self._amount * (1.0 - RESERVED_SHARE * min(style.reserve, 1.0))
        for axis, value in enumerate((own.tilt, own.chin, own.turn, own.lean)):
            pose[axis] += size * value
        warmth = min(style.smile_answers, COOL + (1.0 - COOL) * min(style.friendliness, 1.0))
        channels[SMILE] += size * joy * warmth * own.smile
        channels[BROW_UP] += size * own.brows
        channels[PART if own.lips > 0.0 else PRESS] += size * abs(own.lips)

    def _take(self) -> None:
        chance = self._chance
        self._form = chance.choice((1.0,) * len(FRIENDLY))
        self._amount = chance.around(*AMOUNT)
        if self._side == 0.0 or chance.happens(OTHER_SIDE):
            self._side = 1.0 if chance.happens(self._left_share) else -1.0
        self._left = chance.around(*HELD)
