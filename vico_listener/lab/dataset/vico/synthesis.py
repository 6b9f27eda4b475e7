"""Makes a synthetic data set in the layout of ViCo (RLD), to try the whole path without ViCo.

Speakers and listeners are those of the synthetic dyads: speech by eSpeak NG, faces made up from it,
the listener `rules` as the one who listens. It proves code, and nothing about people.
"""

import csv
from collections.abc import Iterator
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import tick_stamp
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.audio_file import write_audio
from vico_listener.lab.dataset.clip_features import SPLITS
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.dataset.dyads.dyad import Speaker
from vico_listener.lab.dataset.dyads.dyad import teach
from vico_listener.lab.dataset.dyads.make import random_reference
from vico_listener.lab.dataset.dyads.speaker_audio import record
from vico_listener.lab.dataset.dyads.speaker_audio import talk
from vico_listener.lab.dataset.dyads.speaker_face import speaker_face
from vico_listener.lab.dataset.jobs import run_jobs
from vico_listener.lab.dataset.made_with import claim_folder
from vico_listener.lab.dataset.vico.cutting import AUDIO_RATE
from vico_listener.lab.dataset.vico.cutting import SIZE
from vico_listener.lab.dataset.vico.extraction import write_statistics
from vico_listener.lab.dataset.vico.layouts import RLD_COLUMNS
from vico_listener.lab.dataset.vico.layouts import RLD_CSV
from vico_listener.listener.idle import IdleLayer
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.personality import Personality
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.video import write_video
from vico_listener.motion import FaceMotion
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render.warp import PortraitRenderer
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.stream import acoustic_features

TRAIN_PEOPLE, OOD_PEOPLE = 12, 4
SHARES = {'train': 0.7, 'test': 0.15, 'ood': 0.15}
VOICES = (
    'en-us', 'en-us+f1', 'en-us+f2', 'en-us+f3', 'en-us+m1', 'en-us+m2', 'en-us+m3', 'en-us+m6',
    'en+f4', 'en+m4', 'en+m7', 'en-029+m5', 'de+m1', 'de+f2', 'es+f3', 'fr+m2',
)  # fmt: skip
"""A voice for each person: those of ood come last."""
SHORTEST = 0.2
"""Shortest clip in terms of the longest; drawn evenly in the logarithm: most are short, as in ViCo.
"""
MADE_WITH = 'synthesis.json'


@dataclass(frozen=True)
class SynthesisSettings:
    """The settings of a synthetic data set.

    Attributes:
        clips: number of clips, at least 9, so that every split holds every attitude.
        seed: everything follows from it.
        features_only: write features instead of videos and audio.
        portraits: of the people; where they are more, tinted. None for the default one.
        seconds: length of the longest clip; the shortest lasts a fifth of it.
    """

    clips: int
    seed: int = 0
    features_only: bool = False
    portraits: tuple[Path, ...] = ()
    seconds: float = 20.0

    def __post_init__(self) -> None:
        """Check the values; a SettingError names what is wrong."""
        if self.clips < 9:
            raise SettingError(
                f'clips: at least 9 (three splits, three attitudes), not {self.clips}'
            )
        if not 2.5 <= self.seconds <= 600:
            raise SettingError(f'seconds: 2.5 to 600, not {self.seconds}')


@dataclass(frozen=True)
class PlannedClip:
    """One clip before it is made; people are numbers, those of ood the last."""

    number: int
    split: str
    attitude: int
    speaker: int
    listener: int

    @property
    def audio(self) -> str:
        """Stem of the audio: the 'video' that it was cut from, and two numbers, as in ViCo."""
        return f'synthetic{self.speaker:02d}_{self.number:04d}_0'

    @property
    def stems(self) -> dict[str, str]:
        """Stems of the two videos."""
        return {'listener': f'{self.audio}.0', 'speaker': f'{self.audio}.1'}


def plan(settings: SynthesisSettings) -> list[PlannedClip]:
    """Plan who listens to whom; all people of test occur in train, those of ood never do."""
    rng = np.random.default_rng([settings.seed, 77])
    counts = {split: max(3, round(settings.clips * SHARES[split])) for split in ('test', 'ood')}
    counts['train'] = settings.clips - sum(counts.values())
    people = min(TRAIN_PEOPLE, 2 * counts['train'])
    clips: list[PlannedClip] = []
    met: set[int] = set()
    for split in SPLITS:
        if split == 'test':  # only whoever was met in training
            known = np.array(sorted(met))
        elif split == 'ood':
            known = np.arange(TRAIN_PEOPLE, TRAIN_PEOPLE + OOD_PEOPLE)
        else:
            known = np.arange(people)
        for k in range(counts[split]):
            speaker, listener = (int(p) for p in rng.choice(known, 2, replace=False))
            clips.append(PlannedClip(len(clips), split, k % 3, speaker, listener))
            if split == 'train':
                met |= {speaker, listener}
    return clips


