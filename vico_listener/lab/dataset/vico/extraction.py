"""Extracts the features of a data set's clips: the speaker as the live stack perceives them."""

import json
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import lru_cache
from heapq import merge
from itertools import islice
from pathlib import Path

import numpy as np

from vico_listener.arguments import check_number
from vico_listener.chain import Chain
from vico_listener.choices import ACOUSTICS
from vico_listener.choices import LOOKAHEAD
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.errors import VicoError
from vico_listener.face import FaceBackend
from vico_listener.face import FaceTracker
from vico_listener.face import create_backend
from vico_listener.face.deep3d.coefficients import CANVAS
from vico_listener.face.deep3d.coefficients import VIDEO_SIZES
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.frames import SpeakerFrame
from vico_listener.head_parts import acoustic_stream
from vico_listener.lab.dataset.clip_features import STATISTICS
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.followed_face import follow_face
from vico_listener.lab.dataset.jobs import run_jobs
from vico_listener.lab.dataset.made_with import keep_settings
from vico_listener.lab.dataset.vico.deep3d_files import features_from_mat
from vico_listener.lab.dataset.vico.deep3d_files import features_from_tree
from vico_listener.lab.dataset.vico.deep3d_files import write_coefficients
from vico_listener.lab.dataset.vico.layouts import ClipEntry
from vico_listener.lab.dataset.vico.stretch import Width
from vico_listener.lab.dataset.vico.stretch import landmarker
from vico_listener.lab.dataset.vico.stretch import resized
from vico_listener.lab.dataset.vico.stretch import width_factor
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import audio_chunks
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import count_images
from vico_listener.media.clip import probe_audio
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude
from vico_listener.perception import Perception
from vico_listener.perception.feed import LOSSLESS_WAIT
from vico_listener.speech import AudioFormat
from vico_listener.speech.release import shortcoming

SAMPLES = 7
"""Images of a clip from which its stretch is estimated."""
REPORT = 'extraction.json'
MADE_WITH = 'settings.json'
DEEP3D = 'deep3d'
RECONS = 'recons'
"""Folder of the coefficients that `DEEP3D` fits, in the authors' layout."""


@dataclass(frozen=True)
class ExtractionSettings:
    """The settings of an extraction.

    Attributes:
        stretch: factor of the width of all images (below 1 makes them narrower); None =
            estimated for each clip and person, but 1 for `DEEP3D`: as the authors have it.
        face: the backend that looks at faces.
        face_model: its model; '' for the default one.
        fov_deg: field of view of the camera along the longer side, deg.
        default_attitude: attitude of clips whose layout names none.
        mats: folder with `.mat` coefficients for all videos, instead of looking at them.
        tree: folder of the authors' features, instead of looking at the videos.
        acoustics: the layout of the acoustic features, one of `ACOUSTICS`; a tree has its own.
        lookahead: how many ticks later than the speaker's face the sound is; a tree has its own.
        video_size: the side of the square videos of which a tree was made, px.
    """

    stretch: float | None = None
    face: str = 'landmarker'
    face_model: str = ''
    fov_deg: float = 60.0
    default_attitude: str = ''
    mats: str = ''
    tree: str = ''
    acoustics: str = ACOUSTICS[0]
    lookahead: int = 0
    video_size: int = CANVAS

    def __post_init__(self) -> None:
        """Check the values; a SettingError names what is wrong."""
        if self.stretch is not None and not 0.2 <= self.stretch <= 5:
            raise SettingError(f'stretch: 0.2 to 5, or auto, not {self.stretch}')
        if self.mats and self.tree:
            raise SettingError('give coefficients (.mat) or a feature tree, not both')
        check_number('lookahead', self.lookahead, *LOOKAHEAD)
        check_number('video_size', self.video_size, *VIDEO_SIZES)
        if self.acoustics not in ACOUSTICS:
            raise SettingError(
                f"acoustics: unknown layout '{self.acoustics}': choose {' or '.join(ACOUSTICS)}"
            )


@dataclass
class Extracted:
    """The result of one clip.

    Attributes:
        clip: its name.
        problem: why there are no features, '' when there are.
        notes: what is odd about them.
    """

    clip: str
    problem: str = ''
    notes: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def _backend(name: str, model: str) -> FaceBackend:
    return create_backend(name, model_path=model or None)


