"""What a reader of clips and bags met on its way."""

from collections import Counter


class Remarks:
    """What was skipped, scaled or moved while something was read, and how often.

    Attributes:
        counts: by what it was, in the plural ('images that cannot be decoded').
        examples: what was said of the first of a kind, where something was.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def add(self, what: str, count: int = 1, example: object = '') -> None:
        """Count something once more."""
        self.counts[what] += count
        if example:
            self.examples.setdefault(what, str(example))

    def unusable(self, items: str) -> int:
        """Return how many items ('images') could not be decoded, read or shown."""
        return sum(n for what, n in self.counts.items() if what.startswith(f'{items} that cannot'))

    def update(self, other: 'Remarks') -> None:
        """Add what another one holds."""
        self.counts.update(other.counts)
        self.examples = other.examples | self.examples

    def lines(self) -> list[str]:
        """Return a line for each kind of thing, the most frequent first."""
        return [
            f'{what}: {count}' + (f' ({self.examples[what]})' if what in self.examples else '')
            for what, count in self.counts.most_common()
        ]
