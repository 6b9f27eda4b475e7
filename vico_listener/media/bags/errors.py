"""What is wrong with a bag."""


class BagError(ValueError):
    """A bag cannot be read or written; the message says why and what to do."""
