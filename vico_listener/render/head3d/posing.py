"""Moves a figure: coefficients deform the face, the head turns on its neck, the eyes look."""

import numpy as np

from vico_listener.compiled import compiled
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.render.head3d.figure import Figure
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.rotation import matrix_from_rpy

TO_MESH = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
"""Takes x forward, y left, z up (REP-103) to the mesh's x left, y up, z forward."""

NECK_SHARE = 0.25
"""Share of the head's turn that its lower joint makes; the rest is made by the upper one."""

BODY_SHARE = 0.06
"""Share of the head's turn in which the shoulders join."""

BODY_TURN_CENTRE = np.array([0.0, 3.5, -0.2])
"""Around which the shoulders turn, dm."""

BODY_SHIFT = 0.35
"""Share of the head's displacement in which the shoulders join."""

MAX_SHIFT = 1.2
"""Longest displacement of the head, dm; longer ones are shortened to it."""

GAZE_SIDE, GAZE_UP, GAZE_DOWN = np.radians([32.0, 20.0, 26.0])
"""How far an eye turns when the weight of its target is 1."""

CLEARANCE = 1.015
"""The least distance of a lid from the centre of its eye, in radii of the eyeball."""

DM = 10.0


def pose_matrices(motion: FaceMotion, joints: Floats) -> Floats:
    """Return the motions of body, neck and head as (3, 3, 4): a rotation and a shift each, dm.

    Args:
        motion: its rotation and translation are relative to rest.
        joints: (2, 3) the joints at the bottom and at the top of the neck.
    """
    turn = rotation_vector(TO_MESH @ matrix_from_rpy(motion.rotation) @ TO_MESH.T)
    shift = TO_MESH @ np.asarray(motion.translation, np.float64) * DM
    length = float(np.linalg.norm(shift))
    if length > MAX_SHIFT:
        shift *= MAX_SHIFT / length
    body = matrix_of(BODY_SHARE * turn)
    neck = matrix_of(NECK_SHARE * turn)
    head = matrix_of(turn)
    low, high = joints.astype(np.float64)
    body_shift = BODY_TURN_CENTRE - body @ BODY_TURN_CENTRE + BODY_SHIFT * shift
    # Each joint is carried along by the part below it.
    neck_shift = body @ low + body_shift + (1 - BODY_SHIFT) * 0.5 * shift - neck @ low
    head_shift = neck @ high + neck_shift + (1 - BODY_SHIFT) * 0.5 * shift - head @ high
    out = np.empty((3, 3, 4), np.float32)
    parts = ((body, body_shift), (neck, neck_shift), (head, head_shift))
    for row, (matrix, by) in zip(out, parts, strict=True):
        row[:, :3], row[:, 3] = matrix, by
    return out


def rotation_vector(matrix: np.ndarray) -> np.ndarray:
    """Return axis times angle (3,) of a rotation by less than 180 degrees."""
    skew = np.array(
        [matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]]
    )
    sine = np.linalg.norm(skew) / 2
    angle = np.arctan2(sine, (np.trace(matrix) - 1) / 2)
    return skew / 2 * (angle / sine if sine > 1e-9 else 1.0)


def matrix_of(turn: np.ndarray) -> np.ndarray:
    """Return the rotation matrix (3, 3) of axis times angle (Rodrigues)."""
    angle = float(np.linalg.norm(turn))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = turn / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def gaze_matrices(weights: Floats) -> Floats:
    """Return the rotations (2, 3, 3) of the left and the right eye.

    Args:
        weights: (52,) coefficients.
    """
    out = np.empty((2, 3, 3), np.float32)
    for index, (side, outwards) in enumerate((('Left', 1.0), ('Right', -1.0))):
        aside, inside, up, down = (
            float(weights[ARKIT_INDEX[f'eyeLook{way}{side}']])
            for way in ('Out', 'In', 'Up', 'Down')
        )
        yaw = outwards * GAZE_SIDE * (aside - inside)
        pitch = GAZE_DOWN * down - GAZE_UP * up
        out[index] = matrix_of(np.array([0.0, yaw, 0.0])) @ matrix_of(np.array([pitch, 0.0, 0.0]))
    return out


def pose(figure: Figure, motion: FaceMotion, weights: Floats, out: Floats) -> None:
    """Write the vertices (V, 3) of a figure that shows a motion, dm.

    Args:
        figure: at rest.
        motion: gives the pose.
        weights: (52,) float32, how far each target is applied.
        out: receives the vertices.
    """
    _deform(
        figure.vertices,
        figure.target_starts,
        figure.target_vertices,
        figure.target_offsets,
        weights,
        figure.eyes,
        figure.eye_vertices,
        gaze_matrices(weights),
        figure.lids,
        figure.lid_eyes,
        out,
    )
    _turn(out, figure.with_head, figure.with_neck, pose_matrices(motion, figure.joints))


@compiled()
def _deform(
    rest: Floats,
    starts: Indices,
    indices: Indices,
    offsets: Floats,
    weights: Floats,
    eyes: Floats,
    eye_vertices: Indices,
    gaze: Floats,
    lids: Indices,
    lid_eyes: Indices,
    out: Floats,
) -> None:  # pragma: no cover - compiled
    out[:] = rest
    for target in range(len(weights)):
        weight = weights[target]
        if weight == 0:
            continue
        for i in range(starts[target], starts[target + 1]):
            vertex = indices[i]
            out[vertex, 0] += weight * offsets[i, 0]
            out[vertex, 1] += weight * offsets[i, 1]
            out[vertex, 2] += weight * offsets[i, 2]
    for eye in range(2):
        for i in range(eye_vertices[eye, 0], eye_vertices[eye, 1]):
            x, y, z = (
                rest[i, 0] - eyes[eye, 0],
                rest[i, 1] - eyes[eye, 1],
                rest[i, 2] - eyes[eye, 2],
            )
            for k in range(3):
                turned = gaze[eye, k, 0] * x + gaze[eye, k, 1] * y + gaze[eye, k, 2] * z
                out[i, k] = eyes[eye, k] + turned
    # A lid moves along a straight line, which would lead through the eyeball.
    for n in range(len(lids)):
        i, eye = lids[n], lid_eyes[n]
        x, y, z = out[i, 0] - eyes[eye, 0], out[i, 1] - eyes[eye, 1], out[i, 2] - eyes[eye, 2]
        distance = np.sqrt(x * x + y * y + z * z)
        least = np.float32(CLEARANCE) * eyes[eye, 3]
        if distance < least:
            out[i, 0] = eyes[eye, 0] + x * least / distance
            out[i, 1] = eyes[eye, 1] + y * least / distance
            out[i, 2] = eyes[eye, 2] + z * least / distance


@compiled()
def _turn(
    vertices: Floats, with_head: Floats, with_neck: Floats, parts: Floats
) -> None:  # pragma: no cover - compiled
    for i in range(len(vertices)):
        x, y, z = vertices[i, 0], vertices[i, 1], vertices[i, 2]
        head = with_head[i]
        neck = (np.float32(1.0) - head) * with_neck[i]
        body = np.float32(1.0) - head - neck
        for k in range(3):
            total = np.float32(0.0)
            for share, part in ((body, 0), (neck, 1), (head, 2)):
                if share > 0:
                    moved = parts[part, k, 0] * x + parts[part, k, 1] * y + parts[part, k, 2] * z
                    total += share * (moved + parts[part, k, 3])
            vertices[i, k] = total
