"""Knobs: how much the head, the face and the eyes move, and how often the listener makes a gesture.

They may be turned while the listener listens, and it follows within a second: neither value nor
speed of a coefficient jumps. All at 1 change nothing, bit for bit. `gesture_rate` and `mimicry`
reach the listener with its mood; the gains are applied to whatever it and the conversation state
make, so that they hold for any listener. A gesture that another program asks for is as large as it
asked.
"""

from collections.abc import Sequence
from dataclasses import astuple
from dataclasses import dataclass
from dataclasses import fields
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.arguments import check_number
from vico_listener.choices import LARGEST_KNOB
from vico_listener.choices import Preset
from vico_listener.errors import SettingError
from vico_listener.listener.expression import EYE_RANGE
from vico_listener.listener.expression import EYES
from vico_listener.listener.follower import GentleFollower
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.smile_episodes import Smile
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

FOLLOW_RATE = 8.0
"""Rate at which the listener follows a knob that is turned, 1/s: 5 % are left after a second."""
STILL = 0.05
"""A gain below which what it scales is not seen."""

EYE_PAIRS = tuple(
    (ARKIT_INDEX[f'eyeLook{one}'], ARKIT_INDEX[f'eyeLook{other}'], axis)
    for one, other, axis in (
        ('OutLeft', 'InLeft', 0),
        ('InRight', 'OutRight', 0),
        ('UpLeft', 'DownLeft', 1),
        ('UpRight', 'DownRight', 1),
    )
)
"""The coefficients that turn an eye to the left or up and those that turn it back, and the axis."""


@dataclass(frozen=True)
class Knobs:
    """How much of what the listener does; 1 is as it is, 0 is none.

    Attributes:
        head_gain: scales pose and gestures of the head, its breathing included.
        face_gain: scales what the face shows, blinks excluded.
        gesture_rate: scales how often nods, shakes, beats and glances are made.
        mimicry: scales how much of the speaker's smiles, nods and posture is returned.
        gaze: scales how far the gaze wanders from the person.
    """

    head_gain: float = 1.0
    face_gain: float = 1.0
    gesture_rate: float = 1.0
    mimicry: float = 1.0
    gaze: float = 1.0

    def set(self, **values: Any) -> 'Knobs':
        """Return these knobs with some of them set by a user.

        Raises:
            SettingError: there is no such knob, or a value is out of range.
        """
        for name, value in values.items():
            if name not in NAMES:
                raise SettingError(f"unknown knob '{name}': choose one of {', '.join(NAMES)}")
            check_number(name, value, 0.0, LARGEST_KNOB)
        return replace(self, **{name: float(value) for name, value in values.items()})

    def times(self, other: 'Knobs') -> 'Knobs':
        """Return the products of the knobs of both, at most `LARGEST_KNOB`."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Knobs(*(min(one * two, LARGEST_KNOB) for one, two in pairs))


NAMES = tuple(field.name for field in fields(Knobs))
"""The names of the knobs."""
AS_USUAL = Knobs()
"""Knobs that change nothing."""

PRESETS: dict[Preset, Knobs] = {
    Preset.ATTENTIVE: AS_USUAL,
    Preset.EVERYDAY: Knobs(head_gain=0.9, face_gain=0.9, gesture_rate=0.3, mimicry=0.8),
    Preset.RECEPTIONIST: Knobs(head_gain=0.0, face_gain=1.3, gesture_rate=1.0, gaze=0.7),
    Preset.CALM: Knobs(head_gain=0.7, face_gain=0.6, gesture_rate=0.2, mimicry=0.5, gaze=0.6),
}
"""What each preset sets; `docs/conversation.md` says what is seen of it."""


class TurnedKnobs:
    """Follows the knobs that are set.

    Attributes:
        preset: the preset that is set.
        own: the knobs that are set; they scale those of the preset.
    """

    def __init__(self, preset: Preset = Preset.ATTENTIVE, own: Knobs = AS_USUAL) -> None:
        self.preset, self.own = preset, own
        self._follower = GentleFollower(len(NAMES), FOLLOW_RATE)
        self.reset()

    def reset(self) -> None:
        """Return to the start, with the knobs where they are set."""
        target = self.target
        self._follower.reset(astuple(target))
        self._never_turned = target == AS_USUAL

    @property
    def target(self) -> Knobs:
        """The knobs towards which the listener turns."""
        return PRESETS[self.preset].times(self.own)

    def step(self) -> Knobs:
        """Advance by one tick and return the knobs in force."""
        target = self.target
        if self._never_turned and target == AS_USUAL:
            return AS_USUAL
        self._never_turned = False
        return Knobs(*(max(value, 0.0) for value in self._follower.step(astuple(target))))


def gained(motion: FaceMotion, rest: FaceMotion, knobs: Knobs) -> FaceMotion:
    """Return a motion with the gains applied to its departure from rest.

    The gaze in space is scaled, so that the eyes keep on the person while the head moves less, or
    more.

    Args:
        motion: what the listener does.
        rest: its face and pose at rest, in the same terms.
        knobs: the knobs in force.
    """
    turned = motion.rotation - rest.rotation
    head = np.float32(knobs.head_gain)
    shown = replace(
        motion,
        rotation=rest.rotation + head * turned,
        translation=rest.translation + head * (motion.translation - rest.translation),
    )
    change = motion.expression - rest.expression
    face = np.float32(knobs.face_gain)
    if motion.basis is not ARKIT52:
        return replace(shown, expression=rest.expression + face * change)
    expression = rest.expression + np.where(EYES, np.float32(knobs.gaze), face) * change
    _, pitch, yaw = turned.tolist()
    by = knobs.gaze - knobs.head_gain
    _turn_eyes(expression, (by * yaw, -by * pitch))
    return replace(shown, expression=np.clip(expression, 0.0, 1.0).astype(np.float32))


def shown_gestures(gestures: Sequence[Gesture], knobs: Knobs) -> list[Gesture]:
    """Return gestures as large as the knobs leave them, without those that are not seen."""
    shown = []
    for gesture in gestures:
        gain = knobs.gaze if gesture.kind is Kind.GLANCE else knobs.head_gain
        if gain >= STILL:
            shown.append(replace(gesture, size=gain * gesture.size))
    return shown


def shown_smile(smile: Smile | None, knobs: Knobs) -> Smile | None:
    """Return a smile as broad as the knobs leave it; None if it is not seen."""
    if smile is None or knobs.face_gain < STILL:
        return None
    return replace(smile, size=min(knobs.face_gain * smile.size, 1.0))


def _turn_eyes(expression: NDArray, turn: tuple[float, float]) -> None:
    """Turn the eyes further to the left and up (rad), first back from where they look."""
    for one, other, axis in EYE_PAIRS:
        turned = turn[axis] / EYE_RANGE
        forward, back = (one, other) if turned > 0.0 else (other, one)
        taken = min(abs(turned), max(float(expression[back]), 0.0))
        expression[back] -= taken
        expression[forward] += abs(turned) - taken
