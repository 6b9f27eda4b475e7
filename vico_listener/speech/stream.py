"""Turns the chunks of an audio stream into acoustic features per tick, live or offline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import ACOUSTICS
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.speech.echo_canceller import EchoCanceller
from vico_listener.speech.features import FRAME
from vico_listener.speech.features import FeatureExtractor
from vico_listener.speech.pcm import PcmData
from vico_listener.speech.pcm import PcmDecoder
from vico_listener.speech.release import CHUNK
from vico_listener.speech.release import RELEASE_RATE
from vico_listener.speech.release import release_features
from vico_listener.speech.release import shortcoming
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.resampler import Resampler
from vico_listener.speech.resampler import check_rate
from vico_listener.speech.speech_network import WINDOW
from vico_listener.speech.speech_network import SpeechNetwork
from vico_listener.speech.timeline import SampleRing
from vico_listener.speech.timeline import StreamCounters
from vico_listener.speech.timeline import Timeline
from vico_listener.speech.voice import VoiceDetector

PAST_SECONDS = 8
"""The length of the speech that a stream with a network remembers, s."""

MAX_PASSED = MODEL_RATE + 1
"""The largest number of ticks between two calls of `frame`; after more, features start afresh."""


@dataclass
class AcousticFrame:
    """The acoustic features of one tick.

    Attributes:
        features: (45,) float32 in the stream's layout; always finite.
        speaking: voice activity.
        speech: the probability that the audio is speech; 1 where no network tells.
        pitch: the pitch of the voice, Hz; 0 where it is not voiced.
        valid: whether all audio of the tick's analysis frame was known; silence replaces what is
            missing.
    """

    features: NDArray[np.float32]
    speaking: bool
    speech: float
    pitch: float
    valid: bool


class Acoustics(NamedTuple):
    """The acoustic features of a recording over T ticks.

    Attributes:
        features: (T, 45) float32.
        speaking: (T,) bool voice activity.
        pitch: (T,) float32 pitch of the voice, Hz; 0 where it is not voiced.
    """

    features: NDArray[np.float32]
    speaking: NDArray[np.bool_]
    pitch: NDArray[np.float32]


class AcousticStream:
    """Computes the features of one audio stream.

    A frame depends only on the audio up to its tick. It depends neither on how the audio was cut
    into chunks nor on how far ahead it was pushed (up to `RING_SECONDS` less one second).

    On real speech resampled to 22.05, 44.1 and 48 kHz the features differ from those at 16 kHz by a
    mean (largest) of: MFCC 0.07 (1.8), delta 0.02 (0.4), delta2 0.01 (0.2), log energy 0.04 (0.3)
    dB, ZCR 0.006 (0.05), loudness 0.01 (0.2) LU. At a sample rate below 16 kHz the bands above half
    the rate are empty, and the MFCC differ accordingly.

    Args:
        sample_rate: Hz, 8000 to 192000.
        channels: the number of channels, at least 1.
        sample_format: GStreamer's name of the sample format of raw bytes, e.g. S16LE.
        acoustics: the layout of the features, one of `ACOUSTICS`.
        network: tells speech from other sounds; None if all that is voiced shall count as speech.
        channel: the channel that is analysed, from 0; None for the mean of all.
        canceller: frees the sound from the robot's own voice, to 16 kHz; None if nothing does.

    Attributes:
        acoustics: the layout of the features.
        shortcoming: what the audio lacks for it, for messages; '' if nothing.

    Raises:
        SettingError: `sample_rate` is out of range, or `acoustics` is unknown.
        AudioFormatError: `channels` is less than 1, or `sample_format` is unknown.
    """

    def __init__(
        self,
        sample_rate: int,
        channels: int = 1,
        sample_format: str = 'S16LE',
        acoustics: str = ACOUSTICS[0],
        network: SpeechNetwork | None = None,
        channel: int | None = None,
        canceller: EchoCanceller | None = None,
    ) -> None:
        if acoustics not in ACOUSTICS:
            raise SettingError(
                f"unknown acoustic features '{acoustics}': choose one of {', '.join(ACOUSTICS)}"
            )
        self.acoustics = acoustics
        self.shortcoming = shortcoming(acoustics, sample_rate)
        self._decoder = PcmDecoder(channels, sample_format, channel)
        self._canceller = canceller
        if canceller is not None:
            check_rate(sample_rate)
            canceller.microphone(sample_rate)
            sample_rate = INTERNAL_RATE
            self.shortcoming = shortcoming(acoustics, sample_rate)
        self._resampler = Resampler(sample_rate, FRAME)
        self._timeline = Timeline(sample_rate)
        self._features = FeatureExtractor()
        self._voice = VoiceDetector()
        self._network = network
        self._past = SampleRing(INTERNAL_RATE, PAST_SECONDS)
        self._release: Resampler | None = None
        if acoustics == 'vico_release':
            self._release = Resampler(sample_rate, CHUNK, RELEASE_RATE)
        self._last_tick: int | None = None
        self._heard: int | None = None
        self._restart()

    @property
    def counters(self) -> StreamCounters:
        """The faults of the stream since it was made; a caller logs the differences."""
        return self._timeline.counters

    @property
    def end_stamp(self) -> int | None:
        """The stream time up to which the audio is known, ns; None before the first chunk."""
        return self._timeline.end_stamp

    def reset(self) -> None:
        """Forget all audio and state, e.g. after the clock jumped back, but keep the counters."""
        self._decoder.reset()
        self._timeline.reset()
        if self._canceller is not None:
            self._canceller.reset()
        self._restart()

    def push(self, data: PcmData, stamp_ns: int) -> None:
        """Take a chunk of audio whose first sample was captured at `stamp_ns` (stream time).

        Missing, repeated and restarted audio is handled and counted (see `Timeline`). A stamp that
        lies more than a second back drops all earlier audio and starts a new time line.

        Raises:
            AudioFormatError: the data is not the announced PCM (see `PcmDecoder.decode`).
        """
        samples = self._decoder.decode(data)
        self.counters.damaged = self._decoder.damaged
        if self._canceller is None:
            self._timeline.add(samples, stamp_ns)
            return
        for freed, begin in self._canceller.free(samples, stamp_ns):
            self._timeline.add(freed, begin)

    def frame(self, tick_ns: int) -> AcousticFrame:
        """Return the features at a tick, which lies after the tick of the last call.

        Call it once per tick of the 30 Hz clock. Ticks that were skipped since the last call are
        computed on the way, up to one second of them. After a longer gap, or when ticks go back,
        deltas, loudness and voice activity start afresh.
        """
        if self._last_tick is not None:
            passed = (tick_ns - self._last_tick) * MODEL_RATE / NANOSECONDS
            if 0 < passed <= MAX_PASSED:
                for back in range(round(passed) - 1, 0, -1):
                    self._analyse(tick_ns - back * NANOSECONDS // MODEL_RATE)
            else:
                self._restart()
        self._last_tick = tick_ns
        return self._analyse(tick_ns)

    def past(self, seconds: float) -> NDArray[np.float32]:
        """Return what has been heard up to the last tick, to 32 ms: (128000,) at 16 kHz.

        All but the last `seconds` of these `PAST_SECONDS` are silence, and all of it is where no
        network tells speech.
        """
        heard = np.zeros(PAST_SECONDS * INTERNAL_RATE, np.float32)
        count = min(round(seconds * INTERNAL_RATE), len(heard))
        if count > 0:
            self._past.read(self._past.end - count, heard[-count:])
        return heard

    def _restart(self) -> None:
        self._last_tick = None
        self._features.reset()
        self._voice.reset()
        self._heard = None
        self._speech = 1.0
        self._past.clear()
        if self._network is not None:
            self._network.reset()

    def _analyse(self, tick_ns: int) -> AcousticFrame:
        """Return the features at one tick."""
        timeline, resampler = self._timeline, self._resampler
        first = timeline.samples_until(tick_ns) - FRAME
        frame = self._samples(first, FRAME).astype(np.float64)
        features, spectrum = self._features.update(frame)
        if self._release is not None:
            features = self._released(self._release, tick_ns)

        end_known = resampler.position(first + FRAME - 1) + 1
        if end_known > timeline.ring.end:
            self.counters.starved += 1
        valid = timeline.ring.known(resampler.position(first), end_known)
        speaking = self._voice.update(spectrum)
        speech = self._listen(first + FRAME)
        return AcousticFrame(features, speaking, speech, self._voice.pitch, valid)

    def _samples(self, first: int, count: int) -> NDArray[np.float32]:
        """Return samples at `INTERNAL_RATE`, which are overwritten by the next call."""
        first_input, segment = self._resampler.segment(first, count)
        self._timeline.ring.read(first_input, segment)
        return self._resampler.resample(first, count)

    def _listen(self, end: int) -> float:
        """Return how probable speech is in the last whole window before a sample."""
        if self._network is not None:
            if self._heard is None:
                self._heard = end - WINDOW
            while self._heard + WINDOW <= end:
                window = self._samples(self._heard, WINDOW)
                self._past.append(window)
                self._speech = self._network.probability(window)
                self._heard += WINDOW
        return self._speech

    def _released(self, resampler: Resampler, tick_ns: int) -> NDArray[np.float32]:
        """Return the authors' features of the 1/30 s before a tick."""
        end = self._timeline.samples_until(tick_ns) * RELEASE_RATE // INTERNAL_RATE
        first_input, segment = resampler.segment(end - CHUNK, CHUNK)
        self._timeline.ring.read(first_input, segment)
        return release_features(resampler.resample(end - CHUNK, CHUNK))


