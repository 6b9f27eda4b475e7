"""Follows a person with the base gaze of a robot, as people do: by saccades, and by small drifts.

Where the person is comes late, and with a camera on the moving head it is wrong while the head
moves and the stamps of the images are: a loop that would trust it all the time would hunt. So the
gaze stays where it is as long as the person is near it (dead zone); where two images show them
further away it goes there at once, and takes in nothing new until that look has ended (as vision
is suppressed in a saccade). All it knows is in space, so that with right stamps its own motion is
no part of the loop.
"""

from collections import deque
from math import asin
from math import atan2
from math import cos
from math import hypot
from math import isfinite
from math import radians

import numpy as np

from vico_listener.choices import FOLLOW
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.frames import Whereabouts
from vico_listener.listener.follower import GentleFollower

OFF, FACE, PERSON = FOLLOW
UNMEASURED = 'unmeasured'

DEAD_ZONE = radians(4.0)
"""The gaze stays where it is while the person is nearer to it than this, rad."""
LARGE = radians(8.0)
"""From this distance on it goes there in a saccade, below in a drift, rad."""
ARRIVED = radians(1.0)
"""A look ends this near to the person, rad, when it is this slow, rad/s."""

SACCADE_RATE = 19.0
"""Rate of a saccade, 1/s: 30 degrees take 0.45 s to within 3 %, at up to 131 deg/s."""
DRIFT_RATE = 7.0
"""Rate of a drift, 1/s."""
HOME_RATE = 1.6
"""Rate of the way home when nobody is there any more, 1/s: about 5 s."""

FAST = radians(25.0)
"""While gaze or head are faster than this nothing new is taken in, rad/s."""
SUPPRESSED_NS = 250_000_000
"""Nor for so long afterwards: images that were taken meanwhile still come."""

IMAGES = 3
"""Where two images contradict each other the median of so many counts."""
RECENT_NS = 400_000_000
"""Images that are older than this count no more."""

HOLD_NS = {OFF: 0, FACE: 2 * NANOSECONDS, PERSON: 6 * NANOSECONDS}
"""For so long the gaze is held where somebody was last, ns."""

SOUND_NS = 700_000_000
"""A voice must come from one direction for so long until the head turns there."""
SAME_SOUND = radians(20.0)
"""By how much that direction may change meanwhile, rad."""

NEAREST = 1e-3
"""A person is further from the head's base than this, m."""

Gaze = tuple[float, float]
"""Pitch and yaw of the head, rad: > 0 looks down, and to its left."""


