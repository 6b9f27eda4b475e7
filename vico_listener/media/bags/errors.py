"""What is wrong with a bag."""

from vico_listener.errors import DataError


class BagError(DataError):
    """A bag cannot be read or written; the message says why and what to do."""
