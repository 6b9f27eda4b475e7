"""The finer attitudes of the paper, each a point among the three and in a few of their parameters.

They work with every listener: the three attitudes are mixed in shares, as while one fades into
another, the knobs `gesture_rate` and `mimicry` are turned, and a lasting change of face and posture
is laid over what the listener does. Source of what they look like: section 3 of the paper (and what
it cites: a smile with raised brows is interest, a tilted head with a frown disbelief); how much of
each is judged by eye.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from math import radians

import numpy as np

from vico_listener.choices import AnyAttitude
from vico_listener.choices import Attitude
from vico_listener.choices import FinerAttitude
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import SMILE
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion


@dataclass(frozen=True)
class AttitudePoint:
    """Where an attitude lies.

    Attributes:
        attitude: to which of the three it belongs: what recordings and messages of motion name.
        shares: the weights of positive, neutral and negative; the sum is 1.
        gesture_rate, mimicry: by how much the knobs of these names are multiplied.
        tilt: the lasting roll of the head, deg.
        lean: the lasting displacement forward, m.
        channels: the lasting change of channels of the face, see `FACE_CHANNELS`.
    """

    attitude: Attitude
    shares: tuple[float, float, float]
    gesture_rate: float = 1.0
    mimicry: float = 1.0
    tilt: float = 0.0
    lean: float = 0.0
    channels: Mapping[int, float] = field(default_factory=dict)

    @property
    def manner(self) -> list[float]:
        """What it adds to the shares, which fades as they do: all zeros for one of the three."""
        face = [self.channels.get(channel, 0.0) for channel in range(len(FACE_CHANNELS))]
        return [self.gesture_rate - 1.0, self.mimicry - 1.0, radians(self.tilt), self.lean, *face]


POINTS: Mapping[AnyAttitude, AttitudePoint] = {
    Attitude.POSITIVE: AttitudePoint(Attitude.POSITIVE, (1.0, 0.0, 0.0)),
    Attitude.NEUTRAL: AttitudePoint(Attitude.NEUTRAL, (0.0, 1.0, 0.0)),
    Attitude.NEGATIVE: AttitudePoint(Attitude.NEGATIVE, (0.0, 0.0, 1.0)),
    FinerAttitude.AGREE: AttitudePoint(Attitude.POSITIVE, (1.0, 0.0, 0.0), gesture_rate=1.6),
    FinerAttitude.LIKE: AttitudePoint(
        Attitude.POSITIVE, (1.0, 0.0, 0.0), mimicry=1.2, lean=0.008, channels={SMILE: 0.22}
    ),
    FinerAttitude.INTERESTED: AttitudePoint(
        Attitude.POSITIVE,
        (0.6, 0.4, 0.0),
        lean=0.015,
        channels={SMILE: 0.18, BROW_UP: 0.4},
    ),
    FinerAttitude.DISBELIEVE: AttitudePoint(
        Attitude.NEGATIVE,
        (0.0, 0.5, 0.5),
        gesture_rate=0.6,
        tilt=7.0,
        channels={BROW_DOWN: 0.4, FROWN: 0.15},
    ),
    FinerAttitude.DISLIKE: AttitudePoint(
        Attitude.NEGATIVE,
        (0.0, 0.0, 1.0),
        lean=-0.01,
        channels={BROW_DOWN: 0.15, FROWN: 0.3, PRESS: 0.15},
    ),
    FinerAttitude.NOT_INTERESTED: AttitudePoint(
        Attitude.NEGATIVE, (0.0, 0.7, 0.3), gesture_rate=0.3, mimicry=0.2, lean=-0.02
    ),
}
"""Where each attitude lies."""

MANNER = len(POINTS[Attitude.NEUTRAL].manner)
"""The numbers of a manner: gesture rate, mimicry, tilt, lean, and the channels of the face."""


def with_manner(face: FaceMotion, manner: tuple[float, ...], strength: float) -> FaceMotion:
    """Return a face in a basis of blendshapes with a manner laid over it.

    In `bfm64`, whose components nobody has named, only shares and knobs tell attitudes apart.

    Args:
        face: the listener's.
        manner: of the mood, see `AttitudePoint.manner`.
        strength: how far the listener departs from its reference.
    """
    tilt, lean, *channels = manner[2:]
    if face.basis is not ARKIT52 or not any(manner):
        return face
    change = strength * (np.array(channels) @ FACE_CHANNELS)
    return replace(
        face,
        expression=np.clip(face.expression + change, 0.0, 1.0).astype(np.float32),
        rotation=face.rotation + np.array([strength * tilt, 0.0, 0.0], np.float32),
        translation=face.translation + np.array([strength * lean, 0.0, 0.0], np.float32),
    )
