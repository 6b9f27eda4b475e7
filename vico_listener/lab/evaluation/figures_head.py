"""Figures of the head: nods and the motion as a whole."""

import numpy as np

from vico_listener.lab.evaluation.figure import MIN_SHARE_EVENTS
from vico_listener.lab.evaluation.figure import MIN_SPREAD_EVENTS
from vico_listener.lab.evaluation.figure import Figure
from vico_listener.lab.evaluation.figure import Pool
from vico_listener.lab.evaluation.figure import count_share
from vico_listener.lab.evaluation.figure import interval_variation
from vico_listener.lab.evaluation.figure import quantile
from vico_listener.lab.evaluation.figure import spread
from vico_listener.lab.evaluation.head import SLOW_SPEED
from vico_listener.lab.evaluation.head import angular_speed
from vico_listener.lab.evaluation.head import fast_part
from vico_listener.lab.evaluation.head import jitter
from vico_listener.lab.evaluation.head import longest_frozen
from vico_listener.lab.evaluation.head import longest_still
from vico_listener.lab.evaluation.signals import acceleration
from vico_listener.lab.evaluation.signals import band_powers

NOD_BAND = (1.0, 3.0)
"""Hz; nods put pitch power there, drift does not."""

MANY_CYCLES = 5
"""Nods seldom have more cycles than this."""

DECAY_STROKES = 3
"""Strokes from which a nod shows whether its strokes shrink."""


def nod_figures(pool: Pool) -> dict[str, Figure]:
    """Frequency, size, cycles, decay, length and regularity of the nods."""
    nods = [nod for events in pool for nod in events.nods]
    hertz = [nod.frequency for nod in nods]
    sizes = [nod.amplitude for nod in nods]
    lengths = [nod.duration for nod in nods]
    cycles = [nod.cycles for nod in nods]
    decay = [
        abs(nod.strokes[-1].size / nod.strokes[0].size)
        for nod in nods
        if len(nod.strokes) >= DECAY_STROKES
    ]
    kinds = len(set(cycles)) if len(nods) >= MIN_SHARE_EVENTS else None
    few = sum(count <= MANY_CYCLES for count in cycles)
    seconds = sum(events.track.seconds for events in pool)
    return {
        'nod_hz': quantile(hertz, 0.5),
        'nod_hz_low': quantile(hertz, 0.05),
        'nod_hz_high': quantile(hertz, 0.95),
        'nod_size': quantile(sizes, 0.5),
        'nod_size_high': quantile(sizes, 0.95),
        'nod_size_max': quantile(sizes, 1.0),
        'nod_single': count_share(cycles.count(1), len(nods)),
        'nod_upto5': count_share(few, len(nods)),
        'nod_kinds': Figure(kinds, f'n = {len(nods)}'),
        'nod_decay': quantile(decay, 0.5, least=MIN_SPREAD_EVENTS),
        'nod_length_low': quantile(lengths, 0.1),
        'nod_length_high': quantile(lengths, 0.9),
        'nod_share': Figure(100 * sum(lengths) / seconds),
        'nod_interval_cv': interval_variation([events.nod_onsets.tolist() for events in pool]),
    }


def motion_figures(pool: Pool) -> dict[str, Figure]:
    """Spread, spectrum, speed, acceleration, stillness and jitter of the head."""
    tracks = [events.track for events in pool]
    speed = np.concatenate([angular_speed(track.rotation) for track in tracks])
    bend = np.concatenate([np.abs(acceleration(track.angles[:, 1])) for track in tracks])
    fast = np.concatenate([fast_part(track.angles[:, 1]) for track in tracks])
    noise = np.concatenate([jitter(track.angles) for track in tracks])
    powers = np.array([band_powers(track.angles[:, 1], NOD_BAND) for track in tracks])
    # Welch's powers are means over time: a longer track weighs more.
    inside, whole = np.array([track.seconds for track in tracks]) @ powers
    return {
        'roll_sd': Figure(spread(pool, lambda track: track.angles[:, 0])),
        'pitch_sd': Figure(spread(pool, lambda track: track.angles[:, 1])),
        'yaw_sd': Figure(spread(pool, lambda track: track.angles[:, 2])),
        'fast_pitch': Figure(float(np.sqrt(np.mean(fast**2)))),
        'pitch_1_3': Figure(100 * float(inside / whole) if whole > 0 else 0.0),
        'speed_rms': Figure(float(np.sqrt(np.mean(speed**2)))),
        'speed_p95': Figure(float(np.quantile(speed, 0.95))),
        'speed_max': Figure(float(speed.max())),
        'acceleration': Figure(float(np.quantile(bend, 0.99))),
        'still': Figure(max(longest_still(track.angles) for track in tracks)),
        'slow': Figure(100 * float(np.mean(speed < SLOW_SPEED))),
        'frozen': Figure(max(longest_frozen(track) for track in tracks)),
        'jitter': Figure(float(np.sqrt(np.mean(noise**2, axis=0)).max())),
    }
