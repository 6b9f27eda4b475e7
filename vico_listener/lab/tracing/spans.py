"""Takes note of when each step of the stack begins and ends, and of which thread did it.

Nothing of the stack knows about it: methods are wrapped from outside, as a debugger would.
"""

import gc
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAUSE = 'garbage collection'
"""The name of the spans in which no Python runs."""


@dataclass(frozen=True)
class Span:
    """One step, done once.

    Attributes:
        name: what was done.
        thread: the name of the thread.
        start, end: when, ns of the system clock, which is also that of a camera's stamps.
        stamp: of the image that it is about, ns; 0 if of none.
    """

    name: str
    thread: str
    start: int
    end: int
    stamp: int = 0


class Tracer:
    """Collects spans, and writes them down every now and then, because a stack may end abruptly."""

    def __init__(self) -> None:
        self._spans: deque[Span] = deque()
        self._pause = 0
        self._names: dict[int, str] = {}

    def wrap(
        self, owner: Any, method: str, name: str, stamp: Callable[..., int] | None = None
    ) -> None:
        """Trace a method of a class, or a function of a module, from now on.

        Args:
            owner: the class or module.
            method: what it calls it.
            name: what the spans are called.
            stamp: returns the stamp of the image, given the arguments; None if there is none.
        """
        plain = getattr(owner, method)

        def traced(*args: Any, **kwargs: Any) -> Any:
            self._names[threading.get_ident()] = threading.current_thread().name
            start = time.time_ns()
            try:
                return plain(*args, **kwargs)
            finally:
                about = stamp(*args) if stamp is not None else 0
                self.add(name, start, about)

        setattr(owner, method, traced)

    def add(self, name: str, start: int, stamp: int = 0) -> None:
        """Take note of a span that ends now."""
        # The search for garbage may come while the library of threads holds its own lock.
        thread = self._names.get(threading.get_ident(), 'others')
        self._spans.append(Span(name, thread, start, time.time_ns(), stamp))

    def watch_garbage(self) -> None:
        """Trace the full collections of Python's garbage, too."""
        gc.callbacks.append(self._collects)

    def _collects(self, phase: str, info: dict[str, int]) -> None:
        if info['generation'] < 2:
            return
        if phase == 'start':
            self._pause = time.time_ns()
        else:
            self.add(PAUSE, self._pause)

    def keep(self, path: Path) -> None:
        """Write all spans into a file from now on, a line for each, twice a second."""
        threading.Thread(target=self._keep, args=(path,), name='trace', daemon=True).start()

    def _keep(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        while True:
            time.sleep(0.5)
            self.write(path)

    def write(self, path: Path) -> None:
        """Append the spans that have not been written yet to a file."""
        lines = [json.dumps(asdict(self._spans.popleft())) for _ in range(len(self._spans))]
        with path.open('a', encoding='utf-8') as file:
            file.write(''.join(f'{line}\n' for line in lines))


def load_spans(path: Path) -> list[Span]:
    """Return the spans that a tracer has written, in the order of their starts."""
    lines = path.read_text(encoding='utf-8').splitlines()
    spans = [Span(**json.loads(line)) for line in lines]
    return sorted(spans, key=lambda span: span.start)
