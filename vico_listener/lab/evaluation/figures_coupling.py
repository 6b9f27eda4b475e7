"""Figures of how the listener answers the speaker, and of how it mirrors him."""

import numpy as np

from vico_listener.lab.evaluation.coupling import answers
from vico_listener.lab.evaluation.coupling import latencies
from vico_listener.lab.evaluation.coupling import smile_answers
from vico_listener.lab.evaluation.face import find_smile_rises
from vico_listener.lab.evaluation.figure import MIN_SHARE_EVENTS
from vico_listener.lab.evaluation.figure import MIN_SPREAD_EVENTS
from vico_listener.lab.evaluation.figure import Figure
from vico_listener.lab.evaluation.figure import Pool
from vico_listener.lab.evaluation.figure import correlation
from vico_listener.lab.evaluation.figure import count_share
from vico_listener.lab.evaluation.figure import quantile
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import SpeakerTrack
from vico_listener.media.motion_track import smile

LISTENER_SMILE_RISE = 0.1
"""Least rise of a listener's smile that counts as an answer (it often smiles already)."""

LATE_SMILE = 2.0
"""A smile is answered late after this time, s; its answer's size is taken within it."""

MIN_SMILES = 3
"""Fewer smiles of the speaker than this say nothing about the answers."""


def answer_figures(pool: Pool) -> dict[str, Figure]:
    """Nods after phrase ends, against chance, and nods begun during speech."""
    delays = [
        delay
        for events in pool
        for delay in latencies(events.phrase_ends, events.nod_onsets).tolist()
    ]
    found = [
        answers(events.phrase_ends, events.nod_onsets, events.track.seconds) for events in pool
    ]
    ends, hits = sum(one.ends for one in found), sum(one.hits for one in found)
    chance = sum(one.chance_hits for one in found)
    enough = ends >= MIN_SHARE_EVENTS and chance > 0
    heard = [events for events in pool if events.track.speaker]
    nods = sum(len(events.nods) for events in heard)
    during = sum(events.count_in(events.speech, events.nod_onsets.tolist()) for events in heard)
    scattered = len(delays) >= MIN_SPREAD_EVENTS
    return {
        'delay': quantile(delays, 0.5, least=MIN_SPREAD_EVENTS),
        'delay_sd': Figure(
            float(np.std(delays, ddof=1)) if scattered else None, f'n = {len(delays)}'
        ),
        'answered': count_share(hits, ends),
        'contingency': Figure(hits / chance if enough else None, f'{hits} against {chance:.1f}'),
        'during_speech': count_share(during, nods),
    }


def _seen_smile(speaker: SpeakerTrack) -> FloatArray:
    """The speaker's smile, straight lines where no face was seen."""
    seen = np.flatnonzero(speaker.face_valid)
    return np.interp(np.arange(len(speaker.face_valid)), seen, smile(speaker.expression)[seen])


def smile_answer_figures(pool: Pool) -> dict[str, Figure]:
    """Delay and size of the listener's answers to the speaker's smiles."""
    delays: list[float | None] = []
    gains = []
    for events in pool:
        track = events.track
        if track.speaker is None or not track.speaker.face_valid.any():
            continue
        causes = find_smile_rises(_seen_smile(track.speaker))
        effects = find_smile_rises(track.smile, LISTENER_SMILE_RISE)
        delays += smile_answers(
            np.array([rise.onset for rise in causes]), np.array([rise.onset for rise in effects])
        )
        for rise in causes:
            first = round(rise.onset * FRAME_RATE)
            after = track.smile[first : first + round(LATE_SMILE * FRAME_RATE)]
            gains.append(float(after.max() - after[0]) / rise.rise)
    answered = [delay for delay in delays if delay is not None]
    late = sum(delay > LATE_SMILE for delay in answered)
    return {
        'smile_delay': quantile(answered, 0.5, least=MIN_SMILES),
        'smile_late': count_share(late, len(answered), least=MIN_SMILES),
        'smile_gain': quantile(gains, 0.5, least=MIN_SMILES),
    }


def mirror_figures(pool: Pool) -> dict[str, Figure]:
    """Correlation with the speaker's pitch and smile, where the speaker's face is seen."""
    pitch, smiles = [], []
    for events in pool:
        track, speaker = events.track, events.track.speaker
        if speaker is None or speaker.face_valid.sum() < FRAME_RATE:
            continue
        seen = speaker.face_valid
        pitch.append((track.rotation[seen, 1], speaker.rotation[seen, 1]))
        smiles.append((track.smile[seen], smile(speaker.expression[seen])))
    return {'pitch_r': correlation(pitch), 'smile_r': correlation(smiles)}
