"""Whose turn it is: whether the person goes on speaking, pauses, or has ended the turn.

The longer a pause, the likelier the turn is over. How long it must be depends on the pauses that
this person makes within a turn, and on the last phrase. Where a network has heard that
(`SpeakerFrame.turn_over`), it says how; otherwise a rule does: a voice that falls at its end, or
rises as that of a question does, yields; one that is held up, or that has said next to nothing,
pauses (Duncan 1972; Gravano & Hirschberg, Computer Speech and Language 25(3), 2011). The rule knows
no words, so that it is either quick or right.

While the robot itself speaks, what the person says over it is an **interruption** or a
**backchannel** of theirs. A backchannel is short: 0.26 to 0.64 s in half of 10,946 cases
(Switchboard).
"""

from dataclasses import dataclass
from dataclasses import replace
from enum import Enum
from math import exp

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.cues import Voice
from vico_listener.listener.follower import STEP


class TurnState(str, Enum):
    """What the person does with the floor."""

    SPEAKING = 'speaking'
    PAUSING = 'pausing'
    YIELDING = 'yielding'
    SILENT = 'silent'


SHORTEST_PAUSE = 0.2
"""A silence that is shorter is part of the speech, s."""
LIKELY = 0.5
"""The probability from which on the turn counts as over."""
USUAL_PAUSE = 0.7
"""The pause after which a turn is as likely over as not, where the voice tells nothing, s."""
OWN_PAUSES = (0.7, 2.0)
"""The shortest and longest such pause of a person, s."""
OWN_SHARE, OWN_STEP = 0.9, 0.4
"""It is learned so that this share of the pauses within turns is known as such, in steps of so many
s."""
LONGEST_PAUSE = 1.6
"""After a pause of so many seconds the turn is as likely over as not, whatever was heard."""
TRUST = 1.2
"""By how much that pause is longer where the network is sure that the turn goes on than where it is
sure that it is over, s."""
DOUBT = 0.8
"""The probability at which the network changes nothing."""
STEEPNESS = 6.0
"""By how much the logarithm of the odds grows with a second of pause, 1/s."""
FALLS, ASKS, HELD, BRIEF = -0.2, -0.3, 0.3, 0.5
"""By how much that pause is longer after a voice that falls, asks or is held up, or if so far the
person has said next to nothing, s."""
FALL = 0.35
"""How far a voice falls, or is held up, at least, in spreads."""
BRIEF_SPEECH = 0.6
"""Next to nothing has been said in so many seconds of speech, s."""
SILENT_AFTER = 5.0
"""When the person has been silent for so long, nobody's turn goes on, s."""

