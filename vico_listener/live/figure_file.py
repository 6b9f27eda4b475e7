"""A figure as one binary file for the page, which deforms it and draws it on the user's GPU.

The file is the length of a JSON header (uint32, little-endian), the header, and the arrays. Each
begins at a multiple of four bytes. The header holds the numbers that the page needs, and under
`arrays` for each array its type, first byte and length, counted from the end of the header.
"""

import json
import struct
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_NAMES
from vico_listener.render.head3d import camera
from vico_listener.render.head3d import drive
from vico_listener.render.head3d import posing
from vico_listener.render.head3d import shading
from vico_listener.render.head3d.figure import LOWEST
from vico_listener.render.head3d.figure import WIDEST
from vico_listener.render.head3d.figure import Figure
from vico_listener.render.head3d.rasteriser import CUT
from vico_listener.render.head3d.rasteriser import EYE

TYPES = {'float32': 'f', 'int32': 'i', 'uint8': 'b'}
"""How the header names the types of arrays."""


def figure_file(figure: Figure) -> bytes:
    """Return the file of a figure.

    Its surfaces are drawn with one vertex for each pair of a vertex and a place in the texture:
    `sources` (G,) are the vertices of the pairs, and `fixed` (G, 11) says what does not change:
    the place in the texture (0 to 1), material, kind, strand (3), open sky and key light, and how
    far the vertex follows the head and the neck.
    """
    pairs = np.stack([figure.triangles.ravel(), figure.corners.ravel()], axis=1)
    pairs, drawn = np.unique(pairs, axis=0, return_inverse=True)
    sources, corners = pairs.T
    kinds = np.zeros(len(figure.vertices), np.uint8)
    kinds[figure.triangles] = figure.kinds[:, None]
    height, width = figure.texture.shape[:2]
    fixed = np.column_stack(
        [
            (figure.places[corners] + 0.5) / [width, height],
            figure.materials[sources],
            kinds[sources],
            figure.strands[sources],
            figure.open_sky[sources],
            figure.open_key[sources],
            figure.with_head[sources],
            figure.with_neck[sources],
        ]
    )
    arrays = {
        'vertices': figure.vertices,
        'triangles': figure.triangles[: figure.fronts],
        'drawn': drawn.reshape(-1).astype(np.int32),
        'sources': sources.astype(np.int32),
        'fixed': fixed.astype(np.float32),
        'joints': figure.joints,
        'eyes': figure.eyes,
        'eyeVertices': figure.eye_vertices,
        'lids': figure.lids,
        'lidEyes': figure.lid_eyes,
        'targetStarts': figure.target_starts,
        'targetVertices': figure.target_vertices,
        'targetOffsets': figure.target_offsets,
        'texture': cv2.imencode('.png', figure.texture)[1].reshape(-1),
    }
    return _packed(_numbers(), arrays)


def _numbers() -> dict[str, Any]:
    """Return what the page needs of the renderer's modules; colours are red, green, blue."""
    return {
        'coefficients': ARKIT_NAMES,
        'knots': drive.KNOTS.tolist(),
        'curves': drive.CURVES,
        'smiling': drive.SMILING,
        'displeased': drive.DISPLEASED,
        'gaze': {'side': posing.GAZE_SIDE, 'up': posing.GAZE_UP, 'down': posing.GAZE_DOWN},
        'clearance': posing.CLEARANCE,
        'axes': posing.TO_MESH.tolist(),
        'neckShare': posing.NECK_SHARE,
        'bodyShare': posing.BODY_SHARE,
        'bodyTurnCentre': posing.BODY_TURN_CENTRE.tolist(),
        'bodyShift': posing.BODY_SHIFT,
        'maxShift': posing.MAX_SHIFT,
        'perMetre': posing.DM,
        'centre': camera.CENTRE.tolist(),
        'distance': camera.DISTANCE,
        'height': camera.HEIGHT,
        'lowest': LOWEST,
        'widest': WIDEST,
        'wall': [colour[::-1].tolist() for colour in (camera.WALL_EDGE, camera.WALL_MIDDLE)],
        'materials': {
            name: getattr(shading, name)
            for name in ('SKIN', 'HAIR', 'CLOTH', 'EYEBALL', 'MOUTH', 'LASH')
        },
        'kinds': {'CUT': CUT, 'EYE': EYE},
        'directions': {
            name: getattr(shading, name).tolist()
            for name in ('KEY', 'FILL', 'RIM', 'HALF', 'FILL_HALF')
        },
        'colours': shading.COLOURS[:, ::-1].tolist(),
        'wrap': shading.WRAP[::-1].tolist(),
        'reflexes': shading.REFLEXES.tolist(),
        'mouthLight': float(shading.MOUTH_LIGHT),
    }


def _packed(numbers: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
    body = bytearray()
    places = {}
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder('<'))
        places[name] = [TYPES[array.dtype.name], len(body), array.size]
        body += little.tobytes()
        body += bytes(-len(body) % 4)
    header = json.dumps({**numbers, 'arrays': places}).encode()
    header += b' ' * (-len(header) % 4)
    return struct.pack('<I', len(header)) + header + bytes(body)
