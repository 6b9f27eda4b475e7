"""Features of a data set's clips, by the very code that perceives in the live stack."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from heapq import merge
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from vico_listener.dataset.clip import CameraFrame
from vico_listener.dataset.clip import ClipError
from vico_listener.dataset.clip import SoundChunk
from vico_listener.dataset.clip import camera_frames
from vico_listener.dataset.clip import probe_sound
from vico_listener.dataset.clip import sound_chunks
from vico_listener.dataset.face_track import FaceTrack
from vico_listener.dataset.features import STATISTICS
from vico_listener.dataset.features import ClipFeatures
from vico_listener.dataset.features import load_features
from vico_listener.dataset.vico.deep3d_files import features_from_mat
from vico_listener.dataset.vico.deep3d_files import features_from_tree
from vico_listener.dataset.vico.layouts import ClipEntry
from vico_listener.dataset.vico.stretch import resized
from vico_listener.dataset.vico.stretch import width_factor
from vico_listener.face import FaceTracker
from vico_listener.face.backends.landmarker import LandmarkerBackend
from vico_listener.frames import SpeakerFrame
from vico_listener.motion import Attitude
from vico_listener.perception import Perception
from vico_listener.speech import AcousticStream

WAIT = 60.0
"""Longest wait of a picture for its sound, s of stream time, as in lossless replay."""
SAMPLES = 7
"""Pictures of a clip from which its stretch is estimated."""
MISMATCH = 3
"""Frames by which speaker and listener may differ without a word."""
REPORT = 'extraction.json'


@dataclass(frozen=True)
class ExtractionSettings:
    """How to extract.

    Attributes:
        stretch: factor of the width of all pictures (below 1 makes them narrower); None =
            estimated for each clip and person.
        fov_deg: of the camera, along the longer side.
        default_attitude: of clips whose layout does not tell.
        mats: folder with `.mat` coefficients for all videos, instead of looking at them.
        tree: folder of the authors' features, likewise.
    """

    stretch: float | None = None
    fov_deg: float = 60.0
    default_attitude: str = ''
    mats: str = ''
    tree: str = ''


@dataclass
class Extracted:
    """What became of one clip.

    Attributes:
        clip: its name.
        problem: why there are no features, '' when there are.
        notes: what is odd about them.
    """

    clip: str
    problem: str = ''
    notes: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def _backend() -> LandmarkerBackend:
    return LandmarkerBackend()


def perceive(
    video: Path, audio: Path | None, factor: float = 1.0, fov_deg: float = 60.0
) -> list[SpeakerFrame]:
    """What the live stack perceives of a video, tick by tick.

    Args:
        video: of one person.
        audio: sound file, None = silence.
        factor: of the pictures' width.
        fov_deg: of the camera.

    Raises:
        ClipError: a file cannot be read.
    """
    stream = None
    sound: Iterator[SoundChunk] = iter(())
    if audio is not None:
        rate, channels = probe_sound(audio)
        stream = AcousticStream(rate, min(2, channels))
        sound = sound_chunks(audio)
    tracker = FaceTracker(_backend(), fov_deg)
    perception = Perception(tracker, stream, WAIT)
    frames: list[SpeakerFrame] = []
    items: Iterator[CameraFrame | SoundChunk] = merge(
        sound, camera_frames(video), key=lambda item: item.available
    )
    for item in items:
        if isinstance(item, CameraFrame):
            frames += perception.add_image(resized(item.image, factor), item.stamp)
            perception.look_around()
        else:
            frames += perception.add_audio(item.samples, item.stamp)
    return frames + perception.flush()


def estimate_factor(video: Path) -> float:
    """The factor that un-stretches a video's pictures, from some of its first ten seconds."""
    pictures = [frame.image for frame in islice(camera_frames(video), 0, 300, 300 // SAMPLES)]
    return width_factor(pictures, _backend())


def extract_clip(entry: ClipEntry, settings: ExtractionSettings) -> tuple[ClipFeatures, list[str]]:
    """Features of a clip, and notes.

    Raises:
        ClipError: a file cannot be read, or nothing is known of the attitude.
    """
    attitude = entry.attitude
    if attitude is None and settings.default_attitude:
        attitude = Attitude.parse(settings.default_attitude)
    if attitude is None:
        raise ClipError('its attitude is not told: give --attitude')
    if settings.mats:
        return features_from_mat(entry, Path(settings.mats), attitude)
    if settings.tree:
        return features_from_tree(entry, Path(settings.tree), attitude)
    factors = [
        settings.stretch if settings.stretch is not None else estimate_factor(video)
        for video in (entry.speaker_video, entry.listener_video)
    ]
    speaker = perceive(entry.speaker_video, entry.audio, factors[0], settings.fov_deg)
    listener = perceive(entry.listener_video, None, factors[1], settings.fov_deg)
    count = min(len(speaker), len(listener))
    if count == 0:
        raise ClipError('it holds no frame')
    notes = [f'widths x {factors[0]:.2f} (speaker), x {factors[1]:.2f} (listener)']
    if abs(len(speaker) - len(listener)) > MISMATCH:
        notes.append(f'{len(speaker)} frames of the speaker, {len(listener)} of the listener')
    speaker, listener = speaker[:count], listener[:count]
    features = ClipFeatures(
        clip=entry.clip,
        split=entry.split,
        attitude=attitude,
        speaker_id=entry.speaker_id,
        listener_id=entry.listener_id,
        acoustic=np.array([f.acoustic for f in speaker], np.float32),
        speaking=np.array([f.speaking for f in speaker]),
        heard=np.array([f.audio_valid for f in speaker]),
        speaker=_track(speaker),
        listener=_track(listener),
    )
    for who, track in (('speaker', features.speaker), ('listener', features.listener)):
        if not track.valid.all():
            notes.append(f'{who} not seen in {np.mean(~track.valid):.0%} of the frames')
    return features, notes


def _track(frames: list[SpeakerFrame]) -> FaceTrack:
    return FaceTrack(
        expression=np.array([f.face.expression for f in frames], np.float32),
        rotation=np.array([f.face.rotation for f in frames], np.float32),
        translation=np.array([f.face.translation for f in frames], np.float32),
        valid=np.array([f.face_valid for f in frames]),
        basis=frames[0].face.basis,
    )


def _extract_to(entry: ClipEntry, settings: ExtractionSettings, folder: Path) -> Extracted:
    try:
        features, notes = extract_clip(entry, settings)
    except ValueError as error:  # ClipError, and what a broken file makes of the core
        return Extracted(entry.clip, problem=str(error))
    features.save(folder / f'{entry.clip}.npz')
    return Extracted(entry.clip, notes=notes)


def extract_data_set(
    entries: list[ClipEntry],
    folder: Path,
    settings: ExtractionSettings,
    workers: int | None = None,
) -> list[Extracted]:
    """Extract every clip that is not there yet, in parallel, and the statistics of train.

    Raises:
        ValueError: `folder` holds features that were made with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made_with = folder / 'settings.json'
    told = json.dumps(asdict(settings), indent=1)
    if made_with.exists() and made_with.read_text(encoding='utf-8') != told:
        raise ValueError(f'{folder} holds features that were made with other settings: {made_with}')
    made_with.write_text(told, encoding='utf-8')
    missing = [entry for entry in entries if not (folder / f'{entry.clip}.npz').exists()]
    context = get_context('spawn')
    done: list[Extracted] = []
    with ProcessPoolExecutor(workers or os.cpu_count(), context) as pool:
        futures = [pool.submit(_extract_to, entry, settings, folder) for entry in missing]
        for future in tqdm(futures, desc='features', unit='clip'):
            done.append(future.result())
    return done


def write_statistics(folder: Path) -> Path:
    """Means and deviations over train only, of both faces pooled and of the sound.

    Raises:
        ValueError: there is no clip of train.
    """
    clips = load_features(folder, 'train')
    tracks = [track for clip in clips for track in (clip.speaker, clip.listener)]
    groups = {
        'acoustic': np.concatenate([clip.acoustic[clip.heard] for clip in clips]),
        **{
            name: np.concatenate([getattr(track, name)[track.valid] for track in tracks])
            for name in ('expression', 'rotation', 'translation', 'crop')
        },
    }
    arrays = {}
    for name, rows in groups.items():
        arrays[f'{name}_mean'], arrays[f'{name}_std'] = rows.mean(axis=0), rows.std(axis=0)
    path = folder / STATISTICS
    np.savez(path, **arrays)
    return path