FLOOR_SECONDS = 0.9
"""Speech over the robot's that lasts longer takes the floor, s; a backchannel ends before."""
LOUD_SECONDS = 0.6
"""The same of a voice that is louder than the person's usual one, s."""
LOUD = 0.7
"""How loud that is, in spreads."""
MOUTHED_SECONDS = 0.2
"""The same of a mouth: that it talks is known after a second of talk only, s."""
OVER_PAUSE = 0.3
"""A pause that ends what is said over the robot, s."""
LEAST_VOICED = 0.35
"""The least share of voiced ticks of a backchannel: a cough, or a rustle, has less."""
WORTH = 0.1
"""A change of the probability that is worth telling."""
LEAST_SECONDS = 0.1
"""The shortest backchannel, s."""


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, as far as the person's speech tells.

    Attributes:
        state: what the person does with the floor.
        probability: how likely their turn is over, 0 to 1.
        interruption: whether they take the floor while the robot speaks.
        user_backchannel: whether they have just said something like "yeah" while the robot speaks;
            at one tick.
        source: what tells the probability: `rule`, or `model` where a network does.
    """

    state: TurnState = TurnState.SILENT
    probability: float = 1.0
    interruption: bool = False
    user_backchannel: bool = False
    source: str = 'rule'


@dataclass
class _Over:
    """What the person says over the robot: seconds in all, voiced and loud, and of silence."""

    seconds: float = 0.0
    voiced: float = 0.0
    loud: float = 0.0
    mouthed: float = 0.0
    silent: float = 0.0
    took: bool = False


class TurnEnd:
    """Follows the person's turn, tick by tick."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the person, who has not said anything."""
        self._usual = USUAL_PAUSE
        self._begin()
        self._over = _Over()

    def _begin(self) -> None:
        self._spoken = 0.0
        self._yielded = False
        self._silent = SILENT_AFTER
        self._needed = USUAL_PAUSE

    def step(self, frame: SpeakerFrame, voice: Voice, robot_speaks: bool) -> Turn:
        """Return whose turn it is at the next tick.

        Args:
            frame: the speaker.
            voice: the speaker's voice at this tick.
            robot_speaks: whether the robot has the floor.
        """
        if robot_speaks:
            self._begin()
            return self._over_the_robot(frame, voice)
        self._over = _Over()
        talks = voice.voiced or (frame.speaking and self._silent < SHORTEST_PAUSE)
        if talks:
            if self._silent >= SILENT_AFTER:
                self._spoken = 0.0
            elif self._silent >= SHORTEST_PAUSE:
                self._learn()
            self._spoken += STEP
            self._silent = 0.0
            self._yielded = False
            self._needed = self._usual_pause(voice, False)
        else:
            self._silent += STEP
            if voice.ended:
                self._needed = self._usual_pause(voice, voice.asked)
        return self._turn(frame.turn_over)

    def _learn(self) -> None:
        """Learn from a pause within a turn, which may have been taken for its end."""
        usual = self._usual + OWN_STEP * (self._yielded - (1.0 - OWN_SHARE))
        self._usual = min(max(usual, OWN_PAUSES[0]), OWN_PAUSES[1])

    def _usual_pause(self, voice: Voice, asked: bool) -> float:
        """Return the pause after which the turn is as likely over as not, s."""
        needed = self._usual
        if asked:
            needed += ASKS
        elif voice.phrase.fall > FALL:
            needed += FALLS
        elif voice.phrase.fall < -FALL:
            needed += HELD
        return needed + (BRIEF if self._spoken < BRIEF_SPEECH else 0.0)

    def _turn(self, heard: float | None) -> Turn:
        if self._silent >= SILENT_AFTER:
            return Turn()
        if self._silent < SHORTEST_PAUSE:
            return Turn(TurnState.SPEAKING, 0.0)
        needed = self._needed if heard is None else self._usual + TRUST * (DOUBT - heard)
        needed = min(needed, LONGEST_PAUSE)
        over = 1.0 / (1.0 + exp(STEEPNESS * (needed - self._silent)))
        self._yielded = over >= LIKELY
        state = TurnState.YIELDING if self._yielded else TurnState.PAUSING
        return Turn(state, over, source='rule' if heard is None else 'model')

    def _over_the_robot(self, frame: SpeakerFrame, voice: Voice) -> Turn:
        over = self._over
        if not frame.speaking:
            over.silent += STEP
            if over.silent < OVER_PAUSE:
                return self._spoken_over(over)
            ended, self._over = over, _Over()
            return Turn(user_backchannel=_is_backchannel(ended))
        over.silent = 0.0
        over.seconds += STEP
        over.voiced += STEP * (frame.pitch > 0.0)
        over.loud += STEP * (voice.voiced and voice.level > LOUD)
        over.mouthed += STEP * frame.mouthed
        return self._spoken_over(over)

    def _spoken_over(self, over: _Over) -> Turn:
        if over.seconds == 0.0:
            return Turn()
        limit = LOUD_SECONDS if over.loud > 0.5 * over.seconds else FLOOR_SECONDS
        takes = over.seconds >= limit and over.voiced >= LEAST_VOICED * over.seconds
        over.took = over.took or takes or over.mouthed >= MOUTHED_SECONDS
        return Turn(TurnState.SPEAKING, 0.0, interruption=over.took)


def _is_backchannel(over: _Over) -> bool:
    """Return whether what was said over the robot, and has ended, was a backchannel."""
    if over.took or over.mouthed or over.seconds < LEAST_SECONDS:
        return False
    return over.voiced >= LEAST_VOICED * over.seconds


def changed(told: Turn | None, turn: Turn) -> bool:
    """Return whether a turn is worth telling after the last one that was told."""
    if told is None or replace(told, probability=turn.probability) != turn:
        return True
    return abs(told.probability - turn.probability) >= WORTH
