"""Work in several processes, which an interruption ends, and processes that only take time."""

import signal
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from contextlib import contextmanager
from multiprocessing import active_children
from multiprocessing import get_context
from typing import Any
from typing import TypeVar

Result = TypeVar('Result')


@contextmanager
def submitted(
    function: Callable[..., Result], jobs: Sequence[tuple[Any, ...]], processes: int
) -> Iterator[list[Future[Result]]]:
    """Call `function(*job)` for every job in other processes; yield the futures in order.

    At the end of the context jobs that have not begun are given up. Ctrl-C reaches every process
    of a terminal: here it is left to this one, which ends the others.

    Args:
        function: function of a module, so that another process finds it.
        jobs: its arguments, which can be pickled.
        processes: how many.
    """
    # Not forked: torch's threads, those of a network's runtime and eSpeak's state would be, too.
    pool = ProcessPoolExecutor(processes, get_context('spawn'))
    try:
        # A process inherits the blocked signal.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            futures = [pool.submit(function, *job) for job in jobs]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield futures
    except KeyboardInterrupt:
        for process in active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Have `count` processes compute without end beside what runs in the context."""
    with ExitStack() as loops:
        for _ in range(count):
            loop = subprocess.Popen([sys.executable, '-c', 'while True: pass'])
            loops.callback(loop.wait)
            loops.callback(loop.kill)
        yield
