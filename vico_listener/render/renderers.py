"""The interface of every renderer (the G_v of the paper), and the table of renderers."""

from abc import ABC
from abc import abstractmethod
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.frames import Picture
from vico_listener.motion import ARKIT52
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.plugins import Plugins

NO_MAP: Any = None
"""The second map of cv2.remap where the first one holds both coordinates.

Its type hints forbid None, but OpenCV 5.0 would take an empty array for a map.
"""


class Renderer(ABC):
    """Draws the listener's face.

    Attributes:
        basis: the basis of the motions that it draws.
        reference: the face in the portrait (m_1 in the paper). In `arkit52` it has the portrait's
            expression and zero rotation and translation; in `bfm64` it also has the portrait's
            pose.
    """

    basis: Basis = ARKIT52
    OPTIONS: tuple[str, ...] = ()
    """The parameters of the renderer node that its constructor takes besides `portrait` and
    `size`."""

    PORTRAIT: bool = True
    """Whether it draws a portrait, which its constructor then takes."""

    FOV_DEG: float = 60.0
    """The field of view of its pictures, degrees; for photos it is assumed."""

    reference: FaceMotion

    remarks: tuple[str, ...] = ()
    """Sentences that the user should know about this portrait; nodes log them as warnings."""

    HIDDEN: tuple[str, ...] = ()
    """The coefficients that change nothing in its pictures, whatever the portrait."""

    @abstractmethod
    def render(self, motion: FaceMotion) -> Picture:
        """Return the picture of a face motion, (size, size, 3) uint8 BGR; the caller owns it.

        A renderer that takes a `width` returns (size, width, 3). The face shows the expression of
        the motion. Rotation and translation are relative to the reference in `arkit52`, and
        absolute in `bfm64`. Call it with every motion in order, because a renderer may also use
        earlier ones.

        Raises:
            VicoError: the motion has another basis, or a number that is not finite.
        """

    def render_clip(self, motions: Sequence[FaceMotion]) -> Iterator[Picture]:
        """Yield the pictures of a whole clip, for which a renderer may also use later motions."""
        self.reset()
        for motion in motions:
            yield self.render(motion)

    def reset(self) -> None:  # noqa: B027 - most renderers have no memory
        """Forget earlier motions, because time has jumped."""

    def close(self) -> None:  # noqa: B027 - most renderers hold no resources
        """End the renderer's threads."""

    def check(self, motion: FaceMotion) -> None:
        """Check that this renderer can draw a motion.

        Raises:
            VicoError: it cannot; the message says what to do.
        """
        check_basis(self.basis, motion.basis)
        if not motion.is_finite():
            raise DataError('the motion holds a number that is not finite')


REMEDIES = {
    'arkit52': "choose the renderer 'portrait', or the face backend 'deep3d' and a listener whose "
    'checkpoint is trained on bfm64',
    'bfm64': "choose the renderer 'pirender', or a listener of basis arkit52",
}
"""The remedies for motions in a basis that the renderer does not draw, for messages."""


def check_basis(needed: Basis, given: Basis) -> None:
    """Check that motions have the basis that a renderer needs.

    Raises:
        SettingError: they have another basis; the message says what to do.
    """
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
        'cartoon': 'vico_listener.render.cartoon.cartoon_renderer:CartoonRenderer',
        'head3d': 'vico_listener.render.head3d.head3d_renderer:Head3dRenderer',
        'pirender': 'vico_listener.render.pirender.pirenderer:PIRenderer',
        'portrait': 'vico_listener.render.warp:PortraitRenderer',
    },
)


def create_renderer(name: str, **options: Any) -> Renderer:
    """Make the renderer called `name` with options of its constructor.

    Raises:
        PluginError: there is no such renderer, or it cannot be loaded.
    """
    return RENDERERS.load(name)(**options)
