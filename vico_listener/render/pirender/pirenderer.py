"""The renderer `pirender`, which runs the networks of PIRenderer."""

from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError
from vico_listener.face.deep3d.alignment import align_face
from vico_listener.face.deep3d.alignment import five_points
from vico_listener.face.deep3d.coefficients import load_mat
from vico_listener.face.deep3d.coefficients import motion_of
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.frames import Picture
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.neural.execution import Execution
from vico_listener.neural.execution import Part
from vico_listener.neural.runner import create_runner
from vico_listener.render.pirender.motion_window import COLUMN
from vico_listener.render.pirender.motion_window import LENGTH
from vico_listener.render.pirender.motion_window import MotionWindow
from vico_listener.render.pirender.motion_window import column_of
from vico_listener.render.pirender.motion_window import lookahead_of
from vico_listener.render.pirender.motion_window import window_at
from vico_listener.render.portrait import PortraitError
from vico_listener.render.portrait import prepare_portrait
from vico_listener.render.renderers import Renderer

if TYPE_CHECKING:
    from vico_listener.render.pirender.generator import Generator

SIZE = 256
"""The width and height at which PIRenderer draws, px."""

PREPARED = {
    'portrait': (3, SIZE, SIZE),
    'warping': (32, SIZE, SIZE),
    'editing': (64, SIZE, SIZE),
}

WEIGHTS_REMEDY = (
    'give epoch_00190_iteration_000400000_checkpoint.pt of RenYurui/PIRender, '
    'see docs/checkpoints.md'
)
REFERENCE_REMEDY = (
    "give epoch_20.pth of sicxu/Deep3DFaceRecon_pytorch, or a .mat of the portrait's coefficients, "
    'see docs/checkpoints.md'
)


class PIRenderer(Renderer):
    """Draws by PIRenderer from motions in `bfm64`, whose poses are absolute.

    Args:
        portrait: a photo of one person, (H, W, 3) uint8 BGR. It is cropped around the head, unless
            its coefficients are given: they belong to the whole photo, which must be square.
        size: the width and height of the pictures, px; they are drawn at 256 px and scaled.
        renderer_model: the file of the authors' weights.
        face_model: the file that gives the portrait's coefficients: Deep3DFaceRecon's
            `epoch_20.pth`, or a .mat in the authors' layout, whose first row counts.
        window: 'causal', 'lookahead=n' or 'offline' (see `motion_window`).
        execution: how and where the networks run; None for a GPU if there is one.
        reference: the portrait's coefficients if they are known; `face_model` is then not needed.

    Raises:
        SettingError: a file is missing, or an option is out of range.
        TorchFileError, PortraitError, FaceModelError: a file is broken or of another kind.
    """

    basis = BFM64
    OPTIONS = ('renderer_model', 'face_model', 'window')

    def __init__(
        self,
        portrait: Picture,
        size: int = SIZE,
        renderer_model: str | Path = '',
        face_model: str | Path = '',
        window: str = 'causal',
        execution: Execution | None = None,
        reference: FaceMotion | None = None,
    ) -> None:
        self.size = size
        self._window = MotionWindow(lookahead_of(window))
        _check_file(renderer_model, 'weights', WEIGHTS_REMEDY)
        weights = Path(renderer_model).expanduser()
        if reference is None:
            image, self.reference = measure_absolute(portrait, face_model, execution)
        else:
            image, self.reference = _whole(portrait, 'the coefficients'), reference
        execution = execution or Execution()
        prepare = create_runner(portrait_part(weights), execution, weights)
        self._draw = create_runner(picture_part(weights), execution, weights)
        source = (2 * image[..., ::-1].astype(np.float32) / 255 - 1).transpose(2, 0, 1)[None]
        self._prepared = [self._draw.constant(x) for x in (source, *prepare(source))]

    def reset(self) -> None:
        """See `Renderer.reset`."""
        self._window.reset()

    def render(self, motion: FaceMotion) -> Picture:
        """See `Renderer.render`; with a lookahead of n the picture shows the motion n calls ago."""
        return self.draw(self.follow(motion))

    def follow(self, motion: FaceMotion) -> NDArray[np.float32]:
        """Take a motion without drawing it, and return the window (73, 27) to draw.

        Raises:
            VicoError: see `Renderer.render`.
        """
        self.check(motion)
        return self._window.push(column_of(motion))

    def draw(self, window: Any) -> Picture:
        """Return the picture of a window (73, 27), an array or a tensor on the networks' device."""
        (pictures,) = self._draw(*self._prepared, window[None])
        picture = pictures[0]
        if self.size != SIZE:
            picture = cv2.resize(picture, (self.size, self.size), interpolation=cv2.INTER_CUBIC)
        return np.array(picture, np.uint8)

    def render_clip(self, motions: Sequence[FaceMotion]) -> Iterator[Picture]:
        """Yield the pictures of a whole clip from complete windows, as in training."""
        for motion in motions:
            self.check(motion)
        columns = np.stack([column_of(motion) for motion in motions])
        for index in range(len(columns)):
            yield self.draw(window_at(columns, index))


