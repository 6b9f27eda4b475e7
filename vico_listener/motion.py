"""The vocabulary of the head: attitudes, expression bases and the motion of a face.

A face motion is the m = (beta, p) of Zhou et al., ECCV 2022, section 3: an expression in a named
basis, and a pose (rotation, translation and, where the basis needs it, crop).
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import Attitude as Attitude
from vico_listener.errors import SettingError

Array = NDArray[np.float32]

ARKIT_NAMES: tuple[str, ...] = (
    'browDownLeft', 'browDownRight', 'browInnerUp', 'browOuterUpLeft', 'browOuterUpRight',
    'cheekPuff', 'cheekSquintLeft', 'cheekSquintRight',
    'eyeBlinkLeft', 'eyeBlinkRight',
    'eyeLookDownLeft', 'eyeLookDownRight', 'eyeLookInLeft', 'eyeLookInRight',
    'eyeLookOutLeft', 'eyeLookOutRight', 'eyeLookUpLeft', 'eyeLookUpRight',
    'eyeSquintLeft', 'eyeSquintRight', 'eyeWideLeft', 'eyeWideRight',
    'jawForward', 'jawLeft', 'jawOpen', 'jawRight',
    'mouthClose', 'mouthDimpleLeft', 'mouthDimpleRight',
    'mouthFrownLeft', 'mouthFrownRight', 'mouthFunnel', 'mouthLeft',
    'mouthLowerDownLeft', 'mouthLowerDownRight', 'mouthPressLeft', 'mouthPressRight',
    'mouthPucker', 'mouthRight', 'mouthRollLower', 'mouthRollUpper',
    'mouthShrugLower', 'mouthShrugUpper', 'mouthSmileLeft', 'mouthSmileRight',
    'mouthStretchLeft', 'mouthStretchRight', 'mouthUpperUpLeft', 'mouthUpperUpRight',
    'noseSneerLeft', 'noseSneerRight', 'tongueOut',
)  # fmt: skip
"""The names of the 52 ARKit blendshapes.

They stand in MediaPipe's order without its ``_neutral``, with ``tongueOut`` added at the end. Left
and right are the person's own.
"""

ARKIT_INDEX: dict[str, int] = {name: i for i, name in enumerate(ARKIT_NAMES)}


def both_sides(name: str) -> list[int]:
    """Return the places of the left and the right blendshape of a name without its side."""
    return [ARKIT_INDEX[f'{name}Left'], ARKIT_INDEX[f'{name}Right']]


@dataclass(frozen=True)
class Basis:
    """An expression basis.

    Attributes:
        name: the name that messages and checkpoints carry.
        coefficients: the names of the expression coefficients, in order.
        translation_unit: 'm', or 'deep3d' for Deep3DFaceRecon's own units.
        absolute_pose: True where poses are absolute, as Deep3DFaceRecon fits them, and include the
            alignment crop (scale, tx, ty); False where a listener's pose is relative to its
            reference face.
    """

    name: str
    coefficients: tuple[str, ...]
    translation_unit: str
    absolute_pose: bool

    @property
    def size(self) -> int:
        """The number of expression coefficients."""
        return len(self.coefficients)

    def __reduce__(self) -> tuple[Callable[[str], 'Basis'], tuple[str]]:
        """Make copies and unpickled bases the very same object, so that `is` compares bases."""
        return basis_by_name, (self.name,)


ARKIT52 = Basis('arkit52', ARKIT_NAMES, 'm', False)
BFM64 = Basis('bfm64', tuple(f'exp{i}' for i in range(64)), 'deep3d', True)
BASES: dict[str, Basis] = {b.name: b for b in (ARKIT52, BFM64)}


def basis_by_name(name: str) -> Basis:
    """Return the basis called `name`.

    Raises:
        SettingError: there is no such basis; the message lists the choices.
    """
    if name not in BASES:
        raise SettingError(f"unknown basis '{name}': choose one of {', '.join(BASES)}")
    return BASES[name]


def read_only(array: NDArray) -> NDArray:
    """Return the array if it is read-only already, else a read-only copy of it."""
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


ZEROS3 = read_only(np.zeros(3, np.float32))


@dataclass(frozen=True, eq=False)
class FaceMotion:
    """The expression and pose of one face at one instant; immutable.

    Its arrays cannot be written through it. Make another motion with `dataclasses.replace` instead.
    Arrays that can be written are copied, so that a caller may reuse them.

    Attributes:
        expression: (basis.size,) float32; 0 to 1 in `arkit52`.
        rotation: (3,) roll, pitch, yaw in rad, REP-103 (see `vico_listener.rotation`). At zero the
            speaker's head looks straight into the camera, and the listener's straight ahead.
        translation: (3,). For a speaker in `arkit52` it is the position of the head in metres, in a
            frame at the camera whose x points from the scene into the camera, y to the person's
            left (image right) and z up, so that x is minus the distance. For a listener it is the
            displacement from its reference in the head frame (x forward, y left, z up).
        crop: (3,) scale, tx, ty of Deep3D's alignment; zeros where the basis has no crop.
        confidence: 0 where there is no face in this frame, up to 1.
        basis: the basis of the expression.
    """

    expression: Array
    rotation: Array = field(default_factory=lambda: ZEROS3)
    translation: Array = field(default_factory=lambda: ZEROS3)
    crop: Array = field(default_factory=lambda: ZEROS3)
    confidence: float = 1.0
    basis: Basis = ARKIT52

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in ('expression', 'rotation', 'translation', 'crop'):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @classmethod
    def neutral(cls, basis: Basis = ARKIT52, confidence: float = 1.0) -> 'FaceMotion':
        """Return a face without expression that looks straight ahead."""
        return cls(np.zeros(basis.size, np.float32), confidence=confidence, basis=basis)

    @classmethod
    def missing(cls, basis: Basis = ARKIT52) -> 'FaceMotion':
        """Return the motion of a frame without a face: neutral, with confidence 0."""
        return cls.neutral(basis, confidence=0.0)

    def coefficient(self, name: str) -> float:
        """Return the expression coefficient called `name`.

        Raises:
            ValueError: the basis has no such coefficient.
        """
        return float(self.expression[self.basis.coefficients.index(name)])

    def is_finite(self) -> bool:
        """Return True when no number of the motion is NaN or infinite."""
        return bool(
            np.isfinite(self.expression).all()
            and np.isfinite(self.rotation).all()
            and np.isfinite(self.translation).all()
            and np.isfinite(self.crop).all()
        )
