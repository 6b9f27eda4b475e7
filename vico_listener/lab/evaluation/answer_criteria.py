"""Defines how a listener must answer its speaker: by nods and smiles, but not as a mirror."""

from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.criterion import MIN_SHARE_EVENTS
from vico_listener.lab.evaluation.criterion import MIN_SPREAD_EVENTS
from vico_listener.lab.evaluation.criterion import Criterion
from vico_listener.lab.evaluation.criterion import Figure
from vico_listener.lab.evaluation.criterion import Pool
from vico_listener.lab.evaluation.criterion import correlation
from vico_listener.lab.evaluation.criterion import count_share
from vico_listener.lab.evaluation.criterion import quantile
from vico_listener.lab.evaluation.criterion import ranges
from vico_listener.lab.evaluation.smiles import SmileRise
from vico_listener.lab.evaluation.smiles import find_smile_rises
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import SpeakerTrack
from vico_listener.media.motion_track import smile

LATENCY_WINDOW = (-0.5, 2.0)
"""s from a phrase end; the first nod that begins in it is the one whose delay is measured."""

ANSWER_WINDOW = (0.0, 1.5)
"""s from a phrase end; a nod that begins in it answers the phrase."""

SHIFT_STEP = 0.5
"""s between the circular shifts that give the chance rate."""

LISTENER_SMILE_RISE = 0.1
"""Least rise of a listener's smile that counts as an answer (it often smiles already)."""

SMILE_WINDOW = (-0.2, 4.0)
"""s from the onset of a speaker's smile; the listener's first onset in it is its answer."""

LATE_SMILE = 2.0
"""A smile is answered late after this time, s; its answer's size is taken within it."""

MIN_SMILES = 3
"""Smallest number of the speaker's smiles from which the answers can be judged."""


@dataclass(frozen=True)
class Answers:
    """The number of phrase ends, of those answered, and of those answered by chance."""

    ends: int
    hits: int
    chance_hits: float


def latencies(ends: FloatArray, onsets: FloatArray) -> FloatArray:
    """Return the delays (M,), s, of each first onset in the `LATENCY_WINDOW` of a phrase end."""
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
    """Count the answered phrase ends of a recording, and those that chance would answer.

    Phrase ends whose answer window is cut off by the end of the recording are not usable. Chance:
    mean over circular shifts of the onsets, `SHIFT_STEP` apart, by at least the answer window.
    """
    usable = ends[ends + ANSWER_WINDOW[1] <= seconds]
    shifts = np.arange(ANSWER_WINDOW[1], seconds - ANSWER_WINDOW[1], SHIFT_STEP)
    by_chance = [_hits(usable, (onsets + shift) % seconds) for shift in shifts]
    chance = float(np.mean(by_chance)) if by_chance else 0.0
    return Answers(len(usable), _hits(usable, onsets), chance)


def _delays(pool: Pool) -> list[float]:
    """Return the delay of the nod after each phrase end that has one, s."""
    return [
        delay
        for events in pool
        for delay in latencies(events.phrase_ends, events.nod_onsets).tolist()
    ]


def _delay_spread(pool: Pool) -> Figure:
    delays = _delays(pool)
    enough = len(delays) >= MIN_SPREAD_EVENTS
    return Figure(float(np.std(delays, ddof=1)) if enough else None, f'n = {len(delays)}')


def _answers(pool: Pool) -> Answers:
    """Count the answers of all tracks together."""
    found = [
        answers(events.phrase_ends, events.nod_onsets, events.track.seconds) for events in pool
    ]
    return Answers(
        ends=sum(one.ends for one in found),
        hits=sum(one.hits for one in found),
        chance_hits=sum(one.chance_hits for one in found),
    )


def _answered(pool: Pool) -> Figure:
    found = _answers(pool)
    return count_share(found.hits, found.ends)


def _contingency(pool: Pool) -> Figure:
    found = _answers(pool)
    enough = found.ends >= MIN_SHARE_EVENTS and found.chance_hits > 0
    return Figure(
        found.hits / found.chance_hits if enough else None,
        f'{found.hits} against {found.chance_hits:.1f}',
    )


def _during_speech(pool: Pool) -> Figure:
    heard = [events for events in pool if events.track.speaker]
    during = sum(events.count_in(events.speech, events.nod_onsets.tolist()) for events in heard)
    return count_share(during, sum(len(events.nods) for events in heard))


PHRASE_ANSWERS = (
    Criterion(
        'delay', 'nod delay', 'nod after phrase end, median', 's',
        lambda pool: quantile(_delays(pool), 0.5, least=MIN_SPREAD_EVENTS),
        ranges((0.15, 0.8)), source='Kihara et al. 2016; measured',
    ),
    Criterion(
        'delay_sd', 'nod delay', 'nod after phrase end, sd', 's', _delay_spread,
        ranges((0.15, None)), source='Kihara et al. 2016; measured',
    ),
    Criterion(
        'answered', 'phrase ends answered', 'phrase ends answered', '%', _answered,
        ranges((25, 75), (15, 60), (0, 40)), pooled=True,
        source='Poppe et al. 2011 (quoted); judged',
    ),
    Criterion(
        'contingency', 'contingency', 'answered / chance', 'x', _contingency,
        ranges((1.2, None), (1.2, None), None), pooled=True, title='phrase ends answered / chance',
        source='judged: feedback shall be legible; real listeners are near 1',
    ),
    Criterion(
        'during_speech', 'nods during speech', 'nods begun during speech', '%', _during_speech,
        ranges((40, None), (40, None), None), pooled=True,
        source='Truong et al. 2011 (quoted)',
    ),
)  # fmt: skip


