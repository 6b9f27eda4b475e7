"""Which images are looked at where a small computer cannot look at all of them."""

from vico_listener.clock import NANOSECONDS

SLACK = 0.25
"""An image may come this share of a period early: cameras are not regular."""

LOST_NS = NANOSECONDS
"""A stamp this far from where the next image is due begins anew."""


class ImageRate:
    """Chooses images by their stamps, so that the same recording is looked at in the same way.

    Args:
        rate: how many images a second at most, on average; 0 for all.
    """

    def __init__(self, rate: float) -> None:
        self._period = round(NANOSECONDS / rate) if rate else 0
        self._due: int | None = None

    def reset(self) -> None:
        """Look at the next image, whatever came before."""
        self._due = None

    def wants(self, stamp: int) -> bool:
        """Return whether to look at the next image, with a stamp in ns."""
        if not self._period:
            return True
        if self._due is None or abs(stamp - self._due) > LOST_NS:
            self._due = stamp
        if stamp < self._due - SLACK * self._period:
            return False
        # From the grid, not from this image: else a camera of 20 a second gives 10 for 15.
        self._due = max(self._due, stamp - self._period) + self._period
        return True
