"""Counts the images of a clip that never come out of the decoder.

Where an image is damaged, decoders raise an error, or just give out nothing; and what builds on it
does not come either. What went in, and never came out, is what is lost.
"""

from typing import Any

SHOWN = 0x10
"""Bit of the first byte of a VP8 image that is shown (RFC 6386, section 9.1)."""

NOT_CODED = 8
"""Bytes of an MPEG-4 image at most which says only that it is the one before (vop_coded 0)."""


class LostImages:
    """Follows the images of a stream through its decoder.

    Args:
        codec: FFmpeg's name of it.
        whole: the stream is read from its beginning; else the first images may lack what they
            build on, although nothing is damaged.
    """

    def __init__(self, codec: str, whole: bool = True) -> None:
        self._codec = codec
        self._follows = whole
        self._inside: set[int] = set()
        self._failed = 0

    def put(self, packet: Any) -> None:
        """Take a packet that goes to the decoder."""
        if packet.pts is not None and not self._gives_none(packet):
            self._inside.add(packet.pts)

    def _gives_none(self, packet: Any) -> bool:
        """Return whether a packet gives no image, by its codec."""
        if self._codec == 'vp8':
            return not bytes(packet)[0] & SHOWN
        return self._codec == 'mpeg4' and packet.size <= NOT_CODED

    def fail(self) -> None:
        """Say that the decoder raised an error."""
        self._failed += 1

    def show(self, frame: Any) -> None:
        """Take an image that came out."""
        self._inside.discard(frame.pts)
        # Each field of an interlaced image may be a packet, and only the first one's stamp counts.
        self._follows &= not frame.interlaced_frame

    @property
    def count(self) -> int:
        """How many images are lost, when all has come out."""
        return max(self._failed, len(self._inside) if self._follows else 0)
