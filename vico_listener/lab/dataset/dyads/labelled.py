"""Converts dyads to labelled features of a data set and back, without loss."""

import numpy as np

from vico_listener.errors import DataError
from vico_listener.lab.dataset.clip_features import LABELS
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.clip_features import Labels
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.listener.mood import ATTITUDES
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT52


def dyad_features(
    dyad: Dyad, clip: str, split: str, speaker_id: str, listener_id: str
) -> ClipFeatures:
    """Return a dyad as a labelled clip of a data set; its `attitude` is the first one."""
    listener = FaceTrack(
        dyad.expression_out,
        dyad.rotation_out,
        dyad.translation_out,
        np.ones(len(dyad), np.bool_),
    )
    return ClipFeatures(
        clip=clip,
        split=split,
        attitude=ATTITUDES[dyad.attitude[0]],
        speaker_id=speaker_id,
        listener_id=listener_id,
        acoustic=dyad.acoustic,
        speaking=dyad.speaking,
        heard=dyad.heard,
        pitch=dyad.pitch,
        speaker=dyad.face,
        listener=listener,
        labels=Labels(**{name: getattr(dyad, name) for name in LABELS}),
    )


def labelled_dyad(clip: ClipFeatures) -> Dyad:
    """Return a labelled clip as a dyad; this is the inverse of `dyad_features`.

    Raises:
        DataError: the clip has no labels, or is not in `arkit52`.
    """
    if clip.labels is None:
        raise DataError(f'{clip.clip}: its listener has no labels')
    if clip.listener.basis is not ARKIT52:
        raise DataError(f'{clip.clip}: labels tell of arkit52, not of {clip.listener.basis.name}')
    return Dyad(
        acoustic=clip.acoustic,
        speaking=clip.speaking,
        heard=clip.heard,
        pitch=clip.pitch,
        expression=clip.speaker.expression,
        rotation=clip.speaker.rotation,
        translation=clip.speaker.translation,
        valid=clip.speaker.valid,
        translation_out=clip.listener.translation,
        rotation_out=clip.listener.rotation,
        expression_out=clip.listener.expression,
        **vars(clip.labels),
    )
