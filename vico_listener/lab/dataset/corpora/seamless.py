"""Reads the Seamless Interaction data set: conversations of two people, each filmed alone.

`.../<split>/.../V<vendor>_S<session>_I<interaction>_P<participant>.mp4`, `.wav` (the participant's
own voice) and `.json` with `metadata:vad` and `metadata:transcript`, as its download scripts leave
them; or `video/`, `audio/`, `vad/*.jsonl` and `transcript/*.jsonl` apart, where files of the same
name in other folders (`3P-V/*.json`) hold annotations. Splits are the folders train, dev and test.

Source: README of github.com/facebookresearch/seamless_interaction.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vico_listener.lab.dataset.corpora.recordings import SHORT
from vico_listener.lab.dataset.corpora.recordings import Corpus
from vico_listener.lab.dataset.corpora.recordings import Interval
from vico_listener.lab.dataset.corpora.recordings import Label
from vico_listener.lab.dataset.corpora.recordings import Person
from vico_listener.lab.dataset.corpora.recordings import Recording
from vico_listener.lab.dataset.corpora.recordings import chosen
from vico_listener.lab.dataset.corpora.recordings import files_by_name
from vico_listener.lab.dataset.corpora.recordings import merged
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError

NAME = re.compile(r'(V\d+_S\d+_I\d+)_(P\w+)')
WITHIN = 0.5
"""Speech with shorter pauses in it, s, is one utterance."""
SPLITS = {'train': 'train', 'dev': 'test', 'test': 'test'}
VAD = 'metadata:vad'
TRANSCRIPT = 'metadata:transcript'


def read_seamless(folder: Path, only: Sequence[str] = ()) -> Corpus:
    """Read the interactions of which two participants are there.

    Args:
        folder: folder below which everything lies.
        only: the beginnings of the interactions' names; empty for all.

    Raises:
        LayoutError: there is no file of the data set.
    """
    files = files_by_name(folder)
    told: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob('*.json*')):
        told[path.stem].append(path)
    interactions: dict[str, dict[str, str]] = defaultdict(dict)
    for name in files:
        stem, _, suffix = name.rpartition('.')
        found = NAME.fullmatch(stem)
        if found and suffix in ('mp4', 'wav', 'json', 'jsonl'):
            interactions[found[1]][found[2]] = stem
    if not interactions:
        packed = any(name.endswith('.tar') for name in files)
        remedy = ': unpack its archives (.tar)' if packed else ''
        raise LayoutError(
            f'{folder} holds no V<vendor>_S<session>_I<interaction>_P<participant>.mp4{remedy}'
        )
    corpus = Corpus()
    for name in chosen(interactions, only):
        stems = interactions[name]
        if len(stems) != 2:
            who = ', '.join(sorted(stems))
            corpus.left_out.append((name, f'{len(stems)} of two participants: {who}'))
            continue
        try:
            corpus.recordings.append(_recording(name, stems, files, told))
        except LayoutError as error:
            corpus.left_out.append((name, str(error)))
    return corpus


def _recording(
    name: str, stems: dict[str, str], files: dict[str, Path], told: dict[str, list[Path]]
) -> Recording:
    people, labels = [], []
    split = ''
    for who, stem in sorted(stems.items()):
        utterances = merged(_voice(stem, told[stem]), WITHIN)
        labels += [Label(who, 'backchannel', *u) for u in utterances if u[1] - u[0] < SHORT]
        speech = tuple(u for u in utterances if u[1] - u[0] >= SHORT)
        video, audio = (
            files.get(f'{stem}.{suffix}', Path(f'{stem}.{suffix}')) for suffix in ('mp4', 'wav')
        )
        split = next((SPLITS[part] for part in video.parts if part in SPLITS), split)
        people.append(Person(who, video, audio, speech))
    return Recording(name, tuple(people), labels=tuple(labels), split=split)


def _voice(stem: str, told: Sequence[Path]) -> list[Interval]:
    """Return when a participant is heard, by the voice activity, else by the transcript.

    Args:
        stem: the participant's files are called so.
        told: all of them that may tell it, annotations among them.

    Raises:
        LayoutError: none tells it, or one is broken.
    """
    found: dict[str, Any] = {}
    for path in told:
        try:
            text = path.read_text(encoding='utf-8')
            if path.suffix == '.jsonl':
                rows = [json.loads(line) for line in text.splitlines() if line.strip()]
                content: Any = {f'metadata:{path.parent.name}': rows}
            else:
                content = json.loads(text)
        except (OSError, ValueError) as error:
            raise LayoutError(f'{path.name} cannot be read: {error}') from None
        found = {**content, **found} if isinstance(content, dict) else found
    if VAD not in found and TRANSCRIPT not in found:
        raise LayoutError(
            f'{stem}.json is missing, or holds neither {VAD} nor {TRANSCRIPT}: who speaks when is '
            'not known'
        )
    try:
        return [
            (float(row['start']), float(row['end']))
            for row in found.get(VAD) or found.get(TRANSCRIPT) or []
            if float(row['start']) < float(row['end'])
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayoutError(
            f'{stem}.json holds no voice activity ({VAD}: start, end): {error!r}'
        ) from None
