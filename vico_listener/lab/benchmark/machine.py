"""Describes the machine under test, reserves one core, and notices when the machine stalls."""

import math
import os
import platform
import threading
import time
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2

LIBRARIES = (
    *('numpy', 'scipy', 'opencv-python-headless', 'ai-edge-litert', 'av', 'librosa', 'rclpy'),
    'ros-jazzy-rclpy',
)

CORE_SHARE = 0.95
"""The one-core rows were disturbed when this process had a smaller share of its core."""

OTHERS = 0.1
"""A run was disturbed when other processes used more cores than this."""

STOLEN = 0.02
"""A run was disturbed when the hypervisor kept more cores than this from the machine."""

BEAT = 0.02
"""Seconds between two beats of `MachineWatch`."""


@dataclass
class Core:
    """How well a measurement had a core to itself.

    Attributes:
        pinned: every thread of the process stayed on one core; False where the system cannot.
        share: CPU time per wall time, 0..1; well below 1, other processes used the core too.
    """

    pinned: bool = False
    share: float = 1.0


@contextmanager
def one_core() -> Iterator[Core]:
    """Keep this process on one core and OpenCV on one thread, and undo this afterwards.

    Yields:
        the `Core`, whose `share` is known at the end.
    """
    core = Core()
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    # A thread inherits the cores of its maker, others (a BLAS pool) keep theirs: pin each.
    before = _affinities()
    for thread in before:
        _pin(thread, {max(before[0])})
    core.pinned = bool(before)
    wall, used = time.perf_counter(), _own_seconds()
    try:
        yield core
    finally:
        wall = time.perf_counter() - wall
        core.share = min(1.0, (_own_seconds() - used) / max(wall, 1e-9))
        cv2.setNumThreads(threads)
        for thread in _affinities():
            _pin(thread, before.get(thread, before[0]))


def _own_seconds() -> float:
    """Return the CPU time of this process and of its children that have ended, s."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _affinities() -> dict[int, set[int]]:
    """Return the cores of the calling thread (key 0) and of all threads; empty if unknown."""
    if not hasattr(os, 'sched_getaffinity'):
        return {}
    found = {0: os.sched_getaffinity(0)}
    tasks = Path('/proc/self/task')
    for task in tasks.iterdir() if tasks.is_dir() else ():
        with suppress(ProcessLookupError):  # it ended meanwhile
            found[int(task.name)] = os.sched_getaffinity(int(task.name))
    return found


def _pin(thread: int, cores: set[int]) -> None:
    with suppress(ProcessLookupError):
        os.sched_setaffinity(thread, cores)


def time_of_others() -> float:
    """Return the CPU seconds that other processes have used so far; NaN where that is unknown.

    A child of this process counts as ours from its end on.
    """
    user, nice, system, _, _, irq, softirq, steal = _cpu_seconds()
    return user + nice + system + irq + softirq + steal - sum(os.times()[:4])


def stolen_time() -> float:
    """Return the CPU seconds that the hypervisor kept from this machine; NaN where unknown."""
    return _cpu_seconds()[-1]


def _cpu_seconds() -> list[float]:
    """Return user, nice, system, idle, waiting, irq, softirq, steal of all cores; NaN = unknown."""
    stat = Path('/proc/stat')
    if not stat.is_file():
        return [math.nan] * 8
    return [int(ticks) / os.sysconf('SC_CLK_TCK') for ticks in stat.read_text().split()[1:9]]


class Conditions:
    """Watches under which conditions something is measured, from its making to `doubts`."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._others, self._stolen = time_of_others(), stolen_time()

    def doubts(self, cores: Sequence[Core]) -> list[str]:
        """Return why nothing can be concluded from what was measured; empty if it can.

        Args:
            cores: how well each measurement had its core to itself.
        """
        seconds = time.monotonic() - self._began
        others = (time_of_others() - self._others) / seconds
        stolen = (stolen_time() - self._stolen) / seconds
        share = min((core.share for core in cores), default=1.0)
        found = []
        if not all(core.pinned for core in cores):
            found.append('this system cannot keep a process on one core')
        if share < CORE_SHARE:
            found.append(f'the one-core rows had {100 * share:.0f} % of their core')
        if others > OTHERS:
            found.append(f'other processes used {others:.2f} of {os.cpu_count()} cores')
        if stolen > STOLEN:
            found.append(f'other machines of the same host took {stolen:.2f} cores')
        return found


def describe_machine() -> dict[str, Any]:
    """Describe the machine before the measurement, when its load is that of other processes."""
    cpu = platform.processor() or platform.machine()
    info = Path('/proc/cpuinfo')
    if info.is_file():
        names = [x for x in info.read_text().splitlines() if x.startswith('model name')]
        cpu = names[0].split(':', 1)[1].strip() if names else cpu
    libraries = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            libraries[name] = version(name)
    return {
        'cpu': cpu,
        'cores': os.cpu_count(),
        'load': round(os.getloadavg()[0], 2),
        'python': platform.python_version(),
        'libraries': libraries,
        'date': time.strftime('%Y-%m-%d'),
    }


class MachineWatch:
    """Distinguishes a slow program from a machine that stands still.

    A thread wakes `1 / BEAT` times a second and keeps how late it was at worst.
    """

    def __init__(self) -> None:
        self._late = 0.0
        self._stolen, self._time = stolen_time(), time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name='machine watch', daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            start = time.monotonic()
            self._stop.wait(BEAT)
            self._late = max(self._late, time.monotonic() - start - BEAT)

    def since_last(self) -> tuple[float, float]:
        """Return what happened since the last call.

        Returns:
            the longest time for which a waiting thread was not woken, s, and the cores that the
            hypervisor gave to other machines (NaN where that is unknown).
        """
        late, self._late = self._late, 0.0
        before, then = self._stolen, self._time
        self._stolen, self._time = stolen_time(), time.monotonic()
        return late, (self._stolen - before) / max(self._time - then, 1e-9)

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join()