def acoustic_features(
    samples: NDArray,
    sample_rate: int,
    ticks: Sequence[int] | NDArray[np.int64],
    acoustics: str = ACOUSTICS[0],
) -> Acoustics:
    """Return the features of a whole recording, exactly as `AcousticStream` computes them live.

    Args:
        samples: (N,) or (N, C) floats (full scale +-1) or signed integers; the first sample has
            stamp 0.
        sample_rate: Hz.
        ticks: T increasing stamps, ns.
        acoustics: the layout of the features, one of `ACOUSTICS`.
    """
    samples = np.asarray(samples)
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    stream = AcousticStream(sample_rate, channels, acoustics=acoustics)
    found = Acoustics(
        np.empty((len(ticks), ACOUSTIC_SIZE), np.float32),
        np.empty(len(ticks), np.bool_),
        np.empty(len(ticks), np.float32),
    )
    pushed = 0
    for i, tick in enumerate(ticks):
        # Push up to just after the tick, in pieces shorter than the ring.
        end = min(len(samples), int(tick) * sample_rate // NANOSECONDS + 1)
        while pushed < end:
            piece = samples[pushed : min(end, pushed + sample_rate)]
            stream.push(piece, pushed * NANOSECONDS // sample_rate)
            pushed += len(piece)
        frame = stream.frame(int(tick))
        found.features[i] = frame.features
        found.speaking[i] = frame.speaking
        found.pitch[i] = frame.pitch
    return found
