import array
import io
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from speech_signals import noise
from speech_signals import real_speech
from speech_signals import sine

from vico_listener import head_parts
from vico_listener.errors import VicoError
from vico_listener.speech import AudioFormat
from vico_listener.speech import AudioFormatError
from vico_listener.speech import looks_like_mp3
from vico_listener.speech import recognise_container
from vico_listener.speech.pcm import PcmDecoder

WAVE = np.array([0.0, 0.5, -0.5, 0.25, -1.0, 0.9375])


def encode(samples: np.ndarray, name: str) -> bytes:
    if name == 'U8':
        return (samples * 128 + 128).astype(np.uint8).tobytes()
    if name == 'S24LE':
        return (samples * 2**31).astype('<i4').view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    if name == 'S24_32LE':
        return ((samples * 2**23).astype('<i4') & 0xFFFFFF | 0x55000000).astype('<i4').tobytes()
    kinds = {'S8': 'i1', 'S16LE': '<i2', 'S16BE': '>i2', 'S32LE': '<i4', 'F32LE': '<f4'}
    kind = np.dtype(kinds.get(name, '<f8'))
    scale = 2.0 ** (8 * kind.itemsize - 1) if kind.kind == 'i' else 1
    return (samples * scale).astype(kind).tobytes()


FORMATS = ('U8', 'S8', 'S16LE', 'S16BE', 'S24LE', 'S24_32LE', 'S32LE', 'F32LE', 'F64LE')


@pytest.mark.parametrize('name', FORMATS)
@pytest.mark.parametrize('channels', [1, 2, 5])
def test_every_format_gives_the_same_samples(name, channels):
    data = encode(np.repeat(WAVE, channels), name)
    samples = PcmDecoder(channels, name).decode(data)
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, WAVE)


def test_channels_are_averaged():
    data = np.array([[1000, 3000], [-500, 500]], '<i2')
    expected = np.array([2000, 0]) / 32768
    np.testing.assert_array_equal(PcmDecoder(2).decode(data.tobytes()), expected)
    np.testing.assert_array_equal(PcmDecoder(2).decode(data), expected)
    np.testing.assert_array_equal(PcmDecoder(2).decode(data.ravel()), expected)


def test_what_rclpy_hands_over_is_bytes():
    data = np.array([16384, -16384], '<i2').tobytes()
    for kind in (
        bytearray(data),
        memoryview(data),
        array.array('B', data),
        np.frombuffer(data, 'B'),
    ):
        np.testing.assert_array_equal(PcmDecoder().decode(kind), [0.5, -0.5])


def test_empty_messages_are_fine():
    assert len(PcmDecoder(2).decode(b'')) == 0
    assert len(PcmDecoder(2, 'F32LE').decode(b'')) == 0


@pytest.mark.trouble(
    'audio',
    'NaN and infinite samples',
    sees='They become silence.',
    remedy='Check the driver of the microphone.',
)
def test_damaged_floats_become_silence_and_are_counted():
    decoder = PcmDecoder(2, 'F32LE')
    data = np.array([[0.5, np.nan], [np.inf, -np.inf], [1e30, 0.25]], '<f4')
    np.testing.assert_array_equal(decoder.decode(data.tobytes()), [0.25, 0, 0.125])
    assert decoder.damaged == 4
    decoder.decode(np.full((3, 2), np.nan))
    assert decoder.damaged == 10


def test_a_partial_sample_frame_names_the_format():
    with pytest.raises(AudioFormatError, match=r'7 bytes .* 4-byte frames \(S16LE, 2 channel'):
        PcmDecoder(2).decode(b'\0' * 7)


def test_arrays_of_another_shape_or_type_are_refused():
    with pytest.raises(AudioFormatError, match=r'shape \(4, 3\) does not fit 2'):
        PcmDecoder(2).decode(np.zeros((4, 3)))
    with pytest.raises(AudioFormatError, match='not supported'):
        PcmDecoder().decode(np.zeros(4, np.uint32))


def test_unknown_formats_and_channels_are_refused():
    with pytest.raises(ValueError, match=r"'S12LE': choose one of U8, S8, S16LE"):
        PcmDecoder(1, 'S12LE')
    with pytest.raises(ValueError, match='at least one channel'):
        PcmDecoder(0)
    assert PcmDecoder(1, ' s16le').format.name == 'S16LE'