def perceive(
    video: Path,
    audio: Path | None,
    factor: float = 1.0,
    settings: ExtractionSettings | None = None,
) -> list[SpeakerFrame]:
    """Yield what the live stack perceives of a video, tick by tick.

    Args:
        video: video of one person.
        audio: the audio file; None for silence.
        factor: factor for the width of the images.
        settings: the face backend and the camera; None for the defaults.

    Raises:
        ClipError: a file cannot be read.
        FaceModelError: the backend's model is missing or broken.
    """
    settings = settings or ExtractionSettings()
    stream = audio_format = None
    chunks: Iterator[AudioChunk] = iter(())
    if audio is not None:
        heard = probe_audio(audio)
        audio_format = AudioFormat(heard.sample_rate, min(2, heard.channels))
        stream = acoustic_stream(audio_format, settings.acoustics)
        chunks = audio_chunks(audio)
    tracker = FaceTracker(_backend(settings.face, settings.face_model), settings.fov_deg)
    perception = Perception(tracker, stream, LOSSLESS_WAIT, lookahead=settings.lookahead)
    head = Chain(perception, audio=audio_format)
    items: Iterator[CameraFrame | AudioChunk] = merge(
        chunks, _images(video, factor), key=lambda item: item.available
    )
    return [answer.speaker for answer in head.answers(items)]


def follow(
    video: Path, factor: float = 1.0, settings: ExtractionSettings | None = None
) -> FaceTrack:
    """Return the face in a video tick by tick, as nobody who must answer at once can see it.

    Args:
        video: video of one person.
        factor: factor for the width of the images.
        settings: the face backend and the camera; None for the defaults.

    Raises:
        ClipError: the file cannot be read.
        FaceModelError: the backend's model is missing or broken.
    """
    settings = settings or ExtractionSettings()
    backend = _backend(settings.face, settings.face_model)
    return follow_face(_images(video, factor), backend, settings.fov_deg)


def _images(video: Path, factor: float) -> Iterator[CameraFrame]:
    """Yield the images of a video with their width multiplied."""
    return (replace(frame, image=resized(frame.image, factor)) for frame in camera_frames(video))