class GazeFollower:
    """Tells at each tick where the robot shall look.

    Args:
        eye_height: of the robot's eyes above the axis about which its head pitches, m.

    Attributes:
        home: where it looks while nobody is followed.
        gaze: where it looks now.
        state: what it does: 'off', 'nobody', 'unmeasured' (somebody is there, but nothing measures
            where), 'looking', 'lost' (held), or 'turning' to a voice.
    """

    def __init__(self, eye_height: float = 0.0) -> None:
        self._eye_height = eye_height
        self._follow = OFF
        self.home: Gaze = (0.0, 0.0)
        self._motion = GentleFollower(2, SACCADE_RATE)
        self.restart(self.home)

    @property
    def follow(self) -> str:
        """Whom it follows, one of `FOLLOW`."""
        return self._follow

    @follow.setter
    def follow(self, whom: str) -> None:
        if whom not in FOLLOW:
            raise SettingError(f"follow must be one of {', '.join(FOLLOW)}, not '{whom}'")
        if OFF in (whom, self._follow):
            # It shows before the first motion, too.
            self.state = OFF if whom == OFF else 'nobody'
        self._follow = whom

    def towards(self, where: Whereabouts) -> Gaze | None:
        """Return the gaze at a person; None where it is not known where they are."""
        return direction(where, self._eye_height)

    def restart(self, gaze: Gaze) -> None:
        """Stand still at a gaze, and forget everybody."""
        self.gaze = self._goal = gaze
        self._motion.reset(gaze)
        self._speed = 0.0
        self._moves = self._hurries = False
        self._images: deque[tuple[int, Gaze]] = deque(maxlen=IMAGES)
        self._stamp: int | None = None
        self._blind_until = 0
        self._known: int | None = None
        self._sound: tuple[int, float] | None = None
        self.state = OFF if self._follow == OFF else 'nobody'

    def step(self, where: Whereabouts, image: int, stamp: int, speed: float = 0.0) -> Gaze:
        """Go on by a tick of the model clock.

        Args:
            where: the person is.
            image: stamp of the image that shows it, ns.
            stamp: of the tick, ns. One that goes back begins anew.
            speed: of the head, rad/s: it nods, or a slow neck is still on its way.
        """
        if self._stamp is not None and stamp < self._stamp:
            self.restart(self.gaze)
        self._stamp = stamp
        if self._follow == OFF:
            self._images.clear()
            self._known = None
            self.state = OFF
            self._go_home()
        else:
            self._look(where, image, stamp, speed)
        return self._move()

    def _look(self, where: Whereabouts, image: int, stamp: int, speed: float) -> None:
        if max(self._speed, speed) > FAST:
            self._blind_until = stamp + SUPPRESSED_NS
            self._images.clear()
        place = self.towards(where)
        voice = self._voice(where, stamp) if self._follow == PERSON else None
        if voice is not None and (place is None or abs(voice - place[1]) > SAME_SOUND):
            if abs(voice - self._goal[1]) > SAME_SOUND:
                self._set_goal((self.home[0], voice), SACCADE_RATE)
                self._moves = self._hurries = True
            self._known, self.state = stamp, 'turning'
            self._images.clear()
            return
        if place is not None:
            self._known = stamp
            self.state = 'looking'
            if stamp >= self._blind_until and (not self._images or image > self._images[-1][0]):
                self._images.append((image, place))
        elif self.state == 'looking':
            self.state = 'lost'
        if self._known is None or stamp - self._known > HOLD_NS[self._follow]:
            self.state = UNMEASURED if where.unmeasured else 'nobody'
            self._go_home()
            return
        while self._images and image - self._images[0][0] > RECENT_NS:
            self._images.popleft()
        if len(self._images) > 1:
            self._aim(self._place())

    def _place(self) -> Gaze:
        """Return where the last images show the person; one that is alone does not count."""
        *_, (_, last), (_, newest) = self._images
        if distance(last, newest) < DEAD_ZONE:
            return newest
        pitch, yaw = np.median([place for _, place in self._images], axis=0).tolist()
        return pitch, yaw

    def _aim(self, place: Gaze) -> None:
        """Look at a place, if it is worth it."""
        if distance(place, self._goal) > DEAD_ZONE:
            self._moves = True
        if not self._moves:
            return
        left = distance(place, self.gaze)
        self._hurries = self._hurries or left > LARGE
        self._set_goal(place, SACCADE_RATE if self._hurries else DRIFT_RATE)
        if left < ARRIVED and self._speed < ARRIVED:
            self._moves = self._hurries = False

    def _voice(self, where: Whereabouts, stamp: int) -> float | None:
        """Return from where a voice has come long enough to turn there, rad."""
        if not isfinite(where.sound):
            self._sound = None
            return None
        if self._sound is None or abs(where.sound - self._sound[1]) > SAME_SOUND:
            self._sound = stamp, where.sound
        return self._sound[1] if stamp - self._sound[0] >= SOUND_NS else None

    def _go_home(self) -> None:
        self._set_goal(self.home, HOME_RATE)
        self._moves = self._hurries = False

    def _set_goal(self, goal: Gaze, rate: float) -> None:
        self._goal = goal
        self._motion.hurry(rate)

    def _move(self) -> Gaze:
        pitch, yaw = self._motion.step(self._goal)
        self._speed = distance((pitch, yaw), self.gaze) * MODEL_RATE
        self.gaze = pitch, yaw
        return self.gaze


def direction(where: Whereabouts, eye_height: float = 0.0) -> Gaze | None:
    """Return pitch and yaw (rad) with which a head's eyes look at a person.

    The line of sight passes the head's axes at the height of its eyes. So the head looks further
    down than from the axes, by the angle at which the person sees that height.

    Args:
        where: the person is, from the head's axes.
        eye_height: of the eyes above the axis about which the head pitches, m.

    Returns:
        None where it is not known where they are. Straight above and below the yaw is 0.
    """
    x, y, z = where.place
    away = hypot(x, y, z)
    if not where.seen or away < NEAREST:
        return None
    share = min(max(eye_height / away, -1.0), 1.0)
    level = hypot(x, y)
    return asin(share) - atan2(z, level), atan2(y, x) if level > NEAREST else 0.0


def distance(one: Gaze, other: Gaze) -> float:
    """Return the angle between two gazes, rad, for such as are not far apart."""
    pitch = one[0] - other[0]
    yaw = (one[1] - other[1]) * cos(0.5 * (one[0] + other[0]))
    return hypot(pitch, yaw)
