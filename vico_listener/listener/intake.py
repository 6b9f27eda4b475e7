"""Takes in frames: what a listener cannot use is left out, counted and named."""

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np

from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.listeners import Listener
from vico_listener.motion import FaceMotion


@dataclass
class AgentCounters:
    """Counts the frames that the agent has answered.

    Attributes:
        steps: the number of frames.
        resets: how many of them began the stream afresh.
        invalid_frames: how often the face or the features held numbers that are not finite.
        foreign_frames: how many frames held a face or features that the listener cannot understand.
    """

    steps: int = 0
    resets: int = 0
    invalid_frames: int = 0
    foreign_frames: int = 0


@dataclass
class Intake:
    """What goes into a listener.

    Attributes:
        listener: the listener, whose basis and layout of features are understood.
        counters: what came in.
        mismatch: why the listener cannot use the last foreign frame, with the remedy; '' before
            one.
    """

    listener: Listener
    counters: AgentCounters = field(default_factory=AgentCounters)
    mismatch: str = ''

    def usable(self, frame: SpeakerFrame) -> SpeakerFrame:
        """Return the frame without the parts that the listener cannot use.

        These are numbers that are not finite, a face in another basis, and features in another
        layout.
        """
        if not frame.face.is_finite():
            frame = blind(frame)
            self.counters.invalid_frames += 1
        if not np.isfinite(frame.acoustic).all():
            frame = deaf(frame)
            self.counters.invalid_frames += 1
        listener, problems = self.listener, []
        if frame.face_valid and frame.face.basis is not listener.basis:
            problems.append(
                f"the speaker's face is in the basis {frame.face.basis.name}, this listener "
                f"understands {listener.basis.name}: choose perception's face accordingly"
            )
            frame = blind(frame)
        if frame.audio_valid and frame.acoustics != listener.acoustics:
            problems.append(
                f'the acoustic features are {frame.acoustics}, this listener understands '
                f"{listener.acoustics}: set perception's parameter acoustics to it"
            )
            frame = deaf(frame)
        if problems:
            self.mismatch = '; '.join(problems)
            self.counters.foreign_frames += 1
        return frame


def blind(frame: SpeakerFrame) -> SpeakerFrame:
    """Return a frame without its face."""
    return replace(frame, face=FaceMotion.missing(frame.face.basis), face_valid=False)


def deaf(frame: SpeakerFrame) -> SpeakerFrame:
    """Return a frame without its sound."""
    silence = np.zeros(ACOUSTIC_SIZE, np.float32)
    return replace(frame, acoustic=silence, audio_valid=False, speaking=False)
