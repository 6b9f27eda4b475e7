"""Defines how a listener must nod and shake its head: how often, in what form, how variedly.

'Five corpora' are the lengths of 1,748 annotated nods (jancio/Deep-Virtual-Rapport-Agent), 'German'
those of 736 feedback nods (jobschepens/cross-modal-head-nod-analysis).
"""

from collections.abc import Callable
from collections.abc import Collection
from itertools import pairwise

import numpy as np

from vico_listener.lab.evaluation.criterion import MIN_SHARE_EVENTS
from vico_listener.lab.evaluation.criterion import MIN_SPREAD_EVENTS
from vico_listener.lab.evaluation.criterion import Criterion
from vico_listener.lab.evaluation.criterion import Figure
from vico_listener.lab.evaluation.criterion import Pool
from vico_listener.lab.evaluation.criterion import count_share
from vico_listener.lab.evaluation.criterion import interval_variation
from vico_listener.lab.evaluation.criterion import per_minute
from vico_listener.lab.evaluation.criterion import quantile
from vico_listener.lab.evaluation.criterion import ranges
from vico_listener.lab.evaluation.nods import HeadGesture

CLUSTER_GAP = 2.0
"""Nods with a shorter pause between them, s, belong to one cluster."""

MANY_CYCLES = 5
"""Nods seldom have more cycles than this."""

DECAY_STROKES = 3
"""Strokes from which a nod shows whether its strokes shrink."""


def _of_nods(pool: Pool, number: Callable[[HeadGesture], float]) -> list[float]:
    """Return a number of every nod."""
    return [number(nod) for events in pool for nod in events.nods]


def _frequencies(pool: Pool) -> list[float]:
    return _of_nods(pool, lambda nod: nod.frequency)


def _sizes(pool: Pool) -> list[float]:
    return _of_nods(pool, lambda nod: nod.amplitude)


def _cycles(pool: Pool) -> list[float]:
    return _of_nods(pool, lambda nod: nod.cycles)


def _lengths(pool: Pool) -> list[float]:
    return _of_nods(pool, lambda nod: nod.duration)


def _share_of_cycles(pool: Pool, counts: Collection[float]) -> Figure:
    """Return the percentage of the nods that have one of these numbers of cycles."""
    cycles = _cycles(pool)
    return count_share(sum(count in counts for count in cycles), len(cycles))


def _kinds(pool: Pool) -> Figure:
    cycles = _cycles(pool)
    kinds = len(set(cycles)) if len(cycles) >= MIN_SHARE_EVENTS else None
    return Figure(kinds, f'n = {len(cycles)}')


def _decay(pool: Pool) -> Figure:
    """Return the last stroke in terms of the first, of nods that are long enough."""
    nods = [nod.strokes for events in pool for nod in events.nods]
    decay = [abs(s[-1].size / s[0].size) for s in nods if len(s) >= DECAY_STROKES]
    return quantile(decay, 0.5, least=MIN_SPREAD_EVENTS)


def _spread_ratio(values: list[float]) -> Figure:
    """Return the 90 % quantile as a multiple of the 10 % quantile."""
    if len(values) < MIN_SHARE_EVENTS:
        return Figure(None, f'n = {len(values)}')
    low, high = np.quantile(values, (0.1, 0.9))
    return Figure(float(high / low), f'{low:.1f} to {high:.1f}')


def _cycle_sd(pool: Pool) -> Figure:
    cycles = _cycles(pool)
    enough = len(cycles) >= MIN_SHARE_EVENTS
    return Figure(float(np.std(cycles)) if enough else None, f'n = {len(cycles)}')


def _clustered(pool: Pool) -> Figure:
    """Return the percentage of the pauses between the nods of a track that are short."""
    gaps = [later.start - nod.end for events in pool for nod, later in pairwise(events.nods)]
    return count_share(sum(gap < CLUSTER_GAP for gap in gaps), len(gaps))


def _begun_down(pool: Pool) -> Figure:
    first = _of_nods(pool, lambda nod: nod.strokes[0].size)
    return count_share(sum(size > 0 for size in first), len(first))


def _time_nodding(pool: Pool) -> Figure:
    seconds = sum(events.track.seconds for events in pool)
    return Figure(100 * sum(_lengths(pool)) / seconds)


NOD_RATE = Criterion(
    'nod_rate', 'nods', 'nods', '/min',
    lambda pool: per_minute(pool, lambda events: events.nod_onsets.tolist()),
    ranges((6, 25), (4, 20), (0, 8)), pooled=True, title='nods /min',
    source='measured; Poppe et al. 2011, Kato et al. 2025 (quoted); negative: judged',
)  # fmt: skip

