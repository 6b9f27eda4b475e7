"""Live cameras and microphones whose clocks do not agree: who is joined with whom, what is said.

Each case plays ten seconds of images and audio in the order of their arrival through the clocks
and through `Perception`, as the node does.
"""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import SpeakerFrame
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.perception import Perception
from vico_listener.perception.sense_clocks import SenseClocks
from vico_listener.perception.stream_clock import StreamClock
from vico_listener.speech import AcousticStream

RATE = 16000
EPOCH = 1_716_000_000 * NANOSECONDS
PICTURE = np.zeros((4, 4, 3), np.uint8)
SECONDS = 10.0
SETTLED = 4.0
"""Seconds after which all goes well or is named."""

Change = Callable[[str, float], float]
"""Stream and time of capture in s -> its stamp, in s after the start; minus infinity = none."""


class AnyFace:
    """Sees a face in every image."""

    basis = ARKIT52

    def update(
        self, image: np.ndarray, stamp: int, speaking: bool = False, level: float | None = None
    ) -> FaceMotion:
        return face_with()

    def find_others(self) -> None:
        """Nothing is left to do."""

    def reset(self) -> None:
        """Nothing is kept."""


@dataclass
class Heard:
    """What came out of a case."""

    frames: list[SpeakerFrame]
    clocks: SenseClocks
    problems: list[str]
    news: list[str]
    resets: int
    skipped: int = 0
    waits: list[int] = field(default_factory=list)

    def share(self, name: str) -> float:
        """Of the ticks, once things have settled, that were valid."""
        begin = self.frames[-1].stamp - round((SECONDS - SETTLED) * NANOSECONDS)
        settled = [frame for frame in self.frames if frame.stamp > begin]
        return float(np.mean([getattr(frame, name) for frame in settled]))

    @property
    def fine(self) -> bool:
        """Sees and hears nearly always."""
        return self.share('face_valid') > 0.95 and self.share('audio_valid') > 0.95


