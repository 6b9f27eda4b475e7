"""A listener with its mood, as the agent drives it but without idle layer and checks."""

from vico_listener.frames import SpeakerFrame
from vico_listener.listener import Listener
from vico_listener.listener import create_listener
from vico_listener.listener.mood import MoodFade
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion


class Listening:
    """Steps a listener; its `mood` may be changed before any step."""

    def __init__(self, listener: Listener | str) -> None:
        self.listener = create_listener(listener) if isinstance(listener, str) else listener
        self.mood = MoodFade()

    def reset(self, reference: FaceMotion, attitude: Attitude, intensity: float = 1.0) -> None:
        self.mood = MoodFade(attitude, intensity)
        self.listener.reset(reference, attitude)

    def step(self, frame: SpeakerFrame) -> FaceMotion:
        return self.listener.step(frame, self.mood.step())
