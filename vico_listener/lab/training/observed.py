"""Converts recorded listeners to dyads, inferring their gestures from how head and face moved.

A network of output `behaviour` decides on gestures, and a recording does not show when its listener
did. So nods and shakes are found in the motion by the detectors of `vico describe`, count as
decided on where they begin, and are taken out of the pose; blinks are taken out of the face, which
the idle layer adds. Beats and glances are not distinguished from posture and gaze.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.dyads.dyad import GESTURE_FIELDS
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.dataset.dyads.dyad import gesture_row
from vico_listener.lab.dataset.dyads.dyad import personality_row
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.evaluation.blinks import find_blinks
from vico_listener.lab.evaluation.nods import SHAKE_STROKES
from vico_listener.lab.evaluation.nods import HeadGesture
from vico_listener.lab.evaluation.nods import find_nods
from vico_listener.lab.evaluation.nods import find_shakes
from vico_listener.lab.evaluation.signals import SMOOTHING_FRAMES
from vico_listener.lab.training.sequences import Sequences
from vico_listener.lab.training.sequences import sequences
from vico_listener.listener.body import PITCH
from vico_listener.listener.body import YAW
from vico_listener.listener.expression import calm_face
from vico_listener.listener.expression import look
from vico_listener.listener.gestures import SETTLE
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.gesture_outputs import RANGES
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.personality import Personality
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import both_sides

Array = NDArray[np.float32]

BLINKS = both_sides('eyeBlink')

SHORTEST = SMOOTHING_FRAMES
"""Ticks that the detectors need."""


def observed_dyad(clip: ClipFeatures) -> Dyad:
    """Return a clip as a dyad; motion is interpolated where the listener was not seen.

    Raises:
        DataError: it is shorter than `SHORTEST`, or its listener is never seen.
    """
    if len(clip) < SHORTEST:
        raise DataError(f'{clip.clip}: {len(clip)} frames are too few to find gestures in')
    track = _without_gaps(relative_track(clip.listener))
    expression = _without_blinks(track.expression)
    rotation = track.rotation
    angles = np.degrees(rotation).astype(np.float64)
    posture = rotation.copy()
    rows = []
    for kind, axis, found in (
        (Kind.NOD, PITCH, find_nods(angles)),
        (Kind.SHAKE, YAW, find_shakes(angles)),
    ):
        for gesture in found:
            tick = int(np.ceil(gesture.start * MODEL_RATE))
            rows.append(gesture_row(tick, _told(kind, gesture)))
            _take_out(posture[:, axis], gesture)
    calm = calm_face(expression[0])
    # The eyes stay on the speaker while the head turns; `Body` adds that by itself.
    gaze = np.array([look(-yaw, pitch) for _, pitch, yaw in rotation])
    heard = clip.heard[:, None]
    speaker = clip.speaker
    return Dyad(
        acoustic=np.where(heard, clip.acoustic, np.float32(0)),
        speaking=clip.speaking & clip.heard,
        heard=clip.heard,
        pitch=clip.pitch,
        expression=_known(speaker, speaker.expression),
        rotation=_known(speaker, speaker.rotation),
        translation=_known(speaker, speaker.translation),
        valid=speaker.valid,
        attitude=np.full(len(clip), ATTITUDES.index(clip.attitude), np.int8),
        personality=personality_row(Personality()),
        reference=expression[0],
        posture=posture,
        shift=track.translation,
        translation_out=track.translation,
        change=(expression - calm - gaze).astype(np.float32),
        rotation_out=rotation,
        expression_out=expression,
        gestures=np.array(sorted(rows), np.float32).reshape(-1, len(GESTURE_FIELDS)),
    )


def _known(track: FaceTrack, values: Array) -> Array:
    return np.where(track.valid[:, None], values, np.float32(0))


def _without_gaps(track: FaceTrack) -> FaceTrack:
    seen, ticks = np.flatnonzero(track.valid), np.arange(len(track))
    if not len(seen):
        raise DataError('the listener is never seen')

    def filled(values: Array) -> Array:
        columns = [np.interp(ticks, seen, column[seen]) for column in values.T]
        return np.stack(columns, axis=1).astype(np.float32)

    every = np.ones(len(track), np.bool_)
    return FaceTrack(
        filled(track.expression), filled(track.rotation), filled(track.translation), every
    )


def _bridge(values: NDArray, start: float, end: float) -> None:
    """Draw a straight line from `start` to `end`, s, in place."""
    first = max(int(np.floor(start * MODEL_RATE)), 0)
    last = min(int(np.ceil(end * MODEL_RATE)), len(values) - 1)
    values[first : last + 1] = np.linspace(values[first], values[last], last - first + 1)


def _without_blinks(expression: Array) -> Array:
    open_eyes = expression.copy()
    for blink in find_blinks(expression.astype(np.float64)):
        for column in BLINKS:
            _bridge(open_eyes[:, column], blink.peak - blink.whole, blink.peak + blink.whole)
    return open_eyes


def _take_out(angle: Array, gesture: HeadGesture) -> None:
    _bridge(angle, gesture.start, gesture.end + SETTLE / 2)


def _told(kind: Kind, found: HeadGesture) -> Gesture:
    """Return the gesture that a listener would have decided on, see `listener.gestures`."""
    sizes = [stroke.size for stroke in found.strokes]
    first = sizes[0]
    size = np.radians(found.amplitude)
    frequency = _inside('frequency', found.frequency)
    if kind is Kind.SHAKE:
        # Its way out and back are no strokes from side to side.
        cycles = max(len(sizes) - 2, SHAKE_STROKES - 1)
        return Gesture(kind, float(size if first > 0 else -size), 0.0, frequency, cycles)
    down = [s for s in sizes if s > 0]
    ratios = [b / a for a, b in zip(down, down[1:], strict=False)]
    decay = _inside('decay', float(np.mean(ratios))) if ratios else Gesture.decay
    upswing = 0.0 if first > 0 else min(abs(first) / found.amplitude, 1.0)
    return Gesture(kind, float(size), 0.0, frequency, max(len(down), 1), decay, upswing)


def _inside(name: str, value: float) -> float:
    low, high = RANGES[name]
    return min(max(value, low), high)


def observed_sequences(
    config: ModelConfig, norm: Normalisation, pairs: Sequence[tuple[ClipFeatures, Dyad]]
) -> Sequences:
    """Return sequences of clips and their `observed_dyad`; ticks without a face cost nothing."""
    made = sequences(config, norm, [dyad for _, dyad in pairs])
    for row, (clip, _) in zip(made.mask, pairs, strict=True):
        row[: len(clip)] = torch.from_numpy(clip.listener.valid.astype(np.float32))
    return made
