"""Finds cues in the speaker's face, tick by tick and causally: smiles, sorrow, nods, presence.

Faces differ, and a tracker sees a frown or raised brows where a face just is so. Every cue is
therefore a departure from the speaker's habitual face, which is learned over half a minute.
"""

from dataclasses import dataclass

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.checks import usable_face
from vico_listener.listener.expression import smile_of
from vico_listener.listener.follower import STEP
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

HABIT = 30.0
"""Time constant of the habitual face, s."""
SOON = 0.5
"""The habitual face is learned at first from this time, s."""
SMILE_RISE, SMILE_FALL = 0.18, 0.09
"""A smile begins above the former and ends below the latter, in terms of the habitual one."""
SMILE_SECONDS = 0.5
"""A smile is one once it has lasted for so long, s.

Syllables spread the lips, too: in 43 s of four sober speakers 20 times, for 0.03 to 0.47 s.
"""
BROADEST_HABIT = 0.5
"""The largest habitual smile: a broader one is a smile, however long it lasts."""
LAUGH_SMILE, LAUGH_JAW, LAUGH_SECONDS = 0.6, 0.45, 0.25
"""A smile and an opening of the mouth beyond these for so long (s) are a laugh."""
JAW_FALL = 1.0
"""The mouth counts as open for a while after it was, 1/s: between two notes of a laugh it closes.

Of 24 made-up laughs all are found so, after 0.43 s (median), and 8, after 1.9 s, without it.
"""
SORROW = (0.14, 0.5)
"""How far sorrow departs from the habit where a face begins to look unhappy, and is wholly so."""
ANGER = (0.3, 0.75)
"""The same of anger; brows also come down in thought, so that its threshold is higher."""
SURPRISE = (0.3, 0.7)
"""The same of surprise."""
UNHAPPY_SECONDS = 0.35
"""Time constant of unhappiness, s: a twitch is none."""
NOD_DOWN, NOD_BACK, NOD_SECONDS = 0.05, 0.03, 0.7
"""How far (rad) a speaker's head goes down and comes back in a nod, and how long (s) at most."""


def _columns(*names: str) -> list[int]:
    return [ARKIT_INDEX[name] for name in names]


_FROWN = _columns('mouthFrownLeft', 'mouthFrownRight')
_INNER = ARKIT_INDEX['browInnerUp']
_OUTER = _columns('browOuterUpLeft', 'browOuterUpRight')
_DOWN = _columns('browDownLeft', 'browDownRight')
_JAW = ARKIT_INDEX['jawOpen']


@dataclass(frozen=True)
class Seen:
    """What the speaker's face shows at one tick.

    Attributes:
        present: whether there is a face.
        returned: whether one has just appeared after two seconds or more without.
        absent: how long there has been no face, s; 0 as long as none was ever seen.
        smile: how much broader than usual the speaker smiles, 0 to 1.
        smiled: whether a smile has just lasted for `SMILE_SECONDS`.
        laughed: whether a laugh has just begun.
        laughing: whether the speaker laughs.
        unhappy: how unhappy the face looks, 0 to 1; sad or angry.
        surprised: whether brows have just been raised in surprise.
        nodded: whether the speaker has just nodded.
    """

    present: bool = False
    returned: bool = False
    absent: float = 0.0
    smile: float = 0.0
    smiled: bool = False
    laughed: bool = False
    laughing: bool = False
    unhappy: float = 0.0
    surprised: bool = False
    nodded: bool = False


def ramp(value: float, limits: tuple[float, float]) -> float:
    """Return 0 below the lower and 1 above the upper limit."""
    return min(max((value - limits[0]) / (limits[1] - limits[0]), 0.0), 1.0)


def _traits(face: FaceMotion) -> list[float]:
    """Return the smile, sorrow, anger and surprise of a face, before habits."""
    values = face.expression
    frown = 0.5 * float(values[_FROWN[0]] + values[_FROWN[1]])
    inner = float(values[_INNER])
    outer = 0.5 * float(values[_OUTER[0]] + values[_OUTER[1]])
    down = 0.5 * float(values[_DOWN[0]] + values[_DOWN[1]])
    # Surprise raises the outer brows too; sorrow only the inner ones.
    sorrow = frown + 0.5 * max(inner - outer, 0.0)
    return [smile_of(values), sorrow, down + 0.5 * frown, min(outer, inner + 0.1)]