def synthesise(settings: SynthesisSettings, folder: Path, workers: int | None = None) -> None:
    """Make the data set in `folder`; existing clips are kept.

    Raises:
        SynthesizerError: speech synthesis is not installed.
        PortraitError: a portrait cannot be used.
        SettingError: the folder holds another data set.
    """
    told = asdict(settings) | {'portraits': [str(path) for path in settings.portraits]}
    claim_folder(folder, RLD_CSV, MADE_WITH, told)
    clips = plan(settings)
    for name in ('features',) if settings.features_only else ('videos', 'audios'):
        (folder / name).mkdir(exist_ok=True)
    with (folder / RLD_CSV).open('w', newline='', encoding='utf-8') as file:
        table = csv.DictWriter(file, RLD_COLUMNS)
        table.writeheader()
        for clip in clips:
            ids = {'listener_id': clip.listener, 'speaker_id': clip.speaker}
            told = {'attitude': ATTITUDES[clip.attitude].value, 'audio': clip.audio}
            table.writerow(told | clip.stems | ids | {'data_split': clip.split})
    run_jobs(_make, [(settings, clip, folder) for clip in clips], workers, 'clips')
    if settings.features_only:
        write_statistics(folder / 'features')


def _make(settings: SynthesisSettings, clip: PlannedClip, folder: Path) -> None:
    if settings.features_only:
        path = folder / 'features' / f'{clip.stems["listener"]}.npz'
        if not path.exists():
            dyad, _ = make_dyad(settings, clip)
            clip_features(clip, dyad, settings.seed).save(path)
        return
    last = folder / 'audios' / f'{clip.audio}.wav'
    if last.exists():
        return
    dyad, audio = make_dyad(settings, clip)
    for role, person in (('speaker', clip.speaker), ('listener', clip.listener)):
        path = folder / 'videos' / f'{clip.stems[role]}.mp4'
        renderer = PortraitRenderer(_portrait(settings, person), SIZE)
        write_video(path, map(renderer.render, _motions(dyad, role, clip.number)), MODEL_RATE)
    resampled = resample_poly(audio, AUDIO_RATE // 100, INTERNAL_RATE // 100)
    write_audio(last, resampled, AUDIO_RATE)


def make_dyad(settings: SynthesisSettings, clip: PlannedClip) -> tuple[Dyad, NDArray[np.float32]]:
    """Make the two people of a clip; return them with the speaker's audio at the internal rate."""
    rng = np.random.default_rng([settings.seed, 78, clip.number])
    length = settings.seconds * float(np.exp(rng.uniform(np.log(SHORTEST), 0)))
    count = round(length * MODEL_RATE)
    audio = record(rng, talk(rng, [VOICES[clip.speaker]], [], count / MODEL_RATE).audio)
    ticks = [tick_stamp(tick) for tick in range(count)]
    acoustic, speaking, pitch = acoustic_features(audio, INTERNAL_RATE, ticks)
    face = speaker_face(rng, acoustic, speaking)
    face.valid[:] = True
    speaker = Speaker(acoustic, speaking, np.ones(count, np.bool_), pitch, face)
    who = Personality.draw(1000 * settings.seed + clip.listener)
    attitude = np.full(count, clip.attitude, np.int8)
    return teach(speaker, attitude, who, random_reference(rng), clip.number), audio


def clip_features(clip: PlannedClip, dyad: Dyad, seed: int) -> ClipFeatures:
    """Return a dyad as features; the listener sits somewhere in front of a camera."""
    rng = np.random.default_rng([seed, 79, clip.number])
    home = matrix_from_rpy(rng.normal(0, [0.03, 0.08, 0.15]))
    place = rng.uniform([-1.2, -0.1, -0.1], [-0.5, 0.1, 0.1])
    turned = [rpy_from_matrix(home @ matrix_from_rpy(rpy)) for rpy in dyad.rotation_out]
    listener = FaceTrack(
        dyad.expression_out,
        np.array(turned, np.float32),
        (place + dyad.translation_out @ home.T).astype(np.float32),
        np.ones(len(dyad), np.bool_),
    )
    return ClipFeatures(
        clip=clip.stems['listener'],
        split=clip.split,
        attitude=ATTITUDES[clip.attitude],
        speaker_id=str(clip.speaker),
        listener_id=str(clip.listener),
        acoustic=dyad.acoustic,
        speaking=dyad.speaking,
        heard=dyad.heard,
        pitch=dyad.pitch,
        speaker=dyad.face,
        listener=listener,
    )


def _motions(dyad: Dyad, role: str, seed: int) -> Iterator[FaceMotion]:
    """Yield what a renderer draws: the listener blinks, the speaker's place does not matter."""
    idle = IdleLayer(seed)
    for tick in range(len(dyad)):
        if role == 'speaker':
            yield FaceMotion(dyad.expression[tick], dyad.rotation[tick])
            continue
        motion = FaceMotion(
            dyad.expression_out[tick].copy(),
            dyad.rotation_out[tick].copy(),
            dyad.translation_out[tick].copy(),
        )
        yield idle.apply(motion, tick, 1.0)


def _portrait(settings: SynthesisSettings, person: int) -> NDArray[np.uint8]:
    """Return the photo of a person; one that is shared is tinted, every second one mirrored."""
    photos = settings.portraits or (default_portrait_path(),)
    photo = load_portrait(photos[person % len(photos)])
    sharer = person // len(photos)
    if sharer == 0:
        return photo
    rng = np.random.default_rng([settings.seed, 80, person])
    hue, colour, light = rng.uniform([-8, 0.6, 0.85], [8, 1.3, 1.1])
    hsv = cv2.cvtColor(photo, cv2.COLOR_BGR2HSV).astype(np.float32)
    hsv = np.clip((hsv + [hue, 0, 0]) * [1, colour, light], 0, [179, 255, 255]).astype(np.uint8)
    tinted = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    return np.ascontiguousarray(tinted[:, ::-1]) if sharer % 2 else np.asarray(tinted)
