"""Replay goes on over pauses of all that is played, and still waits for a stack that is slow."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from vico_listener.nodes import quiet_watch
from vico_listener.nodes import replay_pace
from vico_listener.nodes.quiet_watch import QuietWatch
from vico_listener.nodes.replay_pace import ReplayPace

SECOND = 1_000_000_000
START = 5 * SECOND
IMAGE_STEP = SECOND // 30


def playing(monkeypatch: pytest.MonkeyPatch) -> ReplayPace:
    """Return a pace that gives up soon."""
    monkeypatch.setattr(replay_pace, 'STALL', 0.3)
    pace = ReplayPace(threading.Event(), lambda: True)
    pace.begin(START)
    return pace


def send(pace: ReplayPace, stamp: int) -> None:
    pace.wait_for_consumer(stamp)
    pace.sent(stamp)


@pytest.mark.parametrize('pause', [2.0, 5.0, 100.0])
@pytest.mark.parametrize('held', [0, 3])
def test_a_pause_of_everything_is_played_over(
    monkeypatch: pytest.MonkeyPatch, pause: float, held: int
) -> None:
    """The stack holds the last images until audio comes, which stands behind the pause."""
    pace = playing(monkeypatch)
    for number in range(30):
        send(pace, START + number * IMAGE_STEP)
        pace.answered(START + (number - held) * IMAGE_STEP)
    after = START + 30 * IMAGE_STEP + round(pause * SECOND)
    send(pace, after)
    pace.answered(after)
    send(pace, after + IMAGE_STEP)


def test_a_slow_camera_without_audio_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = playing(monkeypatch)
    for number in range(6):
        send(pace, START + 2 * number * SECOND)
        pace.answered(START + 2 * number * SECOND)


@pytest.mark.parametrize('step', [IMAGE_STEP, 2 * SECOND])
def test_a_stack_that_answers_no_more_is_noticed(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """A pause does not hide that much is under way, however slow the camera is."""
    pace = playing(monkeypatch)
    send(pace, START)
    pace.answered(START)
    with pytest.raises(replay_pace.UnavailableError, match='has not answered'):
        for number in range(1, 60):
            send(pace, START + number * step)


class Node:
    """What a `QuietWatch` needs of its node; `watch` is what the timer would call."""

    steady_clock = None

    def __init__(self, simulated: bool) -> None:
        self.now = SECOND
        self._simulated = simulated

    def create_timer(self, period: float, watch: Any, clock: Any) -> None:
        self.watch = watch

    def get_clock(self) -> Any:
        return SimpleNamespace(
            ros_time_is_active=self._simulated, now=lambda: SimpleNamespace(nanoseconds=self.now)
        )


class QuietFeed:
    """A feed to which nothing has come for long."""

    rest = 100.0

    def __init__(self) -> None:
        self.released = 0

    def release(self) -> None:
        self.released += 1

    def call(self, job: Any) -> None:
        job()


@pytest.mark.parametrize('simulated', [True, False])
def test_a_replay_is_over_when_its_clock_stands_still(
    monkeypatch: pytest.MonkeyPatch, simulated: bool
) -> None:
    """While `/clock` runs on, what waits must wait for what comes after the pause."""
    passed = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(quiet_watch.time, 'monotonic', lambda: passed.seconds)
    node, feed, ended = Node(simulated), QuietFeed(), []
    QuietWatch(node, feed, True, 0.0, lambda: True, lambda: None, lambda: ended.append(1))
    for _ in range(50):
        passed.seconds += 0.1
        node.now += SECOND // 10
        node.watch()
    assert bool(ended) is not simulated
    for _ in range(15):
        passed.seconds += 0.1
        node.watch()
    assert ended and feed.released == len(ended)
