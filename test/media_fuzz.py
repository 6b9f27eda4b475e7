"""Reads damaged clips or bags, one after another: `python media_fuzz.py clips|bags SECONDS FOLDER`.

What is damaged is played or refused with the reader's own error; anything else ends the process: an
exception, a crash, an input that takes longer than `LONGEST`. At the end a line of JSON tells the
figures.
"""

import faulthandler
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bag_files import Recording
from bag_files import write_bag
from bag_files import write_mcap
from clip_files import Track
from clip_files import joined
from clip_files import write_media
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import seed
from hypothesis import settings
from hypothesis import strategies as st

from vico_listener.media.bags.errors import BagError
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import count_pictures
from vico_listener.media.clip import play
from vico_listener.media.clip import probe_clip
from vico_listener.media.clip import probe_sound
from vico_listener.nodes.bag_source import BagSource

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
        elif self.kind == 'lost':
            del data[at : at + self.length]
        elif self.kind == 'twice':
            data[at:at] = data[at : at + self.length]
        elif self.kind == 'zeros':
            data[at : at + self.length] = bytes(len(data[at : at + self.length]))
        elif self.kind == 'cut off':
            del data[at:]


PLACES = st.one_of(st.floats(0, 1), st.floats(0, 0.05), st.floats(0.95, 1))
CHANGES = st.lists(
    st.builds(
        Change,
        st.sampled_from(['bit'] * 6 + ['number'] * 3 + ['lost', 'twice', 'zeros', 'cut off']),
        PLACES,
        st.integers(1, 2000),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=5,
)


def _peak_memory() -> float:
    """Most memory that this process ever had, MB; getrusage counts its parent's until exec, too."""
    status = Path('/proc/self/status').read_text()
    return int(status.split('VmHWM:')[1].split()[0]) / 1024


def _watch() -> None:
    """End the process when what follows takes too long."""
    faulthandler.dump_traceback_later(LONGEST, exit=True)


def make_clips(folder: Path) -> list[Path]:
    """Small clips of many kinds."""
    noise = np.random.default_rng(0).integers(0, 255, (16, 24, 32, 3), np.uint8)
    pictures = [np.repeat(np.repeat(p[::4, ::4], 4, 0), 4, 1) for p in noise]
    short = {'seconds': 0.64, 'rate': 16000}
    fragmented = {'movflags': 'frag_keyframe+empty_moov'}
    clips = [
        write_media(folder / 'a.mp4', pictures, [Track(**short)], options={'g': '5'}),
        write_media(folder / 'b.mp4', pictures, [Track(**short)], head=fragmented),
        write_media(
            folder / 'c.mkv',
            pictures,
            [Track('flac', **short), Track('pcm_s16le', **short)],
            codec='mjpeg',
            pixels='yuvj420p',
        ),
        write_media(folder / 'd.avi', pictures, [Track('mp2', **short)], options={'bf': '2'}),
        write_media(
            folder / 'e.ts', pictures, [Track('mp2', **short)], codec='mpeg2video', options={}
        ),
        write_media(
            folder / 'f.webm',
            pictures,
            [Track('libopus', rate=48000, seconds=0.64)],
            codec='libvpx',
            options={'g': '5'},
        ),
        write_media(folder / 'g.mov', pictures, [Track('pcm_s16be', **short)], codec='mpeg4'),
    ]
    other = write_media(folder / 'h.ts', pictures, [Track(**short)])
    return [*clips, joined(folder / 'i.ts', clips[4], other)]


def make_bags(folder: Path) -> list[Path]:
    """Small bags of many kinds."""
    rows = Recording(seconds=0.5).rows()
    chunks = {'chunk_size': 4000}
    bags = [
        write_mcap(folder / 'a.mcap', rows, **chunks),
        write_mcap(folder / 'b.mcap', rows, use_chunking=False, use_statistics=False),
    ]
    from mcap.writer import CompressionType

    for name in ('ZSTD', 'LZ4'):
        bags.append(
            write_mcap(folder / f'{name}.mcap', rows, compression=CompressionType[name], **chunks)
        )
    database = write_bag(folder / 'sql', rows, 'sqlite3') / 'sql.db3'
    return [*bags, database, folder / 'sql' / 'metadata.yaml']


def read_clip(path: Path) -> int:
    """Read a clip in every way; return how many ways refused it."""
    refused = 0
    for way in (probe_clip, probe_sound, count_pictures, lambda p: sum(1 for _ in play(p))):
        _watch()
        try:
            way(path)
        except ClipError:
            refused += 1
    return refused


def read_bag(path: Path) -> int:
    """Play a bag; return 1 when it was refused."""
    _watch()
    try:
        for _ in BagSource(path.parent if path.suffix == '.yaml' else path).play():
            pass
    except BagError:
        return 1
    return 0


def fuzz(inputs: list[Path], read: Callable[[Path], int], seconds: float, first: int) -> None:
    """Read damaged inputs for some time, at least `ROUND` of them; print the figures."""
    originals = {path: path.read_bytes() for path in inputs}
    figures = {'inputs': 0, 'refused': 0, 'longest [s]': 0.0}

    @given(st.sampled_from(inputs), CHANGES)
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
        figures['refused'] += read(path) > 0
        faulthandler.cancel_dump_traceback_later()
        figures['inputs'] += 1
        figures['longest [s]'] = max(figures['longest [s]'], time.monotonic() - began)
        path.write_bytes(originals[path])

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
    kind, seconds, folder = sys.argv[1:4]
    first = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    faulthandler.enable()
    make, read = (make_clips, read_clip) if kind == 'clips' else (make_bags, read_bag)
    fuzz(make(Path(folder)), read, float(seconds), first)


if __name__ == '__main__':
    main()
