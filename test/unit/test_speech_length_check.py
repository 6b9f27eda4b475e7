"""Audio that is taken for another format is as long as its stamps do not say."""

import numpy as np
import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.speech import AudioFormat
from vico_listener.speech.length_check import LengthCheck


def heard(
    real: AudioFormat,
    taken: AudioFormat,
    chunk: float = 0.02,
    seconds: float = 3.0,
    jitter: float = 0.0,
    loss: float = 0.0,
    burst: int = 1,
) -> LengthCheck:
    """A stream of `real` that is taken for `taken`."""
    rng = np.random.default_rng(1)
    check = LengthCheck()
    size = round(chunk * real.sample_rate) * real.frame_bytes
    for number in range(round(seconds / chunk)):
        stamp = number // burst * burst * chunk + rng.normal(0.0, jitter)
        if rng.random() >= loss:
            check.hear(bytes(size), 10 * NANOSECONDS + round(stamp * NANOSECONDS), taken)
    return check


DEFAULT = AudioFormat()


@pytest.mark.parametrize('chunk', [0.01, 0.02, 0.1, 0.5])
@pytest.mark.parametrize(
    ('rate', 'channels'), [(44100, 2), (44100, 1), (48000, 1), (16000, 2), (24000, 1), (8000, 1)]
)
def test_factor_and_likely_format_are_named(rate: int, channels: int, chunk: float) -> None:
    real = AudioFormat(rate, channels)
    check = heard(real, DEFAULT, chunk)
    assert check.factor == pytest.approx(rate * channels / 16000, rel=0.03)
    assert f'it looks like {real}, not 16000 Hz mono S16LE' in check.problem()


def test_44_1_is_told_from_48_kilohertz() -> None:
    check = heard(AudioFormat(44100, 2), AudioFormat(48000, 2))
    assert 'looks like 44100 Hz stereo' in check.problem()


def test_a_format_nobody_knows_is_still_wrong() -> None:
    message = heard(AudioFormat(19000, 1), DEFAULT).problem()
    assert message.startswith('the audio is 1.19 times as long as its stamps say: not 16000 Hz')


@pytest.mark.parametrize(
    'trouble',
    [
        {},
        {'jitter': 0.004},
        {'loss': 0.1},
        {'loss': 0.3},
        {'burst': 10},
        {'burst': 10, 'jitter': 0.002},
        {'chunk': 1.0, 'seconds': 8.0},
    ],
    ids=str,
)
def test_right_audio_is_right_whatever_happens_to_it(trouble: dict) -> None:
    assert heard(DEFAULT, DEFAULT, **trouble).problem() == ''


def test_jitter_and_loss_do_not_hide_a_wrong_format() -> None:
    real = AudioFormat(44100, 2)
    assert 'looks like 44100 Hz stereo' in heard(real, DEFAULT, jitter=0.003).problem()


def test_too_little_says_nothing_and_a_new_format_begins_anew() -> None:
    real = AudioFormat(44100, 2)
    assert heard(real, DEFAULT, seconds=0.9).problem() == ''
    check = heard(real, DEFAULT)
    check.hear(bytes(1000), 20 * NANOSECONDS, real)
    assert check.problem() == ''


def test_a_stream_that_begins_anew_is_no_fault() -> None:
    check = LengthCheck()
    for number in range(300):
        check.hear(bytes(640), (number % 100) * 20_000_000, DEFAULT)
    assert check.problem() == ''


@pytest.mark.parametrize('taken', ['S16LE', 'S16BE'])
def test_audio_that_is_noise_as_it_is_read(taken: str) -> None:
    """It has the right length; its bytes are in another order."""
    tone = (8000 * np.sin(2 * np.pi * 220 * np.arange(320) / 16000)).astype('<i2').tobytes()
    check = LengthCheck()
    for number in range(50):
        stamp = 10 * NANOSECONDS + number * NANOSECONDS // 50
        check.hear(tone, stamp, AudioFormat(16000, 1, taken))
    assert check.factor == 1.0
    assert ('it looks like 16000 Hz mono S16LE' in check.problem()) == (taken != 'S16LE')
