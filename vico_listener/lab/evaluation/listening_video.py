"""Measures how a person listens from a video of them."""

from pathlib import Path

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.dataset.vico.extraction import follow
from vico_listener.lab.dataset.vico.extraction import perceive
from vico_listener.lab.dataset.vico.extraction import track_of_frames
from vico_listener.lab.evaluation.signals import runs
from vico_listener.media.motion_track import MIN_SECONDS
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import SpeakerTrack
from vico_listener.motion import Attitude


def listening_tracks(
    video: Path, attitude: Attitude, speaker: Path | None = None, audio: Path | None = None
) -> list[MotionTrack]:
    """Return the stretches of a video in which a person is seen, as tracks for `vico describe`.

    Poses are relative to the first one that is seen.

    Args:
        video: the listener's video.
        attitude: their attitude.
        speaker: the video of whom they listen to, from the same moment on; None if there is none,
            and nothing is known of what they answer.
        audio: the speaker's audio; None for that of the speaker's video.

    Raises:
        ClipError: a file is no such video.
        DataError: nobody is seen for `MIN_SECONDS`.
    """
    whole = follow(video)
    talk = None if speaker is None else perceive(speaker, audio or speaker)
    whole = whole if talk is None else whole.rows(slice(min(len(whole), len(talk))))
    if not whole.valid.any():
        raise DataError(f'{video}: nobody is seen in it')
    track = relative_track(whole)
    tracks = [
        MotionTrack(
            times=np.arange(first, stop) / MODEL_RATE,
            attitude=attitude,
            rotation=track.rotation[first:stop].astype(np.float64),
            translation=track.translation[first:stop].astype(np.float64),
            expression=track.expression[first:stop].astype(np.float64),
            speaker=None if talk is None else _speaker(talk[first:stop]),
            name=video.name,
        )
        for first, stop in runs(track.valid)
        if stop - first >= MIN_SECONDS * MODEL_RATE
    ]
    if not tracks:
        raise DataError(f'{video}: nobody is seen for {MIN_SECONDS:g} s')
    return tracks


def _speaker(frames: list[SpeakerFrame]) -> SpeakerTrack:
    track = track_of_frames(frames)
    return SpeakerTrack(
        speaking=np.array([frame.speaking and frame.audio_valid for frame in frames]),
        rotation=track.rotation.astype(np.float64),
        expression=track.expression.astype(np.float64),
        face_valid=track.valid,
    )
