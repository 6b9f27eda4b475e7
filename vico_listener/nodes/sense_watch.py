"""Follows what a running stack sees and hears of its speaker."""

import math
from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticArray

import vico_listener.msg as msg
from vico_listener.nodes.source import Source
from vico_listener.nodes.status_name import node_of
from vico_listener.perception.run_check import RunCheck
from vico_listener.perception.run_check import SenseCount

LOST = {
    'dropped_images': 'images came faster than they could be processed, or were lost on the way',
    'unreadable_images': 'images could not be read',
    'late_images': 'images were older than the last one',
    'lost_audio_messages': 'audio messages were lost on the way',
    'skipped_ticks': 'ticks lay in gaps longer than a second',
}
"""What the diagnostics of perception count that was not perceived, and why."""


class SenseWatch:
    """Counts the ticks of a stack, and listens to what perception says of itself.

    Whoever has one gives it the messages of the topics `speaker` and `/diagnostics`.

    Args:
        namespace: of the stack's nodes; other robots stand on /diagnostics, too.

    Attributes:
        senses: what the stack has seen and heard.
    """

    def __init__(self, namespace: str = '/') -> None:
        self._namespace = namespace
        self.senses = SenseCount()
        self._values: dict[str, str] = {}

    @property
    def diagnosed(self) -> bool:
        """Whether perception has said what it counted."""
        return bool(self._values)

    def on_speaker(self, frame: msg.SpeakerFrame) -> None:
        """Count a tick."""
        self.senses.add(frame.face_valid, frame.audio_valid, frame.speaking, frame.muted)

    def on_diagnostics(self, message: DiagnosticArray) -> None:
        """Keep what perception has counted."""
        for status in message.status:
            is_ours = node_of(status.name, self._namespace) == 'perception'
            if is_ours and status.values:  # a node that is not active has none
                self._values = {item.key: item.value for item in status.values}

    def check(self, source: Source | None = None) -> RunCheck:
        """Return what the run has been worth so far.

        Args:
            source: what was played to the stack; None if it has a camera and a microphone.
        """
        lost = [f'{count:.0f} {why}' for name, why in LOST.items() if (count := self._value(name))]
        lost += filter(None, [self._values.get('camera_misfit')])
        # The format is None where perception was told that there is no microphone.
        listens = self._values.get('audio_format') != 'None'
        if source is None:
            behind = self._value('audio_behind')
            measured = bool(self.senses.audio) and behind is not None and math.isfinite(behind)
            offset = behind if measured else None
            return RunCheck(self.senses, listens, offset, self._turned(), lost, self._unreadable(0))
        return RunCheck(
            self.senses,
            source.wants_audio and (listens or not source.info.has_audio),
            source.audio_behind,
            [*source.notes, *self._turned()],
            [*source.remarks.lines(), *lost],
            self._unreadable(source.remarks.unusable('images')),
        )

    def _unreadable(self, left_out: int) -> float:
        """Return the share of the images that could not be read, 0..1.

        Args:
            left_out: how many whoever played them could not read.
        """
        seen = self._value('images')
        unreadable = left_out + (self._value('unreadable_images') or 0.0)
        return 0.0 if seen is None or not unreadable else unreadable / (seen + unreadable)

    def _turned(self) -> list[str]:
        """Say that images were turned, if they were."""
        rotation = self._value('image_rotation') or 0.0
        return [f'images were turned clockwise by {rotation:.0f} degrees'] if rotation else []

    def summary(self, source: Source) -> tuple[bool, Sequence[str]]:
        """Return whether all is well with what was played, and the lines that say so or not.

        When nobody perceived it, there is only what was skipped to say.
        """
        check = self.check(source)
        heard = self.senses.ticks > 0
        fine = not check.skipped and (check.verdict == 'ok' or not heard)
        return fine, check.lines() if heard else check.skipped

    def _value(self, name: str) -> float | None:
        return float(self._values[name]) if name in self._values else None