def measure_absolute(
    portrait: Picture, face_model: str | Path, execution: Execution | None = None
) -> tuple[Picture, FaceMotion]:
    """Return the portrait (256, 256, 3) as PIRenderer takes it, and its face in `bfm64`.

    Args:
        portrait: see `PIRenderer`.
        face_model: see `PIRenderer`.
        execution: how and where the network runs; None for a GPU if there is one.

    Raises:
        VicoError: see `PIRenderer`.
    """
    _check_file(face_model, 'face model', REFERENCE_REMEDY)
    path = Path(face_model).expanduser()
    if path.suffix == '.mat':
        whole = _whole(portrait, 'a .mat of its coefficients')
        coefficients, transform_params = load_mat(path)
        return whole, motion_of(coefficients[0], transform_params[0])
    prepared = prepare_portrait(portrait, SIZE)
    aligned = align_face(prepared.image, five_points(prepared.landmarks))
    (row,) = Reconstruction(path, execution)([aligned])
    return prepared.image, motion_of(row, aligned.transform_params)


def _whole(portrait: Picture, given: str) -> Picture:
    if portrait.shape[0] != portrait.shape[1]:
        raise PortraitError(
            f'the portrait has {portrait.shape[1]}x{portrait.shape[0]} px: with {given} it must be '
            'the same square image in which they were measured'
        )
    image = cv2.resize(portrait, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8)


def _check_file(path: str | Path, what: str, remedy: str) -> None:
    if not path or not Path(path).expanduser().is_file():
        missing = f'no such file: {path}' if path else f'no {what} given'
        raise SettingError(f'the renderer pirender: {missing}: {remedy}')


def portrait_part(checkpoint: Path | None) -> Part:
    """Return the part that makes what a portrait needs for any motion.

    Its input is a portrait (B, 3, 256, 256), RGB in -1 to 1.

    Args:
        checkpoint: the file of the weights; None for random ones, to measure the speed.
    """

    def build() -> Any:
        from vico_listener.render.pirender.generator import Prepare

        return Prepare(_generator(checkpoint))

    return Part('portrait', build, {'portrait': PREPARED['portrait']}, ('warping', 'editing'))


def picture_part(checkpoint: Path | None) -> Part:
    """Return the part that draws pictures (B, 256, 256, 3) uint8 BGR.

    Its inputs are the portrait, the outputs of `portrait_part` and windows (B, 73, 27).

    Args:
        checkpoint: the file of the weights; None for random ones, to measure the speed.
    """

    def build() -> Any:
        from vico_listener.render.pirender.generator import Draw

        return Draw(_generator(checkpoint))

    return Part('picture', build, {**PREPARED, 'window': (COLUMN, LENGTH)}, ('picture',))


def _generator(checkpoint: Path | None) -> 'Generator':
    from vico_listener.render.pirender.generator import Generator
    from vico_listener.render.pirender.generator import load_generator

    return Generator().eval() if checkpoint is None else load_generator(checkpoint)
