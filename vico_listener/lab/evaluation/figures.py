"""The figures of the acceptance table, measured on the pooled tracks of one attitude."""

from vico_listener.lab.evaluation.figure import Figure
from vico_listener.lab.evaluation.figure import Pool
from vico_listener.lab.evaluation.figures_coupling import answer_figures
from vico_listener.lab.evaluation.figures_coupling import mirror_figures
from vico_listener.lab.evaluation.figures_coupling import smile_answer_figures
from vico_listener.lab.evaluation.figures_face import blink_figures
from vico_listener.lab.evaluation.figures_face import brow_figures
from vico_listener.lab.evaluation.figures_face import gaze_figures
from vico_listener.lab.evaluation.figures_face import jaw_figures
from vico_listener.lab.evaluation.figures_face import smile_figures
from vico_listener.lab.evaluation.figures_head import motion_figures
from vico_listener.lab.evaluation.figures_head import nod_figures


def rate_figures(pool: Pool) -> dict[str, Figure]:
    """Nods, shakes and blinks per minute of speaker talking.

    Both the events and the minutes are those of the speaker's floor, pauses within it included.
    """
    minutes = sum(events.speech_seconds for events in pool) / 60
    counts = {'nod_rate': 0, 'shake_rate': 0, 'blink_rate': 0}
    for events in pool:
        shakes = [shake.start for shake in events.shakes]
        blinks = [blink.peak for blink in events.blinks]
        counts['nod_rate'] += events.count_in(events.floor, events.nod_onsets.tolist())
        counts['shake_rate'] += events.count_in(events.floor, shakes)
        counts['blink_rate'] += events.count_in(events.floor, blinks)
    return {
        key: Figure(count / minutes if minutes else None, f'{count} in {minutes:.1f} min')
        for key, count in counts.items()
    }


MEASURES = (
    rate_figures,
    nod_figures,
    motion_figures,
    answer_figures,
    smile_answer_figures,
    mirror_figures,
    smile_figures,
    brow_figures,
    jaw_figures,
    blink_figures,
    gaze_figures,
)


def measure(pool: Pool) -> dict[str, Figure]:
    """Every figure that `vico_listener.lab.evaluation.ranges` has a criterion for, by its key."""
    return {key: figure for part in MEASURES for key, figure in part(pool).items()}
