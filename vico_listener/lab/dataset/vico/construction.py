"""Constructs a data set as the paper did: two-person videos and annotations in, ViCo's layout out.

Each clip is checked (exactly two people, both roughly frontal and in view throughout), cut into
squares of 384x384 px at 30 fps with audio of 44.1 kHz, and assigned to a split by its identities.
"""

import csv
import json
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

from vico_listener.errors import DataError
from vico_listener.lab.dataset.jobs import run_jobs
from vico_listener.lab.dataset.made_with import claim_folder
from vico_listener.lab.dataset.vico.annotations import Annotation
from vico_listener.lab.dataset.vico.annotations import Annotations
from vico_listener.lab.dataset.vico.cutting import cut_clip
from vico_listener.lab.dataset.vico.inspection import identity_problems
from vico_listener.lab.dataset.vico.layouts import RLD_COLUMNS
from vico_listener.lab.dataset.vico.layouts import RLD_CSV
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.lab.dataset.vico.splits import assign_splits
from vico_listener.lab.dataset.vico.stretch import landmarker
from vico_listener.lab.dataset.vico.two_people import RejectedClipError
from vico_listener.media.clip import ClipError

MADE_WITH = 'construction.json'
LEFT_OUT = 'left_out.csv'


@dataclass(frozen=True)
class ConstructionSettings:
    """The settings of a construction.

    Attributes:
        seed: seed by which clips are assigned to the splits.
        fov_deg: field of view of the cameras along the longer side, for "roughly frontal".
    """

    seed: int = 0
    fov_deg: float = 60.0


@dataclass
class Construction:
    """The result of a construction.

    Attributes:
        clips: names of those in the data set.
        left_out: name and reason of every clip, and of every line, that is not in it.
        problems: what is wrong with the data set as a whole, e.g. an empty split.
    """

    clips: list[str]
    left_out: list[tuple[str, str]]
    problems: list[str]


def build_data_set(
    annotations: Annotations,
    folder: Path,
    settings: ConstructionSettings,
    workers: int | None = None,
) -> Construction:
    """Make the data set in `folder`; clips that are there already are kept.

    Raises:
        DataError: the folder holds another data set, or no clip could be used.
        FaceModelError: the face model is missing or broken.
    """
    claim_folder(folder, RLD_CSV, MADE_WITH, asdict(settings))
    for name in ('videos', 'audios', 'side_by_side', 'notes'):
        (folder / name).mkdir(exist_ok=True)
    clips, twice = _without_doubles(annotations.clips)
    jobs = [(clip, folder, settings) for clip in clips]
    reasons = run_jobs(_cut, jobs, workers, 'clips')
    left_out = [('', problem) for problem in annotations.problems]
    left_out += [*annotations.disputed.items(), *annotations.unsure.items(), *twice]
    left_out += [(c.name, reason) for c, reason in zip(clips, reasons, strict=True) if reason]
    with (folder / LEFT_OUT).open('w', newline='', encoding='utf-8') as file:
        csv.writer(file).writerows([('clip', 'reason'), *left_out])
    kept = [clip for clip, reason in zip(clips, reasons, strict=True) if not reason]
    if not kept:
        raise DataError(f'no clip could be used: the reasons are in {folder / LEFT_OUT}')
    _write_table(folder / RLD_CSV, kept, assign_splits(kept, settings.seed))
    problems = identity_problems(read_layout(folder).entries)
    return Construction([clip.name for clip in kept], left_out, problems)


def _without_doubles(clips: list[Annotation]) -> tuple[list[Annotation], list[tuple[str, str]]]:
    kept: dict[str, Annotation] = {}
    twice = []
    for clip in clips:
        if clip.name in kept:
            twice.append((clip.name, f'{clip.video} and {kept[clip.name].video} are called alike'))
        else:
            kept[clip.name] = clip
    return list(kept.values()), twice


def _cut(clip: Annotation, folder: Path, settings: ConstructionSettings) -> str:
    """Return '' when the clip is there, else why it is not."""
    told = json.dumps({'video': str(clip.video), 'speaker_side': clip.side})
    note = folder / 'notes' / f'{clip.name}.json'
    if note.exists() and note.read_text(encoding='utf-8') == told:
        return ''
    note.unlink(missing_ok=True)
    try:
        cut_clip(clip, folder, landmarker(), settings.fov_deg)
    except (RejectedClipError, ClipError) as error:
        return str(error)
    note.write_text(told, encoding='utf-8')  # last: an interrupted clip is cut again
    return ''


def _write_table(path: Path, clips: list[Annotation], splits: list[str]) -> None:
    with path.open('w', newline='', encoding='utf-8') as file:
        table = csv.DictWriter(file, RLD_COLUMNS)
        table.writeheader()
        for clip, split in zip(clips, splits, strict=True):
            table.writerow(
                {
                    'attitude': clip.attitude.value,
                    'audio': clip.name,
                    'listener': f'{clip.name}.0',
                    'speaker': f'{clip.name}.1',
                    'listener_id': clip.listener_id,
                    'speaker_id': clip.speaker_id,
                    'data_split': split,
                }
            )
