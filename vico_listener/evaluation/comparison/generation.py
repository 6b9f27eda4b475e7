"""Letting a listener answer a clip, whole or with one of its senses taken away."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import numpy as np

from vico_listener.dataset.face_track import FaceTrack
from vico_listener.dataset.features import ClipFeatures
from vico_listener.listener.base import Listener
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix


class Modality(str, Enum):
    """What a listener is given of the speaker (paper, Table 5); nothing is trained anew."""

    BOTH = 'both'
    AUDIO = 'audio only'
    VISUAL = 'visual only'
    WRONG_AUDIO = 'wrong audio'


def poses_are_relative(basis: Basis) -> bool:
    """Whether a listener's pose is relative to its reference.

    Where the pose has a crop (`bfm64`) networks say it as the camera would see it, as in the paper.
    """
    return not basis.has_crop


def first_face(clip: ClipFeatures) -> FaceMotion:
    """The true listener's first visible face, as the camera saw it.

    Raises:
        ValueError: the listener is never seen.
    """
    if not clip.listener.valid.any():
        raise ValueError(f'{clip.clip}: the listener is never seen, there is no reference')
    return clip.listener.motion(int(np.argmax(clip.listener.valid)))


def reference_face(clip: ClipFeatures) -> FaceMotion:
    """The reference m_1 that a listener is given: `first_face`, with pose zero if relative."""
    face = first_face(clip)
    if poses_are_relative(face.basis):
        return FaceMotion(face.expression.copy(), basis=face.basis)
    return face


def true_answer(clip: ClipFeatures) -> FaceTrack:
    """The true listener with its pose as a listener would say it; compare with `answer`.

    Relative poses: rotation R_1^T R_t, translation R_1^T (t_t - t_1), in the head frame of the
    first face.
    """
    track, first = clip.listener, first_face(clip)
    if not poses_are_relative(track.basis):
        return track
    back = matrix_from_rpy(first.rotation).T
    rotations = [rpy_from_matrix(back @ matrix_from_rpy(rpy)) for rpy in track.rotation]
    return replace(
        track,
        rotation=np.array(rotations, np.float32),
        translation=((track.translation - first.translation) @ back.T).astype(np.float32),
    )


def knows_attitudes(listener: Listener) -> bool:
    """False for a network that was trained without."""
    checkpoint = getattr(listener, 'checkpoint', None)
    return checkpoint is None or bool(checkpoint.config.attitude)


def answer(
    listener: Listener,
    clip: ClipFeatures,
    reference: FaceMotion | None = None,
    attitude: Attitude | None = None,
) -> FaceTrack:
    """What a listener does at the ticks of a clip, without idle layer.

    Args:
        listener: one that `check_fit` accepts.
        clip: the speaker's side of it is all that the listener gets.
        reference: its first face; the clip's own by default.
        attitude: the clip's own by default; a network that knows none listens in neutral.
    """
    attitude = clip.attitude if attitude is None else attitude
    if not knows_attitudes(listener):
        attitude = Attitude.NEUTRAL
    listener.reset(reference_face(clip) if reference is None else reference, attitude)
    motions = [listener.step(frame) for frame in clip.speaker_frames()]
    return FaceTrack(
        expression=np.array([m.expression for m in motions], np.float32),
        rotation=np.array([m.rotation for m in motions], np.float32),
        translation=np.array([m.translation for m in motions], np.float32),
        valid=np.array([m.confidence > 0 for m in motions]),
        crop=np.array([m.crop for m in motions], np.float32),
        basis=listener.basis,
    )


def other_speaker(clip: ClipFeatures, clips: Sequence[ClipFeatures]) -> ClipFeatures | None:
    """The next clip of the split with another speaker, round about; None when there is none."""
    own = [c for c in clips if c.split == clip.split]
    place = next(i for i, c in enumerate(own) if c.clip == clip.clip)
    following = own[place + 1 :] + own[:place]
    return next((c for c in following if c.speaker_id != clip.speaker_id), None)


def limited(
    clip: ClipFeatures, modality: Modality, wrong: ClipFeatures | None = None
) -> ClipFeatures:
    """The clip as a listener with that modality perceives it.

    Args:
        clip: the whole.
        modality: what is left.
        wrong: whose sound is heard with `WRONG_AUDIO`, repeated where it is too short.

    Raises:
        ValueError: wrong audio without another clip.
    """
    if modality is Modality.AUDIO:
        unseen = np.zeros(len(clip), np.bool_)
        return replace(clip, speaker=replace(clip.speaker, valid=unseen))
    if modality is Modality.VISUAL:
        return replace(clip, heard=np.zeros(len(clip), np.bool_))
    if modality is Modality.WRONG_AUDIO:
        if wrong is None:
            raise ValueError(f'{clip.clip}: no other speaker in the split {clip.split}')
        rows = np.arange(len(clip)) % len(wrong)
        return replace(
            clip,
            acoustic=wrong.acoustic[rows],
            speaking=wrong.speaking[rows],
            heard=wrong.heard[rows],
        )
    return clip
