"""Where the joints of a head are, as the robot says it, and what is wrong with what it says.

Only a live head asks for it. A replay must give the same commands every time, so it begins where
the profile says that the head looks straight ahead.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.fields import Fields
from vico_listener.robot.joints import ANTENNAS
from vico_listener.robot.joints import UNITS
from vico_listener.robot.joints import Joint

SOURCES = ('joint_states', 'controller_state', 'tf', 'none')
TF = '/tf'

STALE_NS = 500_000_000
"""A position that is older than this is not known any more."""

HISTORY_NS = 600_000_000
"""Positions are kept for this long: at two of them a second it is seen whether it stands still."""

QUIET_NS = 250_000_000
"""A head that was last seen to move longer ago than this stands still."""

SETTLED_NS = 100_000_000
"""A head has to be seen at one place for this long to count as standing still."""

STILL = 0.01
"""A joint that moved less than this (rad) within the history stands still."""

FAR = 0.5
"""A position may lie beyond the range of its joint by this much (rad): profiles are cautious."""

AROUND = math.pi
"""Antennas may be anywhere: those of a robot that sleeps hang down."""

LEAP = 0.3
"""A joint may move at three times its velocity limit, and by this much (rad) on top of it."""

Positions = tuple[float, ...]


@dataclass(frozen=True)
class MeasuredSource:
    """Who says where the joints are: the optional field `measured` of a profile.

    Attributes:
        source: `joint_states`, `controller_state` (of a joint_trajectory_controller), `tf`, or
            `none`.
        topic: its topic.
        unit: of its angles, 'rad' or 'deg'.
        base, frame: of TF: that in which the head turns, and that which turns with it. Both have x
            ahead and z up where the head looks straight ahead.
    """

    source: str = 'joint_states'
    topic: str = 'joint_states'
    unit: str = 'rad'
    base: str = ''
    frame: str = ''


def parse_measured(fields: Fields) -> MeasuredSource:
    """Take the field `measured` of a profile, ``{source: ..., topic: ..., unit: ...}``.

    For TF it is ``{source: tf, base: ..., frame: ...}``.

    Raises:
        ProfileError: it holds an unknown or a wrong field.
    """
    if 'measured' not in fields:
        return MeasuredSource()
    entries = Fields(fields.take('measured'), f'{fields.where}: measured')
    default = MeasuredSource()
    source = entries.choice('source', SOURCES) if 'source' in entries else default.source
    if source == 'tf':
        found = MeasuredSource(source, TF, 'rad', entries.text('base'), entries.text('frame'))
        entries.finish()
        return found
    topic = entries.topic('topic') if 'topic' in entries else source
    unit = entries.choice('unit', UNITS) if 'unit' in entries else default.unit
    entries.finish()
    return MeasuredSource(source, topic, unit)


class MeasuredPositions:
    """Where the joints of a head are, by their names, with what is not to be believed left out.

    The caller tells the time (ns, a steady clock); positions count from their arrival, because the
    clock of a robot need not be ours.

    Args:
        joints: of the profile.
        unit: of the angles that come, 'rad' or 'deg'.
        hold: other joints whose positions are wanted, too, as they come.
    """

    def __init__(
        self, joints: Sequence[Joint], unit: str = 'rad', hold: Sequence[str] = ()
    ) -> None:
        self._held: dict[str, tuple[float, int] | None] = dict.fromkeys(hold)
        self._joints = {joint.name: joint for joint in joints}
        self._scale = math.radians(1.0) if unit == 'deg' else 1.0
        self._unit = unit
        self._known: dict[str, tuple[float, int]] = {}  # position (rad), when it came
        self._doubted: dict[str, float] = {}
        self._history: deque[tuple[int, Positions]] = deque()
        self._names: frozenset[str] = frozenset()
        self._stamps: dict[frozenset[str], int] = {}
        self._faults: dict[str, tuple[str, int]] = {}

    def add(
        self, names: Sequence[str], positions: Sequence[float], now: int, stamp: int = 0
    ) -> None:
        """Take a state of joints, of this head or not, in the order in which they are named.

        Args:
            names: of the joints; those that are not the head's are ignored.
            positions: in the unit of the source.
            now: when it came.
            stamp: of its header, ns; 0 if it has none. One that comes again is no news.
        """
        if len(names) != len(positions):
            if self._joints.keys().isdisjoint(names):
                return
            self._fault(
                '', f'has {len(names)} names of joints, but {len(positions)} positions', now
            )
            return
        found = [(n, p) for n, p in zip(names, positions, strict=True) if n in self._joints]
        self._names |= frozenset(names)
        self._held |= {
            name: (position, now)
            for name, position in zip(names, positions, strict=True)
            if name in self._held and math.isfinite(position)
        }
        if not found:
            return
        which = frozenset(name for name, _ in found)
        if stamp and self._stamps.get(which) == stamp:
            return
        self._stamps[which] = stamp
        for name, position in found:
            reason = self._objection(self._joints[name], position * self._scale, now)
            if reason:
                self._fault(name, reason, now)
            else:
                self._known[name] = position * self._scale, now
                self._doubted.pop(name, None)
        if which & self._known.keys() and len(self._known) == len(self._joints):
            self._history.append((now, tuple(self._known[name][0] for name in self._joints)))
            while now - self._history[0][0] > HISTORY_NS:
                self._history.popleft()

    def forget(self) -> None:
        """Forget what came so far, from a robot that may have been moved or exchanged since."""
        self._known.clear()
        self._doubted.clear()
        self._history.clear()
        self._held = dict.fromkeys(self._held)

    def at(self, now: int) -> Positions | None:
        """Return the positions (rad) at `now`, or None while one is not known or too old."""
        if len(self._known) < len(self._joints):
            return None
        if any(now - came > STALE_NS for _, came in self._known.values()):
            return None
        return tuple(self._known[name][0] for name in self._joints)

    @property
    def came(self) -> int:
        """When (ns) the oldest of the positions came; 0 = one is not known."""
        if len(self._known) < len(self._joints):
            return 0
        return min(came for _, came in self._known.values())

    def held(self, now: int) -> Positions | None:
        """Return the positions of the other joints at `now`, or None while one is not known."""
        found = [
            known[0]
            for known in self._held.values()
            if known is not None and now - known[1] <= STALE_NS
        ]
        return tuple(found) if len(found) == len(self._held) else None

    def still(self, now: int) -> bool:
        """Return whether the head is seen to stand still."""
        recent: list[tuple[int, Positions]] = []
        for came, place in reversed(self._history):
            # With the last one before, lest there be only one.
            if len(recent) > 1 and now - recent[-1][0] > QUIET_NS:
                break
            recent.append((came, place))
        if len(recent) < 2 or now - recent[0][0] > STALE_NS:
            return False
        if recent[0][0] - recent[-1][0] < SETTLED_NS:
            return False
        spans = zip(*(place for _, place in recent), strict=True)
        return all(max(joint) - min(joint) < STILL for joint in spans)

    def trouble(self, now: int) -> str:
        """Return what is wrong with what the robot says of its joints, or ''."""
        recent = [text for text, when in self._faults.values() if now - when <= STALE_NS]
        if recent:
            return '; '.join(recent)
        if not self._names:
            return 'nobody publishes the positions of the joints'
        missing = [name for name in self._joints if name not in self._known]
        missing += [name for name, known in self._held.items() if known is None]
        if missing:
            others = ', '.join(sorted(self._names - self._joints.keys())[:8])
            return f'{" and ".join(missing)} missing, there are {others or "others"}'
        known = [*self._known.values(), *filter(None, self._held.values())]
        silent = max(now - came for _, came in known)
        if silent > STALE_NS:
            return f'no new positions for {silent / NANOSECONDS:.1f} s'
        return ''

    def _objection(self, joint: Joint, position: float, now: int) -> str:
        """Return why a position (rad) is not believed, or ''."""
        if not math.isfinite(position):
            return f'{joint.name} is {position}'
        far = AROUND if joint.axis in ANTENNAS else FAR
        if not joint.minimum - far <= position <= joint.maximum + far:
            given = position / self._scale
            return (
                f'{joint.name} at {given:g} {self._unit} is far outside of its range '
                f'{joint.minimum:g}..{joint.maximum:g} rad: is the unit of the profile right '
                '(measured: {unit: deg})?'
            )
        if joint.name not in self._known:
            return ''
        last, came = self._known[joint.name]
        reach = LEAP + 3.0 * joint.max_velocity * (now - came) / NANOSECONDS
        if abs(position - last) <= reach:
            return ''
        # Twice at the new place, it is there: a simulator may put it anywhere.
        before = self._doubted.get(joint.name)
        self._doubted[joint.name] = position
        if before is not None and abs(position - before) <= LEAP:
            return ''
        return f'{joint.name} jumps by {math.degrees(position - last):+.0f} degrees'

    def _fault(self, joint: str, text: str, now: int) -> None:
        self._faults[joint] = text, now
