"""What the replay node plays: a clip, or a bag, as camera frames, audio and attitudes."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import Protocol

from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.clip import START_NS
from vico_listener.media.clip import ClipInfo
from vico_listener.media.clip import camera_frames
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


Item = CameraFrame | AudioChunk | AttitudeChange


class Source(Protocol):
    """Something to play.

    Attributes:
        info: what is in it.
        start: stamp of stream time 0, ns.
        attitude: the one it begins with; '' if there is none.
        camera_info: the intrinsics of its camera, with the fields of sensor_msgs/CameraInfo; None =
            it has none.
        remarks: what was skipped or put right since it was played last.
        audio_behind: by how much audio was recorded later after its stamps than images, s; None
            where that cannot be told.
        wants_audio: False where the user wants it without its audio.
    """

    info: ClipInfo
    start: int
    attitude: str
    camera_info: Any
    remarks: Remarks
    audio_behind: float | None
    wants_audio: bool

    @property
    def notes(self) -> Sequence[str]:
        """Lines about how it is played, for whoever plays it."""

    def play(self) -> Iterator[Item]:
        """Return its items in the order in which they were available; stamps count from `start`."""


class ClipSource:
    """A video file.

    Args:
        path: of the file.
        wants_audio: False to play it without its audio.

    Raises:
        ClipError: it cannot be used.
    """

    attitude = ''
    camera_info = None
    start = START_NS
    audio_behind: float | None = None

    def __init__(self, path: Path, wants_audio: bool = True) -> None:
        info = probe_clip(path)
        self.info = info if wants_audio else replace(info, sample_rate=0, channels=0)
        self.wants_audio = wants_audio
        self.notes = self.info.notes
        self.remarks = Remarks()

    def play(self) -> Iterator[Item]:
        """Return its images and audio."""
        self.remarks = Remarks()
        if self.wants_audio:
            return play(self.info.path, self.remarks)
        return camera_frames(self.info.path, remarks=self.remarks)
