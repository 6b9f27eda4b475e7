"""Makes sets of synthetic dyads from one configuration and seed, in parallel."""

from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import tick_stamp
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.clip_features import SPLITS
from vico_listener.lab.dataset.dyads.background import with_background
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.dataset.dyads.dyad import Speaker
from vico_listener.lab.dataset.dyads.dyad import teach
from vico_listener.lab.dataset.dyads.labelled import dyad_features
from vico_listener.lab.dataset.dyads.speaker_audio import record
from vico_listener.lab.dataset.dyads.speaker_audio import talk
from vico_listener.lab.dataset.dyads.speaker_events import with_events
from vico_listener.lab.dataset.dyads.speaker_face import speaker_face
from vico_listener.lab.dataset.dyads.spoken_feelings import with_feelings
from vico_listener.lab.dataset.jobs import run_jobs
from vico_listener.lab.dataset.made_with import keep_settings
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.personality import Personality
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.stream import acoustic_features

MADE_WITH = 'dyads.json'
"""The configuration, in the folder of the dyads."""
CHANGING_SHARE = 0.25
"""Share of the listeners whose attitude changes meanwhile."""
ALWAYS_DEAF, SOMETIMES_DEAF = 0.06, 0.12
"""Shares of the speakers whose mouth only is seen to speak, and whose audio fails for seconds."""
DEFAULT_SHARE = 0.4
"""Share of the listeners with the default personality."""


@dataclass(frozen=True)
class DyadConfig:
    """The settings of a set of synthetic dyads.

    Attributes:
        seed: seed of all random choices; the splits never share a random number.
        seconds: length of a speaker's talk.
        speakers: number of speakers per split; each is listened to in every attitude.
        voices: the voices per split, of eSpeak, or of Kokoro as `kokoro:af_heart`; each belongs to
            one split only.
        recordings: patterns (`**` and `*`) of audio files of recorded speech; what is missing is
            left out. Each file belongs to one split.
        feelings: the share of the turns that are spoken with a feeling (`SPOKEN_FEELINGS`), which
            the face shows, too.
        background: the share of the pauses between turns that are long, and in which music or other
            people are heard; who is in view and says nothing does not speak meanwhile.
    """

    seed: int = 0
    seconds: float = 60.0
    speakers: dict[str, int] = field(default_factory=lambda: {'train': 96, 'test': 6, 'ood': 6})
    voices: dict[str, list[str]] = field(
        default_factory=lambda: {'train': ['en-us'], 'test': ['en-us+f3'], 'ood': ['de']}
    )
    recordings: list[str] = field(default_factory=list)
    feelings: float = 0.0
    background: float = 0.0

    def __post_init__(self) -> None:
        for split in SPLITS:
            if not self.voices.get(split):
                raise SettingError(f'dyads: no voices for the split {split}')
            if self.speakers.get(split, 0) < 1:
                raise SettingError(f'dyads: no speakers for the split {split}')
        for name in ('feelings', 'background'):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise SettingError(f'dyads: {name} is a share, 0 to 1')
        names = [voice for split in SPLITS for voice in self.voices[split]]
        if len(names) != len(set(names)):
            raise SettingError('dyads: a voice is in two splits, or twice in one')

    def recorded(self, split: str) -> list[Path]:
        """Return the recordings of a split: two thirds are train, the rest test and ood in turn."""
        files = sorted({p for pattern in self.recordings for p in Path('/').glob(pattern[1:])})
        order = ('train', 'train', 'test', 'train', 'train', 'ood')
        return [file for k, file in enumerate(files) if order[k % len(order)] == split]


def random_reference(rng: np.random.Generator) -> FaceMotion:
    """Draw a portrait's expression: often neutral, often smiling, with a little of everything."""
    noise = np.clip(rng.normal(0, 0.05, ARKIT52.size), 0, 1)
    expression = (rng.choice([0.0, 1.0]) * noise).astype(np.float32)
    smile = rng.choice([0.0, rng.uniform(0, 0.9)])
    for name in ('mouthSmileLeft', 'mouthSmileRight'):
        expression[ARKIT_INDEX[name]] = smile
    return FaceMotion(expression)


