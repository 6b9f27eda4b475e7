"""What the perception node says of itself on /diagnostics."""

from typing import Any

from vico_listener.face import FaceTracker
from vico_listener.listening_head import ListeningHead
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.perception_inputs import PerceptionInputs
from vico_listener.perception import Feed
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.statistics import Durations

SILENCE = 1.0
"""Seconds without camera image and sound that are worth a warning."""


class PerceptionDiagnosis:
    """Collects problems between two rounds of diagnostics, and tells them with what was counted.

    Attributes:
        camera_known: a camera_info has come.
        durations: how long a picture takes, from the message to the published command.
    """

    def __init__(self, logger: Any) -> None:
        self.camera_known = False
        self.durations = Durations()
        self._logger = logger
        self._problem = ''
        self._reported_drops = self._reported_uncorrected = 0

    def complain(self, problem: str) -> None:
        """Log a problem, and tell it in the next round."""
        self._problem = problem
        self._logger.error(problem, throttle_duration_sec=5.0)

    def complain_of(self, error: Exception) -> None:
        """Complain of an error that nobody expected."""
        self.complain(f'{type(error).__name__}: {error}')

    def report(
        self, head: ListeningHead, tracker: FaceTracker, feed: Feed, inputs: PerceptionInputs
    ) -> tuple[bytes, str, dict[str, Any]]:
        """Level, message and values for /diagnostics."""
        dropped = feed.dropped['image'] + inputs.lost_images
        if dropped > self._reported_drops:
            self._logger.warning(
                f'{dropped - self._reported_drops} camera frames dropped: they come faster than '
                'they can be processed'
            )
            self._reported_drops = dropped
        correction = tracker.correction if isinstance(tracker.correction, CameraOnHead) else None
        uncorrected = 0 if correction is None else correction.uncorrected
        values: dict[str, Any] = vars(head.senses.counters) | {
            'dropped_images': dropped,
            'lost_audio_messages': inputs.lost_sounds + feed.dropped['audio'],
            'queue': len(feed),
            'camera': 'camera_info' if self.camera_known else 'fov_deg',
            'audio_format': str(head.audio),
            'corrected_faces': 0 if correction is None else correction.corrected,
            'uncorrected_faces': uncorrected,
        }
        values |= {f'image_{k}_ms': v for k, v in self.durations.summary_ms().items()}
        new_uncorrected = uncorrected - self._reported_uncorrected
        self._reported_uncorrected = uncorrected
        problem, self._problem = self._problem or inputs.mismatch(), ''
        if problem:
            return ERROR, problem, values
        if feed.quiet > SILENCE:
            return WARN, 'no camera image and no audio', values
        if new_uncorrected > 0:
            problem = (
                f'{new_uncorrected} faces not corrected: the pose of the camera on the head is not '
                'known at the stamp of the image'
            )
            self._logger.warning(problem, throttle_duration_sec=5.0)
            return WARN, problem, values
        return OK, 'running', values
