"""PIRenderer's networks as they are run: once per portrait, and once per picture."""

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from vico_listener.neural.execution import Part
from vico_listener.render.pirender.window import LENGTH

if TYPE_CHECKING:
    from vico_listener.render.pirender.generator import Generator

SIZE = 256
COLUMN = 73

PREPARED = {
    'portrait': (3, SIZE, SIZE),
    'warping': (32, SIZE, SIZE),
    'editing': (64, SIZE, SIZE),
}


def portrait_part(checkpoint: Path | None) -> Part:
    """Portrait (B, 3, 256, 256), RGB in -1..1, to what does not depend on the motion.

    Args:
        checkpoint: weights; None = random ones, for measuring speed.
    """

    def build() -> Any:
        from vico_listener.render.pirender.modules import Prepare

        return Prepare(_generator(checkpoint))

    return Part('portrait', build, {'portrait': PREPARED['portrait']}, ('warping', 'editing'))


def picture_part(checkpoint: Path | None) -> Part:
    """That and a window (B, 73, 27) to pictures (B, 256, 256, 3), BGR, uint8."""

    def build() -> Any:
        from vico_listener.render.pirender.modules import Draw

        return Draw(_generator(checkpoint))

    return Part('picture', build, {**PREPARED, 'window': (COLUMN, LENGTH)}, ('picture',))


def _generator(checkpoint: Path | None) -> 'Generator':
    from vico_listener.render.pirender.generator import Generator
    from vico_listener.render.pirender.generator import load_generator

    return Generator().eval() if checkpoint is None else load_generator(checkpoint)
