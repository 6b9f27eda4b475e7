"""How the listener's motion relates to the speaker's: phrase ends, answers, chance, mimicry."""

from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.signals import bridge
from vico_listener.lab.evaluation.signals import runs
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray

MIN_PAUSE = 0.2
"""A silence of at least this long, s, is a pause."""

MIN_PHRASE = 0.7
"""Speech of at least this long, s, is a phrase; a pause after it is a phrase end."""

FLOOR_PAUSE = 2.0
"""The speaker keeps the floor through pauses shorter than this, s ..."""

FLOOR_TAIL = 1.0
"""... and for this long, s, after the last word: an answer to it still counts."""

LATENCY_WINDOW = (-0.5, 2.0)
"""s from a phrase end; the first nod that begins in it is the one whose delay is measured."""

ANSWER_WINDOW = (0.0, 1.5)
"""s from a phrase end; a nod that begins in it answers the phrase."""

SHIFT_STEP = 0.5
"""s between the circular shifts that give the chance rate."""

SMILE_WINDOW = (-0.2, 4.0)
"""s from the onset of a speaker's smile; the listener's first onset in it is its answer."""


@dataclass(frozen=True)
class Answers:
    """Phrase ends, how many of them were answered, and how many would be by chance."""

    ends: int
    hits: int
    chance_hits: float


def floor(speaking: BoolArray) -> BoolArray:
    """(T,) where the speaker talks, pauses within the talk included."""
    held = bridge(speaking, FLOOR_PAUSE)
    tail = round(FLOOR_TAIL * FRAME_RATE)
    for _, stop in runs(held):
        held[stop : stop + tail] = True
    return held


def phrase_ends(speaking: BoolArray) -> FloatArray:
    """(N,) times, s, where a phrase ends in a pause."""
    phrases = runs(bridge(speaking, MIN_PAUSE))
    last = len(speaking) - MIN_PAUSE * FRAME_RATE
    return np.array(
        [
            stop / FRAME_RATE
            for first, stop in phrases
            if (stop - first) / FRAME_RATE >= MIN_PHRASE and stop <= last
        ]
    )


def latencies(ends: FloatArray, onsets: FloatArray) -> FloatArray:
    """(M,) delay, s, of the first onset in `LATENCY_WINDOW` of each phrase end that has one."""
    delays = []
    for end in ends:
        after = onsets - end
        inside = after[(after >= LATENCY_WINDOW[0]) & (after <= LATENCY_WINDOW[1])]
        delays.extend(inside[:1].tolist())
    return np.array(delays)


def _hits(ends: FloatArray, onsets: FloatArray) -> int:
    delay = onsets[None, :] - ends[:, None]
    inside = (delay >= ANSWER_WINDOW[0]) & (delay <= ANSWER_WINDOW[1])
    return int(inside.any(axis=1).sum())


def answers(ends: FloatArray, onsets: FloatArray, seconds: float) -> Answers:
    """Answered phrase ends of a recording of a length, and those of chance.

    Phrase ends whose answer window is cut off by the end of the recording are not usable. Chance:
    mean over circular shifts of the onsets, `SHIFT_STEP` apart, by at least the answer window.
    """
    usable = ends[ends + ANSWER_WINDOW[1] <= seconds]
    shifts = np.arange(ANSWER_WINDOW[1], seconds - ANSWER_WINDOW[1], SHIFT_STEP)
    by_chance = [_hits(usable, (onsets + shift) % seconds) for shift in shifts]
    chance = float(np.mean(by_chance)) if by_chance else 0.0
    return Answers(len(usable), _hits(usable, onsets), chance)


def smile_answers(speaker: FloatArray, listener: FloatArray) -> list[float | None]:
    """Delay, s, of the listener's first onset in `SMILE_WINDOW` of each speaker's, None without.

    Arguments are onset times, s.
    """
    delays: list[float | None] = []
    for onset in speaker:
        after = listener - onset
        inside = after[(after >= SMILE_WINDOW[0]) & (after <= SMILE_WINDOW[1])]
        delays.append(float(inside[0]) if len(inside) else None)
    return delays
