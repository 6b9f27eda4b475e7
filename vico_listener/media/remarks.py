"""What a reader of clips and bags met on its way."""

from collections import Counter


class Remarks:
    """What was skipped, scaled or moved while something was read, and how often.

    Attributes:
        counts: by what it was, in the plural ('pictures that cannot be decoded').
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        """Count something once more."""
        self.counts[what] += count

    def lines(self) -> list[str]:
        """A line for each kind of thing, the most frequent first."""
        return [f'{count} {what}' for what, count in self.counts.most_common()]
