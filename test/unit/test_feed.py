"""What is dropped of a backlog, and in which order the jobs of several streams come."""

import threading
import time
from collections.abc import Sequence
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from vico_listener.perception.feed import LIVE_CHUNKS
from vico_listener.perception.feed import OWN_VOICE
from vico_listener.perception.feed import Feed
from vico_listener.perception.feed import Job
from vico_listener.perception.feed import StampOrder

MS = 1_000_000
IMAGES = [('image', stamp) for stamp in range(0, 3000, 83)]
SOUND = [('audio', stamp) for stamp in range(0, 3000, 10)]


def no_error(error: Exception) -> None:
    raise AssertionError(error)


class HeldFeed:
    """A feed whose worker is held up until `finish`."""

    def __init__(self, lossless: bool, ordered: tuple[str, ...] = ()) -> None:
        self.errors: list[Exception] = []
        self.feed = Feed(self.errors.append, lossless, ordered)
        self._gate, busy = threading.Event(), threading.Event()
        self.feed.call(lambda: busy.set() or self._gate.wait(10.0) and None)
        assert busy.wait(10.0)

    def finish(self) -> None:
        """Let the worker do all that waits for it, then stop it."""
        done = threading.Event()
        self.feed.call(done.set)
        self._gate.set()
        assert done.wait(10.0)
        self.feed.stop()
        assert not self.errors


def noted(seen: list, entry: object) -> Job:
    return lambda: seen.append(entry)


def test_a_feed_rests_when_its_work_is_done() -> None:
    """A machine on which a job takes long is no stream that has ended."""
    held = HeldFeed(lossless=True)
    assert held.feed.quiet > held.feed.rest == 0.0
    ended: list[float] = []
    held.feed.put('image', 0, lambda: ended.append(time.monotonic()))
    assert held.feed.rest == 0.0
    held.finish()
    before = time.monotonic()
    assert 0.0 < held.feed.rest <= time.monotonic() - ended[0]
    assert held.feed.rest < held.feed.quiet or before == ended[0]


def test_images_are_seen_although_audio_piles_up() -> None:
    seen: list[str] = []
    held = HeldFeed(lossless=False)
    for number in range(6):
        held.feed.put('image', 0, noted(seen, f'image {number}'))
        for _ in range(3):
            held.feed.put('audio', 0, noted(seen, 'sound'))
    held.finish()
    assert [what for what in seen if what != 'sound'] == ['image 0', 'image 5']
    assert seen[0] == 'image 0' and seen.count('sound') == 18
    assert held.feed.dropped == {'image': 4}


def test_of_audio_that_piles_up_the_oldest_is_dropped_and_counted() -> None:
    seen: list[int] = []
    held = HeldFeed(lossless=False)
    for number in range(LIVE_CHUNKS + 30):
        held.feed.put('audio', 0, noted(seen, number))
    assert len(held.feed) == LIVE_CHUNKS
    held.finish()
    assert seen == list(range(30, LIVE_CHUNKS + 30)) and held.feed.dropped == {'audio': 30}


def test_lossless_keeps_every_image() -> None:
    seen: list[int] = []
    held = HeldFeed(lossless=True)
    for number in range(6):
        held.feed.put('image', 0, noted(seen, number))
    held.finish()
    assert seen == list(range(6)) and not held.feed.dropped


def test_lossless_goes_by_the_stamps_and_live_by_arrival() -> None:
    arrivals = [('image', 10), ('image', 40), ('audio', 20), ('audio', 30), ('audio', 50)]
    for lossless, ordered, expected in (
        (True, ('image', 'audio'), [('image', 10), ('audio', 20), ('audio', 30), ('image', 40)]),
        (True, (), arrivals),
        (False, ('image', 'audio'), arrivals),
    ):
        seen: list[tuple[str, int]] = []
        held = HeldFeed(lossless, ordered)
        for stream, stamp in arrivals:
            held.feed.put(stream, stamp * MS, noted(seen, (stream, stamp)))
        held.finish()
        assert seen == expected and not held.feed.dropped


def test_what_waits_for_another_stream_can_be_released() -> None:
    seen: list[str] = []
    held = HeldFeed(True, ('image', 'audio'))
    for stamp in (10, 20):
        held.feed.put('image', stamp * MS, noted(seen, f'image {stamp}'))
    held.feed.put('image', 0, noted(seen, 'image without stamp'))
    held.feed.call(noted(seen, 'something else'))
    held.feed.release(silent=True)
    held.feed.put('image', 30 * MS, noted(seen, 'image 30'))  # audio is not waited for any more
    held.finish()
    assert seen == ['image without stamp', 'something else', 'image 10', 'image 20', 'image 30']


def test_it_is_quiet_since_a_stream_last_brought_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr('vico_listener.perception.feed.time', clock)
    feed = Feed(no_error, True, ('image', 'audio'))
    feed.put('image', 10 * MS, lambda: None)  # even what waits has come
    now[0] += 2.0
    assert feed.quiet == 2.0
    feed.release(silent=True)
    feed.call(lambda: None)
    now[0] += 0.5
    assert feed.quiet == 2.5
    feed.put('audio', 0, lambda: None)
    assert feed.quiet == 0.0
    feed.stop()