GESTURES = (
    NOD_RATE,
    Criterion(
        'shake_rate', 'shakes', 'shakes', '/min',
        lambda pool: per_minute(pool, lambda events: [shake.start for shake in events.shakes]),
        ranges((0, 2), (0, 2), (1, 8)), pooled=True, title='shakes /min',
        source='measured; negative: judged',
    ),
    Criterion(
        'nod_hz', 'nod frequency', 'nod frequency, median', 'Hz',
        lambda pool: quantile(_frequencies(pool), 0.5),
        ranges((1.4, 3.2), (1, 3), (1, 3)), title='nod frequency, Hz',
        source='measured; Kihara et al. 2016; Hadar et al. 1983 (quoted)',
    ),
    Criterion(
        'nod_hz_low', 'nod frequency', 'nod frequency, 5 %', 'Hz',
        lambda pool: quantile(_frequencies(pool), 0.05),
        ranges((0.8, None)), source='measured; Kihara et al. 2016; Hadar et al. 1983 (quoted)',
    ),
    Criterion(
        'nod_hz_high', 'nod frequency', 'nod frequency, 95 %', 'Hz',
        lambda pool: quantile(_frequencies(pool), 0.95),
        ranges((None, 4.5)), source='measured; Kihara et al. 2016; Hadar et al. 1983 (quoted)',
    ),
    Criterion(
        'nod_size', 'nod size', 'nod size, median', 'deg',
        lambda pool: quantile(_sizes(pool), 0.5),
        ranges((3, 7), (2.5, 6), (2, 6)), title='nod size, deg',
        source='measured; Blomsma et al. 2024, Kato 2026 (quoted)',
    ),
    Criterion(
        'nod_size_high', 'nod size', 'nod size, 95 %', 'deg',
        lambda pool: quantile(_sizes(pool), 0.95),
        ranges((None, 20), (None, 12), (None, 12)),
        source='measured: 16 of all seven, with the one in a laugh',
    ),
    Criterion(
        'nod_size_ratio', 'nod variety', 'nod size, 90 % / 10 %', 'x',
        lambda pool: _spread_ratio(_sizes(pool)), ranges((2, 8)), pooled=True,
        title='nod size, 90 % / 10 %', source='measured: 4.6 (2.2 to 10.2 deg)',
    ),
    Criterion(
        'nod_hz_ratio', 'nod variety', 'nod frequency, 90 % / 10 %', 'x',
        lambda pool: _spread_ratio(_frequencies(pool)), ranges((1.4, 3.5)), pooled=True,
        title='nod frequency, 90 % / 10 %', source='measured: 2.2 (1.25 to 2.8 Hz)',
    ),
    Criterion(
        'nod_down', 'nod variety', 'nods that begin downward', '%', _begun_down,
        ranges((40, 85)), pooled=True, title='nods that begin downward, %',
        source='measured: 50; Kato 2026 (quoted): 76',
    ),
    Criterion(
        'nod_size_max', 'nod size', 'nod size, largest', 'deg',
        lambda pool: quantile(_sizes(pool), 1.0),
        ranges((None, 25)), hard=True, source='measured: the largest, in a laugh, had 24',
    ),
    Criterion(
        'nod_single', 'nod cycles', 'nods of one cycle', '%',
        lambda pool: _share_of_cycles(pool, [1]),
        ranges((15, 65)), pooled=True,
        source='Kihara et al. 2016; Mori et al. 2025, Kato 2026 (quoted); measured',
    ),
    Criterion(
        'nod_upto5', 'nod cycles', 'nods of up to 5 cycles', '%',
        lambda pool: _share_of_cycles(pool, range(MANY_CYCLES + 1)),
        ranges((95, None)), pooled=True, source='Kihara et al. 2016; Mori et al. 2025 (quoted)',
    ),
    Criterion(
        'nod_kinds', 'nod cycles', 'different cycle counts', '', _kinds,
        ranges((2, None)), pooled=True, source='measured; judged: a metronome must fail',
    ),
    Criterion(
        'nod_cycle_sd', 'nod cycles', 'cycles, sd', '', _cycle_sd,
        ranges((0.5, 1.8)), pooled=True, title='nod cycles, sd',
        source='measured: 0.81; Kihara et al. 2016: 0.95',
    ),
    Criterion(
        'nod_decay', 'nod cycles', 'last stroke / first', '', _decay,
        ranges((0.4, 0.95)), source='measured; Mori et al. 2025: later strokes shrink',
    ),
    Criterion(
        'nod_length_low', 'nod length', 'nod length, 10 %', 's',
        lambda pool: quantile(_lengths(pool), 0.1), ranges((0.4, None)), source='measured',
    ),
    Criterion(
        'nod_length_high', 'nod length', 'nod length, 90 %', 's',
        lambda pool: quantile(_lengths(pool), 0.9), ranges((None, 4)),
        source='measured: 1.8; German: 3.3; five corpora: between 2.3 and 4.2',
    ),
    Criterion(
        'nod_share', 'nod length', 'time nodding', '%', _time_nodding,
        ranges((8, 35), (4, 25), (0, 12)), pooled=True,
        source='measured; Kato et al. 2025 (quoted)',
    ),
    Criterion(
        'nod_interval_cv', 'nod interval variation', 'nod interval CV', '',
        lambda pool: interval_variation([events.nod_onsets.tolist() for events in pool]),
        ranges((0.4, 2.5)), pooled=True,
        source='judged: a metronome has 0, chance 1, clusters more',
    ),
    Criterion(
        'nod_clusters', 'nod clusters', 'pauses between nods below 2 s', '%', _clustered,
        ranges((15, 90), (15, 90), None), pooled=True, title='pauses between nods below 2 s, %',
        source='measured: many, 0.13 to 2.0 s; at 15 nods a minute chance alone gives 40',
    ),
)  # fmt: skip
