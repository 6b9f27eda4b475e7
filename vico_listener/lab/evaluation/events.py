"""Finds all events of one track, once for figures, plots and summaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vico_listener.lab.evaluation.blinks import Blink
from vico_listener.lab.evaluation.blinks import find_blinks
from vico_listener.lab.evaluation.nods import HeadGesture
from vico_listener.lab.evaluation.nods import find_nods
from vico_listener.lab.evaluation.nods import find_shakes
from vico_listener.lab.evaluation.signals import bridge
from vico_listener.lab.evaluation.signals import runs
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack

SMILE_LEVEL = 0.3
"""A face whose smile exceeds this smiles."""

SHORTEST_PAUSE = 0.2
"""A silence of at least this long, s, is a pause."""

SHORTEST_PHRASE = 0.7
"""Speech of at least this long, s, is a phrase; a pause after it is a phrase end."""

FLOOR_PAUSE = 2.0
"""The speaker keeps the floor through pauses shorter than this, s ..."""

FLOOR_TAIL = 1.0
"""... and for this long, s, after the last word: an answer to it still counts."""


def floor(speaking: BoolArray) -> BoolArray:
    """Return (T,) where the speaker talks, pauses within the talk included."""
    held = bridge(speaking, FLOOR_PAUSE)
    tail = round(FLOOR_TAIL * FRAME_RATE)
    for _, stop in runs(held):
        held[stop : stop + tail] = True
    return held


def phrase_ends(speaking: BoolArray) -> FloatArray:
    """Return (N,) times, s, where a phrase ends in a pause."""
    phrases = runs(bridge(speaking, SHORTEST_PAUSE))
    last = len(speaking) - SHORTEST_PAUSE * FRAME_RATE
    return np.array(
        [
            stop / FRAME_RATE
            for first, stop in phrases
            if (stop - first) / FRAME_RATE >= SHORTEST_PHRASE and stop <= last
        ]
    )


@dataclass(frozen=True)
class TrackEvents:
    """Nods, shakes, blinks and phrase ends of a track; times in s from its first frame."""

    track: MotionTrack

    @cached_property
    def nods(self) -> list[HeadGesture]:
        """Nods, in order of time."""
        return find_nods(self.track.angles)

    @cached_property
    def shakes(self) -> list[HeadGesture]:
        """Shakes, in order of time."""
        return find_shakes(self.track.angles)

    @cached_property
    def blinks(self) -> list[Blink]:
        """Blinks, in order of time."""
        return find_blinks(self.track.expression)

    @cached_property
    def nod_onsets(self) -> FloatArray:
        """(N,) onsets of the nods."""
        return np.array([nod.start for nod in self.nods])

    @cached_property
    def phrase_ends(self) -> FloatArray:
        """(N,) ends of the speaker's phrases; none without a recorded speaker."""
        speaker = self.track.speaker
        return phrase_ends(speaker.speaking) if speaker else np.array([])

    @cached_property
    def speech(self) -> BoolArray:
        """(T,) where the speaker speaks, gaps too short for a pause included; else nowhere."""
        speaker = self.track.speaker
        return (
            bridge(speaker.speaking, SHORTEST_PAUSE) if speaker else np.zeros(len(self.track), bool)
        )

    @cached_property
    def floor(self) -> BoolArray:
        """(T,) where the speaker talks; everywhere without a recorded speaker."""
        speaker = self.track.speaker
        return floor(speaker.speaking) if speaker else np.ones(len(self.track), bool)

    @property
    def speech_seconds(self) -> float:
        """Return how long the speaker talks, s."""
        return float(self.floor.sum()) / FRAME_RATE

    def count_in(self, mask: BoolArray, times: Sequence[float]) -> int:
        """Count the times that lie where a mask (T,) is True."""
        frames = np.minimum(np.round(np.array(times) * FRAME_RATE), len(mask) - 1).astype(int)
        return int(mask[frames].sum())


def summary(track: MotionTrack) -> dict[str, float]:
    """Count nods, shakes, blinks, smiles and seconds of motion, speech and smile for a report."""
    events = TrackEvents(track)
    smiling = track.smile > SMILE_LEVEL
    return {
        'seconds': round(track.seconds, 3),
        'speech_seconds': round(events.speech_seconds, 3) if track.speaker else 0.0,
        'nods': len(events.nods),
        'shakes': len(events.shakes),
        'blinks': len(events.blinks),
        'smiles': len(runs(smiling)),
        'smile_seconds': round(float(smiling.sum()) / FRAME_RATE, 3),
    }
