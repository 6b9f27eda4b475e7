"""Running percentiles."""

import math

import numpy as np

from vico_listener.statistics import Durations


def test_percentiles_are_those_of_the_newest() -> None:
    durations = Durations(size=100)
    values = np.random.default_rng(0).exponential(0.01, 250)
    for number, value in enumerate(values.tolist(), start=1):
        durations.add(value)
        if number in (1, 60, 100, 250):
            newest = values[max(0, number - 100) : number]
            expected = 1e3 * np.percentile(newest, [50, 99, 100])
            np.testing.assert_allclose(list(durations.summary_ms().values()), expected)
            assert len(durations) == len(newest)


def test_without_any_there_is_no_number() -> None:
    summary = Durations().summary_ms()
    assert list(summary) == ['p50', 'p99', 'max'] and all(map(math.isnan, summary.values()))
