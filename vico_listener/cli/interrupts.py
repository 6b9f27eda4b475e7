"""Answers Ctrl-C and SIGTERM while a command runs, without a traceback at whatever moment."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from vico_listener.nodes.interruption import SIGNALS

AGAIN = 0.05
"""Seconds until a signal that came in the middle of an import is answered."""

BOUNCE = 1.0
"""Seconds in which further signals are the same wish: a terminal and a shell send one each."""


INTERRUPTED = b'interrupted\n'


class Interrupts:
    """Takes SIGINT and SIGTERM for the main thread of a process.

    Before a command runs and afterwards they end the process at once: there is nothing to clean up.
    While it runs, the first one raises KeyboardInterrupt; one that comes later than `BOUNCE` ends
    the process at once. Python itself would raise it anywhere: in the middle of an import, where
    libraries make another error of it, in a finalizer, which prints and forgets it, and at the end
    of the interpreter.

    Attributes:
        received: the first signal; None as long as there was none.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._when = 0.0
        self._runs = False
        for number in SIGNALS:
            signal.signal(number, self._handle)
        sys.unraisablehook = self._not_raised
        # `run` starts Python with them blocked: its own start is no moment for an exception.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    @property
    def exit_code(self) -> int:
        """The exit code of a command that was interrupted, as shells count."""
        return 128 + (self.received or signal.SIGINT)

    @contextmanager
    def while_it_runs(self) -> Iterator[None]:
        """Raise KeyboardInterrupt in this context when a signal comes."""
        try:
            self._runs = True
            yield
        finally:
            self._runs = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self._runs:
            os.write(sys.stderr.fileno(), INTERRUPTED)
            os._exit(128 + number)
        if self.received is not None:
            if time.monotonic() - self._when > BOUNCE:
                os._exit(self.exit_code)
        elif _imports(frame):
            _send_again(number)
        else:
            self.received, self._when = signal.Signals(number), time.monotonic()
            raise KeyboardInterrupt

    def _not_raised(self, unraisable: Any) -> None:
        if self.received is not None and isinstance(unraisable.exc_value, KeyboardInterrupt):
            number, self.received = self.received, None
            _send_again(number)
        else:
            sys.__unraisablehook__(unraisable)


def _imports(frame: FrameType | None) -> bool:
    """Return True when a module is being imported."""
    while frame is not None:
        if frame.f_code.co_filename.startswith('<frozen importlib'):
            return True
        frame = frame.f_back
    return False


def _send_again(number: int) -> None:
    """Send a signal to this process, a little later."""
    timer = threading.Timer(AGAIN, os.kill, (os.getpid(), number))
    timer.daemon = True
    timer.start()
