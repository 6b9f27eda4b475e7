"""What a played conversation shows: reactions to the own voice, backchannels, turn ends, gaze."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.lab.recording.dialogue_clip import Exchange
from vico_listener.listener.expression import EYE_RANGE
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.tracks import read_motion
from vico_listener.motion import ARKIT_INDEX

Row = tuple[float, str, str]
"""The time (s), what was told, and its value."""

FOUND = 2.0
"""An end is found that is told from a moment before until so many seconds after it."""

EARLIEST = 0.3
"""That moment, s: the last syllable may be longer than the voice is heard."""

OVER_TOLD = {'interruption': 'interruption', 'backchannel': 'user_backchannel'}
"""What the topic `turn` tells of what the person says over the robot."""

AFTER = 0.6
"""So long after that the person may still count as speaking, s."""

OFF = 8.0
"""Eyes that are turned by more are not on the person, deg."""

EVENTS_FILE = 'conversation.csv'
"""The table of what was told."""


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a `conversation.csv` in the order of time."""
    with path.open(newline='', encoding='utf-8') as file:
        rows = [(float(r['time']), r['what'], r['value']) for r in csv.DictReader(file)]
    return sorted(rows, key=lambda row: row[0])


def state_spans(rows: Sequence[Row], end: float) -> list[tuple[float, float, str]]:
    """Return from when to when (s) each conversation state held."""
    states = [(at, value) for at, what, value in rows if what == 'state']
    ends = [*(at for at, _ in states[1:]), end][: len(states)]
    return [(at, until, value) for (at, value), until in zip(states, ends, strict=True)]


def conversation(
    rows: Sequence[Row],
    exchanges: Sequence[Exchange],
    times: NDArray[np.float64],
    gaze: NDArray[np.float64],
) -> dict[str, Any]:
    """Return the figures of a conversation.

    Args:
        rows: what was told.
        exchanges: who spoke when.
        times: (T,) of the listener's motion, s of the clip.
        gaze: (T,) how far it looks away from the person, deg.
    """
    talked = sum(exchange.end - exchange.begin for exchange in exchanges) / 60
    events = [(at, value) for at, what, value in rows if what == 'event']
    own = [value for at, value in events if any(x.speaks <= at < x.silent for x in exchanges)]
    theirs = [value for at, value in events if any(x.begin <= at < x.end for x in exchanges)]
    vocals = [at for at, what, _ in rows if what == 'vocal']
    told = [(at, value) for at, what, value in rows if what == 'turn']
    turns = [(at, value) for at, value in told if value not in OVER_TOLD.values()]
    before = ['', *(value for _, value in turns)]
    yields = [
        at for (at, value), last in zip(turns, before, strict=False) if value == 'yielding' != last
    ]
    delays = []
    for exchange in exchanges:
        late = [at - exchange.said for at in yields if -EARLIEST <= at - exchange.said <= FOUND]
        delays += late[:1]
    during = [at for at in yields if any(x.begin <= at < x.said - EARLIEST for x in exchanges)]
    spans = state_spans(rows, float(times[-1]) if len(times) else 0.0)
    on_person = {}
    for state in sorted({state for _, _, state in spans}):
        held = np.zeros(len(times), bool)
        for begin, end, other in spans:
            held |= (other == state) & (times >= begin) & (times < end)
        if held.any():
            on_person[state] = round(100 * float(np.mean(gaze[held] < OFF)), 1)
    return {
        'exchanges': len(exchanges),
        'gestures during its own voice': len(own),
        'own voice taken for the person [%]': taken_for_person(rows, exchanges),
        **{f'{what}s told': told_over(told, exchanges, what) for what in OVER_TOLD},
        'nods per minute of the person': round(theirs.count('nod') / talked, 2),
        'vocals per minute of the person': round(len(vocals) / talked, 2),
        'turn ends found': f'{len(delays)} of {len(exchanges)}',
        'delay of the ends, median [s]': round(float(np.median(delays)), 2) if delays else None,
        'ends told within a turn': len(during),
        'gaze on the person [%]': on_person,
    }


def taken_for_person(rows: Sequence[Row], exchanges: Sequence[Exchange]) -> float:
    """Return for how much of the robot's voice alone the person was taken to speak, %."""
    speech = [(at, value) for at, what, value in rows if what == 'person']
    ends = [at for at, _ in speech[1:]] + [float('inf')]
    spans = [(a, b) for (a, value), b in zip(speech, ends, strict=False) if value == 'speaking']
    heard = total = 0.0
    for exchange in exchanges:
        begin, end = exchange.spoken_over
        alone = [(exchange.speaks, exchange.silent)]
        if end > begin:
            alone = [(exchange.speaks, begin), (min(end + AFTER, exchange.silent), exchange.silent)]
        for first, last in alone:
            total += last - first
            heard += sum(max(0.0, min(b, last) - max(a, first)) for a, b in spans)
    return round(100.0 * heard / total, 1) if total else 0.0


def told_over(told: Sequence[tuple[float, str]], exchanges: Sequence[Exchange], what: str) -> str:
    """Return how many of the things that the person says over the robot were told as such.

    Args:
        told: when what was told of the turn.
        exchanges: who spoke when.
        what: `interruption` or `backchannel`.
    """
    said = [x for x in exchanges if x.over == what]
    found = sum(
        any(value == OVER_TOLD[what] and x.spoken_over[0] <= at <= x.silent for at, value in told)
        for x in said
    )
    others = [x for x in exchanges if x.over != what]
    false = sum(
        any(value == OVER_TOLD[what] and x.speaks <= at <= x.silent for at, value in told)
        for x in others
    )
    return f'{found} of {len(said)}, and {false} in {len(others)} other turns'


def conversation_of(folder: Path, exchanges: Sequence[Exchange], start: int) -> dict[str, Any]:
    """Return the figures of a recorded conversation.

    Args:
        folder: of the recording.
        exchanges: who spoke when.
        start: the stamp of the clip's time 0, ns.
    """
    ticks, track = read_motion(folder)
    times = ticks / MODEL_RATE - start / NANOSECONDS
    return conversation(read_rows(folder / EVENTS_FILE), exchanges, times, gaze_angle(track))


def gaze_angle(track: FaceTrack) -> NDArray[np.float64]:
    """Return how far head and eyes together look away from straight ahead, deg (T,)."""

    def eye(name: str) -> NDArray[np.float64]:
        return EYE_RANGE * np.asarray(track.expression[:, ARKIT_INDEX[name]], np.float64)

    left = track.rotation[:, 2] + eye('eyeLookOutLeft') - eye('eyeLookInLeft')
    down = track.rotation[:, 1] + eye('eyeLookDownLeft') - eye('eyeLookUpLeft')
    return np.asarray(np.degrees(np.hypot(left, down)))