def estimate_factor(video: Path) -> Width:
    """Estimate the factor that un-stretches a video's images from some of its first ten seconds."""
    images = [frame.image for frame in islice(camera_frames(video), 0, 300, 300 // SAMPLES)]
    return width_factor(images, landmarker())


def extract_clip(
    entry: ClipEntry, settings: ExtractionSettings, folder: Path
) -> tuple[ClipFeatures, list[str]]:
    """Extract the features of a clip; return them with notes.

    Args:
        entry: the clip.
        settings: how to extract.
        folder: where Deep3D's coefficients are kept, in `RECONS`.

    Raises:
        ClipError: a file cannot be read, or nothing is known of the attitude.
    """
    attitude = entry.attitude
    if attitude is None and settings.default_attitude:
        attitude = Attitude.parse(settings.default_attitude)
    if attitude is None:
        raise ClipError('its attitude is not known: give --attitude')
    if settings.mats:
        mats = Path(settings.mats)
        return features_from_mat(entry, mats, attitude, settings.acoustics, settings.lookahead)
    if settings.tree:
        return features_from_tree(entry, Path(settings.tree), attitude, settings.video_size)
    if settings.face == DEEP3D:
        recons = folder / RECONS
        told = write_coefficients(entry, recons, settings.face_model, settings.stretch or 1.0)
        features, notes = features_from_mat(
            entry, recons, attitude, settings.acoustics, settings.lookahead
        )
        return features, told + notes
    videos = entry.speaker_video, entry.listener_video
    images = [count_images(video) for video in videos]
    widths = [
        estimate_factor(video) if settings.stretch is None else Width(settings.stretch)
        for video in videos
    ]
    speaker = perceive(entry.speaker_video, entry.audio, widths[0].factor, settings)
    listener = follow(entry.listener_video, widths[1].factor, settings)
    count = min(len(speaker), len(listener))
    if count == 0:
        raise ClipError('it holds no frame')
    if not any(frame.audio_valid for frame in speaker):
        raise ClipError(f'{entry.audio.name} holds no audio')
    lacking = shortcoming(settings.acoustics, probe_audio(entry.audio).sample_rate)
    notes = [lacking] if lacking else []
    notes += [f'width of the speaker {widths[0]}', f'width of the listener {widths[1]}']
    if images[0] != images[1]:
        notes.append(f'{images[0]} images of the speaker, {images[1]} of the listener')
    speaker, listener = speaker[:count], listener.rows(slice(count))
    features = ClipFeatures(
        clip=entry.clip,
        split=entry.split,
        attitude=attitude,
        speaker_id=entry.speaker_id,
        listener_id=entry.listener_id,
        acoustic=np.array([f.acoustic for f in speaker], np.float32),
        speaking=np.array([f.speaking for f in speaker]),
        heard=np.array([f.audio_valid for f in speaker]),
        pitch=np.array([f.pitch for f in speaker], np.float32),
        acoustics=settings.acoustics,
        speaker=track_of_frames(speaker),
        listener=listener,
    )
    for who, track in (('speaker', features.speaker), ('listener', features.listener)):
        if not track.valid.all():
            notes.append(f'{who} not seen in {np.mean(~track.valid):.0%} of the frames')
    if not features.heard.all():
        notes.append(f'no audio in {np.mean(~features.heard):.0%} of the frames')
    return features, notes


def track_of_frames(frames: list[SpeakerFrame]) -> FaceTrack:
    """Return the faces of frames as a track."""
    return FaceTrack(
        expression=np.array([f.face.expression for f in frames], np.float32),
        rotation=np.array([f.face.rotation for f in frames], np.float32),
        translation=np.array([f.face.translation for f in frames], np.float32),
        valid=np.array([f.face_valid for f in frames]),
        crop=np.array([f.face.crop for f in frames], np.float32),
        basis=frames[0].face.basis,
    )


def _extract_to(entry: ClipEntry, settings: ExtractionSettings, folder: Path) -> Extracted:
    try:
        features, notes = extract_clip(entry, settings, folder)
    except (VicoError, OSError) as error:
        return Extracted(entry.clip, problem=str(error))
    features.save(folder / f'{entry.clip}.npz')
    return Extracted(entry.clip, notes=notes)


def extract_data_set(
    entries: list[ClipEntry],
    folder: Path,
    settings: ExtractionSettings,
    workers: int | None = None,
    on_ray: bool = False,
) -> list[Extracted]:
    """Extract every clip that is not there yet, see `run_jobs`; `REPORT` tells of all clips.

    Returns:
        the results of the clips of this run.

    Raises:
        SettingError: `folder` holds features that were made with other settings.
        FaceModelError: the backend's model is missing or broken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep_settings(folder / MADE_WITH, asdict(settings))
    missing = [entry for entry in entries if not (folder / f'{entry.clip}.npz').exists()]
    jobs = [(entry, settings, folder) for entry in missing]
    done = run_jobs(_extract_to, jobs, workers, 'features', on_ray=on_ray)
    report_extracted(folder, done)
    return done


def report_extracted(folder: Path, done: Sequence[Extracted]) -> None:
    """Write what became of clips into `REPORT`, beside what is told there of others."""
    report = folder / REPORT
    told = json.loads(report.read_text(encoding='utf-8')) if report.exists() else []
    told = {row['clip']: row for row in (*told, *map(asdict, done))}
    report.write_text(json.dumps(list(told.values()), indent=1) + '\n', encoding='utf-8')


def write_statistics(folder: Path) -> Path:
    """Write means and deviations over train only, of both faces pooled and of the audio.

    Raises:
        DataError: there is no clip of train, or nothing was seen or heard in it.
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
        if not len(rows):
            raise DataError(f'no statistics: the split train in {folder} holds no {name}')
        arrays[f'{name}_mean'], arrays[f'{name}_std'] = rows.mean(axis=0), rows.std(axis=0)
    path = folder / STATISTICS
    np.savez(path, **arrays)
    return path
