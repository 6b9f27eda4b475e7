"""Performances: gestures that another program asks for, on top of what the listener does."""

from dataclasses import dataclass
from dataclasses import replace
from math import radians

import numpy as np

from vico_listener.arguments import check_number
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.listener.body import DRAW_BACK_SECONDS
from vico_listener.listener.body import GLANCE
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.follower import END_RATE
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import GentleFollower
from vico_listener.listener.gestures import BEAT_FREQUENCY
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

SIZES = (0.25, 2.0)
"""The smallest and largest gesture that may be asked for, in terms of a usual one."""
SPEEDS = (0.5, 1.25)
"""The slowest and fastest gesture that may be asked for, in terms of a usual one."""
MOST_CYCLES = 5
"""The most cycles that may be asked for."""
SIDES = ('left', 'right')
SIDED = ('shake', 'glance')
"""The kinds that have a side."""

CANCEL_TICKS = round(0.6 * MODEL_RATE)
"""The ticks after which nothing is left of a gesture that is cancelled."""

TEXT = 'KIND [CYCLES] [size=1.0] [speed=1.0] [side=left], e.g. "nod 2"'
"""How a gesture is written."""

LONGEST = 6.0
"""The longest gesture that may be asked for, s."""


@dataclass(frozen=True)
class Usual:
    """A usual gesture of a kind: its size, rad, its cycles per second, and how many there are."""

    size: float
    frequency: float
    cycles: int


USUAL = {
    Kind.NOD: Usual(radians(5.5), 1.9, 2),
    Kind.SHAKE: Usual(radians(8.0), 1.5, 2),
    Kind.BEAT: Usual(radians(2.0), BEAT_FREQUENCY, 1),
    Kind.GLANCE: Usual(GLANCE, 1.0, 1),
}
KINDS = {kind.name.lower(): kind for kind in USUAL}
"""The kinds by name."""


@dataclass(frozen=True)
class GestureRequest:
    """A gesture that is asked for.

    Attributes:
        kind: nod, shake, beat (a small nod) or glance.
        size: how large it is, in terms of a usual one.
        cycles: how often the head goes down and up, or from side to side and back; 0 for as often
            as usual.
        speed: how fast it is, in terms of a usual one.
        side: to which side a shake or glance goes first, the head's own; '' for the left.

    Raises:
        SettingError: there is no such kind, or a value is out of range or of no use for it.
    """

    kind: str
    size: float = 1.0
    cycles: int = 0
    speed: float = 1.0
    side: str = ''

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SettingError(
                f"unknown gesture '{self.kind}': choose one of {', '.join(KINDS)}, as {TEXT}"
            )
        check_number('the size of a gesture', self.size, *SIZES)
        check_number('the cycles of a gesture', self.cycles, 0, MOST_CYCLES)
        check_number('the speed of a gesture', self.speed, *SPEEDS)
        if self.side and self.side not in SIDES:
            raise SettingError(f"the side of a gesture is left or right, not '{self.side}'")
        if self.side and self.kind not in SIDED:
            raise SettingError(f'a {self.kind} has no side')
        if self.kind == 'glance' and (self.cycles > 1 or self.speed != 1.0):
            raise SettingError('a glance has one cycle, and no speed')
        if (seconds := self.seconds) > LONGEST:
            raise SettingError(
                f'this {self.kind} would take {seconds:.1f} s, but at most {LONGEST:.0f} s '
                'are possible: ask for fewer cycles or more speed'
            )

    @classmethod
    def parse(cls, text: str) -> 'GestureRequest':
        """Return the request that a text such as 'nod 2' or 'shake size=0.5 side=right' makes.

        Raises:
            SettingError: it cannot be read, or asks for what there is not.
        """
        kind, *words = text.strip().lower().split() or ['']
        values: dict[str, str] = {}
        for word in words:
            name, found, value = word.partition('=')
            name, value = (name, value) if found else ('cycles', word)
            if name not in ('size', 'cycles', 'speed', 'side') or name in values:
                raise SettingError(f"gesture '{text}': '{word}' is not understood; write {TEXT}")
            values[name] = value
        try:
            cycles = int(values.get('cycles', 0))
            size, speed = (float(values.get(name, 1.0)) for name in ('size', 'speed'))
        except ValueError:
            raise SettingError(f"gesture '{text}': a value is not a number; write {TEXT}") from None
        return cls(kind, size, cycles, speed, values.get('side', ''))

    @property
    def seconds(self) -> float:
        """How long it takes until head and eyes are back, s."""
        curve = len(self.gesture().curve()) / MODEL_RATE
        # The chin, which draws back in a shake or glance, takes its time.
        return max(curve, sum(DRAW_BACK_SECONDS)) if self.kind in SIDED else curve

    def gesture(self) -> Gesture:
        """Return the gesture."""
        kind = KINDS[self.kind]
        usual = USUAL[kind]
        size = self.size * usual.size * (-1.0 if self.side == 'right' else 1.0)
        cycles = self.cycles or usual.cycles
        strokes = 2 * cycles if kind is Kind.SHAKE else cycles
        return Gesture(kind, size, 0.0, self.speed * usual.frequency, strokes)


