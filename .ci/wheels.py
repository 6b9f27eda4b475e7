"""Checks that every pinned requirement has a wheel for the Pythons and processors of robots.

Nothing is installed: pip resolves each line as it would there (`--dry-run`). What has no wheel
somewhere stands in `WITHOUT`, with the reason; anything else, in either direction, is a failure.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pip._vendor.packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[1]

TARGETS = (
    ('3.10', 'x86_64'),
    ('3.12', 'x86_64'),
    ('3.14', 'x86_64'),
    ('3.12', 'aarch64'),
    ('3.14', 'aarch64'),
)
"""Humble, Jazzy and Lyrical, on a PC; Jazzy and Lyrical on a Raspberry Pi or a Jetson."""

FILES = (
    'basics', 'head', 'robots', 'echo', 'numba', 'live', 'bags', 'lab', 'evaluation', 'speech',
    'neural', 'simulation', 'training', 'docs', 'test',
)  # fmt: skip
"""The requirement files, but for those of data and of clusters."""

WITHOUT: dict[tuple[str, str, str], str] = {}
"""Packages that have no wheel: package, Python and processor, and what is done without it."""

GLIBC = (17, 24, 26, 27, 28, 34)
"""Versions of glibc 2 that wheels are made for and that these systems have."""


def lines(file: str, python: str) -> Iterator[str]:
    """Yield the requirements of a file that hold for a Python, without their markers."""
    for line in (ROOT / f'requirements/{file}.txt').read_text(encoding='utf-8').splitlines():
        requirement, _, marker = line.partition('#')[0].strip().partition(';')
        if not requirement or requirement.startswith('-r'):
            continue
        where = {'python_version': python, 'python_full_version': f'{python}.0'}
        if not marker.strip() or Marker(marker.strip()).evaluate(where):
            yield requirement.strip()


def has_wheel(requirement: str, python: str, processor: str) -> bool:
    """Return whether pip finds a wheel of a requirement for a Python and a processor."""
    tags = [f'manylinux_2_{minor}_{processor}' for minor in GLIBC]
    platforms = [
        word for tag in (*tags, f'manylinux2014_{processor}') for word in ('--platform', tag)
    ]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, '-m', 'pip', 'install', '--quiet', '--dry-run', '--no-deps']
        command += ['--ignore-installed', '--only-binary=:all:', '--target', folder]
        command += ['--implementation', 'cp', '--python-version', python, *platforms, requirement]
        return subprocess.run(command, capture_output=True, text=True).returncode == 0


def main() -> int:
    """Check everything; print what is not as expected."""
    failures = 0
    for python, processor in TARGETS:
        wanted = sorted({line for file in FILES for line in lines(file, python)})
        for requirement in wanted:
            package = re.split('[=<>]', requirement)[0]
            expected = (package, python, processor) not in WITHOUT
            if has_wheel(requirement, python, processor) != expected:
                failures += 1
                what = (
                    'no wheel' if expected else 'a wheel, although WITHOUT says that there is none'
                )
                print(f'{requirement}: {what} for Python {python} on {processor}')
        print(f'Python {python} on {processor}: {len(wanted)} requirements looked up')
    return int(failures > 0)


if __name__ == '__main__':
    sys.exit(main())
