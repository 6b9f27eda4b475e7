"""Asks a renderer for pictures and reads them again by the face tracker."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vico_listener.face import FaceBackend
from vico_listener.face import FaceObservation
from vico_listener.frames import Picture
from vico_listener.lab.evaluation.render_check.probes import PROBES
from vico_listener.lab.evaluation.render_check.probes import SMILING
from vico_listener.lab.evaluation.render_check.probes import TEETH
from vico_listener.lab.evaluation.render_check.probes import Probe
from vico_listener.lab.evaluation.render_check.probes import places
from vico_listener.render import Renderer
from vico_listener.render.landmarks import LIPS_INNER_LOWER
from vico_listener.render.landmarks import LIPS_INNER_UPPER
from vico_listener.render.picture_reader import PictureReader
from vico_listener.render.renderers import check_basis
from vico_listener.rotation import AXES

BRIGHT = 0.55
"""Brightness of teeth, as a share of the brightest skin of the face."""

COLOURFUL = 0.45
"""The largest saturation of teeth: lips, gums and tongue have more."""


CALM = Probe('calm', {'mouthSmile': 0.01})


@dataclass(frozen=True)
class Reading:
    """What one picture shows.

    Attributes:
        probe: the command.
        picture: (size, size, 3) uint8 BGR.
        values: the reading of every target of the probe, in its order; NaN where the tracker finds
            no face in the picture.
    """

    probe: Probe
    picture: Picture
    values: tuple[float, ...]


def read_back(
    renderer: Renderer, backend: FaceBackend, probes: Sequence[Probe] = PROBES
) -> Iterator[Reading]:
    """Yield the picture and the readings of every probe that applies to a renderer's portrait.

    Raises:
        DataError: the tracker finds no face in the renderer's picture of its reference.
        SettingError: the renderer draws another basis than the backend reads.
    """
    check_basis(backend.basis, renderer.basis)
    renderer.reset()
    reader = PictureReader(backend, renderer.render(renderer.reference), renderer.FOV_DEG)
    smile = renderer.reference.expression[places('mouthSmile')].mean()
    # A smile is read in the brows, too, so that changes of a smiling portrait count without it.
    renderer.reset()
    calm = reader.read(renderer.render(CALM.motion(renderer.reference)))
    for probe in probes:
        if probe.smiling and smile < SMILING:
            continue
        renderer.reset()
        picture = renderer.render(probe.motion(renderer.reference))
        face = reader.read(picture)
        values = []
        for target in probe.targets:
            value = np.nan if face is None else _value(face, picture, target.reads)
            rest = reader.still if target.reads in AXES or calm is None else calm
            base = _value(rest, picture, target.reads) if target.change else 0.0
            values.append(value - base)
        yield Reading(probe, picture, tuple(values))


def _value(face: FaceObservation, picture: Picture, name: str) -> float:
    if name in AXES:
        return float(np.degrees(face.motion.rotation[AXES.index(name)]))
    if name == TEETH:
        return share_of_teeth(face, picture)
    return float(face.motion.expression[places(name)].mean())


def share_of_teeth(face: FaceObservation, picture: Picture) -> float:
    """Return the share of the area between the lips that is bright and hardly coloured."""
    points = face.landmarks[:, :2]
    inner = points[[*LIPS_INNER_UPPER, *reversed(LIPS_INNER_LOWER)]]
    mouth = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mouth, [np.round(inner).astype(np.int32)], 1)
    skin = np.zeros_like(mouth)
    cv2.fillConvexPoly(skin, cv2.convexHull(np.round(points[:468]).astype(np.int32)), 1)
    brightest, darkest = picture.max(axis=2).astype(float), picture.min(axis=2)
    level = np.quantile(brightest[skin > 0], 0.9) if skin.any() else 255.0
    saturation = 1.0 - darkest / np.maximum(brightest, 1.0)
    tooth = (brightest > BRIGHT * level) & (saturation < COLOURFUL)
    return float(tooth[mouth > 0].mean()) if mouth.any() else 0.0
