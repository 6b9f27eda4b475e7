"""The idle layer: adds blinks, breathing, sway and gaze shifts to the motion of any listener.

It is a pure function of seed and tick number. Events are drawn in blocks of time, each from a
counter-based random stream for that block, so that tick 100000 costs as much as tick 0. Blinks
follow Bentivoglio et al. 1997 and Doughty 2001 (log-normal intervals, 10-32 per minute in
conversation), and gaze shifts follow Andrist et al. 2013 (1.1 s away every 7 s, mostly sideways).
"""

from dataclasses import dataclass
from dataclasses import replace
from functools import lru_cache
from math import cos
from math import exp
from math import log
from math import pi
from math import radians
from math import sin

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.listener.expression import look
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

BLOCK_SECONDS = 60.0
"""Length of the blocks in which events are drawn, s."""

_BLINK_STREAM, _GAZE_STREAM, _BODY_STREAM = range(3)
_BLINKS = [ARKIT_INDEX['eyeBlinkLeft'], ARKIT_INDEX['eyeBlinkRight']]

BREATH_PITCH = radians(0.2)
"""By how much breathing tips the head, rad."""
BREATH_RISE = 0.002
"""By how much breathing lifts the head, m."""

SWAY = (radians(1.1), radians(0.3), radians(1.1))
"""Amplitudes of the slow drift of roll, pitch and yaw, rad."""
SWAY_SHIFT = 0.004
"""Amplitude of the slow drift forward and to the side, m."""


@dataclass(frozen=True)
class Blink:
    """One blink.

    Attributes:
        start: when the lids start to close, s.
        close, stay, open: how long they take to close, stay closed and take to open, s.
    """

    start: float
    close: float
    stay: float
    open: float

    @property
    def end(self) -> float:
        """The time at which the lids are open again, s."""
        return self.start + self.close + self.stay + self.open

    def closure(self, time: float) -> float:
        """Return how far the lids are closed at `time`, 0 to 1."""
        since = time - self.start
        if since < self.close:
            return _ease(since / self.close)
        return 1.0 - _ease((since - self.close - self.stay) / self.open)


@dataclass(frozen=True)
class GazeShift:
    """One look away from the speaker and back.

    Attributes:
        start: when the eyes start to move, s.
        duration: how long they stay away, s.
        left, up: the turn of the gaze, rad.
        head: by how much the head follows to the left, rad.
    """

    start: float
    duration: float
    left: float
    up: float
    head: float

    EYES = 0.13
    """The time that the eyes take for each way, s."""
    HEAD = 0.45
    """The time that the head takes for each way, s."""

    @property
    def end(self) -> float:
        """The time at which the head is back, s."""
        return self.start + self.duration + self.HEAD

    def share(self, time: float, ramp: float) -> float:
        """Return how far away the gaze is at `time`, 0 to 1, when each way takes `ramp` seconds."""
        since = time - self.start
        return _ease(since / ramp) - _ease((since - self.duration) / ramp)


@dataclass(frozen=True)
class Body:
    """The constants of one seed.

    Attributes:
        blink_interval: the mean time between blinks, s.
        breath_rate: the frequency of breathing, Hz.
        waves: the frequency (Hz) and phase (rad) of each slow drift.
    """

    blink_interval: float
    breath_rate: float
    waves: tuple[tuple[float, float], ...]


def _ease(s: float) -> float:
    """Return the minimum-jerk step from 0 (s <= 0) to 1 (s >= 1)."""
    if s <= 0.0:
        return 0.0
    if s >= 1.0:
        return 1.0
    return s * s * s * (10.0 - 15.0 * s + 6.0 * s * s)


def _stream(seed: int, stream: int, block: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[seed, stream * 2**48 + block]))


@lru_cache(maxsize=64)
def _body(seed: int) -> Body:
    rng = _stream(seed, _BODY_STREAM, 0)
    return Body(
        blink_interval=rng.uniform(2.7, 4.2),
        breath_rate=rng.uniform(0.2, 0.28),
        waves=tuple((rng.uniform(0.11, 0.19), rng.uniform(0.0, 2 * pi)) for _ in range(8)),
    )


@lru_cache(maxsize=64)
def _blinks(seed: int, block: int) -> tuple[Blink, ...]:
    """Return the blinks of a block; each ends within it."""
    rng = _stream(seed, _BLINK_STREAM, block)
    spread = 0.45
    middle = log(_body(seed).blink_interval) - spread**2 / 2
    events: list[Blink] = []
    time = block * BLOCK_SECONDS + rng.uniform(0.2, 0.7) * _body(seed).blink_interval
    while time < (block + 1) * BLOCK_SECONDS - 0.8:
        slowness = exp(rng.normal(0.0, 0.2))
        events.append(Blink(time, 0.075 * slowness, 0.035, 0.15 * slowness))
        twice = rng.random() < 0.08
        pause = 0.42 if twice else max(exp(rng.normal(middle, spread)), 0.8)
        time += pause
    return tuple(events)