class NodWatch:
    """Finds nods in the pitch of a head: down and back within `NOD_SECONDS`."""

    def __init__(self) -> None:
        self._past: list[float] = []

    def reset(self) -> None:
        """Forget the head."""
        self._past = []

    def step(self, pitch: float) -> bool:
        """Return whether a nod has just ended; the next one needs a new way down."""
        self._past.append(pitch)
        del self._past[: -round(NOD_SECONDS / STEP)]
        bottom = max(range(len(self._past)), key=self._past.__getitem__)
        lowest = self._past[bottom]
        down = lowest - min(self._past[: bottom + 1])
        if down < NOD_DOWN or lowest - pitch < NOD_BACK:
            return False
        self._past = [pitch]
        return True


class FaceCues:
    """Turns speaker frames into what is `Seen`, one per tick."""

    def __init__(self) -> None:
        self._nods = NodWatch()
        self.reset()

    def reset(self) -> None:
        """Forget the speaker."""
        self._habit: list[float] = []
        self._known = 0.0
        self._absent = 0.0
        self._laughing = self._surprised = False
        self._smiled_for = self._laughed_for = self._opened = 0.0
        self._unhappy = 0.0
        self._nods.reset()

    def update(self, frame: SpeakerFrame) -> Seen:
        """Return what is seen at the next tick; a face that cannot be used counts as none."""
        face = frame.face
        if not (frame.face_valid and face.basis is ARKIT52 and usable_face(face)):
            return self._nobody()
        returned, self._absent = self._absent >= 2.0, 0.0
        smile, sorrow, anger, surprise = self._departures(face)
        before = self._smiled_for
        smiling = smile > (SMILE_FALL if before else SMILE_RISE)
        self._smiled_for = before + STEP if smiling else 0.0
        smiled = before < SMILE_SECONDS <= self._smiled_for
        laughed = self._laughs(smile_of(face.expression), float(face.expression[_JAW]))
        gloom = max(ramp(sorrow, SORROW), ramp(anger, ANGER)) * (1.0 - ramp(smile, (0.1, 0.4)))
        self._unhappy += (gloom - self._unhappy) * STEP / (UNHAPPY_SECONDS + STEP)
        amazed = ramp(surprise, SURPRISE)
        startled = not self._surprised and amazed > 0.4
        self._surprised = amazed > (0.1 if self._surprised else 0.4)
        return Seen(
            present=True,
            returned=returned,
            smile=min(max(smile, 0.0), 1.0),
            smiled=smiled,
            laughed=laughed,
            laughing=self._laughing,
            unhappy=self._unhappy,
            surprised=startled,
            nodded=self._nods.step(float(face.rotation[1])),
        )

    def _nobody(self) -> Seen:
        if self._habit:
            self._absent += STEP
        self._smiled_for = 0.0
        self._laughing = self._surprised = False
        self._unhappy *= 1.0 - STEP / (UNHAPPY_SECONDS + STEP)
        self._nods.reset()
        return Seen(absent=self._absent, unhappy=self._unhappy)

    def _departures(self, face: FaceMotion) -> list[float]:
        """Return how the traits of a face depart from their habitual values."""
        traits = _traits(face)
        if not self._habit:
            # Somebody who comes smiling or weeping is not usually so.
            self._habit = [min(trait, limit) for trait, limit in zip(traits, FIRST, strict=True)]
        self._known += STEP
        gain = STEP / min(max(self._known, SOON) + HABIT / 6, HABIT)
        self._habit = [
            old + gain * (new - old) for old, new in zip(self._habit, traits, strict=True)
        ]
        self._habit[0] = min(self._habit[0], BROADEST_HABIT)
        return [new - old for old, new in zip(self._habit, traits, strict=True)]

    def _laughs(self, smile: float, jaw: float) -> bool:
        """Return whether a laugh has just begun."""
        self._opened = max(jaw, self._opened - JAW_FALL * STEP)
        if smile > LAUGH_SMILE and self._opened > LAUGH_JAW:
            self._laughed_for = min(self._laughed_for + STEP, 2 * LAUGH_SECONDS)
        else:
            self._laughed_for = max(self._laughed_for - STEP / 2, 0.0)
        before = self._laughing
        self._laughing = self._laughed_for >= (LAUGH_SECONDS / 4 if before else LAUGH_SECONDS)
        return self._laughing and not before


FIRST = (0.25, 0.1, 0.25, 0.2)
"""The largest smile, sorrow, anger and surprise that the first face may have as its habit."""
