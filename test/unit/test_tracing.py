"""The life of a camera image in the stack, from a trace of it."""

import gc
import time
from dataclasses import replace
from types import SimpleNamespace

import cv2
import pytest

from vico_listener.errors import DataError
from vico_listener.lab.nodes import traced_stack
from vico_listener.lab.tracing.frame_life import frame_lives
from vico_listener.lab.tracing.frame_life import stages
from vico_listener.lab.tracing.frame_life import typical_and_slow
from vico_listener.lab.tracing.life_picture import draw_lives
from vico_listener.lab.tracing.spans import PAUSE
from vico_listener.lab.tracing.spans import Span
from vico_listener.lab.tracing.spans import Tracer
from vico_listener.lab.tracing.spans import load_spans

MS = 1_000_000


def life_of(number: int, face: int = 5) -> list[Span]:
    """The spans of an image that is taken every 100 ms, arrives after 2 and takes `face` ms."""
    stamp = number * 100 * MS
    at = [stamp + MS * t for t in range(40)]
    return [
        Span('arrival', 'MainThread', at[2], at[2] + 1000, stamp),
        Span('image', 'perception', at[3], at[8 + face], stamp),
        Span('decode', 'perception', at[3], at[4]),
        Span('face', 'perception', at[4], at[4 + face]),
        Span('listener', 'perception', at[5 + face], at[6 + face], stamp),
        Span('publish', 'MainThread', at[5 + face], at[6 + face]),
        Span('publish', 'perception', at[6 + face], at[7 + face]),
        Span('limiter', 'MainThread', at[20], at[21]),
    ]


@pytest.fixture
def spans():
    made = [span for number in range(1, 101) for span in life_of(number, 20 if number == 7 else 5)]
    return sorted(made, key=lambda span: span.start)


def test_an_image_lives_from_its_stamp_to_the_motion_that_answers_it(spans):
    lives = frame_lives(spans)
    assert len(lives) == 100
    life = lives[0]
    assert (life.stamp, life.arrived, life.moved) == (100 * MS, 102 * MS, 112 * MS)
    assert life.latency == 10.0
    # All of its steps and the next command, and nothing of the next image.
    assert [span.name for span in life.spans] == [span.name for span in spans[:8]]
    typical, slow = typical_and_slow(lives)
    assert (typical.latency, slow.latency) == (10.0, 25.0)
    assert slow.stamp == 700 * MS


def test_the_motion_after_the_next_tick_is_no_second_answer(spans):
    """An image may be the newest one of two ticks; the first one answers it."""
    again = [replace(s, start=s.start + 33 * MS, end=s.end + 33 * MS) for s in spans]
    twice = [s for s in again if s.name in ('listener', 'publish') and s.thread == 'perception']
    lives = frame_lives(sorted([*spans, *twice], key=lambda span: span.start))
    assert [life.moved for life in lives] == [life.moved for life in frame_lives(spans)]


def test_stamps_of_another_clock_do_not_stretch_the_axis():
    played = [replace(span, stamp=span.stamp and span.stamp // 50) for span in life_of(100)]
    (life,) = frame_lives(sorted(played, key=lambda span: span.start))
    assert life.begin == life.arrived == 10_002 * MS and life.latency == 10.0
    assert len(life.spans) == 8
    (life,) = frame_lives(sorted(life_of(100), key=lambda span: span.start))
    assert life.begin == 10_000 * MS


def test_what_was_never_answered_is_no_life(spans):
    with pytest.raises(DataError, match='no camera image'):
        frame_lives([span for span in spans if span.name != 'listener'])
    with pytest.raises(DataError):
        frame_lives([])


def test_stages_are_in_ms_with_pauses_last(spans):
    pause = Span(PAUSE, 'MainThread', 0, 30 * MS)
    figures = stages([pause, *spans])
    assert list(figures)[-1] == PAUSE and figures[PAUSE] == (30.0, 30.0, 30.0)
    median, most, longest = figures['face']
    assert median == 5.0 and longest == 20.0 and median < most < longest


def test_the_picture_shows_every_step(spans, tmp_path):
    typical, slow = typical_and_slow(frame_lives(spans))
    draw_lives([('usual', typical), ('slow', slow)], tmp_path / 'trace.png')
    picture = cv2.imread(str(tmp_path / 'trace.png'))
    assert picture.shape[0] > 400 and picture.shape[1] > 1000
    blue = (picture[..., 0] > 150) & (picture[..., 2] < 60)  # the face, twice as long below
    above, below = blue[: len(blue) // 2].sum(), blue[len(blue) // 2 :].sum()
    assert 0 < above < below


def test_a_traced_method_does_the_same_and_is_noted(tmp_path):
    class Worker:
        def work(self, stamp):
            if stamp < 0:
                raise ValueError('before the beginning')
            return 2 * stamp

    tracer = Tracer()
    tracer.wrap(Worker, 'work', 'work', lambda worker, stamp: stamp)
    before = time.time_ns()
    assert Worker().work(21) == 42
    with pytest.raises(ValueError, match='beginning'):
        Worker().work(-1)
    tracer.watch_garbage()
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(tracer._collects)
    tracer.write(tmp_path / 'spans.jsonl')
    one, failed, pause = load_spans(tmp_path / 'spans.jsonl')
    assert (one.name, one.thread, one.stamp) == ('work', 'MainThread', 21)
    assert before <= one.start <= one.end <= failed.start
    assert pause.name == PAUSE and pause.end > pause.start


def test_every_step_that_is_traced_is_there():
    wrapped, stamps = {}, {}

    def wrap(owner, method, name, stamp=None):
        wrapped[name], stamps[name] = getattr(owner, method), stamp

    traced_stack._wrap_stack(SimpleNamespace(wrap=wrap))
    assert all(callable(method) for method in wrapped.values())
    # Of a frame the stamp of its newest image counts, which is hardly ever that of its tick.
    assert stamps['listener'](None, SimpleNamespace(stamp=33_333_333, source_stamp=33_000_000)) == (
        33_000_000
    )
    expected = {'arrival', 'decode', 'face', 'features', 'listener', 'limiter', 'publish'}
    assert expected <= wrapped.keys()
