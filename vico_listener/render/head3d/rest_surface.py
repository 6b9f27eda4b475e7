"""What is known of a figure's surface at rest: its light, what it follows, and its lids."""

import numpy as np

from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.occlusion import directions
from vico_listener.render.head3d.occlusion import openness
from vico_listener.render.head3d.occlusion import visibility
from vico_listener.render.head3d.shading import CLOTH
from vico_listener.render.head3d.shading import EYEBALL
from vico_listener.render.head3d.shading import HAIR
from vico_listener.render.head3d.shading import KEY
from vico_listener.render.head3d.shading import LASH
from vico_listener.render.head3d.shading import MOUTH
from vico_listener.render.head3d.shading import SKIN
from vico_listener.render.head3d.shading import normals_of


def thicken_shirt(vertices: np.ndarray, triangles: np.ndarray, materials: np.ndarray) -> np.ndarray:
    """Return the vertices with the shirt moved off the skin."""
    normals = normals_of(vertices, triangles)
    return np.asarray(vertices + 0.045 * normals * (materials == CLOTH)[:, None], np.float32)


def light_that_arrives(
    vertices: Floats, triangles: Indices, materials: np.ndarray
) -> tuple[Floats, Floats]:
    """Return the share of sky and of key light that arrives at each vertex of the face at rest."""
    normals = normals_of(vertices, triangles)
    hiding = triangles[materials[triangles[:, 0]] != LASH]
    around = directions(96)
    sky = openness(normals, visibility(vertices, normals, hiding, around), around)
    spread = directions(400)
    soft = spread[spread @ KEY > np.cos(np.radians(22))]
    key = visibility(vertices, normals, hiding, soft).mean(axis=0)
    # Eyes and mouth open later; what they get then does not follow from the face at rest.
    deep = np.clip((1.55 - vertices[:, 2]) / 0.45, 0, 1)
    for material, open_to_sky, open_to_key in (
        (EYEBALL, 0.66, 0.72),
        (MOUTH, 1.0 - 0.5 * deep, 1.0 - 0.75 * deep),
        (LASH, 0.5, 0.5),
    ):
        sky = np.where(materials == material, open_to_sky, sky)
        key = np.where(materials == material, open_to_key, key)
    return sky.astype(np.float32), key.astype(np.float32)


def holds(vertices: np.ndarray, materials: np.ndarray) -> tuple[Floats, Floats]:
    """Return how far each vertex follows the head, and the neck: smooth over the neck's length."""
    height = vertices[:, 1] + 0.3 * (vertices[:, 2] - 0.2)
    head = _smooth_step((height - 5.72) / 0.72)
    neck = _smooth_step((height - 5.0) / 0.95)
    rigid = np.isin(materials, (MOUTH, EYEBALL, LASH))
    hair = materials == HAIR
    # Hair that falls keeps its shape longer than the neck below it.
    head = np.where(hair, _smooth_step((vertices[:, 1] - 5.5) / 0.6), head)
    return (
        np.where(rigid, 1.0, head).astype(np.float32),
        np.where(rigid | hair, 1.0, neck).astype(np.float32),
    )


def _smooth_step(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def lids_of(
    vertices: np.ndarray, materials: np.ndarray, eyes: np.ndarray
) -> tuple[Indices, Indices]:
    """Return the vertices in front of the eyeballs and close to them, and whose each is."""
    found, whose = [], []
    for index, (*centre, radius) in enumerate(eyes):
        away = vertices - np.asarray(centre, np.float32)
        distance = np.linalg.norm(away, axis=1)
        near = (distance > radius) & (distance < 1.6 * radius) & (away[:, 2] > 0.2 * radius)
        picked = np.flatnonzero(near & np.isin(materials, (SKIN, LASH)))
        found.append(picked)
        whose.append(np.full(len(picked), index))
    return np.concatenate(found).astype(np.int32), np.concatenate(whose).astype(np.int32)
