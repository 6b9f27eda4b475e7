"""A head comes to rest although a joint does not follow, and what did not follow stays known."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from plant import Bench

from vico_listener.robot import load_profile
from vico_listener.robot.controller import EASING
from vico_listener.robot.controller import RETURN_SPARE
from vico_listener.robot.following import LEASH

TIAGO = load_profile('tiago')
LONGEST = RETURN_SPARE + max(
    (j.maximum - j.minimum) / (EASING * j.max_velocity) for j in TIAGO.joints
)
BRAKING = 0.5


def nods(seconds: float) -> list[float]:
    return [0.0, 0.1 * math.sin(2 * math.pi * 1.5 * seconds), 0.05]


def looks_left(seconds: float) -> list[float]:
    return [0.0, 0.0, 0.8]


def stuck(noise: float = 0.0) -> Bench:
    """A head whose yaw is held at 0.8 rad, which is known; noise is of its sensor, degrees."""
    random = np.random.default_rng(0)

    def sensor(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        return positions + random.normal(0.0, math.radians(noise), positions.shape)

    bench = Bench(TIAGO, (0.0, 0.0), sensor=sensor)
    bench.run(0.5)
    bench.run(3.0, looks_left)
    bench.plant.blocked = {0}
    bench.run(2.0, nods)
    assert [lag.joint for lag in bench.head.watch.lags] == ['head_1_joint']
    return bench


@pytest.mark.parametrize('noise', [0.0, 0.02, 0.1, 0.3])
def test_a_joint_that_is_held_ends_the_commands_once_nobody_listens(noise: float) -> None:
    bench = stuck(noise)
    place = bench.plant.positions[0]
    bench.run(LONGEST + BRAKING)
    assert not bench.head.awake
    count = len(bench.commands)
    assert abs(bench.commands[-1].positions[0] - place) < LEASH + math.radians(5.0 * noise)
    assert abs(bench.plant.positions[1]) < 0.01  # the other one is at neutral
    bench.run(2.0)
    assert len(bench.commands) == count
    # Let go of, it stays where it is, and it is taken back within its limits.
    since = len(bench.plant.path)
    bench.plant.blocked = set()
    bench.run(1.0)
    assert len(bench.commands) == count
    bench.run(4.0, nods)
    assert bench.at_the_joint(since) == 'ok'
    assert bench.head.watch.lags == []
    assert abs(bench.plant.positions[0] - 0.05) < 0.02 + math.radians(noise)


@pytest.mark.parametrize('frequency', [0.2, 1.0, 3.0])
def test_another_writer_ends_the_commands_once_nobody_listens(frequency: float) -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(2.0, nods)

    def moved(seconds: float) -> list[float]:
        return [0.8 * math.sin(math.tau * frequency * seconds), 0.0]

    bench.run(1.0, nods, moved=moved)
    bench.run(LONGEST + BRAKING, moved=lambda s: moved(s + 1.0))
    assert not bench.head.awake
    steps = np.diff([command.positions for command in bench.commands], axis=0)
    assert bench.head.limits.found()
    assert all(not demand.excess() for demand in bench.head.limits.found().values())
    assert np.abs(steps[-1]).max() < 1e-3  # it did not stop on the way


@pytest.mark.parametrize('free', [False, True])
def test_what_did_not_follow_stays_known_until_it_moves(free: bool) -> None:
    bench = stuck()
    bench.run(LONGEST + BRAKING)
    assert not bench.head.awake
    assert [lag.joint for lag in bench.head.watch.lags] == ['head_1_joint']
    bench.run(0.5)
    if free:
        bench.plant.blocked = set()
    since = len(bench.plant.path)
    named = []
    for _ in range(40):
        bench.run(0.1, nods)
        named.append([lag.joint for lag in bench.head.watch.lags])
    assert named[0] == ['head_1_joint']
    assert named[-1] == ([] if free else ['head_1_joint'])
    if not free:
        assert named == [['head_1_joint']] * 40
    assert bench.at_the_joint(since) == 'ok'


def test_what_was_moved_meanwhile_is_free() -> None:
    bench = stuck()
    bench.run(LONGEST + BRAKING)
    bench.plant.blocked = set()
    bench.plant.put([-0.4, 0.2])
    since = len(bench.plant.path)
    bench.run(0.6)
    named = []
    for _ in range(40):
        bench.run(0.1, nods)
        named += bench.head.watch.lags if bench.head.start == 'measured' and _ > 8 else []
    assert named == []
    assert bench.at_the_joint(since) == 'ok'
    assert abs(bench.plant.positions[0] - 0.05) < 0.02
