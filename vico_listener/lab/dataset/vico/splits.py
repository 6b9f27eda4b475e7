"""Divides clips into train, test and ood by who is in them, as the paper does."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np

SHARES = {'test': 0.15, 'ood': 0.15}
"""Share of the clips in each split; the rest is train."""


class HasPeople(Protocol):
    """A clip with the identities in it, and the split that somebody chose for it, or ''."""

    @property
    def speaker_id(self) -> str:
        """The identity of who speaks."""

    @property
    def listener_id(self) -> str:
        """The identity of who listens."""

    @property
    def split(self) -> str:
        """The split that was chosen by hand."""


def assign_splits(clips: Sequence[HasPeople], seed: int = 0) -> list[str]:
    """Assign a split to each clip: all test identities occur in train, those of ood in neither.

    People who meet in a clip belong together; ood takes whole groups that share nobody with the
    rest. Where everybody is connected with everybody, ood stays empty, unless clips have been
    chosen for it by hand. What was chosen by hand is kept.
    """
    rng = np.random.default_rng([seed, 81])
    splits = [clip.split for clip in clips]
    groups = _groups(clips)
    room = SHARES['ood'] * len(clips) - splits.count('ood')
    for k in rng.permutation(len(groups)):
        group = groups[k]
        if len(group) <= room and not any(splits[i] for i in group):
            room -= len(group)
            for i in group:
                splits[i] = 'ood'
    free = [i for i, split in enumerate(splits) if not split]
    trained = Counter(
        person
        for i, split in enumerate(splits)
        if split in ('', 'train')
        for person in _people(clips[i])
    )
    room = SHARES['test'] * len(clips) - splits.count('test')
    for i in rng.permutation(free):
        people = _people(clips[i])
        if room >= 1 and all(trained[person] > 1 for person in people):
            splits[i] = 'test'
            trained.subtract(people)
            room -= 1
    return [split or 'train' for split in splits]


def _people(clip: HasPeople) -> tuple[str, str]:
    return clip.speaker_id, clip.listener_id


def _groups(clips: Sequence[HasPeople]) -> list[list[int]]:
    """Return the indices of clips that are connected by the people in them."""
    found: list[tuple[set[str], list[int]]] = []
    for i, clip in enumerate(clips):
        people, indices = set(_people(clip)), [i]
        apart = []
        for others, theirs in found:
            if people & others:
                people |= others
                indices = theirs + indices
            else:
                apart.append((others, theirs))
        found = [*apart, (people, indices)]
    return [indices for _, indices in found]
