"""Jobs of several topics come in the order of their stamps, however they overtook each other."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from vico_listener.perception.stamp_order import StampOrder

IMAGES = [('image', stamp) for stamp in range(0, 3000, 83)]
SOUND = [('audio', stamp) for stamp in range(0, 3000, 10)]


def run(arrivals: Sequence[tuple[str, int]], order: StampOrder | None = None) -> list:
    """What has run after all arrivals, as (stream, stamp)."""
    order = order or StampOrder('image', 'audio')
    done: list[tuple[str, int]] = []
    for stream, stamp in arrivals:
        job = lambda entry=(stream, stamp): done.append(entry)  # noqa: E731
        for _, ready in order.put(stream, stamp * 1_000_000, job):
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
    done = run(shuffled(choices))
    assert done == expected[: len(done)]
    last_image = IMAGES[-1][1]
    assert [e for e in done if e[1] < last_image] == [e for e in expected if e[1] < last_image]


def test_an_image_waits_for_the_sound_before_it() -> None:
    assert run([('image', 100)]) == []
    assert run([('image', 100), ('audio', 90)]) == [('audio', 90)]
    done = run([('image', 100), ('audio', 90), ('audio', 100)])
    assert done == [('audio', 90), ('image', 100), ('audio', 100)]


def test_a_stream_that_fell_silent_is_not_waited_for_until_it_comes_again() -> None:
    order = StampOrder('image', 'audio')
    assert run([('image', 0), ('image', 100)], order) == []
    assert [stream for stream, _ in order.flush()] == ['image', 'image']
    assert run([('image', 200)], order) == [('image', 200)]
    assert run([('audio', 250), ('image', 300)], order) == [('audio', 250)]


def test_flush_keeps_the_order() -> None:
    order = StampOrder('image', 'audio')
    run([('audio', 30), ('audio', 40), ('image', 5)], order)
    assert [stream for stream, _ in order.flush()] == ['audio', 'audio']


def test_a_new_pass_comes_after_all_of_the_last_one() -> None:
    order = StampOrder('image', 'audio')
    assert run([('image', 0), ('audio', 0), ('image', 900)], order)[-1] == ('audio', 0)
    assert run([('audio', 910), ('audio', 920)], order) == []
    done = run([('image', 0), ('audio', 0), ('image', 50)], order)
    assert done == [('image', 0), ('audio', 0)]