def mp3_frames(count: int, kbps_code: int = 9) -> bytes:
    """MPEG-1 layer III, 44.1 kHz; code 9 is 128 kbit/s, 417 or 418 bytes a frame."""
    rng = np.random.default_rng(kbps_code)
    kbps = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[kbps_code - 1]
    data = b''
    for i in range(count):
        body = rng.integers(0, 255, 144 * kbps * 1000 // 44100 + i % 2 - 4, np.uint8)
        data += bytes([0xFF, 0xFB, kbps_code << 4 | (i % 2) << 1, 0xC4]) + body.tobytes()
    return data


@pytest.mark.parametrize('code', [1, 9, 14])
def test_mp3_is_recognised(code):
    data = mp3_frames(5, code)
    assert looks_like_mp3(data)
    assert looks_like_mp3(data[100:])
    assert looks_like_mp3(mp3_frames(1, code))
    assert looks_like_mp3(b'ID3\x04\0\0\0\0\0\x23' + bytes(50))


def test_real_mp3_is_recognised():
    av = pytest.importorskip('av')
    file = io.BytesIO()
    with av.open(file, 'w', 'mp3') as container:
        stream = container.add_stream('mp3', rate=16000)
        tone = (sine(300, 2)[None] * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone, 's16', 'mono')
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    data = file.getvalue()
    assert recognise_container(data) == 'MP3'
    assert looks_like_mp3(data[1000:5000])


@given(st.integers(0, 2**32 - 1))
def test_noise_is_not_taken_for_mp3(seed):
    rng = np.random.default_rng(seed)
    loud = rng.integers(-32768, 32767, 3000, np.int16).tobytes()
    quiet = rng.integers(-3, 3, 3000, np.int16).tobytes()
    assert recognise_container(loud) is None
    assert recognise_container(quiet) is None


def test_audio_is_not_taken_for_mp3():
    speech, _ = real_speech()
    for samples in (speech, np.zeros(5000), np.full(5000, -1), noise(1, 300), sine(440, 1) * 20000):
        data = samples.astype('<i2').tobytes()
        for start in range(0, len(data) - 4000, 3998):
            assert recognise_container(data[start : start + 4000]) is None


@pytest.mark.parametrize(
    ('start', 'name'),
    [
        (b'RIFF\x24\0\0\0WAVEfmt ', 'a WAV file with its header'),
        (b'OggS\0\2', 'an Ogg stream'),
        (b'fLaC\0\0\0\x22', 'FLAC'),
        (mp3_frames(3), 'MP3'),
    ],
)
@pytest.mark.trouble(
    'audio',
    'MP3, Ogg, FLAC, MP4 or a WAV header where PCM is announced',
    sees='ERROR: `the audio is ... not raw PCM: set the publisher to raw samples`',
    remedy='`audio_capture: format:=wave`',
)
def test_a_container_on_a_pcm_topic_is_refused_by_name(start, name):
    decoder = PcmDecoder()
    with pytest.raises(AudioFormatError, match=f'the audio is {name}, not raw PCM: set .*wave'):
        decoder.decode(start)
    with pytest.raises(AudioFormatError, match=name):
        decoder.decode(b'\0' * 6000)
    decoder.reset()
    assert len(decoder.decode(b'\0' * 6000)) == 3000


def test_mp3_in_odd_pieces_is_still_named():
    decoder = PcmDecoder()
    data = mp3_frames(6)[10:]
    pieces = [data[i : i + 300] for i in range(0, len(data), 300)]
    with pytest.raises(AudioFormatError, match='MP3'):
        for piece in pieces:
            decoder.decode(piece)


def stereo(seconds=1.0, gains=(1.0, -1.0), noise_level=0.0):
    rng = np.random.default_rng(3)
    voice = real_speech()[0][60000 : 60000 + round(16000 * seconds)].astype(np.float64)
    hiss = rng.normal(0.0, noise_level, (len(voice), len(gains)))
    return np.clip(voice[:, None] * gains + hiss, -32768, 32767).astype('<i2')


@pytest.mark.parametrize(
    'gains',
    [(1.0, -1.0), (0.9, -1.0), (1.0, -0.8), (-0.65, 1.0), (1.0, -0.4), (1.0, -1.0, 1.0, -1.0)],
)
@pytest.mark.trouble(
    'audio',
    'One of two channels is inverted, so that their mean is quiet',
    sees='Only the louder channel is used.',
    remedy='Swap the wires of one channel.',
)
def test_inverted_channels_do_not_silence_each_other(gains):
    sound = stereo(2.0, gains, 3.0)
    decoder = PcmDecoder(len(gains))
    heard = np.concatenate([decoder.decode(part) for part in np.array_split(sound, 100)])
    channel = decoder.cancellation.channel
    assert channel is not None
    half = slice(len(sound) // 2, None)
    np.testing.assert_array_equal(heard[half], (sound[half, channel] / 32768).astype(np.float32))


def test_voices_that_have_nothing_to_do_with_each_other_are_averaged():
    voice = real_speech()[0][:160000].astype(np.float64)
    sound = np.stack([voice, -np.roll(voice, 48000)], axis=1).astype('<i2')
    decoder = PcmDecoder(2)
    for part in np.array_split(sound, 1000):
        decoder.decode(part)
        assert decoder.cancellation.channel is None


@pytest.mark.parametrize('gains', [(1.0, 1.0), (1.0, 0.0), (1.0, 0.3), (1.0, -0.2), (0.0, 0.0)])
def test_usual_channels_are_averaged_to_the_bit(gains):
    sound = stereo(2.0, gains, 30.0)
    decoder = PcmDecoder(len(gains))
    heard = np.concatenate([decoder.decode(part) for part in np.array_split(sound, 100)])
    mean = (sound.sum(axis=1, dtype=np.float64) / 2**16).astype(np.float32)
    np.testing.assert_array_equal(heard, mean)
    assert decoder.cancellation.channel is None


def test_channels_that_were_inverted_are_averaged_again():
    decoder = PcmDecoder(2)
    for part in np.array_split(stereo(2.0), 50):
        decoder.decode(part)
    assert decoder.cancellation.channel is not None
    for part in np.array_split(stereo(2.0, (1.0, 1.0)), 50):
        decoder.decode(part)
    assert decoder.cancellation.channel is None


@pytest.mark.parametrize('name', ['S16LE', 's16le', 'S16_LE', ' s16_le ', 'int16', 's16'])
def test_sample_formats_as_gstreamer_alsa_and_numpy_write_them(name):
    np.testing.assert_array_equal(PcmDecoder(1, name).decode(b'\0\x40'), [0.5])


@pytest.mark.parametrize(
    'name',
    [
        *(
            'wave',
            'WAVE',
            'PCM',
            'pcm',
            'raw',
            'audio/x-raw',
            '',
            'pcm_s16le',
            ' Raw ',
            'audio/pcm',
        ),
        *('L16', 'audio/L16', 'linear16', 'Linear PCM', 'pcm16', 'int16', 'signed 16-bit PCM'),
    ],
)
@pytest.mark.trouble(
    'audio',
    'The coding is called PCM, lpcm, L16, linear16, raw, audio/x-raw or pcm_s16le',
    sees='It is used.',
)
def test_pcm_has_many_names(name):
    info = SimpleNamespace(sample_rate=48000, channels=2, sample_format='', coding_format=name)
    assert AudioFormat().announced(info) == AudioFormat(48000, 2)
    assert AudioFormat().announced(info).is_pcm


@pytest.mark.parametrize('name', ['mp3', 'Opus', 'flac', 'pcm_mulaw', 'PCM A-law', 'adpcm'])
def test_codecs_are_no_pcm(name):
    info = SimpleNamespace(sample_rate=0, channels=0, sample_format='', coding_format=name)
    said = AudioFormat().announced(info)
    assert not said.is_pcm and name.lower() in str(said)


def test_a_sample_format_is_announced_by_its_usual_name():
    info = SimpleNamespace(sample_rate=0, channels=0, sample_format='float32', coding_format='')
    assert AudioFormat().announced(info).sample_format == 'F32LE'
    info.sample_format = 'S17'
    assert "unknown sample format 'S17'" in AudioFormat().announced(info).fault


@pytest.mark.parametrize('name', FORMATS)
def test_bytes_of_a_frame_are_those_of_its_samples(name):
    audio = AudioFormat(16000, 2, name)
    assert audio.fault == '' and audio.frame_bytes == len(encode(WAVE[:1], name)) * 2
    assert audio.seconds(audio.frame_bytes * 8000) == 0.5


@pytest.mark.parametrize(
    ('audio', 'word'),
    [
        (AudioFormat(16000, 1, 'paInt16'), 'paInt16'),
        (AudioFormat(4000, 1), '4000 Hz'),
        (AudioFormat(384000, 1), '384000 Hz'),
        (AudioFormat(16000, 0), 'channel'),
        (AudioFormat(16000, 1, 'S16LE', 'mp3'), 'mp3'),
    ],
)
def test_a_format_that_cannot_be_heard_is_named(monkeypatch, audio, word):
    """At once, without reading the network of speech for each message in vain."""

    def read(*_):
        raise AssertionError('the network was read')

    monkeypatch.setattr(head_parts, 'SpeechNetwork', read)
    assert word in audio.fault and audio.seconds(32000) == 0.0
    with pytest.raises(VicoError, match=word):
        head_parts.acoustic_stream(audio)


def test_one_channel_of_an_array_is_heard_alone():
    """As channel 0 of a ReSpeaker, which is free of what the others hear of playback."""
    samples = np.stack([np.full(8, 100), np.full(8, 20000), np.full(8, -7)], 1).astype(np.int16)
    for channel in range(3):
        heard = PcmDecoder(3, channel=channel).decode(samples)
        np.testing.assert_array_equal(heard, samples[:, channel] / np.float32(32768))
    assert AudioFormat(16000, 6, channel=0).fault == ''
    wrong = AudioFormat(16000, 2, channel=4)
    assert wrong.fault.startswith('audio_channel is 4, but the audio has 2 channel(s)')
    with pytest.raises(AudioFormatError, match='there is no channel 4 of 2'):
        PcmDecoder(2, channel=4)