@lru_cache(maxsize=64)
def _gaze_shifts(seed: int, block: int) -> tuple[GazeShift, ...]:
    """Return the gaze shifts of a block; each ends within it."""
    rng = _stream(seed, _GAZE_STREAM, block)
    events: list[GazeShift] = []
    time = block * BLOCK_SECONDS + rng.uniform(2.0, 5.0)
    while True:
        duration = float(np.clip(rng.normal(1.14, 0.27), 0.65, 1.9))
        side = 1.0 if rng.random() < 0.5 else -1.0
        left = side * radians(rng.uniform(11.0, 19.0))
        shift = GazeShift(
            time, duration, left, radians(rng.normal(-2.0, 3.0)), left * rng.uniform(0.12, 0.22)
        )
        if shift.end > (block + 1) * BLOCK_SECONDS - 0.5:
            return tuple(events)
        events.append(shift)
        time += max(rng.normal(7.2, 1.9), 3.5)


class IdleLayer:
    """Keeps a face alive; it is a pure function of seed, tick number and arguments."""

    def __init__(
        self, seed: int = 0, blinks: bool = True, gaze: bool = True, body: bool = True
    ) -> None:
        """Make a layer from a seed.

        Args:
            seed: the seed of all events, 0 or more.
            blinks: whether the face blinks.
            gaze: whether the gaze shifts.
            body: whether the head breathes and sways.

        Raises:
            SettingError: the seed is negative.
        """
        if seed < 0:
            raise SettingError(f'idle seed {seed} is negative: give 0 or more')
        self._seed = seed
        self._parts = (blinks, gaze, body)

    def apply(self, motion: FaceMotion, index: int, intensity: float = 1.0) -> FaceMotion:
        """Return `motion` with the idle movement of tick number `index` added.

        Gaze shifts and sway scale with `intensity` (0 to 1), while blinks and breathing do not
        depend on it. The caller fades the intensity, because this function keeps no state. Blinks
        and the movement of the eyes need the basis `arkit52`; in any other basis only the head
        moves.
        """
        blinks, gaze, body = self._parts
        time = index / MODEL_RATE
        block = int(time // BLOCK_SECONDS)
        has_face = motion.basis is ARKIT52
        expression, rotation, translation = motion.expression, motion.rotation, motion.translation
        if body:
            turn, shift = self._sway(time, intensity)
            rotation, translation = rotation + turn, translation + shift
        if gaze:
            for look_away in _gaze_shifts(self._seed, block):
                if look_away.start <= time < look_away.end:
                    head = intensity * look_away.head * look_away.share(time, look_away.HEAD)
                    eyes = intensity * look_away.share(time, look_away.EYES)
                    rotation = rotation + np.array([0.0, 0.0, head], np.float32)
                    if has_face:
                        away = look(eyes * look_away.left - head, eyes * look_away.up)
                        expression = np.clip(expression + away, 0.0, 1.0).astype(np.float32)
        if blinks and has_face:
            for blink in _blinks(self._seed, block):
                if blink.start <= time < blink.end:
                    expression = expression.copy()
                    expression[_BLINKS] = np.maximum(
                        expression[_BLINKS], np.float32(blink.closure(time))
                    )
        return replace(motion, expression=expression, rotation=rotation, translation=translation)

    def _sway(
        self, time: float, intensity: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the rotation (3,) rad and translation (3,) m of the head by breathing and sway."""
        person = _body(self._seed)
        breath = cos(2 * pi * person.breath_rate * time)
        wave = [sin(2 * pi * rate * time + phase) for rate, phase in person.waves]
        roll, pitch, yaw = (
            0.7 * wave[i] + 0.3 * wave[(i + 3) % 8] * wave[(i + 5) % 8] for i in range(3)
        )
        turn = [
            intensity * SWAY[0] * roll,
            intensity * SWAY[1] * pitch + BREATH_PITCH * breath,
            intensity * SWAY[2] * yaw,
        ]
        shift = [
            intensity * SWAY_SHIFT * wave[6],
            intensity * SWAY_SHIFT * wave[7],
            -BREATH_RISE * breath,
        ]
        return np.array(turn, np.float32), np.array(shift, np.float32)
