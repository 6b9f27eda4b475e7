"""The clips that a listener plays as vocal backchannels: those of a folder, or eSpeak NG's."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError
from vico_listener.media.synthesizer import Speech
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.resampler import Resampler

SUFFIXES = ('.wav', '.flac', '.ogg', '.mp3')
"""The files of a folder that may be clips."""
LONGEST = 2.0
"""The longest clip, s: a longer one is no backchannel."""

SPOKEN = {'mm-hm': 'um hum', 'yeah': 'yeah', 'oh': 'oh', 'hm': 'hum'}
"""What eSpeak NG is given to say for each token."""
VOICE = Speech('en-us+f3', rate=170, pitch=45, liveliness=60)


@dataclass(frozen=True, eq=False)
class VocalClip:
    """A clip of one token.

    Attributes:
        samples: (N, channels) float32, full scale +-1.
        rate: Hz.
    """

    samples: NDArray[np.float32]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is, s."""
        return len(self.samples) / self.rate

    def pcm(self) -> bytes:
        """Return it as mono S16LE at `INTERNAL_RATE`."""
        count = len(self.samples) * INTERNAL_RATE // self.rate
        resampler = Resampler(self.rate, max(count, 1))
        first, segment = resampler.segment(0, count)
        samples = np.zeros(first + len(segment), np.float32)
        samples[: len(self.samples)] = self.samples.mean(axis=1)[: len(samples)]
        segment[:] = 0.0
        begin = max(-first, 0)
        segment[begin:] = samples[first + begin :]
        mono = resampler.resample(0, count)
        return np.clip(np.round(mono * 32767), -32768, 32767).astype('<i2').tobytes()


Clips = Mapping[str, Sequence[VocalClip]]
"""The clips of each token."""


def lengths(clips: Clips) -> dict[str, list[float]]:
    """Return how long the clips of each token are, s."""
    return {token: [clip.seconds for clip in takes] for token, takes in clips.items()}


def clips_of(folder: str | Path, tokens: Sequence[str]) -> Clips:
    """Return the clips of a folder, or those that eSpeak NG makes.

    A clip is called as its token, or as its token with a number: `mm-hm.wav`, `mm-hm_2.wav`.

    Args:
        folder: the folder; '' for clips that are made.
        tokens: what there may be clips of.

    Raises:
        SettingError: there is no such folder, it holds no clip, or one that cannot be played.
        SynthesizerError: clips shall be made, and eSpeak NG is not installed.
    """
    return read_clips(Path(folder), tokens) if folder else made_clips(tokens)


def read_clips(folder: Path, tokens: Sequence[str]) -> Clips:
    """Return the clips of a folder, see `clips_of`."""
    # The import is late because nobody else who listens needs FFmpeg.
    from vico_listener.media.clip import ClipError
    from vico_listener.media.clip import read_audio

    if not folder.is_dir():
        raise SettingError(f'vocal_folder: there is no folder {folder}')
    clips: dict[str, list[VocalClip]] = {}
    for path in sorted(folder.iterdir()):
        token, _, number = path.stem.lower().partition('_')
        if path.suffix.lower() not in SUFFIXES or token not in tokens:
            continue
        if number and not number.isdecimal():
            continue
        try:
            samples, rate = read_audio(path)
        except ClipError as error:
            kinds = ', '.join(suffix[1:] for suffix in SUFFIXES)
            raise SettingError(
                f'vocal_folder: {path} cannot be read as a sound file: give one of {kinds}'
            ) from error
        clip = VocalClip(np.multiply(samples, 1 / 32768, dtype=np.float32), rate)
        if clip.seconds > LONGEST:
            raise SettingError(
                f'vocal_folder: {path} takes {clip.seconds:.1f} s, but at most '
                f'{LONGEST:.0f} s are allowed'
            )
        clips.setdefault(token, []).append(clip)
    if not clips:
        named = ', '.join(f'{token}.wav' for token in tokens)
        raise SettingError(
            f'vocal_folder: {folder} holds no sound file: name them {named}, yeah_2.wav'
        )
    return clips


def made_clips(tokens: Sequence[str]) -> Clips:
    """Return a clip of each token, as eSpeak NG says it.

    Raises:
        SynthesizerError: it is not installed.
    """
    synthesizer = Synthesizer()
    clips = {}
    for token in tokens:
        spoken = synthesizer.speak(SPOKEN[token], VOICE)
        loud = np.flatnonzero(np.abs(spoken) > 0.01)
        said = spoken[loud[0] : loud[-1] + 1] if len(loud) else spoken
        clips[token] = [VocalClip(said[:, None], synthesizer.sample_rate)]
    return clips
