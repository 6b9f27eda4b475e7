"""Makes faces for tests."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from vico_listener.motion import FaceMotion

NEUTRAL = FaceMotion.neutral()


def face_with(
    face: FaceMotion = NEUTRAL,
    *,
    rotation: ArrayLike | None = None,
    translation: ArrayLike | None = None,
    **coefficients: float,
) -> FaceMotion:
    """The face with another pose or other coefficients; a name without side sets both sides."""
    expression = face.expression.copy()
    names = face.basis.coefficients
    for name, value in coefficients.items():
        places = [names.index(n) for n in (name, f'{name}Left', f'{name}Right') if n in names]
        if not places:
            raise KeyError(name)
        expression[places] = value
    return replace(
        face,
        expression=expression,
        rotation=face.rotation if rotation is None else np.array(rotation, np.float32),
        translation=face.translation if translation is None else np.array(translation, np.float32),
    )
