"""The vocabulary: attitudes, expression bases and the motion of a face.

A face motion is m = (beta, p) of Zhou et al., ECCV 2022, section 3: an expression in a named basis
and a pose (rotation, translation; crop where the basis needs it).
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError

Array = NDArray[np.float32]


class Attitude(str, Enum):
    """The listener's attitude e towards the speaker (paper, section 3)."""

    POSITIVE = 'positive'
    NEUTRAL = 'neutral'
    NEGATIVE = 'negative'

    @classmethod
    def parse(cls, name: str) -> 'Attitude':
        """Return the attitude called `name`, in any case; SettingError names the choices."""
        try:
            return cls(name.strip().lower())
        except ValueError:
            choices = ', '.join(a.value for a in cls)
            raise SettingError(f"unknown attitude '{name}': choose one of {choices}") from None


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
"""The 52 ARKit blendshapes, MediaPipe's order without ``_neutral``, plus ``tongueOut`` at the end.

Left and right are the person's own.
"""

ARKIT_INDEX: dict[str, int] = {name: i for i, name in enumerate(ARKIT_NAMES)}


@dataclass(frozen=True)
class Basis:
    """An expression basis.

    Attributes:
        name: the name that messages and checkpoints carry.
        coefficients: names of the expression coefficients, in order.
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
        """Number of expression coefficients."""
        return len(self.coefficients)

    def __reduce__(self) -> tuple[Callable[[str], 'Basis'], tuple[str]]:
        """A copy, or what another process unpickles, is the basis itself: `is` compares bases."""
        return basis_by_name, (self.name,)


ARKIT52 = Basis('arkit52', ARKIT_NAMES, 'm', False)
BFM64 = Basis('bfm64', tuple(f'exp{i}' for i in range(64)), 'deep3d', True)
BASES: dict[str, Basis] = {b.name: b for b in (ARKIT52, BFM64)}


def basis_by_name(name: str) -> Basis:
    """Return the basis called `name`; SettingError names the choices."""
    if name not in BASES:
        raise SettingError(f"unknown basis '{name}': choose one of {', '.join(BASES)}")
    return BASES[name]


def read_only(array: NDArray) -> NDArray:
    """The array itself, or a view of it, through which nothing can be written."""
    if array.flags.writeable:
        array = array.view()
        array.flags.writeable = False
    return array


ZEROS3 = read_only(np.zeros(3, np.float32))


@dataclass(frozen=True, eq=False)
class FaceMotion:
    """Expression and pose of one face at one instant.

    It cannot be changed, and its arrays cannot be written through it: whoever wants another motion
    makes one, e.g. with `dataclasses.replace`. The arrays given are not copied.

    Attributes:
        expression: (basis.size,) float32; `arkit52`: 0..1.
        rotation: (3,) roll, pitch, yaw in rad, REP-103 (see `vico_listener.rotation`). Zero is a
            head that looks straight into the camera (speaker) or straight ahead (listener).
        translation: (3,). For a speaker in `arkit52`: position of the head in metres in a frame at
            the camera whose x points from the scene into the camera, y to the person's left
            (image right) and z up, so x is minus the distance. For a listener: displacement from
            its reference, head frame (x forward, y left, z up).
        crop: (3,) scale, tx, ty of Deep3D's alignment; zeros where the basis has none.
        confidence: 0 = no face in this frame, up to 1.
        basis: the expression's basis.
    """

    expression: Array
    rotation: Array = field(default_factory=lambda: ZEROS3)
    translation: Array = field(default_factory=lambda: ZEROS3)
    crop: Array = field(default_factory=lambda: ZEROS3)
    confidence: float = 1.0
    basis: Basis = ARKIT52

    def __post_init__(self) -> None:
        """Keep the arrays from being written."""
        for name in ('expression', 'rotation', 'translation', 'crop'):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @classmethod
    def neutral(cls, basis: Basis = ARKIT52, confidence: float = 1.0) -> 'FaceMotion':
        """A face without expression that looks straight ahead."""
        return cls(np.zeros(basis.size, np.float32), confidence=confidence, basis=basis)

    @classmethod
    def missing(cls, basis: Basis = ARKIT52) -> 'FaceMotion':
        """What a frame without a face yields: neutral, confidence 0."""
        return cls.neutral(basis, confidence=0.0)

    def coefficient(self, name: str) -> float:
        """The expression coefficient called `name` (KeyError-free only for the basis' names)."""
        return float(self.expression[self.basis.coefficients.index(name)])

    def is_finite(self) -> bool:
        """True when no number in it is NaN or infinite."""
        return bool(
            np.isfinite(self.expression).all()
            and np.isfinite(self.rotation).all()
            and np.isfinite(self.translation).all()
            and np.isfinite(self.crop).all()
        )
