"""What becomes of goals says whether their server works."""

import pytest

from vico_listener.robot.goal_answers import LOOKED_AT
from vico_listener.robot.goal_answers import MOST_UNANSWERED
from vico_listener.robot.goal_answers import PATIENCE_NS
from vico_listener.robot.goal_answers import REMEDY
from vico_listener.robot.goal_answers import End
from vico_listener.robot.goal_answers import GoalAnswers


def ended(replaced: bool, end: End, code: int = 0, reason: str = '') -> GoalAnswers:
    """Forty goals that all end so, before or after the next one was sent."""
    answers = GoalAnswers()
    last = answers.send()
    answers.answer(last, True)
    for _ in range(40):
        if not replaced:
            answers.end(last, end, code, reason)
        number = answers.send()
        answers.answer(number, True)
        if replaced:
            answers.end(last, end, code, reason)
        last = number
    return answers


@pytest.mark.parametrize(
    ('end', 'code', 'reason'),
    [
        (End.CANCELLED, -1, 'Current goal cancelled due to new incoming action.'),
        (End.ABORTED, 0, ''),
        (End.DONE, 0, ''),
    ],
    ids=['joint_trajectory_controller', 'stretch', 'reached'],
)
def test_a_goal_that_the_next_one_took_the_place_of_is_well(
    end: End, code: int, reason: str
) -> None:
    answers = ended(True, end, code, reason)
    assert (answers.failed, answers.trouble) == (0, '')


@pytest.mark.parametrize(
    ('replaced', 'end', 'code', 'reason', 'said'),
    [
        (False, End.ABORTED, 0, '', 'aborted'),
        (False, End.CANCELLED, 0, '', 'cancelled'),
        (False, End.CANCELLED, -1, 'the controller stopped', 'the controller stopped'),
        (True, End.ABORTED, -4, 'path tolerance violated', 'path tolerance violated'),
        (True, End.ABORTED, 100, '', 'error 100'),
        (True, End.DONE, -5, '', 'error -5'),
    ],
)
def test_a_goal_that_is_given_up_is_not(
    replaced: bool, end: End, code: int, reason: str, said: str
) -> None:
    answers = ended(replaced, end, code, reason)
    assert answers.failed == 40
    count = LOOKED_AT - 1
    assert answers.trouble == f'aborts {count} of {LOOKED_AT} goals ({said}): {REMEDY}'


def test_refused_goals_are_trouble_when_they_are_most() -> None:
    answers = GoalAnswers()
    for number in range(30):
        answers.answer(answers.send(), accepted=number % 2 == 0)
    assert (answers.refused, answers.trouble) == (15, '')
    answers.answer(answers.send(), accepted=False)
    answers.answer(answers.send(), accepted=False)
    assert answers.trouble == f'refuses 16 of {LOOKED_AT} goals: {REMEDY}'
    for _ in range(LOOKED_AT):
        answers.answer(answers.send(), accepted=True)
    assert (answers.refused, answers.trouble) == (17, '')


def test_a_server_that_does_not_answer_gets_no_more() -> None:
    answers = GoalAnswers()
    for _ in range(MOST_UNANSWERED):
        assert not answers.waits
        number = answers.send()
    assert answers.waits and answers.trouble.startswith('does not answer goals')
    answers.answer(number, True)
    assert not answers.waits and answers.trouble == ''
    answers.send()
    answers.restart()
    assert not answers.waits


def test_an_answer_tells_that_those_before_it_were_lost() -> None:
    answers = GoalAnswers()
    for n in range(10 * MOST_UNANSWERED):
        number = answers.send()
        if n % 10 == 0:
            answers.answer(number, True)
        assert not answers.waits


def test_a_server_that_did_not_answer_is_tried_again_and_stays_in_trouble() -> None:
    time = 0
    answers = GoalAnswers(lambda: time)
    for _ in range(3):
        for _ in range(MOST_UNANSWERED):
            assert not answers.waits
            number = answers.send()
        time += PATIENCE_NS - 1
        assert answers.waits
        time += 1
        assert not answers.waits
        assert answers.trouble.startswith('does not answer goals')
    answers.answer(number, True)
    assert answers.trouble == ''
