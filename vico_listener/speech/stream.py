"""Audio messages in, acoustic frames out, one per tick; offline through the same code."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import ACOUSTICS
from vico_listener.speech.features import FRAME
from vico_listener.speech.features import FeatureExtractor
from vico_listener.speech.pcm import PcmData
from vico_listener.speech.pcm import PcmDecoder
from vico_listener.speech.release import CHUNK
from vico_listener.speech.release import RELEASE_RATE
from vico_listener.speech.release import release_features
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.resampler import Resampler
from vico_listener.speech.timeline import StreamCounters
from vico_listener.speech.timeline import Timeline
from vico_listener.speech.voice import VoiceDetector

MAX_PASSED = MODEL_RATE + 1
"""Ticks that may pass between two calls of `frame`; after more the features start anew."""


@dataclass
class AcousticFrame:
    """The speaker's sound at one tick.

    Attributes:
        features: (45,) float32 in the stream's layout; always finite.
        speaking: voice activity.
        valid: all audio of the tick's analysis frame was there; else silence stood in for it.
    """

    features: NDArray[np.float32]
    speaking: bool
    valid: bool


class AcousticStream:
    """The features of one audio stream.

    Frames depend on the audio up to their tick only, and not on how the audio was cut into
    messages nor on how far ahead it was pushed (up to `RING_SECONDS` less one second).

    On real speech resampled to 22.05, 44.1 and 48 kHz the features differ from those of 16 kHz by,
    mean (largest): MFCC 0.07 (1.8), delta 0.02 (0.4), delta2 0.01 (0.2), log energy 0.04 (0.3) dB,
    ZCR 0.006 (0.05), loudness 0.01 (0.2) LU. Below 16 kHz the bands above half the rate are empty,
    which MFCC show.

    Args:
        sample_rate: Hz, 8000 to 192000.
        channels: at least 1; their mean is analysed.
        sample_format: GStreamer's name of the sample format of raw bytes, e.g. S16LE.
        acoustics: layout of the features, one of `ACOUSTICS`.

    Raises:
        SettingError: one of them is out of range or unknown.
    """

    def __init__(
        self,
        sample_rate: int,
        channels: int = 1,
        sample_format: str = 'S16LE',
        acoustics: str = ACOUSTICS[0],
    ) -> None:
        if acoustics not in ACOUSTICS:
            raise SettingError(
                f"unknown acoustic features '{acoustics}': choose one of {', '.join(ACOUSTICS)}"
            )
        self.acoustics = acoustics
        self._decoder = PcmDecoder(channels, sample_format)
        self._resampler = Resampler(sample_rate, FRAME)
        self._timeline = Timeline(sample_rate)
        self._features = FeatureExtractor()
        self._voice = VoiceDetector()
        self._release: Resampler | None = None
        if acoustics == 'vico_release':
            self._release = Resampler(sample_rate, CHUNK, RELEASE_RATE)
        self._last_tick: int | None = None

    @property
    def counters(self) -> StreamCounters:
        """What went wrong since the stream was made; compare before and after to log."""
        return self._timeline.counters

    @property
    def end_stamp(self) -> int | None:
        """Stream time up to which the audio is known, ns; None before the first message."""
        return self._timeline.end_stamp

    def reset(self) -> None:
        """Forget all audio and all state, e.g. after the clock jumped back; counters stay."""
        self._decoder.reset()
        self._timeline.reset()
        self._restart()

    def push(self, data: PcmData, stamp_ns: int) -> None:
        """Take a message of audio whose first sample was captured at `stamp_ns` (stream time).

        Missing, repeated and restarted audio is handled and counted, see `Timeline`; a stamp more
        than a second back drops all audio before it and starts a new time line.

        Raises:
            AudioFormatError: the data is not the announced PCM, see `PcmDecoder.decode`.
        """
        samples = self._decoder.decode(data)
        self.counters.damaged = self._decoder.damaged
        self._timeline.add(samples, stamp_ns)

    def frame(self, tick_ns: int) -> AcousticFrame:
        """Features at a tick, which lies after the tick of the last call.

        Call it once per tick of the 30 Hz clock. Ticks that were left out since the last call are
        computed on the way, up to a second of them; after more, or when ticks go back, deltas,
        loudness and voice activity start anew.
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

    def _restart(self) -> None:
        self._last_tick = None
        self._features.reset()
        self._voice.reset()

    def _analyse(self, tick_ns: int) -> AcousticFrame:
        """Features at one tick."""
        timeline, resampler = self._timeline, self._resampler
        first = timeline.samples_until(tick_ns) - FRAME
        first_input, segment = resampler.segment(first, FRAME)
        timeline.ring.read(first_input, segment)
        frame = resampler.resample(first, FRAME).astype(np.float64)
        features, spectrum = self._features.update(frame)
        if self._release is not None:
            features = self._released(self._release, tick_ns)

        end_known = resampler.position(first + FRAME - 1) + 1
        if end_known > timeline.ring.end:
            self.counters.starved += 1
        valid = timeline.ring.known(resampler.position(first), end_known)
        return AcousticFrame(features, self._voice.update(spectrum), valid)

    def _released(self, resampler: Resampler, tick_ns: int) -> NDArray[np.float32]:
        """The authors' features of the 1/30 s before a tick."""
        end = self._timeline.samples_until(tick_ns) * RELEASE_RATE // INTERNAL_RATE
        first_input, segment = resampler.segment(end - CHUNK, CHUNK)
        self._timeline.ring.read(first_input, segment)
        return release_features(resampler.resample(end - CHUNK, CHUNK))


def acoustic_features(
    samples: NDArray,
    sample_rate: int,
    ticks: Sequence[int] | NDArray[np.int64],
    acoustics: str = ACOUSTICS[0],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Features of a whole recording whose first sample has stamp 0, as the stream gives them.

    Args:
        samples: (N,) or (N, C) float (full scale +-1) or signed integers.
        sample_rate: Hz.
        ticks: T rising stamps, ns.
        acoustics: layout of the features.

    Returns:
        (T, 45) float32 features and (T,) bool voice activity.
    """
    samples = np.asarray(samples)
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    stream = AcousticStream(sample_rate, channels, acoustics=acoustics)
    features = np.empty((len(ticks), ACOUSTIC_SIZE), np.float32)
    speaking = np.empty(len(ticks), np.bool_)
    pushed = 0
    for i, tick in enumerate(ticks):
        # A piece that ends just after the tick, and none longer than the ring.
        end = min(len(samples), int(tick) * sample_rate // NANOSECONDS + 1)
        while pushed < end:
            piece = samples[pushed : min(end, pushed + sample_rate)]
            stream.push(piece, pushed * NANOSECONDS // sample_rate)
            pushed += len(piece)
        frame = stream.frame(int(tick))
        features[i] = frame.features
        speaking[i] = frame.speaking
    return features, speaking
