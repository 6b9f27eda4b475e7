"""Synthetic clips of features for tests of evaluation."""

from pathlib import Path

import numpy as np
from listening import Listening
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.dyads.dyad import GESTURE_FIELDS
from vico_listener.listener import create_listener
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion


def track_of(motions: list[FaceMotion]) -> FaceTrack:
    return FaceTrack(
        expression=np.array([m.expression for m in motions], np.float32),
        rotation=np.array([m.rotation for m in motions], np.float32),
        translation=np.array([m.translation for m in motions], np.float32),
        valid=np.array([m.confidence > 0 for m in motions]),
        basis=motions[0].basis,
    )


def noise_track(count: int, seed: int, basis: Basis = ARKIT52, scale: float = 0.1) -> FaceTrack:
    rng = np.random.default_rng(seed)
    expression, rotation, translation = (
        (scale * rng.random((count, size))).astype(np.float32) for size in (basis.size, 3, 3)
    )
    return FaceTrack(expression, rotation, translation, np.ones(count, np.bool_), basis=basis)


def dyad_clip(
    name: str,
    split: str = 'test',
    attitude: Attitude = Attitude.POSITIVE,
    seconds: float = 4.0,
    seed: int = 1,
    listener_seed: int = 0,
) -> ClipFeatures:
    """A speaker and the answer of `rules`."""
    frames = speaker_frames(synthetic_speech(seed, seconds), seed=seed)
    listener = Listening(create_listener('rules', seed=listener_seed))
    listener.reset(FaceMotion.neutral(), attitude)
    return ClipFeatures(
        clip=name,
        split=split,
        attitude=attitude,
        speaker_id='s',
        listener_id='l',
        acoustic=np.array([frame.acoustic for frame in frames]),
        speaking=np.array([frame.speaking for frame in frames]),
        heard=np.array([frame.audio_valid for frame in frames]),
        speaker=track_of([frame.face for frame in frames]),
        listener=track_of([listener.step(frame) for frame in frames]),
    )


def noise_clip(name: str, basis: Basis, split: str = 'test', count: int = 40) -> ClipFeatures:
    return ClipFeatures(
        clip=name,
        split=split,
        attitude=Attitude.NEUTRAL,
        speaker_id='s',
        listener_id='l',
        acoustic=np.zeros((count, 45), np.float32),
        speaking=np.ones(count, np.bool_),
        heard=np.ones(count, np.bool_),
        speaker=noise_track(count, 1, basis),
        listener=noise_track(count, 2, basis),
    )


def write_clips(folder: Path, clips: list[ClipFeatures]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        clip.save(folder / f'{clip.clip}.npz')
    return folder


def gesture_of(row: np.ndarray) -> Gesture:
    """The gesture in a row of `Dyad.gestures`: the inverse of `gesture_row`."""
    values = dict(zip(GESTURE_FIELDS[1:], row[1:].tolist(), strict=True))
    values['kind'], values['cycles'] = Kind(round(values['kind'])), round(values['cycles'])
    return Gesture(**values)