def live(
    change: Change = lambda stream, time: time,
    chunk: float = 0.02,
    fps: float = 25.0,
    late: dict[str, float] | None = None,
    jitter: float = 0.004,
    burst: int = 1,
    unstamped: tuple[str, ...] = (),
    mode: str = 'auto',
    streams: tuple[str, ...] = ('image', 'audio'),
    seconds: float = SECONDS,
) -> Heard:
    rng = np.random.default_rng(7)
    usual = {'image': 0.03, 'audio': 0.005} | (late or {})
    events = [(n / fps + usual['image'], 'image', n / fps) for n in range(round(seconds * fps))]
    for n in range(round(seconds / chunk)):
        end = (n // burst + 1) * burst * chunk
        events.append((end + usual['audio'], 'audio', n * chunk))
    events = [(t + abs(rng.normal(0.0, jitter)), s, c) for t, s, c in events if s in streams]
    events = [event for event in events if event[0] < seconds]
    audio = AcousticStream(RATE) if 'audio' in streams else None
    perception = Perception(AnyFace(), audio)
    clocks = SenseClocks(mode, streams, unstamped)
    heard = Heard([], clocks, [], [], 0)
    pcm = rng.normal(0.0, 3000.0, round(chunk * RATE)).astype(np.int16)
    # Stable: the chunks of a burst keep their order.
    for arrival, stream, captured in sorted(events, key=lambda event: event[0]):
        said = -np.inf if stream in unstamped else change(stream, captured)
        stamp = 0 if said == -np.inf else EPOCH + round(said * NANOSECONDS)
        duration = round(chunk * NANOSECONDS) if stream == 'audio' else 0
        now = EPOCH + round(arrival * NANOSECONDS)
        placed = clocks.place(stream, stamp, now, duration)
        if clocks.must_restart():
            perception.reset()
            heard.resets += 1
        perception.audio_wait_ns = clocks.audio_wait(150_000_000)
        perception.image_wait_ns = clocks.image_wait()
        if stream == 'image':
            heard.frames += perception.add_image(PICTURE, placed)
        else:
            heard.frames += perception.add_audio(pcm, placed)
        heard.news += clocks.take_news()
        heard.waits.append(perception.audio_wait_ns)
        for problem in clocks.problems():
            if problem not in heard.problems and arrival > SETTLED:
                heard.problems.append(problem)
    heard.skipped = perception.counters.skipped_ticks
    return heard


def shifted(stream: str, seconds: float, since: float = 0.0) -> Change:
    """The stamps of one stream are off by `seconds` from `since` on."""
    return lambda name, time: time + (seconds if name == stream and time >= since else 0.0)


def test_good_clocks_change_nothing() -> None:
    heard = live()
    assert heard.fine and not heard.problems and not heard.news and not heard.resets
    assert set(heard.waits[5:]) == {150_000_000}


UPTIME = 5.0 - EPOCH / NANOSECONDS


@pytest.mark.parametrize(
    ('stream', 'off'),
    [
        ('image', UPTIME),
        ('image', 2.0),
        ('image', -2.0),
        ('image', 0.7),
        ('image', -0.7),
        ('image', -7200.0),
        ('audio', UPTIME),
        ('audio', -2.0),
        ('audio', 7200.0),
        ('image', -4_000_000_000.0),
    ],
)
def test_a_clock_of_its_own_is_named_and_arrival_counts(stream: str, off: float) -> None:
    heard = live(shifted(stream, off))
    assert heard.fine and heard.skipped < 60
    assert heard.clocks.is_by_arrival(stream)
    other = 'audio' if stream == 'image' else 'image'
    assert not heard.clocks.is_by_arrival(other)
    assert len(heard.news) == 1
    (problem,) = {p.partition(' which')[0] for p in heard.problems}
    where = 'behind' if off < 0 else 'ahead of'
    assert problem.startswith(f'{stream} stamps lie ') and f's {where} their arrival' in problem
    number = float(problem.split(' lie ')[1].split(' s ')[0].replace(',', ''))
    assert number == pytest.approx(abs(off), abs=0.1)


def test_both_of_another_clock_are_joined_by_their_stamps() -> None:
    heard = live(lambda name, time: time - 86400.0)
    assert heard.fine and not heard.problems and not heard.resets
    assert not heard.clocks.is_by_arrival('image')


@pytest.mark.parametrize('stream', ['image', 'audio'])
@pytest.mark.trouble(
    'clocks',
    'A clock wraps around after 71 minutes',
    sees='Nothing is lost.',
)
def test_a_clock_that_wraps_goes_on_without_a_break(stream: str) -> None:
    heard = live(shifted(stream, -4294.967296, since=4.0))
    assert heard.fine and heard.clocks.is_by_arrival(stream)
    assert heard.resets == 0
    assert 'lie 4,29' in heard.problems[0]


def test_all_clocks_that_jump_together_stay_joined() -> None:
    for jump in (5.0, -5.0):
        heard = live(lambda name, time, by=jump: time + (by if time > 4.0 else 0.0))
        assert heard.fine and not heard.clocks.is_by_arrival('image')
        assert 1 <= heard.resets <= 2


@pytest.mark.trouble(
    'clocks',
    'A single stamp is far off',
    sees='It is corrected.',
)
def test_a_single_stray_stamp_is_put_right() -> None:
    heard = live(lambda name, time: time - (1000.0 if abs(time - 5.0) < 0.01 else 0.0))
    assert heard.fine and not heard.problems and heard.resets == 0


@pytest.mark.parametrize('stream', ['image', 'audio'])
@pytest.mark.parametrize(
    ('change', 'word'),
    [
        (lambda time: -np.inf, 'are 0'),
        (lambda time: 0.0, 'stand still'),
        (lambda time: time + 1000.0 * np.sin(1e5 * time), 'jump about'),
    ],
    ids=['zero', 'constant', 'random'],
)
def test_stamps_that_say_nothing(stream: str, change: Callable, word: str) -> None:
    heard = live(lambda name, time: change(time) if name == stream else time)
    assert heard.fine and heard.clocks.is_by_arrival(stream)
    assert heard.problems[0].startswith(f'{stream} stamps {word}: images and audio are aligned')


@pytest.mark.trouble(
    'clocks',
    'The microphone is half a second behind',
    sees='Each image waits for its audio. WARN: `... after ... every answer waits for '
    'that; make the driver of the ... faster`',
    remedy='Use smaller buffers in the driver.',
)
def test_audio_that_is_late_is_waited_for_and_named() -> None:
    heard = live(late={'audio': 0.38})
    assert heard.fine and not heard.news
    assert heard.problems[0].startswith('audio comes 0.35 s after its images: every answer')


def test_images_that_are_late_are_waited_for_and_named() -> None:
    heard = live(late={'image': 0.4})
    assert heard.fine and not heard.news
    assert heard.problems[0].startswith('images come 0.39 s after their audio')


@pytest.mark.parametrize('stream', ['image', 'audio'])
@pytest.mark.parametrize('seconds', [0.3, 0.5, 0.6, 1.0, 3.0])
def test_lateness_of_any_size_ends_well_or_is_named(stream: str, seconds: float) -> None:
    heard = live(late={stream: seconds})
    assert heard.fine and heard.problems


@pytest.mark.parametrize('chunk', [0.1, 0.2, 0.5, 1.0])
def test_long_chunks_are_heard(chunk: float) -> None:
    heard = live(chunk=chunk)
    assert heard.fine
    assert all(frame.audio_valid for frame in heard.frames[3:])  # from the very first chunk on
    assert heard.waits[-1] == max(150_000_000, min(1_200_000_000, round((chunk + 0.1) * 1e9)))
    said = [p for p in heard.problems if p.startswith('audio comes in chunks of')]
    assert bool(said) == (chunk > 0.2)


@pytest.mark.parametrize('chunk', [1.0, 3.0])
def test_chunks_that_nobody_waits_for_are_named_as_deafness(chunk: float) -> None:
    heard = live(chunk=chunk, seconds=4 * SECONDS)
    told = heard.clocks.deafness()
    assert bool(told) == (heard.share('audio_valid') < 0.9) == (chunk > 1.0)
    assert not told or f'chunks of {chunk:.2f} s' in told
    assert not (told and any('every answer waits' in p for p in heard.clocks.problems()))


@pytest.mark.parametrize('chunk', [0.2, 0.5, 1.0])
def test_audio_stamped_when_it_was_sent(chunk: float) -> None:
    heard = live(lambda name, time: time + (chunk if name == 'audio' else 0.0), chunk=chunk)
    assert heard.fine


@pytest.mark.parametrize('chunk', [0.01, 0.5])
def test_audio_without_stamps_by_its_type_is_no_fault(chunk: float) -> None:
    heard = live(unstamped=('audio',), chunk=chunk)
    assert heard.fine and not [p for p in heard.problems if 'stamps' in p]


def test_audio_without_stamps_beside_a_camera_of_another_clock() -> None:
    heard = live(shifted('image', UPTIME), unstamped=('audio',))
    assert heard.fine and heard.clocks.is_by_arrival('image')


def test_bursts_by_arrival_are_laid_evenly() -> None:
    heard = live(unstamped=('audio',), burst=10)
    assert heard.fine


def test_without_a_second_stream_any_clock_is_good() -> None:
    heard = live(shifted('image', UPTIME), streams=('image',))
    assert not heard.problems and not heard.news
    assert all(frame.face_valid for frame in heard.frames)


def test_header_only_is_obeyed_and_the_fault_named() -> None:
    heard = live(shifted('image', -2.0), mode='header')
    assert not heard.fine
    assert heard.problems[0].startswith('image stamps lie 2.03 s behind their arrival')
    assert 'stamps:=auto' in heard.problems[0]


def test_arrival_only_asks_for_no_stamps() -> None:
    heard = live(lambda name, time: 1000.0 * np.sin(1e5 * time), mode='arrival')
    assert heard.fine and not heard.problems


def test_clocks_that_were_set_right_count_again() -> None:
    heard = live(lambda name, time: time - (3.0 if name == 'image' and time < 4.0 else 0.0))
    assert len(heard.news) == 2 and not heard.clocks.is_by_arrival('image')
    assert heard.fine


def test_delay_can_be_read_by_a_thread_while_another_one_measures() -> None:
    clock, over, failures = StreamClock(), threading.Event(), []

    def read() -> None:
        try:
            while not over.is_set():
                clock.delay  # noqa: B018 - whether it can be read is the question
        except RuntimeError as error:
            failures.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    reader = threading.Thread(target=read)
    reader.start()
    for n in range(20_000):
        clock.see((n + 1) * 5_000_000, (n + 11) * 5_000_000)
    over.set()
    reader.join()
    sys.setswitchinterval(interval)
    assert failures == []
    assert clock.delay == 50_000_000
