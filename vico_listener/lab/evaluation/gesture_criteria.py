"""Defines how a listener must nod and shake its head: how often, and in what form."""

from collections.abc import Callable
from collections.abc import Collection

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

MANY_CYCLES = 5
"""Nods seldom have more cycles than this."""

DECAY_STROKES = 3
"""Strokes from which a nod shows whether its strokes shrink."""


def _of_nods(pool: Pool, number: Callable[[HeadGesture], float]) -> list[float]:
    """A number of every nod."""
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
    """Percentage of the nods that have one of these numbers of cycles."""
    cycles = _cycles(pool)
    return count_share(sum(count in counts for count in cycles), len(cycles))


def _kinds(pool: Pool) -> Figure:
    cycles = _cycles(pool)
    kinds = len(set(cycles)) if len(cycles) >= MIN_SHARE_EVENTS else None
    return Figure(kinds, f'n = {len(cycles)}')


def _decay(pool: Pool) -> Figure:
    """Last stroke in terms of the first, of nods that are long enough."""
    nods = [nod.strokes for events in pool for nod in events.nods]
    decay = [abs(s[-1].size / s[0].size) for s in nods if len(s) >= DECAY_STROKES]
    return quantile(decay, 0.5, least=MIN_SPREAD_EVENTS)


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
        ranges((None, 15), (None, 12), (None, 12)), source='measured',
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
        'nod_decay', 'nod cycles', 'last stroke / first', '', _decay,
        ranges((0.4, 0.95)), source='measured; Mori et al. 2025: later strokes shrink',
    ),
    Criterion(
        'nod_length_low', 'nod length', 'nod length, 10 %', 's',
        lambda pool: quantile(_lengths(pool), 0.1), ranges((0.4, None)), source='measured',
    ),
    Criterion(
        'nod_length_high', 'nod length', 'nod length, 90 %', 's',
        lambda pool: quantile(_lengths(pool), 0.9), ranges((None, 1.9)), source='measured',
    ),
    Criterion(
        'nod_share', 'nod length', 'time nodding', '%', _time_nodding,
        ranges((8, 35), (4, 25), (0, 12)), pooled=True,
        source='measured; Kato et al. 2025 (quoted)',
    ),
    Criterion(
        'nod_interval_cv', 'nod interval variation', 'nod interval CV', '',
        lambda pool: interval_variation([events.nod_onsets.tolist() for events in pool]),
        ranges((0.25, None)), pooled=True,
        source='judged: a metronome must fail; the limit is that of the intervals of blinks',
    ),
)  # fmt: skip
