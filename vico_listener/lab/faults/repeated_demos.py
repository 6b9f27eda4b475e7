"""Plays demos over and over on a busy machine: every one must give the same motion."""

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vico_listener.lab.dataset.bags.clip_bags import find_clips
from vico_listener.lab.dataset.bags.clip_bags import make_bag
from vico_listener.lab.processes import busy_loops
from vico_listener.media.tracks import MOTION_FILE


@dataclass(frozen=True)
class Demo:
    """What a demo came to.

    Attributes:
        recording: name of the clip or bag.
        motion: the beginning of the SHA-256 of its `motion.csv`; '' if the demo failed.
        said: the last line that it said.
    """

    recording: str
    motion: str
    said: str


def repeat_demos(
    clip: Path, times: int, busy: int, folder: Path, at_once: int = 1
) -> Iterator[Demo]:
    """Play a clip and its bag in turn, in processes as a user starts them.

    Args:
        clip: video of a speaker.
        times: how many demos, half of them of the bag.
        busy: processes beside them that do nothing but compute.
        folder: where the bag goes, and what the demos write: each into a folder of its number.
        at_once: how many demos play beside one another.
    """
    bag = folder / 'bag'
    if not bag.exists():
        make_bag(find_clips(clip)[0], bag)
    recordings = [(clip, bag)[number % 2] for number in range(times)]
    folders = [folder / f'demo_{number:03}' for number in range(times)]
    with busy_loops(busy), ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(_play, recordings, folders)


def _play(recording: Path, folder: Path) -> Demo:
    written = folder / MOTION_FILE
    written.unlink(missing_ok=True)
    command = [sys.executable, '-m', 'vico_listener.cli', 'demo', str(recording)]
    done = subprocess.run(
        [*command, '--out', str(folder)], capture_output=True, text=True, errors='replace'
    )
    said = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    motion = ''
    if done.returncode == 0:
        motion = hashlib.sha256(written.read_bytes()).hexdigest()[:16]
    return Demo(recording.name, motion, said[-1] if said else '')


def problems(demos: Sequence[Demo]) -> list[str]:
    """Return what did not hold: demos that failed, and motions that differ from the most."""
    found = [f'{d.recording} failed: {d.said}' for d in demos if not d.motion]
    motions = Counter(d.motion for d in demos if d.motion)
    if len(motions) > 1:
        rare = dict(motions.most_common()[1:])
        found.append(f'{len(motions)} motions: {sum(rare.values())} of {len(demos)} are others')
    return found
