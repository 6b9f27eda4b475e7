"""What the replay node plays: a clip, or a bag, as camera frames, sound and attitudes."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vico_listener.frames import CameraFrame
from vico_listener.frames import SoundChunk
from vico_listener.media.clip import START_NS
from vico_listener.media.clip import ClipInfo
from vico_listener.media.clip import play
from vico_listener.media.clip import probe_clip
from vico_listener.media.remarks import Remarks


@dataclass(frozen=True)
class AttitudeChange:
    """The listener's attitude from `stamp` ns on, by name."""

    stamp: int
    attitude: str

    @property
    def available(self) -> int:
        """When it is said, ns."""
        return self.stamp


Item = CameraFrame | SoundChunk | AttitudeChange


class Source(Protocol):
    """Something to play.

    Attributes:
        info: what is in it.
        start: stamp of stream time 0, ns.
        attitude: the one it begins with, '' = none.
        remarks: what was skipped or put right since it was played last.
    """

    info: ClipInfo
    start: int
    attitude: str
    remarks: Remarks

    @property
    def notes(self) -> Sequence[str]:
        """Lines about how it is played, for whoever plays it."""

    def play(self) -> Iterator[Item]:
        """Its items in the order in which they were available; stamps count from `start`."""


class ClipSource:
    """A video file.

    Raises:
        ClipError: it cannot be used.
    """

    attitude = ''
    start = START_NS

    def __init__(self, path: Path) -> None:
        self.info = probe_clip(path)
        self.notes = self.info.notes
        self.remarks = Remarks()

    def play(self) -> Iterator[Item]:
        """Its pictures and sound."""
        self.remarks = Remarks()
        return play(self.info.path, self.remarks)
