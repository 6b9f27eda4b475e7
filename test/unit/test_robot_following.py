"""A joint that is blocked is noticed while it only nods, and one that follows badly is not."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from plant import MS
from plant import Bench
from plant import Plant

from vico_listener.robot import load_profile
from vico_listener.robot.following import LEASH
from vico_listener.robot.following import MOVED
from vico_listener.robot.motion_ranges import GAP_NS

PITCH = 1
HEAD = load_profile('generic_3dof')
NODS_EVERY = 2.5


@dataclass(frozen=True)
class Neck:
    """What is drawn of a neck and of how its listener nods; angles in degrees.

    Attributes:
        lag: time constant of its servos, s.
        delay: until a command is felt, s.
        gain: share of a way that it goes.
        play: what it stays from where it is sent.
        noise: of its sensor, standard deviation.
        step: of its sensor.
        heard: ms between two positions that it says.
        size: of a nod, from end to end.
        frequency: of nods, Hz.
    """

    lag: float
    delay: float
    gain: float
    play: float
    noise: float
    step: float
    heard: int
    size: float
    frequency: float

    @staticmethod
    def drawn(seed: int, smallest: float = 0.5) -> 'Neck':
        random = np.random.default_rng(seed)
        size, frequency = random.uniform(smallest, 9.0), random.uniform(0.7, 3.0)
        lag, play = random.uniform(0.02, 0.2), random.uniform(0.0, 1.0)
        slow = 1.0 / math.hypot(1.0, math.tau * frequency * lag)
        # One that makes next to nothing of a nod does not follow.
        gain = max(random.uniform(0.5, 1.0), min(1.0, 0.35 / slow))
        play *= gain * slow * size - 2.0 * play > 0.35 * size
        return Neck(
            lag=lag,
            delay=random.uniform(0.0, 0.15),
            gain=gain,
            play=play,
            noise=float(random.choice([0.0, 0.03, 0.06])),
            step=float(random.choice([0.01, 0.09, 0.3])),
            heard=int(random.choice([10, 20, 50, 100])),
            size=size,
            frequency=frequency,
        )

    def bench(self, seed: int) -> Bench:
        random = np.random.default_rng(seed)
        straight = [0.0] * len(HEAD.joints)
        step = math.radians(self.step)

        def sensor(positions: NDArray[np.float64]) -> NDArray[np.float64]:
            noisy = positions + random.normal(0.0, math.radians(self.noise), positions.shape)
            return np.round(noisy / step) * step

        plant = Plant(straight, self.lag, self.delay, self.gain, math.radians(self.play))
        bench = Bench(HEAD, straight, plant=plant, sensor=sensor, heard=self.heard)
        bench.run(0.5)
        return bench

    def nod(self, seconds: float) -> list[float]:
        """Two nods every `NODS_EVERY` s, while the head sways by a degree."""
        since = seconds % NODS_EVERY
        nod = since < 2.0 / self.frequency
        turn = math.radians(self.size / 2.0) * math.sin(math.tau * self.frequency * since) * nod
        return [0.0, turn + math.radians(1.0) * math.sin(seconds), 0.02 * math.sin(seconds)]


class Dialogue:
    """A bench whose listener nods, from its beginning on."""

    def __init__(self, neck: Neck, seed: int) -> None:
        self.neck, self.bench, self.seconds = neck, neck.bench(seed), 0.0

    def run(self, seconds: float) -> list[str]:
        """Go on for a time; return the joints that do not follow."""
        before = self.seconds
        self.bench.run(seconds, lambda s: self.neck.nod(before + s))
        self.seconds += seconds
        return [lag.joint for lag in self.bench.head.watch.lags]

    def until(self, lags: list[str], seconds: float) -> None:
        """Go on until these joints do not follow; fail after a time."""
        end = self.seconds + seconds
        while self.run(0.25) != lags:
            assert self.seconds < end, self.neck


@pytest.mark.parametrize('seed', range(20))
def test_a_neck_that_follows_badly_follows(seed: int) -> None:
    dialogue = Dialogue(Neck.drawn(seed), seed)
    for _ in range(6):
        assert dialogue.run(1.0) == [], (dialogue.neck, dialogue.bench.head.watch.lags)


@pytest.mark.parametrize('seed', range(10))
def test_a_neck_that_sticks_in_a_nod_is_noticed_and_comes_back(seed: int) -> None:
    neck = Neck.drawn(1000 + seed, smallest=4.5)
    dialogue = Dialogue(neck, seed)
    bench = dialogue.bench
    # At any moment of a nod.
    assert dialogue.run(NODS_EVERY + 0.25 + (seed % 4) / 4 / neck.frequency) == []
    bench.plant.blocked = {PITCH}
    place = bench.plant.positions[PITCH]
    dialogue.until(['head_pitch'], 2 * NODS_EVERY)
    (lag,) = bench.head.watch.lags
    assert str(lag).startswith('head_pitch moved by ') and 'degrees that it was sent' in str(lag)
    # Whatever it nods, it is not pushed, and stays known as blocked.
    dialogue.run(0.5)
    since = len(bench.commands)
    for _ in range(3):
        assert dialogue.run(1.0) == ['head_pitch']
    pushed = np.abs([command.positions[PITCH] - place for command in bench.commands[since:]])
    assert pushed.max() < LEASH + math.radians(4 * neck.noise + neck.step)
    since = len(bench.plant.path)
    bench.plant.blocked = set()
    dialogue.until([], 3 * NODS_EVERY)
    assert bench.at_the_joint(since) == 'ok'
    # And it goes on nodding.
    assert dialogue.run(2 * NODS_EVERY) == []
    nods = np.array(bench.plant.path)[-round(1000 * NODS_EVERY) :, PITCH]
    assert math.degrees(np.ptp(nods)) > 0.25 * neck.size


def test_a_blocked_neck_stays_known_on_a_computer_that_is_held_up() -> None:
    dialogue = Dialogue(Neck(0.05, 0.01, 1.0, 0.0, 0.0, 0.01, 20, 6.0, 1.5), 0)
    bench = dialogue.bench

    def run(seconds: int) -> list[list[str]]:
        found = []
        for _ in range(2 * seconds):
            found.append(dialogue.run(0.4))
            bench.run(0.1, stalls=True)  # so long that the head begins anew
        return found

    assert run(4) == [[]] * 8
    bench.plant.blocked = {PITCH}
    run(6)
    assert run(4) == [['head_pitch']] * 8
    bench.plant.blocked = set()
    run(4)
    assert run(2) == [[]] * 4


def test_a_blocked_neck_that_is_asked_nothing_is_not_accused() -> None:
    neck = Neck.drawn(0, smallest=6.0)
    bench = neck.bench(0)
    bench.plant.blocked = {PITCH}
    bench.run(6.0, lambda s: [0.0, 0.002 * math.sin(s), 0.0])
    assert bench.head.watch.lags == []


def test_states_that_come_too_rarely_to_see_a_nod_accuse_nobody() -> None:
    rarely = 450
    assert rarely * MS > GAP_NS
    bench = Bench(HEAD, [0.0, 0.0, 0.0], heard=rarely)
    bench.run(0.45)
    for _ in range(20):  # at the same place of every nod
        bench.run(rarely / 1000, lambda s: [0.0, 0.05 * math.sin(math.tau * s / 0.45), 0.0])
        assert bench.head.watch.lags == []


def test_nods_in_a_gap_of_the_states_accuse_nobody() -> None:
    dialogue = Dialogue(Neck(0.05, 0.01, 1.0, 0.0, 0.0, 0.01, 20, 6.0, 2.0), 0)
    assert dialogue.run(NODS_EVERY) == []
    for _ in range(3):
        for says in (False, True):
            dialogue.bench.says = says
            assert dialogue.run(NODS_EVERY / 2) == []


def test_noise_sets_nobody_free() -> None:
    assert math.degrees(MOVED) > 6 * 0.06 + 0.3
