"""Lets a listener answer a clip, with all of its input or with a part taken away."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from zlib import crc32

import numpy as np

from vico_listener.chain import Chain
from vico_listener.choices import AnyAttitude
from vico_listener.errors import DataError
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import reference_face
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.idle import IdleLayer
from vico_listener.listener.listeners import Listener
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion


class Modality(str, Enum):
    """What a listener is given of the speaker (paper, Table 5); no network is retrained."""

    BOTH = 'both'
    AUDIO = 'audio only'
    VISUAL = 'visual only'
    WRONG_AUDIO = 'wrong audio'


def knows_attitudes(listener: Listener) -> bool:
    """Return whether the listener knows attitudes; a network may be trained without them."""
    checkpoint = getattr(listener, 'checkpoint', None)
    return checkpoint is None or bool(checkpoint.config.attitude)


def clip_seed(clip: str, seed: int = 0) -> int:
    """Return the seed with which a listener answers a clip of that name.

    With one seed for all, the n-th nod of every answer would be equally large.
    """
    return crc32(clip.encode()) + seed


def answer(
    listener: Listener,
    clip: ClipFeatures,
    reference: FaceMotion | None = None,
    attitude: AnyAttitude | None = None,
    seed: int = 0,
) -> FaceTrack:
    """Return what a listener does at the ticks of a clip: no idle layer, no easing in.

    Args:
        listener: one that `check_fit` accepts.
        clip: the speaker's side of it is all that the listener gets.
        reference: its first face; the clip's own by default.
        attitude: the clip's own by default; a network that knows none listens in neutral.
        seed: the seed of its decisions, to which the clip adds its own (`clip_seed`).
    """
    attitude = clip.attitude if attitude is None else attitude
    if not knows_attitudes(listener):
        attitude = Attitude.NEUTRAL
    if reference is None:
        reference = reference_face(clip.listener)
    listener.reseed(clip_seed(clip.clip, seed))
    agent = ListeningAgent(listener, reference, None, attitude, fade_in=False, readies=False)
    motions = answered(agent, clip.speaker_frames())
    return FaceTrack(
        expression=np.array([m.expression for m in motions], np.float32),
        rotation=np.array([m.rotation for m in motions], np.float32),
        translation=np.array([m.translation for m in motions], np.float32),
        valid=np.array([m.confidence > 0 for m in motions]),
        crop=np.array([m.crop for m in motions], np.float32),
        basis=listener.basis,
    )


def answered(agent: ListeningAgent, frames: Iterable[SpeakerFrame]) -> list[FaceMotion]:
    """Return the faces with which a head answers frames; while it rests there are none."""
    head = Chain(None, listen=agent.step)
    answers = map(head.answer, frames)
    return [answer.motion.face for answer in answers if answer.motion is not None]


def with_idle_layer(track: FaceTrack, seed: int) -> FaceTrack:
    """Return an answer in `arkit52` as a viewer sees it: with blinks, gaze shifts and sway."""
    layer = IdleLayer(seed)
    shown = [layer.apply(track.motion(tick), tick) for tick in range(len(track))]
    return replace(
        track,
        expression=np.array([motion.expression for motion in shown], np.float32),
        rotation=np.array([motion.rotation for motion in shown], np.float32),
        translation=np.array([motion.translation for motion in shown], np.float32),
    )


def other_speaker(clip: ClipFeatures, clips: Sequence[ClipFeatures]) -> ClipFeatures | None:
    """Return the next clip of the split with another speaker, cyclically; None without one."""
    own = [c for c in clips if c.split == clip.split]
    place = next(i for i, c in enumerate(own) if c.clip == clip.clip)
    following = own[place + 1 :] + own[:place]
    return next((c for c in following if c.speaker_id != clip.speaker_id), None)


def limited(
    clip: ClipFeatures, modality: Modality, wrong: ClipFeatures | None = None
) -> ClipFeatures:
    """Return the clip as a listener with that modality perceives it.

    Args:
        clip: the whole.
        modality: the input that is left.
        wrong: whose audio is heard with `WRONG_AUDIO`, repeated where it is too short.

    Raises:
        DataError: wrong audio without another clip.
    """
    if modality is Modality.AUDIO:
        unseen = np.zeros(len(clip), np.bool_)
        return replace(clip, speaker=replace(clip.speaker, valid=unseen))
    if modality is Modality.VISUAL:
        silent = np.zeros(len(clip), np.bool_)
        return replace(clip, heard=silent, speaking=silent)
    if modality is Modality.WRONG_AUDIO:
        if wrong is None:
            raise DataError(f'{clip.clip}: no other speaker in the split {clip.split}')
        rows = np.arange(len(clip)) % len(wrong)
        return replace(
            clip,
            acoustic=wrong.acoustic[rows],
            speaking=wrong.speaking[rows],
            heard=wrong.heard[rows],
            pitch=wrong.pitch[rows],
        )
    return clip