def smile_answers(speaker: FloatArray, listener: FloatArray) -> list[float | None]:
    """Return the delay, s, of the listener's first onset in `SMILE_WINDOW` of each speaker's.

    Arguments are onset times, s. None stands for an onset that nothing follows.
    """
    delays: list[float | None] = []
    for onset in speaker:
        after = listener - onset
        inside = after[(after >= SMILE_WINDOW[0]) & (after <= SMILE_WINDOW[1])]
        delays.append(float(inside[0]) if len(inside) else None)
    return delays


def _seen_smile(speaker: SpeakerTrack) -> FloatArray:
    """Return the speaker's smile, straight lines where no face was seen."""
    seen = np.flatnonzero(speaker.face_valid)
    return np.interp(np.arange(len(speaker.face_valid)), seen, smile(speaker.expression)[seen])


def _speaker_smiles(pool: Pool) -> list[tuple[MotionTrack, list[SmileRise]]]:
    """Return each track whose speaker is seen, and the speaker's smiles in it."""
    return [
        (events.track, find_smile_rises(_seen_smile(events.track.speaker)))
        for events in pool
        if events.track.speaker is not None and events.track.speaker.face_valid.any()
    ]


def _smile_delays(pool: Pool) -> list[float]:
    """Return the delay of every smile of the speaker that is answered, s."""
    delays: list[float | None] = []
    for track, causes in _speaker_smiles(pool):
        effects = find_smile_rises(track.smile, LISTENER_SMILE_RISE)
        delays += smile_answers(
            np.array([rise.onset for rise in causes]), np.array([rise.onset for rise in effects])
        )
    return [delay for delay in delays if delay is not None]


def _late_smiles(pool: Pool) -> Figure:
    delays = _smile_delays(pool)
    late = sum(delay > LATE_SMILE for delay in delays)
    return count_share(late, len(delays), least=MIN_SMILES)


def _smile_gain(pool: Pool) -> Figure:
    """Return how much the listener's smile grows in terms of the speaker's, median."""
    gains = []
    for track, causes in _speaker_smiles(pool):
        for rise in causes:
            first = round(rise.onset * FRAME_RATE)
            after = track.smile[first : first + round(LATE_SMILE * FRAME_RATE)]
            gains.append(float(after.max() - after[0]) / rise.rise)
    return quantile(gains, 0.5, least=MIN_SMILES)


SMILE_ANSWERS = (
    Criterion(
        'smile_delay', 'smile answer', 'smile answer, median', 's',
        lambda pool: quantile(_smile_delays(pool), 0.5, least=MIN_SMILES),
        ranges((0.2, 1.0), None, None),
        source='Riehle et al. 2017; Kroczek & Mühlberger 2023',
    ),
    Criterion(
        'smile_late', 'smile answer', 'smile answers after 2 s', '%', _late_smiles,
        ranges((None, 20), None, None), source='Riehle et al. 2017; judged',
    ),
    Criterion(
        'smile_gain', 'smile answer', 'answer / speaker', '', _smile_gain,
        ranges(None, (None, 1), (None, 0.1)), source='judged',
    ),
)  # fmt: skip


def _seen_together(pool: Pool) -> list[tuple[MotionTrack, SpeakerTrack]]:
    """Return the tracks in which the speaker's face is seen for a second, with the speaker."""
    pairs = [(events.track, events.track.speaker) for events in pool]
    return [
        (track, speaker)
        for track, speaker in pairs
        if speaker is not None and speaker.face_valid.sum() >= FRAME_RATE
    ]


def _pitch_correlation(pool: Pool) -> Figure:
    return correlation(
        [
            (track.rotation[speaker.face_valid, 1], speaker.rotation[speaker.face_valid, 1])
            for track, speaker in _seen_together(pool)
        ]
    )


def _smile_correlation(pool: Pool) -> Figure:
    return correlation(
        [
            (track.smile[speaker.face_valid], smile(speaker.expression[speaker.face_valid]))
            for track, speaker in _seen_together(pool)
        ]
    )


MIRRORING = (
    Criterion(
        'pitch_r', 'mirroring', 'pitch correlation', '', _pitch_correlation,
        ranges((-0.5, 0.5)), source='measured; judged: a plain mirror must fail',
    ),
    Criterion(
        'smile_r', 'mirroring', 'smile correlation', '', _smile_correlation,
        ranges((-0.5, 0.5)), source='measured; judged: a plain mirror must fail',
    ),
)  # fmt: skip
