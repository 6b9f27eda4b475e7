"""What becomes of the goals that a head is commanded by, and what that says of their server."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

MOST_UNANSWERED = 30
"""Goals that may wait for an answer; a server that leaves more does not answer."""

PATIENCE_NS = 2_000_000_000
"""Goals without an answer for this long get none: it was lost, or their server is another one."""

LOOKED_AT = 30
"""So many answers count. Drivers refuse the one or other goal that comes too soon for them."""

REMEDY = 'is its controller active, and in a mode that takes goals?'


class End(Enum):
    """How a goal ended."""

    DONE = 'done'
    CANCELLED = 'cancelled'
    ABORTED = 'aborted'


@dataclass
class _Answer:
    """What became of a goal.

    Attributes:
        refused: it was not accepted.
        failure: why it was given up; '' = it was not, or a later one took its place.
    """

    refused: bool
    failure: str = ''


class GoalAnswers:
    """Keeps what a server answered lately.

    A later goal that is accepted takes the place of the one before. How that one then ends says
    nothing: a `joint_trajectory_controller` cancels it with an error code, the driver of Stretch
    aborts it without one. Any other end that is no success is a failure. A server that gives goals
    up without an error, but only after the next one was accepted, is not seen through by this.

    Args:
        now: tells the time, ns.

    Attributes:
        sent, refused, failed: goals that were sent, that the server did not accept, and that it
            gave up.
    """

    def __init__(self, now: Callable[[], int] = time.monotonic_ns) -> None:
        self._now = now
        self.sent = self.refused = self.failed = 0
        self._sent_at = 0
        self._settled = 0  # up to this number no answer is waited for
        self._silent = False  # goals got no answer, and none has come since
        self._answers: deque[_Answer] = deque(maxlen=LOOKED_AT)
        self._running: dict[int, _Answer] = {}
        self._accepted = 0

    def restart(self) -> None:
        """Forget what the server answered: it is another one."""
        self._settled = self.sent
        self._silent = False
        self._answers.clear()
        self._running.clear()

    @property
    def waits(self) -> bool:
        """Whether so many goals wait for an answer that the next one would be in vain."""
        if self.sent - self._settled < MOST_UNANSWERED:
            return False
        if self._now() - self._sent_at >= PATIENCE_NS:
            self._settled, self._silent = self.sent, True
            return False
        return True

    def send(self) -> int:
        """Count a goal that is sent, and return its number."""
        self._sent_at = self._now()
        self.sent += 1
        return self.sent

    def answer(self, number: int, accepted: bool) -> None:
        """Take note of whether a goal was accepted; for those before it none is waited for."""
        self._settled, self._silent = max(self._settled, number), False
        answer = _Answer(refused=not accepted)
        self._answers.append(answer)
        if accepted:
            self._running[number] = answer
            self._accepted = max(self._accepted, number)
        else:
            self.refused += 1

    def end(self, number: int, end: End, code: int, reason: str) -> None:
        """Take note of how a goal ended that was accepted, with an error code (0 = none)."""
        answer = self._running.pop(number, None)
        replaced = self._accepted > number
        failed = {
            End.DONE: code != 0,
            End.CANCELLED: not replaced,
            End.ABORTED: code != 0 or not replaced,
        }[end]
        if failed and answer is not None:
            self.failed += 1
            answer.failure = reason or (f'error {code}' if code else end.value)

    @property
    def trouble(self) -> str:
        """What most of the last answers have in common that is not well, or ''."""
        answers = list(self._answers)
        refused = sum(answer.refused for answer in answers)
        failures = [answer.failure for answer in answers if answer.failure]
        if self.waits or self._silent:
            return 'does not answer goals: restart it'
        if 2 * (refused + len(failures)) <= len(answers):
            return ''
        if refused > len(failures):
            return f'refuses {refused} of {len(answers)} goals: {REMEDY}'
        return f'aborts {len(failures)} of {len(answers)} goals ({failures[-1]}): {REMEDY}'
