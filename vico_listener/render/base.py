"""The interface of every renderer G_v, and the table of renderers."""

from abc import ABC
from abc import abstractmethod
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.motion import ARKIT52
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.plugins import Plugins

Image = NDArray[np.uint8]
"""(H, W, 3) BGR."""

NO_MAP: Any = None
"""The second map of cv2.remap where the first one holds both coordinates; its types forbid None,
but OpenCV 5.0 takes an empty array for a map."""


class Renderer(ABC):
    """Draws the listener's face.

    Attributes:
        basis: of the motions that it draws.
        reference: the portrait's own face m_1: in `arkit52` its expression with rotation and
            translation zero, in `bfm64`, where poses are absolute, all of it.
    """

    basis: Basis = ARKIT52
    OPTIONS: tuple[str, ...] = ()
    """Parameters of the renderer node that the constructor takes besides portrait and size."""

    reference: FaceMotion

    @abstractmethod
    def render(self, motion: FaceMotion) -> Image:
        """Picture (size, size, 3) uint8 BGR of a face motion; the caller owns it.

        The expression is what the face shall show; rotation and translation are relative to the
        reference in `arkit52`, and absolute in `bfm64`. To be called with every motion in turn: a
        renderer may look back on earlier ones.

        Raises:
            VicoError: another basis, or a number that is not finite.
        """

    def render_clip(self, motions: Sequence[FaceMotion]) -> Iterator[Image]:
        """Pictures of a whole clip from its beginning; one that needs no haste may look ahead."""
        self.reset()
        for motion in motions:
            yield self.render(motion)

    def reset(self) -> None:  # noqa: B027 - most renderers remember nothing
        """Forget earlier motions: time has jumped."""

    def close(self) -> None:  # noqa: B027 - most renderers hold nothing
        """Let go of threads."""

    def check(self, motion: FaceMotion) -> None:
        """VicoError with the remedy when this renderer cannot draw `motion`."""
        check_basis(self.basis, motion.basis)
        if not motion.is_finite():
            raise DataError('the motion holds a number that is not finite')


REMEDIES = {
    'arkit52': "choose the renderer 'portrait', or the face backend 'deep3d' and a listener whose "
    'checkpoint is trained on bfm64',
    'bfm64': "choose the renderer 'pirender', or a listener of basis arkit52",
}
"""What to do with motions in a basis that the renderer does not draw."""


def check_basis(needed: Basis, given: Basis) -> None:
    """SettingError with the remedy when a renderer of one basis is given motions of another."""
    if given is not needed:
        raise SettingError(
            f"this renderer needs the basis '{needed.name}', not '{given.name}': "
            f'{REMEDIES[given.name]}'
        )


RENDERERS: Plugins[Renderer] = Plugins(
    kind='renderer',
    interface=Renderer,
    group='vico_listener.renderers',
    own={
        'pirender': 'vico_listener.render.pirender.renderer:PIRenderer',
        'portrait': 'vico_listener.render.warp:PortraitRenderer',
    },
)


def create_renderer(name: str, **options: Any) -> Renderer:
    """Make the renderer called `name`; PluginError when there is none."""
    return RENDERERS.load(name)(**options)
