"""Cuts the listening stretches of a corpus into clips, in the RLD layout, with their labels.

A stretch in which one of four people speaks gives a video of each of them, the speaker's audio, and
three clips: one for each listener. Images are kept whole; frames come by their stamps, 30 a second.
"""

import csv
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from itertools import takewhile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.signal import resample_poly

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.frames import Image
from vico_listener.lab.dataset.audio_file import write_audio
from vico_listener.lab.dataset.corpora.listening_stretches import StretchSettings
from vico_listener.lab.dataset.corpora.listening_stretches import listening_stretches
from vico_listener.lab.dataset.corpora.recordings import Corpus
from vico_listener.lab.dataset.corpora.recordings import Label
from vico_listener.lab.dataset.corpora.recordings import Person
from vico_listener.lab.dataset.corpora.recordings import Recording
from vico_listener.lab.dataset.corpora.recordings import checked
from vico_listener.lab.dataset.jobs import run_jobs
from vico_listener.lab.dataset.made_with import claim_folder
from vico_listener.lab.dataset.vico.construction import LEFT_OUT
from vico_listener.lab.dataset.vico.cutting import AUDIO_RATE
from vico_listener.lab.dataset.vico.cutting import at_model_rate
from vico_listener.lab.dataset.vico.cutting import fitted
from vico_listener.lab.dataset.vico.layouts import RLD_COLUMNS
from vico_listener.lab.dataset.vico.layouts import RLD_CSV
from vico_listener.lab.dataset.vico.splits import assign_splits
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import audio_between
from vico_listener.media.clip import camera_frames
from vico_listener.media.video import write_video
from vico_listener.motion import Attitude

MADE_WITH = 'import.json'
LABELS = 'labels.csv'
"""The table of what the corpus annotates, beside the data set's own."""
LARGEST = 720
"""Height, px, to which larger images are scaled: a face needs no more."""


@dataclass(frozen=True)
class Cut:
    """A stretch of a recording to be cut out.

    Attributes:
        name: unique name.
        start, end: s of stream time.
        speaker: who speaks.
        listeners: who listens.
        labels: what is annotated between start and end.
        split: the corpus' own split, or ''.
    """

    name: str
    start: float
    end: float
    speaker: Person
    listeners: tuple[Person, ...]
    labels: tuple[Label, ...]
    split: str

    def stem(self, person: Person) -> str:
        """Return the name of the video of a person."""
        return f'{self.name}.{person.name}'


@dataclass(frozen=True)
class _Clip:
    cut: Cut
    listener: Person
    split: str

    @property
    def speaker_id(self) -> str:
        return self.cut.speaker.name

    @property
    def listener_id(self) -> str:
        return self.listener.name


@dataclass
class Imported:
    """The result of an import.

    Attributes:
        clips: how many clips there are.
        seconds: how long they last together.
        left_out: name and reason of everything that is not in them.
        notes: what else is worth knowing.
        kinds: how many labels of each kind listeners have.
    """

    clips: int
    seconds: float
    left_out: list[tuple[str, str]]
    notes: list[str]
    kinds: dict[str, int] = field(default_factory=dict)


def planned_cuts(recording: Recording, settings: StretchSettings) -> list[Cut]:
    """Return the stretches of a recording in which one speaks and somebody listens."""
    people = {person.name: person for person in recording.people}
    speech = {name: person.speech for name, person in people.items()}
    cuts = []
    for stretch in listening_stretches(speech, recording.others, settings):
        listeners = tuple(p for name, p in people.items() if name != stretch.speaker)
        if not listeners:
            continue
        times = f'{round(1000 * stretch.start)}_{round(1000 * stretch.end)}'
        cuts.append(
            Cut(
                f'{recording.name}_{times}',
                stretch.start,
                stretch.end,
                people[stretch.speaker],
                listeners,
                tuple(
                    label
                    for label in recording.labels
                    if stretch.start <= label.start and label.end <= stretch.end
                ),
                recording.split,
            )
        )
    return cuts


