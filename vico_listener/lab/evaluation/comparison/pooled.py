"""Computes the metrics that need all clips at once: diversity, residual correlation, gestures."""

from collections.abc import Sequence

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.evaluation.comparison.evaluation import Answer
from vico_listener.lab.evaluation.comparison.evaluation import Evaluation
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
)  # fmt: skip
GESTURES = tuple(next(c for c in CRITERIA if c.key == key) for key in COMPARED)
"""Figures of `vico describe` that are compared, in the order of the table."""


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


def gesture_results(evaluation: Evaluation, labels: Sequence[str]) -> list[Result]:
    """Compute `GESTURES` per model and attitude over both splits; none in an unnamed basis."""
    if evaluation.clips[0].listener.basis is not ARKIT52:
        return []
    results = []
    for label in labels:
        for attitude in Attitude:
            mine = [a for a in evaluation.of(label) if a.job.clip.attitude is attitude]
            pool = [
                TrackEvents(track) for a in mine for track in motion_tracks(a.job.clip, a.track)
            ]
            if not pool:
                continue
            for criterion in GESTURES:
                value = criterion.measure(pool).value
                if value is not None:
                    one = _result(mine[0], attitude.value, criterion.title, value, len(mine))
                    results.append(Result(**{**vars(one), 'split': 'all'}))
    return results