class Performance:
    """A gesture that was asked for, from its beginning to its end.

    Attributes:
        request: what was asked for.
        outcome: why it is over: `done`, `cancelled`, or what ended it; '' as long as it goes on.
        played: for how long it has been played, s.
        cancelled: whether it is to end.
    """

    def __init__(self, request: GestureRequest) -> None:
        self.request = request
        self.outcome = ''
        self.played = 0.0
        self._seconds = request.seconds
        self.cancelled = False

    @property
    def progress(self) -> float:
        """How much of it has been played, 0 to 1."""
        return min(self.played / self._seconds, 1.0)

    @property
    def remaining(self) -> float:
        """How long the rest takes, s."""
        return max(self._seconds - self.played, 0.0)

    def cancel(self) -> None:
        """Let it end within 0.3 s, without a jump."""
        self.cancelled = True


class Performer:
    """Plays one performance at a time, by a body of its own.

    Attributes:
        current: the performance that goes on; None for none.
        begun: the gesture that begins at the next tick, if any.
        attention: 0 to 1, how much it binds the gaze.
    """

    def __init__(self) -> None:
        self._body = Body()
        self._gate = GentleFollower(1, END_RATE)
        self.current: Performance | None = None
        self.attention = 0.0
        self.begun: list[Gesture] = []
        self._fading = 0

    def begin(self, request: GestureRequest) -> Performance:
        """Begin a gesture at the next tick.

        Raises:
            UnavailableError: another one goes on.
        """
        if self.current is not None:
            raise UnavailableError(
                f'a {self.current.request.kind} is still performed for '
                f'{self.current.remaining:.1f} s: wait until it ends, or cancel it'
            )
        self.current = Performance(request)
        self.begun = [request.gesture()]
        self._body.reset(FaceMotion.neutral())
        self._gate.reset([1.0])
        self._fading = 0
        return self.current

    def end(self, outcome: str) -> None:
        """End the performance at once, because nothing is shown any more."""
        if self.current is not None:
            self.current.outcome = outcome
            self.current = None
        self.begun = []
        self.attention = 0.0

    def step(self, motion: FaceMotion) -> FaceMotion:
        """Return a motion with the gesture added, at the next tick."""
        performance = self.current
        if performance is None:
            return motion
        cancelled = performance.cancelled
        (share,) = self._gate.step([0.0 if cancelled else 1.0])
        behaviour = Behaviour([0.0] * 3, [0.0] * 3, np.zeros(ARKIT52.size), self.begun)
        played = self._body.step(behaviour, share, 0.0)
        self.begun = []
        self.attention = share * self._body.attention
        performance.played += STEP
        self._fading += cancelled
        if self._fading >= CANCEL_TICKS:
            self.end('cancelled')
        elif performance.remaining < 0.5 * STEP:
            self.end('done')
        rotation = motion.rotation + played.rotation
        if motion.basis is not ARKIT52:
            return replace(motion, rotation=rotation)
        expression = np.minimum(motion.expression + played.expression, 1.0)
        return replace(motion, rotation=rotation, expression=expression)
