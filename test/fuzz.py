"""Reads damaged inputs, one after another: `python test/fuzz.py TARGET SECONDS FOLDER [SEED]`.

What is damaged is used or refused with the reader's own error; anything else ends the process: an
exception, a crash, an input that takes longer than `LONGEST`. At the end a line of JSON tells the
figures. Ten minutes of every target: ``VICO_LONG_TESTS=1 ./run test test/unit/test_fuzz.py``.
"""

import faulthandler
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import seed
from hypothesis import settings
from hypothesis import strategies as st

LONGEST = 30
"""Seconds that reading an input in one way may take."""

ROUND = 50
"""Examples between two looks at the clock."""

NUMBERS = (
    b'\0\0\0\0',
    b'\xff\xff\xff\xff',
    b'\x7f\xff\xff\xff',
    b'\xff\xff\xff\x7f',
    b'\x80\0\0\0',
)

WORDS = (
    b'null', b'true', b'-1', b'0', b'1e400', b'.nan', b'NaN', b'-.inf', b'1e-320', b'1e9', b'"1"',
    b'99999999999999999999', b'[]', b'{}', b"''", b'[1, [2, [3]]]', b'&a [*a]', b'*a',
    b'2026-02-30', b'!!python/name:os.system', b'\xc3\xa4', b'\xff', b'0x1F', b'1_000', b'12:30:00',
    b'yes', b'~',
)  # fmt: skip
"""What may stand in place of a word of a text."""


@dataclass(frozen=True)
class Target:
    """Something that reads files.

    Attributes:
        make: writes small inputs of many kinds into a folder.
        read: reads one; returns how many of its ways refused it.
        text: they are texts, in which words are replaced, too.
    """

    make: Callable[[Path], list[Path]]
    read: Callable[[Path], int]
    text: bool = False


@dataclass
class Change:
    """Something that happens to a file: at `place` (0..1 of it), over `length` bytes."""

    kind: str
    place: float
    length: int
    value: int

    def apply(self, data: bytearray) -> None:
        """Change the bytes."""
        at = int(self.place * max(0, len(data) - 1))
        if self.kind == 'bit' and data:
            data[at] ^= 1 << self.value % 8
        elif self.kind == 'number':
            number = NUMBERS[self.value % len(NUMBERS)]
            data[at : at + len(number)] = number[: len(data) - at]
        elif self.kind == 'word':
            begin, end = _word(data, at)
            data[begin:end] = WORDS[self.value % len(WORDS)]
        elif self.kind == 'lost':
            del data[at : at + self.length]
        elif self.kind == 'twice':
            data[at:at] = data[at : at + self.length]
        elif self.kind == 'zeros':
            data[at : at + self.length] = bytes(len(data[at : at + self.length]))
        elif self.kind == 'cut off':
            del data[at:]


def _word(data: bytearray, at: int) -> tuple[int, int]:
    """Begin and end of the word that begins at a place or after it."""
    separators = b' ,:[]{}\n"'
    begin = at
    while begin < len(data) and data[begin] in separators:
        begin += 1
    end = begin
    while end < len(data) and data[end] not in separators:
        end += 1
    return begin, end


PLACES = st.one_of(st.floats(0, 1), st.floats(0, 0.05), st.floats(0.95, 1))
KINDS = ['bit'] * 6 + ['number'] * 3 + ['lost', 'twice', 'zeros', 'cut off']


def changes(text: bool) -> st.SearchStrategy[list[Change]]:
    """What happens to a file."""
    kinds = KINDS + ['word'] * 20 if text else KINDS
    change = st.builds(
        Change, st.sampled_from(kinds), PLACES, st.integers(1, 2000), st.integers(0, 255)
    )
    return st.lists(change, min_size=1, max_size=5)


def watch() -> None:
    """End the process when what follows takes too long."""
    faulthandler.dump_traceback_later(LONGEST, exit=True)


def _peak_memory() -> float:
    """Most memory that this process ever had, MB; getrusage would count its parent's, too."""
    status = Path('/proc/self/status').read_text(encoding='utf-8')
    return int(status.split('VmHWM:')[1].split()[0]) / 1024


def fuzz(target: Target, folder: Path, seconds: float, first: int) -> None:
    """Read damaged inputs for some time, at least `ROUND` of them; print the figures."""
    inputs = target.make(folder)
    originals = {path: path.read_bytes() for path in inputs}
    figures = {'inputs': 0, 'refused': 0, 'longest [s]': 0.0}

    @given(st.sampled_from(inputs), changes(target.text))
    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def read_damaged(path: Path, changes: list[Change]) -> None:
        data = bytearray(originals[path])
        for change in changes:
            change.apply(data)
        path.write_bytes(data)
        began = time.monotonic()
        watch()
        figures['refused'] += target.read(path) > 0
        faulthandler.cancel_dump_traceback_later()
        figures['inputs'] += 1
        figures['longest [s]'] = max(figures['longest [s]'], time.monotonic() - began)
        path.write_bytes(originals[path])

    for path in inputs:
        assert target.read(path) == 0, f'{path} is refused although it is whole'
    until = time.monotonic() + seconds
    while True:
        seed(first)(read_damaged)()
        first += 1
        if time.monotonic() > until:
            break
    peak = _peak_memory()
    print(json.dumps(figures | {'rounds': first, 'peak memory [MB]': round(peak)}))


def main() -> None:
    """Do it; a damaged input that fails stays where it is."""
    from fuzz_targets import TARGETS

    name, seconds, folder = sys.argv[1:4]
    faulthandler.enable()
    first = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    fuzz(TARGETS[name], Path(folder), float(seconds), first)


if __name__ == '__main__':
    main()
