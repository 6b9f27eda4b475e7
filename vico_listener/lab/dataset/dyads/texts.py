"""Generates what a speaker says: sentences with questions and stress, in turns of any length."""

from collections.abc import Sequence

import numpy as np

_PEOPLE = (
    'my sister', 'the old teacher', 'our neighbour', 'a friend of mine', 'the doctor', 'my boss',
    'the team', 'everybody at work', 'the little boy', 'nobody in town', 'my grandmother',
    'the bus driver', 'that engineer', 'the whole family', 'a stranger', 'the new student',
)  # fmt: skip
_VERBS = (
    'told me about', 'never liked', 'found', 'lost', 'wanted to sell', 'talked about', 'remembered',
    'could not open', 'was looking for', 'painted', 'repaired', 'broke', 'asked for', 'forgot',
    'bought', 'borrowed', 'gave away', 'kept thinking of', 'laughed about', 'complained about',
)  # fmt: skip
_THINGS = (
    'the red bicycle', 'a letter from the bank', 'the house by the river', 'an old photograph',
    'the broken window', 'the train to the coast', 'a very strange dream', 'the last meeting',
    'the garden', 'a box of tools', 'the results of the test', 'the kitchen door', 'a new recipe',
    'the music from next door', 'the price of bread', 'a long report', 'the weather', 'the keys',
)  # fmt: skip
_TAILS = (
    'last summer', 'on the way home', 'before it started to rain', 'without saying a word', 'again',
    'for the third time this week', 'and I could hardly believe it', 'because it was so late',
    'when we were young', 'in the middle of the night', 'while the coffee was getting cold',
    'which was not easy at all', 'just like in the old days', 'and that was the end of it',
)  # fmt: skip
_STARTS = (
    'well', 'you know', 'so', 'actually', 'to be honest', 'and then', 'but', 'anyway', 'of course',
    'the thing is', 'I mean', 'yesterday', 'some years ago', 'as far as I know', 'in fact',
)  # fmt: skip
_SHORT = (
    'yes', 'not really', 'exactly', 'I see', 'good morning', 'that is right', 'no, not at all',
    'maybe', 'what a surprise', 'thank you very much', 'wait a moment', 'right', 'oh dear',
)  # fmt: skip
_QUESTIONS = (
    'did you know that {} {} {}?', 'why do you think {} {} {}?', 'can you imagine, {} {} {}?',
    'have you heard that {} {} {}?', 'is it true that {} {} {}?', 'what would you say if {} {} {}?',
)  # fmt: skip


def sentence(rng: np.random.Generator) -> str:
    """Draw one sentence: mostly plain, sometimes a question or a few words."""

    def pick(words: Sequence[str]) -> str:
        return words[int(rng.integers(len(words)))]

    clause = pick(_PEOPLE), pick(_VERBS), pick(_THINGS)
    kind = rng.random()
    if kind < 0.12:
        return pick(_SHORT) + '.'
    if kind < 0.3:
        return pick(_QUESTIONS).format(*clause)
    words = ' '.join(clause)
    if rng.random() < 0.5:
        words = f'{pick(_STARTS)}, {words}'
    if rng.random() < 0.65:
        words += f' {pick(_TAILS)}'
    if rng.random() < 0.25:
        words += f', and {pick(_PEOPLE)} {pick(_VERBS)} {pick(_THINGS)}'
    return words + pick(('.', '.', '.', '!'))


def turn(rng: np.random.Generator) -> list[str]:
    """Draw the sentences of one turn: one, a few or many."""
    count = int(rng.choice([1, 2, 3, 5, 8], p=[0.2, 0.3, 0.25, 0.15, 0.1]))
    return [sentence(rng) for _ in range(count)]