def audio_valid(rng: np.random.Generator, count: int) -> NDArray[np.bool_]:
    """Draw (count,) flags, false where the microphone fails: mostly nowhere."""
    valid = np.ones(count, np.bool_)
    fault = rng.random()
    if fault < ALWAYS_DEAF:
        valid[:] = False
    elif fault < ALWAYS_DEAF + SOMETIMES_DEAF:
        start = int(rng.integers(count))
        valid[start : start + int(rng.uniform(1, 8) * MODEL_RATE)] = False
    return valid


def make_speaker(config: DyadConfig, split: str, number: int) -> list[Dyad]:
    """Make one speaker, who is listened to in every attitude by different personalities."""
    rng = np.random.default_rng([config.seed, SPLITS.index(split), number])
    return listened_to(rng, make_talker(rng, config, split))


def make_talker(rng: np.random.Generator, config: DyadConfig, split: str) -> Speaker:
    """Make what a speaker says and shows; this takes most of the time."""
    voices = config.voices[split]
    said = talk(
        rng, voices, config.recorded(split), config.seconds, config.feelings, config.background
    )
    sound, others = with_background(rng, said.audio, voices, said.pauses)
    audio = record(rng, sound)
    count = int(config.seconds * MODEL_RATE)
    ticks = [tick_stamp(tick) for tick in range(1, count + 1)]
    acoustic, speaking, pitch = acoustic_features(audio, INTERNAL_RATE, ticks)
    elsewhere = _at_ticks(others, count)
    own = speaking & ~elsewhere
    face = with_feelings(rng, with_events(rng, speaker_face(rng, acoustic, own)), said.feelings)
    # Sound counts as the speaker's where nobody is in view (`Talker`).
    speaking &= ~(elsewhere & face.valid)
    heard = audio_valid(rng, count)
    return Speaker(acoustic, speaking & (heard | face.valid), heard, pitch, face)


def listened_to(rng: np.random.Generator, speaker: Speaker) -> list[Dyad]:
    """Let the teacher listen to a speaker in every attitude."""
    count = len(speaker.acoustic)
    dyads = []
    for index in range(len(ATTITUDES)):
        attitude = np.full(count, index, np.int8)
        if rng.random() < CHANGING_SHARE:
            attitude[int(rng.integers(count)) :] = int(rng.integers(len(ATTITUDES)))
        default = rng.random() < DEFAULT_SHARE
        personality = Personality() if default else Personality.draw(int(rng.integers(2**31)))
        seed = int(rng.integers(2**31))
        dyads.append(teach(speaker, attitude, personality, random_reference(rng), seed))
    return dyads


def _at_ticks(samples: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Return (count,) what samples at the internal rate say at each tick."""
    last = np.arange(1, count + 1) * INTERNAL_RATE // MODEL_RATE - 1
    return np.asarray(samples[np.minimum(last, len(samples) - 1)])


def _make_and_save(config: DyadConfig, split: str, number: int, folder: Path) -> None:
    speaker = f'{split}_{number:04d}'
    names = [f'{speaker}_{k}' for k in range(len(ATTITUDES))]
    if all((folder / f'{name}.npz').exists() for name in names):
        return
    for name, dyad in zip(names, make_speaker(config, split, number), strict=True):
        dyad_features(dyad, name, split, speaker, name).save(folder / f'{name}.npz')


def make_dyads(config: DyadConfig, folder: Path, workers: int | None = None) -> None:
    """Write the labelled features of every split into `folder`; existing files are kept.

    Raises:
        SettingError: the folder holds dyads of another configuration.
        SynthesizerError: speech synthesis is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep_settings(folder / MADE_WITH, asdict(config))
    jobs = [(split, number) for split in SPLITS for number in range(config.speakers[split])]
    run_jobs(_make_and_save, [(config, *job, folder) for job in jobs], workers, 'dyads', 'speaker')
