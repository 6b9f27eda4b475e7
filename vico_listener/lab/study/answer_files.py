"""Reads the files that participants hand in, and checks them against the key."""

import json
import random
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from vico_listener.lab.study.manifest import StudyError
from vico_listener.lab.study.questions import Key
from vico_listener.lab.study.questions import Question
from vico_listener.lab.study.questions import StudyTest
from vico_listener.motion import Attitude

ANSWERS_FORMAT = 'vico_study_answers/1'


@dataclass(frozen=True)
class Answers:
    """One participant's answers.

    Attributes:
        participant, session: who, and when.
        meanings: what the chosen video is (`Question.choices`), by question id.
        labels: the label that each attitude's video was given, by question id and attitude.
    """

    participant: str
    session: str
    meanings: dict[str, str]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)


def guessed(key: Key, seed: int) -> dict[str, Any]:
    """Return the file of a made-up participant who guesses, by a seed."""
    chance = random.Random(f'vico study guess {seed}')
    attitudes = [attitude.value for attitude in Attitude]
    answers = [
        {
            'question': question.id,
            'choice': {name: chance.choice(attitudes) for name in question.options}
            if question.test is StudyTest.LABELS
            else chance.choice(list(question.choices)),
        }
        for question in key.questions
    ]
    who = f'guess_{seed}'
    return {
        'format': ANSWERS_FORMAT,
        'study': key.study,
        'participant': who,
        'session': f'{key.study}_{who}',
        'answers': answers,
    }


@dataclass(frozen=True)
class LeftOut:
    """A file that is not counted, and why."""

    path: Path
    reason: str


def read_answers(path: Path, key: Key) -> Answers:
    """Read the answers of one file.

    Raises:
        StudyError: it is broken, belongs to another study, or does not answer every question once.
    """
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise StudyError(f'cannot be read ({error.strerror})') from error
    except ValueError as error:
        raise StudyError(f'broken: no JSON ({error})') from error
    if not isinstance(content, dict) or content.get('format') != ANSWERS_FORMAT:
        raise StudyError(f'foreign: no file of answers ({ANSWERS_FORMAT})')
    if content.get('study') != key.study:
        raise StudyError(f'foreign: of study {content.get("study")}, the key is of {key.study}')
    participant, session = content.get('participant'), content.get('session')
    if not isinstance(participant, str) or not participant.strip() or not isinstance(session, str):
        raise StudyError('broken: it names no participant and session')
    return Answers(participant.strip(), session, *_meanings(content.get('answers'), key))


def _meanings(answers: Any, key: Key) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    if not isinstance(answers, list) or not all(isinstance(a, dict) for a in answers):
        raise StudyError('broken: it holds no list of answers')
    questions = {question.id: question for question in key.questions}
    meanings: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}
    for n, answer in enumerate(answers, 1):
        question = questions.get(str(answer.get('question')))
        if question is None:
            raise StudyError(f'broken: answer {n} is to no question of this study')
        if question.id in meanings or question.id in labels:
            raise StudyError(f'broken: answer {n} is the second to question {question.id}')
        if question.test is StudyTest.LABELS:
            labels[question.id] = _labels(answer.get('choice'), question, n)
            continue
        choice = str(answer.get('choice'))
        if choice not in question.choices:
            raise StudyError(f"broken: answer {n}: '{choice}' is not one of the options")
        meanings[question.id] = question.choices[choice]
    count = len(meanings) + len(labels)
    if count < len(questions):
        raise StudyError(f'broken: {count} of {len(questions)} questions are answered')
    return meanings, labels


def _labels(choice: Any, question: Question, number: int) -> dict[str, str]:
    if not isinstance(choice, dict) or choice.keys() != question.options.keys():
        raise StudyError(f'broken: answer {number} does not label each of the three listeners once')
    known = [attitude.value for attitude in Attitude]
    for label in choice.values():
        if label not in known:
            raise StudyError(f"broken: answer {number}: '{label}' is no attitude")
    return {question.options[name]: label for name, label in choice.items()}


def collect(paths: Iterable[Path], key: Key) -> tuple[Sequence[Answers], Sequence[LeftOut]]:
    """Read all files; of several from one participant only the first counts.

    Returns:
        The answers, and the files left out with the reason.
    """
    counted: list[Answers] = []
    left_out: list[LeftOut] = []
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            answers = read_answers(path, key)
        except StudyError as error:
            left_out.append(LeftOut(path, str(error)))
            continue
        marks = (f'participant {answers.participant.casefold()}', f'session {answers.session}')
        known = next((mark for mark in marks if mark in seen), None)
        if known is not None:
            left_out.append(LeftOut(path, f'duplicate: {known} is in {seen[known]} already'))
            continue
        seen |= dict.fromkeys(marks, path)
        counted.append(answers)
    return counted, left_out
