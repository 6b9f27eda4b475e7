"""Asks a network in each pause whether the speaker's turn is over, in a thread of its own."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE

Samples = NDArray[np.float32]

ASK_TICKS = 4
"""The pause after which the network is asked; it was trained with 0.2 s of silence at the end."""

ANSWER_TICKS = 5
"""The ticks that it has for an answer, so that no frame waits for it: 0.17 s."""

LEAST_TICKS = 4
"""The speech without which there is nothing to ask about."""

BEFORE = 0.3
"""How much of what comes before the speech the network hears, s."""

FORGOTTEN_TICKS = 5 * MODEL_RATE
"""The silence after which speech is another turn."""

JUDGED = 8
"""So many pauses tell whether the network answers in time."""
LATE = (
    'the network that tells the ends of turns answered late or never in {late} of the last '
    '{asked} pauses, so that the rule decides there: the machine has too much to do; relieve it, '
    'or set turn_ends:=rule'
)
"""What is wrong when it answers too late for most pauses."""


class TurnListener:
    """Follows speech and pauses, tick by tick.

    Args:
        ask: returns how probable it is that the turn is over, given the last 8 s.
        waits: whether the answer is waited for when it is due, so that the same recording gives the
            same frames; otherwise one that comes late is told late.

    Attributes:
        asked: the pauses in which the network was asked.
        late: those of them in which it had not answered when its answer was due.
    """

    def __init__(self, ask: Callable[[Samples], float], waits: bool = True) -> None:
        self._ask, self._waits = ask, waits
        self._thread = ThreadPoolExecutor(1, 'turn_ends')
        self._answer: Future[float] | None = None
        self.asked = self.late = 0
        self._in_time: deque[bool] = deque(maxlen=JUDGED)
        self.reset()

    @property
    def problem(self) -> str:
        """What is wrong when most of the latest answers came too late; '' otherwise."""
        late = self._in_time.count(False)
        wrong = len(self._in_time) == JUDGED and late > JUDGED / 2
        return LATE.format(late=late, asked=JUDGED) if wrong else ''

    def reset(self) -> None:
        """Begin anew: nothing has been said."""
        self._turn = 0
        self._spoken = 0
        self._silent = FORGOTTEN_TICKS
        self._drop()

    def _drop(self) -> None:
        """Ask no longer; a question that still waits would only delay the next one."""
        if self._answer is not None:
            self._answer.cancel()
        self._answer = None

    def step(self, speaking: bool, past: Callable[[float], Samples]) -> float | None:
        """Return how probable it is that the turn is over, at the next tick.

        Args:
            speaking: whether the speaker speaks.
            past: returns the last 8 s of sound, all but the last so many seconds of them silent.

        Returns:
            0 to 1 in a pause from when the network has answered; otherwise None.
        """
        if speaking:
            if self._silent >= FORGOTTEN_TICKS:
                self._turn = self._spoken = 0
            self._spoken += 1
            self._silent = 0
            self._drop()
        else:
            self._silent += 1
        self._turn += 1
        if self._silent == ASK_TICKS and self._spoken >= LEAST_TICKS:
            heard = past(self._turn / MODEL_RATE + BEFORE)
            self._answer = self._thread.submit(self._ask, heard)
            self.asked += 1
        left = ASK_TICKS + ANSWER_TICKS - self._silent
        if self._answer is None or left > 0:
            return None
        in_time = self._waits or self._answer.done()
        if left == 0:
            self._in_time.append(in_time)
            self.late += not in_time
        return self._answer.result() if in_time else None
