"""Replay goes on over pauses of all that is played, and still waits for a stack that is slow."""

import functools
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from vico_listener.nodes import quiet_watch
from vico_listener.nodes import replay_pace
from vico_listener.nodes.convert import wait_message
from vico_listener.nodes.quiet_watch import QuietWatch
from vico_listener.nodes.replay_pace import ReplayPace
from vico_listener.nodes.replay_pace import Standstill

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


def test_a_replay_that_waits_says_how_far_it_has_come() -> None:
    told: list[Standstill] = []
    stop = threading.Event()

    def hear(position: Standstill) -> None:
        told.append(position)
        if len(told) == 2:
            stop.set()

    pace = ReplayPace(stop, lambda: True, hear)
    pace.begin(START)
    send(pace, START)
    pace.answered(START)
    pace.sent(START + 10, image=False)
    for number in range(1, 60):
        send(pace, START + number * IMAGE_STEP)
    assert told[0].audio == START + 10 and told[0].tick == START
    assert -IMAGE_STEP < told[0].image - START - replay_pace.LEAD_NS <= 0
    assert told[0] == told[1]


class Node:
    """What a `QuietWatch` needs of its node; `watch` is what the timer would call."""

    steady_clock = None

    def __init__(self, simulated: bool, replays: int = 0) -> None:
        self.now = SECOND
        self._simulated = simulated
        self._replays = replays

    def create_subscription(self, *_: Any) -> None:
        """Subscribe to nothing."""

    def count_publishers(self, topic: str) -> int:
        return self._replays

    def create_timer(self, period: float, watch: Any, clock: Any) -> None:
        self.watch = watch

    def get_clock(self) -> Any:
        return SimpleNamespace(
            ros_time_is_active=self._simulated, now=lambda: SimpleNamespace(nanoseconds=self.now)
        )


class QuietFeed:
    """A feed to which nothing has come for long."""

    rest = 100.0

    def __init__(self, image: int = 0, audio: int = 0) -> None:
        self.released = 0
        self._newest = {'image': image, 'audio': audio}

    def newest(self, stream: str) -> int:
        return self._newest[stream]

    def release(self, silent: bool) -> None:
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
    end = functools.partial(ended.append, 1)
    QuietWatch(node, feed, True, 0.0, lambda: True, lambda: None, end, lambda: None)
    for _ in range(50):
        passed.seconds += 0.1
        node.now += SECOND // 10
        node.watch()
    assert bool(ended) is not simulated
    for _ in range(15):
        passed.seconds += 0.1
        node.watch()
    assert ended and feed.released == len(ended)


def test_silence_beside_our_replay_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine has much to do; the replay itself says when nothing more comes."""
    passed = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(quiet_watch.time, 'monotonic', lambda: passed.seconds)
    node, feed, ended = Node(False, replays=1), QuietFeed(START, START), []
    feed.rest = 10.0
    end = functools.partial(ended.append, 1)
    QuietWatch(node, feed, True, 0.0, lambda: True, lambda: None, end, lambda: None)
    node.watch()
    assert not ended
    feed.rest = quiet_watch.REPLAY_DIED + 1
    node.watch()
    assert ended


@pytest.mark.parametrize(
    ('sent', 'known', 'rest', 'let_go'),
    [
        ((2, 3), 1, 0.01, True),
        ((2, 4), 1, 0.01, False),  # audio is on its way to the stack
        ((3, 3), 1, 0.01, False),  # an image is
        ((2, 3), 0, 0.01, False),  # an answer is on its way to the replay
        ((2, 3), 1, 0.0, False),  # there is something to do
    ],
)
def test_what_waits_is_let_go_when_the_replay_waits_for_it(
    sent: tuple[int, int], known: int, rest: float, let_go: bool
) -> None:
    node, feed, ended = Node(False, replays=1), QuietFeed(2 * SECOND, 3 * SECOND), []
    feed.rest = rest
    end = functools.partial(ended.append, 1)
    watch = QuietWatch(node, feed, True, 0.0, lambda: True, lambda: None, end, lambda: SECOND)
    image, audio, tick = (n * SECOND for n in (*sent, known))
    watch.replay_waits(wait_message(Standstill(image, audio, tick)))
    assert bool(ended) is bool(feed.released) is let_go


def test_answers_of_an_earlier_pass_are_not_on_their_way() -> None:
    node, feed, ended = Node(False, replays=1), QuietFeed(2 * SECOND, 2 * SECOND), []
    end = functools.partial(ended.append, 1)
    watch = QuietWatch(node, feed, True, 0.0, lambda: True, lambda: None, end, lambda: 9 * SECOND)
    watch.replay_waits(wait_message(Standstill(2 * SECOND, 2 * SECOND, SECOND)))
    assert ended
