"""Looks at the machine: Python, its modules, the files of the models, processor and memory."""

import importlib
import importlib.util
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

from vico_listener import bundled_files
from vico_listener.bundled_files import BUNDLED_FILES
from vico_listener.bundled_files import bundled_path
from vico_listener.dependencies import DISTRIBUTIONS
from vico_listener.dependencies import HEAD
from vico_listener.dependencies import packages
from vico_listener.dependencies import pip_install
from vico_listener.dependencies import remedy
from vico_listener.dependencies import requirements_file
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.errors import VicoError

PYTHONS = (3, 10), (3, 14)
"""The oldest and newest Python for which there are packages."""

EXTRAS = {
    'bags': 'reading and writing bags',
    'echo': 'hearing a person while the robot speaks',
    'live': 'vico live and vico face',
    'numba': 'the renderer head3d and the runtime numba',
    'robots': 'Furhat, Reachy Mini and avatars',
    'speech': 'spoken backchannels made by eSpeak NG',
}
"""The requirement files of what a robot may want beside the head, and what for."""

MEMORY = 400
"""What the stack takes in use, and some more, MB."""

SHARED_MEMORY = 64
"""What DDS wants of /dev/shm, where camera and stack are two processes, MB."""

FRAME_MS = 1000.0 / 30.0
"""The time between two images of a usual camera, ms."""


def machine_findings(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Yield what there is to say of this machine; it takes some seconds."""
    yield python_finding(sys.version_info[:2])
    broken = False
    for finding in module_findings():
        broken |= finding.level is Level.WRONG
        yield finding
    yield from model_findings()
    yield from power_findings(environment)
    if not broken:
        yield speed_finding(measured_face())


def python_finding(version: tuple[int, int]) -> Finding:
    """Judge the version of Python."""
    oldest, newest = (f'{major}.{minor}' for major, minor in PYTHONS)
    text = f'Python {".".join(map(str, version))} at {sys.executable}'
    if PYTHONS[0] <= version <= PYTHONS[1]:
        return Finding('python', Level.OK, text)
    return Finding('python', Level.WRONG, text, f'use Python {oldest} to {newest}')


def module_findings() -> Iterator[Finding]:
    """Say which Python packages are missing or do not work."""
    bad = False
    for name in (n for extra in HEAD for n in packages(extra)):
        module = _module_of(name)
        try:
            importlib.import_module(module)
        except (ImportError, AttributeError, RuntimeError, SystemError, OSError) as error:
            bad = True
            text = (
                f'{module} does not work: {str(error).splitlines()[0] if str(error) else error!r}'
            )
            yield Finding('python', Level.WRONG, text, remedy(module, HEAD))
    if not bad:
        yield Finding('python', Level.OK, 'all Python packages of the head are installed')
    for extra, what in EXTRAS.items():
        missing = [n for n in packages(extra) if not _is_there(_module_of(n))]
        if missing:
            text = f'{", ".join(missing)} not installed, only needed for {what}'
            how = f'{pip_install()} -r {requirements_file(extra)}'
            yield Finding('python', Level.NOTE, text, how)


def _module_of(package: str) -> str:
    """Return the name by which a package is imported."""
    by_package = {n: module for module, n in DISTRIBUTIONS.items() if n != 'rosbags'}
    return by_package.get(package, package.replace('-', '_'))


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def model_findings() -> Iterator[Finding]:
    """Say which files of the models are missing."""
    missing = [file.name for file in BUNDLED_FILES if bundled_path(file) is None]
    if missing:
        text = f'{", ".join(missing)} missing'
        yield Finding('models', Level.WRONG, text, bundled_files.REMEDY)
    else:
        names = ', '.join(file.name for file in BUNDLED_FILES)
        yield Finding('models', Level.OK, f'{names} are installed')


def power_findings(
    environment: Mapping[str, str] = os.environ, shared: Path = Path('/dev/shm')
) -> Iterator[Finding]:
    """Judge processor cores, load, memory and shared memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()
    load = os.getloadavg()[0]
    text = f'{cores} cores ({platform.machine()}), load {load:.1f}'
    if load > (cores or 1):
        how = 'other programs use them: end some of them, or the answers will be late'
        yield Finding('machine', Level.NOTE, text, how)
    else:
        yield Finding('machine', Level.OK, text)
    free = available_memory(Path('/proc/meminfo'))
    if free is not None:
        level = Level.OK if free >= MEMORY else Level.WRONG
        how = f'the stack takes up to {MEMORY} MB: end other programs'
        yield Finding('machine', level, f'{free:.0f} MB of memory available', how)
    if shared.is_dir():
        size = shutil.disk_usage(shared).free / 2**20
        level = Level.OK if size >= SHARED_MEMORY else Level.WRONG
        how = 'in a container: docker run --shm-size=256m'
        yield Finding('machine', level, f'{size:.0f} MB of shared memory free in {shared}', how)


def available_memory(meminfo: Path) -> float | None:
    """Return the memory that is available, MB; None where the system does not tell."""
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith('MemAvailable:')]
    return int(found[0]) / 1024 if found else None


def measured_face() -> float | str:
    """Return how long the face takes per image here (ms), or why it cannot be measured."""
    import cv2
    import numpy as np

    from vico_listener.bundled_files import PORTRAIT
    from vico_listener.face import create_face_tracker

    path = bundled_path(PORTRAIT)
    image = None if path is None else cv2.imread(str(path))
    if image is None:
        return 'the portrait is missing'
    try:
        tracker = create_face_tracker()
        tracker.warm_up()
    except VicoError as error:
        return str(error)
    times = []
    for number in range(12):
        start = time.perf_counter()
        tracker.update(np.asarray(image, np.uint8), number * 33_000_000)
        times.append(1e3 * (time.perf_counter() - start))
    return sorted(times)[len(times) // 2]


def speed_finding(face: float | str) -> Finding:
    """Judge how long the face takes per image (ms), or tell why that is not known."""
    if isinstance(face, str):
        return Finding('machine', Level.WRONG, f'the face tracker does not start: {face}')
    text = (
        f'face perception takes {face:.0f} ms per image; cameras send one every {FRAME_MS:.0f} ms'
    )
    how = (
        'start with params_file:=config/small.yaml (docs/small_computers.md), or end other programs'
    )
    if face > 3 * FRAME_MS:
        return Finding('machine', Level.WRONG, text, how)
    return Finding('machine', Level.OK if face < FRAME_MS else Level.NOTE, text, how)