def test_a_job_that_fails_is_told_and_the_next_one_runs() -> None:
    errors: list[Exception] = []
    done = threading.Event()
    feed = Feed(errors.append, lossless=False)

    def fail() -> None:
        raise ValueError('a bad frame')

    feed.put('image', 0, fail)
    feed.put('audio', 0, done.set)
    assert done.wait(10.0)
    feed.stop()
    assert [str(error) for error in errors] == ['a bad frame']


# The order of stamps.


def in_order(arrivals: Sequence[tuple[str, int]], order: StampOrder | None = None) -> list:
    """What has run after all arrivals, as (stream, stamp)."""
    order = order or StampOrder('image', 'audio')
    done: list[tuple[str, int]] = []
    for stream, stamp in arrivals:
        for _, ready in order.put(stream, stamp * MS, noted(done, (stream, stamp))):
            ready()
    return done


def shuffled(choices: Sequence[bool]) -> list[tuple[str, int]]:
    """Both streams, each in its own order, interleaved as `choices` say."""
    images, sound = list(IMAGES), list(SOUND)
    mixed = []
    for image_first in choices:
        source = images if image_first and images else sound or images
        mixed.append(source.pop(0))
    return mixed + images + sound


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), max_size=len(IMAGES) + len(SOUND)))
def test_order_does_not_depend_on_who_overtakes(choices: list[bool]) -> None:
    expected = sorted(IMAGES + SOUND, key=lambda entry: (entry[1], entry[0] != 'image'))
    done = in_order(shuffled(choices))
    assert done == expected[: len(done)]
    last_image = IMAGES[-1][1]
    assert [e for e in done if e[1] < last_image] == [e for e in expected if e[1] < last_image]


VOICE = [(OWN_VOICE, stamp) for stamp in (*range(505, 1000, 20), *range(2005, 2400, 20))]


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_the_robot_says_is_heard_in_its_order(random: Random) -> None:
    """However far ahead it comes, and up to the patience too late."""
    others = [*IMAGES, *SOUND]
    arrivals = [(stamp, 1, (name, stamp)) for name, stamp in others]
    late = 0
    for name, stamp in VOICE:
        # Chunks of one topic do not overtake each other.
        late = max(late - 20, random.choice((-400, -50, 0, 100)))
        arrivals.append((stamp + late, 0, (name, stamp)))
    order = StampOrder('image', 'audio', patience=lambda: 200 * MS)
    done = in_order([entry for _, _, entry in sorted(arrivals)], order)
    ranks = (OWN_VOICE, 'image', 'audio')
    expected = sorted(others + VOICE, key=lambda entry: (entry[1], ranks.index(entry[0])))
    assert done == expected[: len(done)] and len(done) > len(expected) - 40


def test_who_says_nothing_is_not_waited_for() -> None:
    order = StampOrder('image', 'audio', patience=lambda: 200 * MS)
    first = [('image', 0), ('audio', 0)]
    assert in_order(first + [('image', 190), ('audio', 190)], order) == []
    late: list[tuple[str, int]] = []
    for name, ready in order.put('audio', 210 * MS, noted(late, ('audio', 210))):
        late.append((name, -1))
        ready()
    assert [name for name, stamp in late if stamp == -1] == ['image', 'audio']
    # Where nobody has a voice, nothing waits.
    assert in_order([('image', 0), ('audio', 0)]) == [('image', 0), ('audio', 0)]


def test_an_image_waits_for_the_audio_before_it() -> None:
    assert in_order([('image', 100)]) == []
    assert in_order([('image', 100), ('audio', 90)]) == [('audio', 90)]
    done = in_order([('image', 100), ('audio', 90), ('audio', 100)])
    assert done == [('audio', 90), ('image', 100), ('audio', 100)]


def test_a_stream_that_fell_silent_is_not_waited_for_until_it_comes_again() -> None:
    order = StampOrder('image', 'audio')
    assert in_order([('image', 0), ('image', 100)], order) == []
    assert [stream for stream, _ in order.flush(silent=True)] == ['image', 'image']
    assert in_order([('image', 200)], order) == [('image', 200)]
    assert in_order([('audio', 250), ('image', 300)], order) == [('audio', 250)]


def test_a_stream_that_only_pauses_is_waited_for_after_what_was_held_is_let_go() -> None:
    order = StampOrder('image', 'audio')
    in_order([('image', 0), ('image', 100)], order)
    assert [stream for stream, _ in order.flush(silent=False)] == ['image', 'image']
    held = in_order([('image', 200)], order)
    assert held == []
    in_order([('audio', 250)], order)
    assert held == [('image', 200)]


def test_flush_keeps_the_order() -> None:
    order = StampOrder('image', 'audio')
    in_order([('audio', 30), ('audio', 40), ('image', 5)], order)
    assert [stream for stream, _ in order.flush(silent=True)] == ['audio', 'audio']


def test_a_new_pass_comes_after_all_of_the_last_one() -> None:
    order = StampOrder('image', 'audio')
    assert in_order([('image', 0), ('audio', 0), ('image', 900)], order)[-1] == ('audio', 0)
    assert in_order([('audio', 910), ('audio', 920)], order) == []
    done = in_order([('image', 0), ('audio', 0), ('image', 50)], order)
    assert done == [('image', 0), ('audio', 0)]
