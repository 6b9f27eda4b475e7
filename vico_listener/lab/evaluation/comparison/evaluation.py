"""Lets every model answer every clip, in parallel, and scores the answers."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tqdm import tqdm

from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.made_with import kept_settings
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.dataset.vico.extraction import MADE_WITH
from vico_listener.lab.evaluation.comparison.doubts import extraction_doubts
from vico_listener.lab.evaluation.comparison.generation import Modality
from vico_listener.lab.evaluation.comparison.generation import answer
from vico_listener.lab.evaluation.comparison.generation import limited
from vico_listener.lab.evaluation.comparison.generation import other_speaker
from vico_listener.lab.evaluation.comparison.models import Complexity
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.evaluation.comparison.models import check_fit
from vico_listener.lab.evaluation.comparison.models import complexity
from vico_listener.lab.evaluation.comparison.scores import TRUE
from vico_listener.lab.evaluation.comparison.scores import ClipScore
from vico_listener.lab.evaluation.comparison.scores import score
from vico_listener.lab.processes import submitted
from vico_listener.media.face_track import FaceTrack

SPLITS = ('test', 'ood')


@dataclass(frozen=True)
class Job:
    """One clip for one model; `model` None is the true listener."""

    model: Model | None
    modality: Modality
    clip: ClipFeatures
    heard: ClipFeatures
    """The clip as the model perceives it."""

    @property
    def label(self) -> str:
        """The label of the model."""
        return TRUE if self.model is None else self.model.label


@dataclass(frozen=True)
class Answer:
    """The result of a job."""

    job: Job
    track: FaceTrack
    score: ClipScore


@dataclass(frozen=True)
class Evaluation:
    """The results of a whole run.

    Attributes:
        clips: clips of the splits that exist.
        models: in the order asked for; the first one's modalities are compared.
        complexities: by label, of the models that are networks.
        answers: answers of every model and of the true listener.
        notes: what was left out, and why.
    """

    clips: list[ClipFeatures]
    models: list[Model]
    complexities: dict[str, Complexity]
    answers: list[Answer]
    notes: list[str]

    def of(self, label: str, modality: Modality = Modality.BOTH) -> list[Answer]:
        """Return the answers of one model."""
        return [a for a in self.answers if (a.job.label, a.job.modality) == (label, modality)]


def load_test_clips(folder: Path) -> tuple[list[ClipFeatures], list[str]]:
    """Load the clips of test and ood, with a note for a split that is empty.

    Raises:
        DataError: no clips in either split, a broken file, or numbers that are not finite.
    """
    if not folder.is_dir():
        raise DataError(f'no such folder: {folder}')
    loaded = load_features(folder)
    clips = [clip for split in SPLITS for clip in loaded if clip.split == split]
    if not clips:
        raise DataError(
            f'{folder} has {len(loaded)} clips of the split train, but none of test or ood'
        )
    for clip in clips:
        clip.check_finite()
    empty = [split for split in SPLITS if all(clip.split != split for clip in clips)]
    return clips, [f'The split {split} is empty.' for split in empty]


def _answers(jobs: Sequence[Job]) -> Iterator[Answer]:
    """Answer the jobs of one model in one modality, in order."""
    model = jobs[0].model
    listener = None if model is None else model.create()
    for job in jobs:
        try:
            true = relative_track(job.clip.listener)
            track = true
            if model is not None and listener is not None:
                track = answer(listener, job.heard, seed=model.seed)
        except VicoError as error:
            raise DataError(f'{job.clip.clip}, {job.label}: {error}') from None
        yield Answer(job, track, score(job.label, job.modality, job.clip, track, true))


def _work(jobs: Sequence[Job]) -> list[Answer]:
    return list(_answers(jobs))


def _done(jobs: Sequence[Job], processes: int) -> Iterator[Answer]:
    groups = [list(group) for _, group in groupby(jobs, lambda job: (job.label, job.modality))]
    if processes == 1:
        for group in groups:
            yield from _answers(group)
        return
    with submitted(_work, [(group,) for group in groups], processes) as futures:
        for future in futures:
            yield from future.result()


def _jobs(models: Sequence[Model], clips: Sequence[ClipFeatures], notes: list[str]) -> list[Job]:
    jobs = [Job(None, Modality.BOTH, clip, clip) for clip in clips]
    jobs += [Job(model, Modality.BOTH, clip, clip) for model in models for clip in clips]
    alone = set()
    for modality in Modality:
        for clip in clips if modality is not Modality.BOTH else ():
            wrong = other_speaker(clip, clips) if modality is Modality.WRONG_AUDIO else None
            if modality is Modality.WRONG_AUDIO and wrong is None:
                alone.add(clip.split)
            else:
                jobs.append(Job(models[0], modality, clip, limited(clip, modality, wrong)))
    notes += [f'The split {s} has one speaker only: no wrong audio.' for s in sorted(alone)]
    return jobs


def evaluate(
    clips: list[ClipFeatures], models: list[Model], processes: int = 1, quiet: bool = False
) -> Evaluation:
    """Let every model answer every clip, the first one also with a sense taken away.

    Args:
        clips: at least one; all in one basis.
        models: at least one.
        processes: that work in parallel.
        quiet: without a progress bar.

    Raises:
        DataError: a model that does not fit the clips or cannot be made, clips of several bases,
            or a clip without a listener.
    """
    bases = sorted({clip.speaker.basis.name for clip in clips})
    if len(bases) > 1:
        raise DataError(f'the clips are in several bases: {", ".join(bases)}')
    sizes = {}
    notes: list[str] = []
    for model in models:
        listener = model.create()
        check_fit(model, listener, clips[0])
        checkpoint = getattr(listener, 'checkpoint', None)
        if checkpoint is not None:
            sizes[model.label] = complexity(checkpoint)
            settings = kept_settings(model.features / MADE_WITH) if model.features else None
            notes += extraction_doubts(model.label, checkpoint, clips, settings or {})
    jobs = _jobs(models, clips, notes)
    done = _done(jobs, processes)
    with tqdm(done, total=len(jobs), desc='answers', unit='clip', disable=quiet) as bar:
        answers = list(bar)
    return Evaluation(clips, models, sizes, answers, notes)