def import_corpus(
    corpus: Corpus,
    folder: Path,
    settings: dict[str, Any],
    lengths: StretchSettings,
    most: int = 0,
    workers: int | None = None,
) -> Imported:
    """Cut a corpus into a data set of the RLD layout; what is cut already is kept.

    Args:
        corpus: what was found.
        folder: folder of the new data set.
        settings: all settings, which are recorded; a folder that was made with others is refused.
        lengths: how long clips are.
        most: at most so many stretches, evenly taken from all; 0 for every one.
        workers: number of processes; None for one for each core.

    Raises:
        DataError: nothing could be used; `LEFT_OUT` in the folder says why.
        SettingError: the folder holds another data set.
    """
    claim_folder(folder, RLD_CSV, MADE_WITH, settings)
    for name in ('videos', 'audios'):
        (folder / name).mkdir(exist_ok=True)
    left_out, notes = list(corpus.left_out), list(corpus.notes)
    looked = run_jobs(checked, [(r,) for r in corpus.recordings], workers, 'files', 'recording')
    cuts: list[Cut] = []
    for recording, out in looked:
        left_out += out
        found = planned_cuts(recording, lengths)
        if not found:
            notes.append(f'{recording.name}: nobody listens to anybody for {lengths.shortest:g} s')
        cuts += found
    if most and len(cuts) > most:
        cuts = [cuts[int(k)] for k in np.linspace(0, len(cuts) - 1, most)]
    reasons = run_jobs(_cut_out, [(cut, folder) for cut in cuts], workers, 'clips')
    clips = []
    for cut, bad in zip(cuts, reasons, strict=True):
        left_out += [(name, reason) for name, reason in bad.items() if reason]
        usable = [p for p in cut.listeners if cut.stem(p) not in bad]
        if cut.name not in bad and cut.stem(cut.speaker) not in bad:
            clips += [_Clip(cut, listener, '') for listener in usable]
    with (folder / LEFT_OUT).open('w', newline='', encoding='utf-8') as file:
        csv.writer(file).writerows([('what', 'reason'), *left_out])
    if not clips:
        first = ': '.join(left_out[0]) if left_out else '; '.join(notes) or 'nobody speaks'
        raise DataError(f'nothing could be used: {first}; all reasons are in {folder / LEFT_OUT}')
    _write_table(folder / RLD_CSV, clips, _splits(clips))
    kinds = _write_labels(folder / LABELS, clips)
    seconds = sum(clip.cut.end - clip.cut.start for clip in clips)
    return Imported(len(clips), seconds, left_out, notes, kinds)


def _splits(clips: Sequence[_Clip]) -> list[str]:
    """Return a split for each clip: the corpus' own where it has one that keeps ViCo's rule.

    People of `test` all occur in `train`, those of `ood` never; where the corpus has put nothing
    into `train`, or tells no split, clips are assigned by who is in them.
    """
    if not any(clip.cut.split == 'train' for clip in clips):
        return assign_splits(clips)
    known = {
        person
        for clip in clips
        if clip.cut.split == 'train'
        for person in (clip.speaker_id, clip.listener_id)
    }
    return [
        'train'
        if clip.cut.split == 'train'
        else 'test'
        if {clip.speaker_id, clip.listener_id} & known
        else 'ood'
        for clip in clips
    ]


def _cut_out(cut: Cut, folder: Path) -> dict[str, str]:
    """Return why a video, by its stem, or the audio, by the cut's name, is not there."""
    bad = {}
    count = round((cut.end - cut.start) * MODEL_RATE)
    for person in (cut.speaker, *cut.listeners):
        path = folder / 'videos' / f'{cut.stem(person)}.mp4'
        if path.exists():
            continue
        try:
            write_video(path, _images(person.video, cut.start, count), MODEL_RATE)
        except (DataError, OSError) as error:
            bad[cut.stem(person)] = str(error)
    path = folder / 'audios' / f'{cut.name}.wav'
    if not path.exists():
        try:
            audio, rate = audio_between(cut.speaker.audio, cut.start, cut.end)
            whole = np.asarray(resample_poly(audio, AUDIO_RATE, rate), np.float32)
            write_audio(path, fitted(whole, round(count * AUDIO_RATE / MODEL_RATE)), AUDIO_RATE)
        except (ClipError, OSError) as error:
            bad[cut.name] = str(error)
    return bad


def _images(video: Path, start: float, count: int) -> Iterator[Image]:
    end = round((start + count / MODEL_RATE) * NANOSECONDS)
    frames = takewhile(lambda frame: frame.stamp < end, camera_frames(video, start))
    for image in at_model_rate(frames, start, count):
        height, width = image.shape[:2]
        scale = min(1.0, LARGEST / height)
        size = 2 * round(width * scale / 2), 2 * round(height * scale / 2)
        yield (
            image
            if size == (width, height)
            else np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        )


def _write_table(path: Path, clips: Sequence[_Clip], splits: Sequence[str]) -> None:
    with path.open('w', newline='', encoding='utf-8') as file:
        table = csv.DictWriter(file, RLD_COLUMNS)
        table.writeheader()
        for clip, split in zip(clips, splits, strict=True):
            table.writerow(
                {
                    'attitude': Attitude.NEUTRAL.value,
                    'audio': clip.cut.name,
                    'listener': clip.cut.stem(clip.listener),
                    'speaker': clip.cut.stem(clip.cut.speaker),
                    'listener_id': clip.listener_id,
                    'speaker_id': clip.speaker_id,
                    'data_split': split,
                }
            )


def _write_labels(path: Path, clips: Sequence[_Clip]) -> dict[str, int]:
    """Write what is annotated, s from the beginning of the clip; return how often listeners do."""
    kinds: dict[str, int] = {}
    with path.open('w', newline='', encoding='utf-8') as file:
        table = csv.writer(file)
        table.writerow(('clip', 'who', 'label', 'start', 'end'))
        for clip in clips:
            who = {clip.listener_id: 'listener', clip.speaker_id: 'speaker'}
            for label in clip.cut.labels:
                if label.person not in who:
                    continue
                if who[label.person] == 'listener':
                    kinds[label.kind] = kinds.get(label.kind, 0) + 1
                times = (f'{t - clip.cut.start:.3f}' for t in (label.start, label.end))
                name = clip.cut.stem(clip.listener)
                table.writerow((name, who[label.person], label.kind, *times))
    return kinds
