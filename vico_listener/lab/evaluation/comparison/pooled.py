"""Computes the metrics that need all clips at once: diversity, residual correlation, gestures."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.evaluation.comparison.evaluation import Answer
from vico_listener.lab.evaluation.comparison.evaluation import Evaluation
from vico_listener.lab.evaluation.comparison.generation import Modality
from vico_listener.lab.evaluation.comparison.generation import with_idle_layer
from vico_listener.lab.evaluation.comparison.scores import AVERAGE
from vico_listener.lab.evaluation.comparison.scores import PARTS
from vico_listener.lab.evaluation.comparison.scores import TRUE
from vico_listener.lab.evaluation.comparison.scores import Result
from vico_listener.lab.evaluation.comparison.scores import parts
from vico_listener.lab.evaluation.description import CRITERIA
from vico_listener.lab.evaluation.diversity import EXPRESSION_CLUSTERS
from vico_listener.lab.evaluation.diversity import POSE_CLUSTERS
from vico_listener.lab.evaluation.diversity import Codebook
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.feature_distance import feature_groups
from vico_listener.lab.evaluation.life_criteria import LIFE
from vico_listener.lab.evaluation.signals import runs
from vico_listener.lab.evaluation.synchrony import residual_correlation
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.motion_track import MIN_SECONDS
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import SpeakerTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude

CLUSTERS = {'exp': EXPRESSION_CLUSTERS, 'pose': POSE_CLUSTERS}

COMPARED = (
    'nod_rate', 'nod_size', 'nod_hz', 'shake_rate', 'smile', 'blink_rate', 'pitch_sd', 'speed_rms',
    'contingency',
)  # fmt: skip
GESTURES = tuple(next(c for c in CRITERIA if c.key == key) for key in COMPARED)
"""Figures of `vico describe` that are compared, in the order of the table."""

NOD_VARIETY = tuple(c for c in CRITERIA if c.row in ('nod variety', 'nod clusters') and c.title)
LIVELINESS = (*NOD_VARIETY, *(c for c in LIFE if c.title))
"""Figures of the life between the gestures, in the order of the table."""


def _result(one: Answer, attitude: str, metric: str, value: float, clips: int) -> Result:
    job = one.job
    return Result(
        job.label, job.modality.value, job.clip.split, attitude, metric, value, None, None, clips
    )


def _samples(track: FaceTrack, part: str) -> FloatArray:
    return parts(feature_groups(track))[part]


def diversity_results(evaluation: Evaluation, labels: Sequence[str]) -> list[Result]:
    """Compute SID and rPCC of every model and of the true listener, per split.

    The clusters of SID are those of the split's own true motion.
    """
    results = []
    true = {a.job.clip.clip: a.track for a in evaluation.of(TRUE)}
    for split in dict.fromkeys(clip.split for clip in evaluation.clips):
        clips = [clip for clip in evaluation.clips if clip.split == split]
        for part in PARTS:
            theirs = np.concatenate(
                [_samples(true[c.clip], part)[true[c.clip].valid] for c in clips]
            )
            enough = len(theirs) >= CLUSTERS[part]
            codebook = Codebook.fit(theirs, CLUSTERS[part]) if enough else None
            for label in labels:
                mine = [a for a in evaluation.of(label) if a.job.clip.split == split]
                if codebook is not None:
                    samples = np.concatenate([_samples(a.track, part)[a.track.valid] for a in mine])
                    sid = codebook.diversity(samples)
                    results.append(_result(mine[0], AVERAGE, f'SID {part}', sid, len(mine)))
                if label != TRUE:
                    rpcc = _residual(mine, true, part)
                    results.append(_result(mine[0], AVERAGE, f'rPCC {part}', rpcc, len(mine)))
    return results


def _residual(mine: Sequence[Answer], true: dict[str, FaceTrack], part: str) -> float:
    rows = []
    for a in mine:
        theirs, speaker = true[a.job.clip.clip], a.job.clip.speaker
        seen = a.track.valid & theirs.valid & speaker.valid
        rows.append([_samples(track, part)[seen] for track in (a.track, theirs, speaker)])
    ours, theirs_all, speakers = zip(*rows, strict=True)
    return residual_correlation(ours, theirs_all, speakers)


def motion_tracks(clip: ClipFeatures, track: FaceTrack) -> list[MotionTrack]:
    """Return the unbroken parts of an answer in `arkit52` as tracks for `vico describe`."""
    tracks = []
    for first, stop in runs(track.valid):
        if stop - first < MIN_SECONDS * MODEL_RATE:
            continue
        rows = slice(first, stop)
        tracks.append(
            MotionTrack(
                times=np.arange(first, stop) / MODEL_RATE,
                attitude=clip.attitude,
                rotation=track.rotation[rows].astype(np.float64),
                translation=track.translation[rows].astype(np.float64),
                expression=track.expression[rows].astype(np.float64),
                speaker=SpeakerTrack(
                    speaking=clip.speaking[rows] & clip.heard[rows],
                    rotation=clip.speaker.rotation[rows].astype(np.float64),
                    expression=clip.speaker.expression[rows].astype(np.float64),
                    face_valid=clip.speaker.valid[rows],
                ),
                name=clip.clip,
            )
        )
    return tracks


def _shown(one: Answer, number: int) -> FaceTrack:
    """Return what a viewer sees of an answer; no two clips have the same idle layer."""
    model = one.job.model
    if model is None or model.is_baseline:
        return one.track
    return with_idle_layer(one.track, model.seed + number)


def _pool(answers: Sequence[Answer]) -> list[tuple[Attitude, TrackEvents]]:
    return [
        (one.job.clip.attitude, TrackEvents(track))
        for number, one in enumerate(answers)
        for track in motion_tracks(one.job.clip, _shown(one, number))
    ]


def gesture_results(evaluation: Evaluation, labels: Sequence[str]) -> list[Result]:
    """Compute `GESTURES` and `LIVELINESS` per model over both splits; none in an unnamed basis.

    They are those of each attitude and of all clips together, with the idle layer, and for wrong
    audio those that were answered with it.
    """
    if evaluation.clips[0].listener.basis is not ARKIT52:
        return []
    results = []
    for label in labels:
        for modality in (Modality.BOTH, Modality.WRONG_AUDIO):
            answers = evaluation.of(label, modality)
            found = _pool(answers)
            for attitude in (*Attitude, None):
                pool = [events for shown, events in found if attitude in (None, shown)]
                if not pool:
                    continue
                name = AVERAGE if attitude is None else attitude.value
                clips = sum(attitude in (None, one.job.clip.attitude) for one in answers)
                for criterion in (*GESTURES, *LIVELINESS):
                    value = criterion.measure(pool).value
                    if value is not None:
                        one = _result(answers[0], name, criterion.title, value, clips)
                        results.append(replace(one, split='all'))
    return results
