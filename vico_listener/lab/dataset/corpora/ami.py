"""Reads the AMI Meeting Corpus: four people around a table, each with a camera and a headset.

amicorpus/<meeting>/video/<meeting>.Closeup<1-4>.avi    one person each, 25 images a second
amicorpus/<meeting>/audio/<meeting>.Headset-<0-3>.wav   one person each, 16 kHz
ami_public_manual_1.6.2/                                annotations, see `nxt_annotations`
    corpusResources/meetings.xml                        who has which camera and which headset
    words/, dialogueActs/, headGesture/, ontologies/

Where in the folder they lie does not matter: files are found by their names. Source: the pages of
the corpus at groups.inf.ed.ac.uk/ami, `00README_MANUAL.txt` of the annotations.
"""

import re
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from vico_listener.lab.dataset.corpora.nxt_annotations import BACKCHANNEL
from vico_listener.lab.dataset.corpora.nxt_annotations import Files
from vico_listener.lab.dataset.corpora.nxt_annotations import interval_of
from vico_listener.lab.dataset.corpora.nxt_annotations import pointed_at
from vico_listener.lab.dataset.corpora.nxt_annotations import read_words
from vico_listener.lab.dataset.corpora.nxt_annotations import read_xml
from vico_listener.lab.dataset.corpora.nxt_annotations import type_of
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

MEETINGS = 'meetings.xml'
WITHIN = 0.5
"""Words with shorter pauses between them, s, are one utterance."""
KINDS = {'nod': 'nod', 'concord': 'nod', 'shak': 'shake', 'discord': 'shake'}
"""What the name of a head gesture contains, and what the project calls it."""


def read_ami(folder: Path, only: Sequence[str] = ()) -> Corpus:
    """Read the meetings of which there is a close-up video.

    Args:
        folder: folder below which everything lies.
        only: the beginnings of the meetings' names; empty for all.

    Raises:
        LayoutError: there are no annotations, or no meeting with a video.
    """
    files = files_by_name(folder)
    if MEETINGS not in files:
        raise LayoutError(
            f'{folder} holds no corpusResources/{MEETINGS}: unpack ami_public_manual_1.6.2.zip '
            'into it'
        )
    told = {m.get('observation', ''): m for m in read_xml(files[MEETINGS]).iter('meeting')}
    recorded = {name.split('.')[0] for name in files if '.Closeup' in name}
    if not recorded & told.keys():
        raise LayoutError(
            f'{folder} holds no close-up video of a meeting: download '
            'amicorpus/<meeting>/video/<meeting>.Closeup1.avi to Closeup4.avi'
        )
    corpus = Corpus()
    for name in sorted(recorded - told.keys()):
        corpus.left_out.append((name, f'{MEETINGS} tells nothing of it'))
    for name in chosen(recorded & told.keys(), only):
        try:
            corpus.recordings.append(_recording(name, told[name], files, corpus))
        except LayoutError as error:
            corpus.left_out.append((name, str(error)))
    return corpus


def _recording(name: str, meeting: ElementTree.Element, files: Files, corpus: Corpus) -> Recording:
    people: list[Person] = []
    others: list[Interval] = []
    labels: list[Label] = []
    for speaker in meeting.iter('speaker'):
        agent = speaker.get('nxt_agent', '')
        who = speaker.get('global_name') or f'{name}.{agent}'
        speech, backchannels = _speech(name, agent, files)
        labels += [Label(who, 'backchannel', *times) for times in backchannels]
        camera, channel = (_number(speaker.get(what)) for what in ('camera', 'channel'))
        paths = [
            files.get(f'{name}.Closeup{camera}.avi'), files.get(f'{name}.Headset-{channel}.wav'),
        ]  # fmt: skip
        if paths[0] is None or paths[1] is None:
            wanted = f'Closeup{camera or "?"}.avi' if paths[0] is None else f'Headset-{channel}.wav'
            corpus.left_out.append((f'{name} {who}', f'{name}.{wanted} is missing'))
            others += speech
            continue
        people.append(Person(who, paths[0], paths[1], tuple(speech)))
        labels += _head_gestures(name, agent, who, files, corpus)
    return Recording(name, tuple(people), tuple(others), tuple(labels))


def _number(text: str | None) -> str:
    """Return the number at the end of 'Closeup2' or '2'; '' when there is none."""
    found = re.search(r'\d+$', text or '')
    return found[0] if found else ''


def _speech(name: str, agent: str, files: Files) -> tuple[list[Interval], list[Interval]]:
    """Return when a person has the floor, and when a backchannel is given.

    The annotated dialogue acts tell which it is; in meetings without them an utterance shorter
    than `SHORT` counts as a backchannel.
    """
    path = files.get(f'{name}.{agent}.words.xml')
    if path is None:
        raise LayoutError(
            f'words/{name}.{agent}.words.xml is missing: who speaks when is not known'
        )
    words, order = read_words(path)
    acts = files.get(f'{name}.{agent}.dialog-act.xml')
    if acts is None:
        utterances = merged(words.values(), WITHIN)
        return (
            [u for u in utterances if u[1] - u[0] >= SHORT],
            [u for u in utterances if u[1] - u[0] < SHORT],
        )
    feedback = _backchannel_words(acts, order, files)
    return (
        merged((times for word, times in words.items() if word not in feedback), WITHIN),
        merged((times for word, times in words.items() if word in feedback), WITHIN),
    )


def _backchannel_words(acts: Path, order: list[str], files: Files) -> set[str]:
    known: dict[str, dict[str, str]] = {}
    return {
        word
        for act in read_xml(acts).iter('dact')
        if type_of(act, files, known) in (BACKCHANNEL, 'ami_da_1')
        for word in pointed_at(act, order)
    }


def _head_gestures(name: str, agent: str, who: str, files: Files, corpus: Corpus) -> list[Label]:
    """Return a person's annotated nods and shakes; other head gestures are counted and named."""
    found, other = [], Counter[str]()
    for path in _layer(name, agent, files):
        known: dict[str, dict[str, str]] = {}
        for element in read_xml(path).iter():
            times = interval_of(element)
            if times is None:
                continue
            told = type_of(element, files, known)
            kind = next((k for part, k in KINDS.items() if part in told.lower()), '')
            if kind:
                found.append(Label(who, kind, *times))
            else:
                other[told] += 1
    if other:
        counts = ', '.join(f'{count} x {told}' for told, count in sorted(other.items()))
        corpus.notes.append(f'{name} {who}: head gestures that are neither nod nor shake: {counts}')
    return found


def _layer(name: str, agent: str, files: Mapping[str, Path]) -> list[Path]:
    beginning = f'{name}.{agent}.'
    return [
        path
        for file, path in files.items()
        if file.startswith(beginning) and path.parent.name == 'headGesture'
    ]
