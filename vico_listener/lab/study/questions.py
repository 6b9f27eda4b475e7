"""Draws up the questions of a study, shuffled, and the key that identifies their videos."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from vico_listener.lab.study.manifest import StudyClip
from vico_listener.lab.study.manifest import StudyError
from vico_listener.motion import Attitude

KEY_FORMAT = 'vico_study_key/1'
TRUE, GENERATED, EQUAL = 'true', 'generated', 'equal'


class StudyTest(str, Enum):
    """The paper's two tests, and an easier form of the second.

    The paper asks for a label of each of three listeners (`LABELS`). `ATTITUDE` asks which of the
    three shows one attitude.
    """

    PREFERENCE = 'preference'
    LABELS = 'labels'
    ATTITUDE = 'attitude'


MATCHING = (StudyTest.LABELS.value, StudyTest.ATTITUDE.value)
"""The forms of attitude matching, the paper's first."""


@dataclass(frozen=True)
class Question:
    """One question, with its answer key.

    Attributes:
        id: opaque name, like the names of the videos.
        test: the test that it belongs to.
        clip, split: where it comes from.
        attitude: the true listener's (preference), or the one that is looked for (attitude); None
            where all are (labels).
        speaker: name of the speaker's video.
        options: names of the videos in the order shown, and what each is: `TRUE`, `GENERATED`, or
            an attitude.
    """

    id: str
    test: StudyTest
    clip: str
    split: str
    attitude: Attitude | None
    speaker: str
    options: dict[str, str]

    @property
    def choices(self) -> dict[str, str]:
        """Return the possible answers and what each means; labels are given to all options."""
        equal = {EQUAL: EQUAL} if self.test is StudyTest.PREFERENCE else {}
        return self.options | equal


@dataclass(frozen=True)
class Key:
    """What a study asks and what its videos are; stays with the experimenter."""

    study: str
    seed: int
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Video:
    """A video of the page: where it comes from, whether it is heard, and from which file."""

    source: Path
    audio: bool
    sound: Path | None = None


class _Names:
    """Draws opaque names, each only once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._taken: set[str] = set()

    def new(self) -> str:
        name = f'{self._chance.getrandbits(48):012x}'
        if name in self._taken:
            return self.new()
        self._taken.add(name)
        return name


def ask(
    clips: Sequence[StudyClip], seed: int, matching: str = MATCHING[0]
) -> tuple[Key, dict[str, Video]]:
    """Draw up the questions: preference first, then attitude matching, each in chance order.

    Within each split, the true listener is as often the first as the second, and every attitude is
    looked for equally often (give or take one). A clip asks for labels once, or for one attitude
    only: with three questions about the same three videos the last would answer itself. A generated
    video that serves both tests has two names, else the second test would give away the first.

    Args:
        clips: the clips.
        seed: the seed of names, order and sides.
        matching: how attitudes are matched, one of `MATCHING`.

    Returns:
        The key, and the videos by opaque name.
    """
    chance = random.Random(f'vico study {seed}')
    names = _Names(chance)
    study = names.new()
    videos: dict[str, Video] = {}
    speakers = {clip.name: names.new() for clip in clips}
    videos |= {speakers[clip.name]: Video(clip.speaker, True, clip.audio) for clip in clips}

    def question(
        clip: StudyClip, test: StudyTest, attitude: Attitude | None, shown: list[tuple[str, Path]]
    ) -> Question:
        options = {}
        for what, source in shown:
            name = names.new()
            options[name] = what
            videos[name] = Video(source, False)
        return Question(
            names.new(), test, clip.name, clip.split, attitude, speakers[clip.name], options
        )

    form = StudyTest(matching)
    preference, matched = [], []
    for clips_of_split in _by_split((c for c in clips if c.asks_preference), chance):
        true_first = chance.random() < 0.5
        for clip in clips_of_split:
            assert clip.attitude is not None and clip.listener is not None
            pair = [(TRUE, clip.listener), (GENERATED, clip.generated[clip.attitude])]
            shown = pair if true_first else pair[::-1]
            preference.append(question(clip, StudyTest.PREFERENCE, clip.attitude, shown))
            true_first = not true_first
    for clips_of_split in _by_split((c for c in clips if c.asks_attitude), chance):
        attitudes = chance.sample(list(Attitude), len(Attitude))
        for n, clip in enumerate(clips_of_split):
            shown = [(attitude.value, source) for attitude, source in clip.generated.items()]
            chance.shuffle(shown)
            wanted = attitudes[n % len(attitudes)] if form is StudyTest.ATTITUDE else None
            matched.append(question(clip, form, wanted, shown))
    chance.shuffle(preference)
    chance.shuffle(matched)
    return Key(study, seed, (*preference, *matched)), videos


def _by_split(clips: Iterable[StudyClip], chance: random.Random) -> list[list[StudyClip]]:
    splits = defaultdict(list)
    for clip in clips:
        splits[clip.split].append(clip)
    for clips_of_split in splits.values():
        chance.shuffle(clips_of_split)
    return list(splits.values())


def write_key(path: Path, key: Key) -> None:
    """Write a key as JSON."""
    content = {
        'format': KEY_FORMAT,
        'study': key.study,
        'seed': key.seed,
        'questions': [
            vars(q)
            | {'test': q.test.value, 'attitude': None if q.attitude is None else q.attitude.value}
            for q in key.questions
        ],
    }
    path.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')


def read_key(path: Path) -> Key:
    """Read a key.

    Raises:
        StudyError: the file cannot be read, or is not a key.
    """
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise StudyError(f'cannot read the key {path}: {error}') from error
    if not isinstance(content, dict) or content.get('format') != KEY_FORMAT:
        raise StudyError(f'{path} is no key of `vico study make` ({KEY_FORMAT})')
    try:
        questions = [
            Question(
                **q
                | {
                    'test': StudyTest(q['test']),
                    'attitude': None if q['attitude'] is None else Attitude(q['attitude']),
                }
            )
            for q in content['questions']
        ]
        return Key(content['study'], content['seed'], tuple(questions))
    except (KeyError, TypeError, ValueError) as error:
        raise StudyError(f'the key {path} is damaged: {error}') from error
