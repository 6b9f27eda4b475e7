import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from speech_signals import RATE
from speech_signals import noise
from speech_signals import sine
from speech_signals import ticks

from vico_listener.clock import tick_stamp
from vico_listener.speech import AcousticStream
from vico_listener.speech import AudioFormatError
from vico_listener.speech import acoustic_features
from vico_listener.speech.release import CHUNK
from vico_listener.speech.release import release_features
from vico_listener.speech.timeline import RING_SECONDS

SECOND = 1_000_000_000
START = 1_763_697_600 * SECOND + 123_456_789
"""A wall-clock stamp, on no grid."""


def pushed(samples: np.ndarray, rate: int = RATE, start: int = 0, chunk: int = 160):
    """A stream that got all of `samples` in messages of `chunk` samples with exact stamps."""
    stream = AcousticStream(rate)
    for i in range(0, len(samples), chunk):
        stream.push(samples[i : i + chunk], start + i * SECOND // rate)
    return stream


def rows(stream: AcousticStream, times: list[int]) -> np.ndarray:
    return np.array([stream.frame(t).features for t in times])


@pytest.mark.parametrize('rate', [16000, 22050, 44100, 48000, 48010])
@given(sizes=st.lists(st.integers(1, 4000), min_size=1, max_size=12), seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_messages_may_be_cut_anywhere(rate, sizes, seed):
    """Streaming is bit-identical to offline, whatever the messages and however far ahead."""
    data = noise(0.8, 0.1, seed, rate).astype(np.float32)
    times = ticks(24)
    expected, speaking, _ = acoustic_features(data, rate, times)
    stream = AcousticStream(rate)
    found = []
    start = 0
    while start < len(data):
        size = sizes[len(found) % len(sizes)] * rate // RATE
        stream.push(data[start : start + size], start * SECOND // rate)
        start += size
        while len(found) < len(times) and stream.end_stamp >= times[len(found)]:
            found.append(stream.frame(times[len(found)]))
            if seed % 2:
                break
    found += [stream.frame(t) for t in times[len(found) :]]
    np.testing.assert_array_equal(np.array([f.features for f in found]), expected)
    assert [f.speaking for f in found] == list(speaking)


def test_single_samples_are_messages_too():
    data = noise(0.2, 0.1).astype(np.float32)
    single, whole = pushed(data, chunk=1), pushed(data, chunk=len(data))
    assert single.end_stamp == whole.end_stamp == SECOND // 5
    np.testing.assert_array_equal(rows(single, ticks(5)), rows(whole, ticks(5)))


@pytest.mark.parametrize('rate', [16000, 44100, 48000])
def test_nothing_after_the_tick_matters(rate):
    data = noise(1, 0.1, rate=rate)
    times = ticks(15)
    changed = data.copy()
    changed[times[-1] * rate // SECOND + 1 :] = 0.9
    expected, speaking, _ = acoustic_features(data, rate, times)
    found, found_speaking, _ = acoustic_features(changed, rate, times)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found_speaking, speaking)


def test_the_frame_reaches_up_to_the_tick():
    data = np.zeros(RATE)
    data[RATE // 2 - 32 :] = 0.5 * sine(1000, 1)[: RATE // 2 + 32]
    features, *_ = acoustic_features(data, RATE, [tick_stamp(15)])
    assert features[0, 42] == pytest.approx(10 * np.log10(0.5**2 / 2 * 32 / 512), abs=0.1)


def test_any_start_stamp_gives_the_same_on_its_own_grid():
    data = noise(1, 0.1)
    here = rows(pushed(data), ticks(29))
    there = rows(pushed(data, start=START), [START + t for t in ticks(29)])
    # START lies between two samples: its grid may round to the neighbour.
    np.testing.assert_allclose(there[12:, 42:], here[12:, 42:], atol=0.2)
    exact = START // 62_500 * 62_500
    there = rows(pushed(data, start=exact), [exact + t for t in ticks(29)])
    np.testing.assert_array_equal(there, here)


def test_formats_and_channels_agree():
    data = (noise(0.5, 0.1) * 32768).astype('<i2')
    expected = rows(pushed(data), ticks(14))
    stereo = np.repeat(data[:, None], 2, axis=1)
    for name, channels, message in (
        ('S16LE', 1, data.tobytes()),
        ('S16LE', 2, stereo.tobytes()),
        ('S32LE', 1, (data.astype('<i4') << 16).tobytes()),
        ('F32LE', 2, (stereo / 32768).astype('<f4').tobytes()),
    ):
        stream = AcousticStream(RATE, channels, name)
        stream.push(message, 0)
        np.testing.assert_array_equal(rows(stream, ticks(14)), expected)


def test_frames_say_whether_their_audio_was_there():
    stream = pushed(noise(0.5, 0.1))
    assert stream.end_stamp == SECOND // 2
    valid = [stream.frame(t).valid for t in ticks(20)]
    assert valid == [True] * 15 + [False] * 5
    assert stream.counters.starved == 5


def test_before_the_first_audio_there_is_silence():
    stream = AcousticStream(RATE)
    assert stream.end_stamp is None
    frame = stream.frame(START)
    assert not frame.valid
    assert not frame.speaking
    assert frame.features[44] == -70
    stream.push(noise(0.1, 0.1), START)
    frame = stream.frame(START + SECOND // 30)
    assert frame.valid
    assert frame.features[42] == pytest.approx(-20, abs=1)


def test_ticks_left_out_are_computed_on_the_way():
    data = noise(2, 0.1) * np.linspace(0.1, 1, 2 * RATE)
    every, some = pushed(data), pushed(data)
    expected = rows(every, ticks(50))[[0, 1, 5, 30, 49]]
    np.testing.assert_array_equal(rows(some, [ticks(50)[i] for i in (0, 1, 5, 30, 49)]), expected)


def test_after_a_long_pause_or_back_in_time_features_start_anew():
    stream = pushed(noise(3, 0.1))
    stream.frame(tick_stamp(5))
    for tick in (60, 30):
        frame = stream.frame(tick_stamp(tick))
        np.testing.assert_allclose(frame.features[14:42], 0, atol=1e-4)
        assert frame.valid


def test_lost_audio_is_silence_and_flagged():
    data = noise(2, 0.1)
    stream = AcousticStream(RATE)
    for i in range(0, len(data), 320):
        if not 0.5 * RATE <= i < 0.8 * RATE:
            stream.push(data[i : i + 320], i * SECOND // RATE)
    assert stream.counters.gaps == 1
    assert stream.end_stamp == 2 * SECOND
    frames = [stream.frame(t) for t in ticks(60)]
    energy = np.array([f.features[42] for f in frames])
    assert [f.valid for f in frames] == [not 15 <= i < 24 for i in range(60)]
    assert (energy[16:23] == -100).all()
    np.testing.assert_allclose(energy[25:], rows(pushed(data), ticks(60))[25:, 42], atol=1e-5)


def test_a_repeated_message_is_dropped():
    data = noise(1, 0.1)
    stream = AcousticStream(RATE)
    for i in range(0, len(data), 3200):
        for _ in range(2):
            stream.push(data[i : i + 3200], i * SECOND // RATE)
    assert stream.counters.overlaps == 5
    assert stream.end_stamp == SECOND
    np.testing.assert_array_equal(rows(stream, ticks(29)), rows(pushed(data), ticks(29)))


def test_a_loop_of_the_bag_starts_anew():
    data = noise(3, 0.1)
    stream = pushed(data)
    rows(stream, ticks(80))
    stream.push(data[:RATE], 0)
    assert stream.counters.resets == 1
    assert stream.end_stamp == SECOND
    np.testing.assert_array_equal(rows(stream, ticks(25)), rows(pushed(data), ticks(25)))


def test_a_jump_ahead_of_the_ring_is_one_gap():
    data = noise(1, 0.1)
    stream = pushed(data)
    stream.push(data, 3600 * SECOND)
    assert (stream.counters.gaps, stream.counters.resets) == (1, 0)
    assert stream.end_stamp == 3601 * SECOND
    assert stream.frame(3600 * SECOND + SECOND // 2).valid


def test_reset_forgets_audio_but_not_counters():
    stream = pushed(noise(1, 0.1))
    stream.frame(2 * SECOND)
    stream.reset()
    assert stream.end_stamp is None
    assert stream.counters.starved == 1
    assert stream.frame(SECOND).features[42] == -100


def test_jitter_of_stamps_is_no_gap_and_averages_out():
    rng = np.random.default_rng(3)
    data = noise(20, 0.1)
    stream = AcousticStream(RATE)
    ends = []
    for i in range(0, len(data), 320):
        stream.push(data[i : i + 320], START + i * SECOND // RATE + int(rng.uniform(-3e7, 3e7)))
        ends.append(stream.end_stamp - START - (i + 320) * SECOND // RATE)
    counters = stream.counters
    assert (counters.gaps, counters.overlaps, counters.resets) == (0, 0, 0)
    assert max(abs(e) for e in ends[250:]) < 8_000_000


@pytest.mark.parametrize('true_rate', [48010, 47952, 48480])
def test_a_sound_card_that_runs_fast_or_slow_is_followed(true_rate):
    """Nominally 48 kHz; the last of them is 1 % fast, worse than any real one."""
    stream = AcousticStream(48000)
    for i in range(0, 20 * true_rate, 4800):
        stream.push(np.zeros(4800), START + i * SECOND // true_rate)
        error = stream.end_stamp - START - (i + 4800) * SECOND // true_rate
        assert abs(error) < 35_000_000
    counters = stream.counters
    assert (counters.gaps, counters.overlaps, counters.resets) == (0, 0, 0)


def test_a_tick_does_not_depend_on_messages_after_it():
    """Also when the time line drifts: frames asked at once or much later are the same."""
    data = noise(12, 0.1, rate=48000)
    early, late = AcousticStream(48000), AcousticStream(48000)
    asked: list[tuple[int, np.ndarray]] = []
    waiting: list[int] = []
    tick = 1
    for i in range(0, len(data), 960):
        for stream in (early, late):
            stream.push(data[i : i + 960], i * SECOND // 47800)
        while early.end_stamp >= tick_stamp(tick):
            asked.append((tick, early.frame(tick_stamp(tick)).features))
            waiting.append(tick)
            tick += 1
        while waiting and waiting[0] < tick - 40:
            features = late.frame(tick_stamp(waiting[0])).features
            np.testing.assert_array_equal(features, asked[waiting.pop(0) - 1][1])
    assert tick > 300


def test_audio_may_come_ahead_by_most_of_the_ring():
    data = noise(RING_SECONDS - 1, 0.1)
    stream = pushed(data)
    assert all(stream.frame(t).valid for t in ticks(80))
    stream.push(noise(2 * RING_SECONDS, 0.1), (RING_SECONDS - 1) * SECOND)
    assert not stream.frame(tick_stamp(81)).valid


@given(
    events=st.lists(
        st.tuples(st.integers(-3000, 9000), st.integers(0, 5000), st.integers(0, 4)), max_size=25
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_comes_frames_are_finite(events):
    """Stamps anywhere, messages of any length, ticks in any order."""
    stream = AcousticStream(RATE, 1, 'F32LE')
    clock = 5 * SECOND
    for milliseconds, size, kind in events:
        clock = max(0, clock + milliseconds * 100_000)
        stream.push(np.full(size, (0.5, np.nan, np.inf, -1.0, 1e38)[kind], np.float32), clock)
        frame = stream.frame(clock)
        assert np.isfinite(frame.features).all()
        assert np.abs(frame.features).max() < 2000


def test_damaged_samples_are_counted():
    stream = AcousticStream(RATE, 1, 'F32LE')
    stream.push(np.full(100, np.nan, '<f4').tobytes(), 0)
    assert stream.counters.damaged == 100


def test_mp3_is_refused_by_name():
    stream = AcousticStream(RATE)
    with pytest.raises(AudioFormatError, match='MP3'):
        stream.push(b'ID3\x04\0\0\0\0\0\0' + bytes(100), 0)
    assert stream.end_stamp is None


def test_integer_and_stereo_recordings():
    data = (noise(0.5, 0.1) * 32768).astype(np.int16)
    expected, *_ = acoustic_features(data / 32768, RATE, ticks(14))
    stereo, *_ = acoustic_features(np.stack([data, data], axis=1), RATE, ticks(14))
    np.testing.assert_array_equal(stereo, expected)


def test_a_recording_shorter_than_its_ticks_ends_in_silence():
    features, speaking, _ = acoustic_features(noise(0.5, 0.1), RATE, ticks(90))
    assert features.shape == (90, 45)
    assert (features[20:, 42] == -100).all()
    assert not speaking[30:].any()


def test_long_recordings_never_leave_the_ring():
    data = sine(997, 20).astype(np.float32)
    features, *_ = acoustic_features(data, RATE, ticks(599))
    np.testing.assert_allclose(features[12:, 44], -3.01, atol=0.05)


@pytest.mark.parametrize('rate', [44100, 48000])
def test_the_authors_layout_comes_from_the_same_stream(rate):
    time = np.arange(2 * rate) / rate
    sound = (0.3 * np.sin(2 * np.pi * 440 * time) * (1 + np.sin(7 * time))).astype(np.float32)
    times = [tick_stamp(k) for k in range(3, 60, 3)]  # every third tick is a whole sample
    found, speaking, _ = acoustic_features(sound, rate, times, 'vico_release')
    np.testing.assert_array_equal(speaking, acoustic_features(sound, rate, times)[1])
    time = np.arange(2 * 44100) / 44100
    exact = (0.3 * np.sin(2 * np.pi * 440 * time) * (1 + np.sin(7 * time))).astype(np.float32)
    expected = np.array([release_features(c) for c in exact.reshape(-1, CHUNK)])[2:59:3]
    if rate == 44100:
        np.testing.assert_array_equal(found, expected)
    else:  # the filter's delay and pass band
        np.testing.assert_allclose(found[:, 0], expected[:, 0], atol=0.2)
        np.testing.assert_allclose(found[:, 39:42], expected[:, 39:42], rtol=0.03)


def test_an_unknown_layout_is_named():
    with pytest.raises(ValueError, match="unknown acoustic features 'mine': choose one of vico"):
        AcousticStream(16000, acoustics='mine')
