"""Assembles a figure: everything that the renderer needs of an identity, made once and cached."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vico_listener.render.head3d import hair as hairdresser
from vico_listener.render.head3d.eyeball import eyeball
from vico_listener.render.head3d.identity import Identity
from vico_listener.render.head3d.lashes import Lashes
from vico_listener.render.head3d.lip_seal import LipSeal
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.mesh_file import Mesh
from vico_listener.render.head3d.mesh_file import MeshFile
from vico_listener.render.head3d.paint import HAIR_PLACE
from vico_listener.render.head3d.paint import above_hairline
from vico_listener.render.head3d.paint import below_collar
from vico_listener.render.head3d.paint import paint
from vico_listener.render.head3d.paint import uv_pixels
from vico_listener.render.head3d.rasteriser import CUT
from vico_listener.render.head3d.rasteriser import EYE
from vico_listener.render.head3d.rasteriser import SOLID
from vico_listener.render.head3d.rest_surface import holds
from vico_listener.render.head3d.rest_surface import lids_of
from vico_listener.render.head3d.rest_surface import light_that_arrives
from vico_listener.render.head3d.rest_surface import thicken_shirt
from vico_listener.render.head3d.shading import CLOTH
from vico_listener.render.head3d.shading import EYEBALL
from vico_listener.render.head3d.shading import HAIR
from vico_listener.render.head3d.shading import LASH
from vico_listener.render.head3d.shading import MOUTH
from vico_listener.render.head3d.shading import SKIN
from vico_listener.render.head3d.shape import rest_shape
from vico_listener.render.head3d.target_offsets import target_offsets
from vico_listener.render.head3d.teeth import inner_sides
from vico_listener.render.head3d.tongue import slimmed

LOWEST = 3.2
"""Height on the base mesh at which the figure is cut off, below every picture, dm."""

WIDEST = 2.9
"""Distance from the middle at which the arms are cut off, beside every picture, dm."""

COVERED = 30.0
"""How far above the hairline skin is covered by any hair, degrees."""

MOUTH_GROUPS = ('helper-upper-teeth', 'helper-lower-teeth', 'helper-tongue')
LASH_GROUPS = ('helper-l-eyelashes-2', 'helper-r-eyelashes-2')


@dataclass(frozen=True)
class Figure:
    """A head, neck and shoulders at rest. Lengths are in dm.

    Attributes:
        vertices: (V, 3).
        triangles, corners: (T, 3) corners in `vertices` and in `places`.
        fronts: how many of the triangles make normals; the rest are some of them, seen from behind.
        places: (U, 2) columns and rows in the texture, px.
        kinds, parts: (T,) uint8, see `rasteriser`.
        materials: (V,) uint8.
        strands: (V, 3) unit directions of hair, zero elsewhere.
        texture: (h, w, 4) uint8, see `paint`.
        open_sky: (V,) share of the light from all around that is not hidden.
        open_key: (V,) share of the soft main light that is not hidden.
        with_head, with_neck: (V,) how far each vertex follows the head, and the neck.
        joints: (2, 3) the joints at the bottom and at the top of the neck.
        eyes: (2, 4) centres and radii of the eyeballs, left and right.
        eye_vertices: (2, 2) first vertex of each eyeball, and the one after its last.
        lids: (L,) vertices that must stay outside of the eyeballs.
        lid_eyes: (L,) the eyeball of each.
        target_starts: (53,) where the target of each coefficient begins in the two below.
        target_vertices: (N,) vertices that targets move.
        target_offsets: (N, 3) by how much.
    """

    vertices: Floats
    triangles: Indices
    corners: Indices
    fronts: int
    places: Floats
    kinds: np.ndarray
    parts: np.ndarray
    materials: np.ndarray
    strands: Floats
    texture: np.ndarray
    open_sky: Floats
    open_key: Floats
    with_head: Floats
    with_neck: Floats
    joints: Floats
    eyes: Floats
    eye_vertices: Indices
    lids: Indices
    lid_eyes: Indices
    target_starts: Indices
    target_vertices: Indices
    target_offsets: Floats


class _Assembly:
    """Collects surfaces to one list of vertices and triangles."""

    def __init__(self) -> None:
        self.vertices: list[np.ndarray] = []
        self.places: list[np.ndarray] = []
        self.triangles: list[np.ndarray] = []
        self.corners: list[np.ndarray] = []
        self.kinds: list[np.ndarray] = []
        self.parts: list[np.ndarray] = []
        self.materials: list[np.ndarray] = []
        self.strands: list[np.ndarray] = []
        self.double: list[np.ndarray] = []
        self.count = self.place_count = self.part_count = 0

    def add(
        self,
        vertices: np.ndarray,
        places: np.ndarray,
        triangles: np.ndarray,
        corners: np.ndarray,
        kind: int,
        materials: np.ndarray,
        strands: np.ndarray | None = None,
        double: np.ndarray | None = None,
    ) -> int:
        """Add a surface, and return the number of its first vertex.

        Args:
            vertices: (V, 3).
            places: (U, 2) in the texture.
            triangles: (T, 3) corners in `vertices`.
            corners: (T, 3) corners in `places`.
            kind: see `rasteriser`.
            materials: (V,) see `shading`.
            strands: (V, 3) directions of hair; None for zeros.
            double: (T,) bool, which triangles are also seen from behind; None for none.
        """
        first = self.count
        self.vertices.append(vertices)
        self.places.append(places)
        self.triangles.append(triangles + first)
        self.corners.append(corners + self.place_count)
        self.kinds.append(np.full(len(triangles), kind, np.uint8))
        self.parts.append(np.full(len(triangles), self.part_count, np.uint8))
        self.materials.append(materials.astype(np.uint8))
        self.double.append(np.zeros(len(triangles), bool) if double is None else double)
        self.strands.append(np.zeros_like(vertices) if strands is None else strands)
        self.count += len(vertices)
        self.place_count += len(places)
        self.part_count += 1
        return first


def build_figure(file: MeshFile, identity: Identity) -> Figure:
    """Make the figure of an identity.

    Raises:
        MeshFileError: the archive is damaged.
        SettingError: the identity names an unknown target.
    """
    mesh = file.mesh()
    base = mesh.vertices
    shape, scale = _normalised(rest_shape(file, base, identity), mesh)
    seal = LipSeal.of(file, mesh)
    shape = seal.closed(shape)
    tongue = mesh.vertices_of('helper-tongue')
    slimmed(shape, tongue)
    quads = mesh.quads
    low, wide = base[quads][..., 1].min(axis=1), np.abs(base[quads][..., 0]).max(axis=1)
    near = (low > LOWEST) & (wide < WIDEST)
    body = near & (mesh.groups == 'body')
    texture = paint(file, mesh, identity, body)
    skin = body
    if identity.hair_style != 'bald':
        # What lies under the hair is never seen.
        body = skin & ~(above_hairline(*base.T) > COVERED)[quads].all(axis=1)
    mouth = np.isin(mesh.groups, MOUTH_GROUPS)
    lash = np.isin(mesh.groups, LASH_GROUPS) & (identity.male < 0.5)

    # Numbers in the figure for each vertex of the mesh that it uses.
    numbers: list[Indices] = []
    assembly = _Assembly()
    eyes = np.stack([_eye_of(shape, mesh, side) for side in 'lr'])
    lashes = [Lashes.of(mesh, side) for side in 'lr']
    for strip in lashes:
        strip.trim(shape)
    # Teeth have sharp edges: their backs share no vertices, and so no light, with their fronts.
    backs_of_teeth = inner_sides(mesh)
    for faces, kind, material in (
        (body, SOLID, SKIN),
        (mouth & ~backs_of_teeth, SOLID, MOUTH),
        (backs_of_teeth, SOLID, MOUTH),
        (lash, CUT, LASH),
    ):
        used = np.unique(quads[faces])
        local = np.full(len(base), -1, np.int32)
        local[used] = np.arange(len(used))
        materials = np.full(len(used), material)
        if material == SKIN:
            place = base[used]
            materials[below_collar(*place.T) > 0] = CLOTH
        triangles = _split(local[quads[faces]])
        corners = _split(mesh.quads_uv[faces])
        both_sides = np.full(len(triangles), kind == CUT)
        first = assembly.add(
            shape[used], uv_pixels(mesh.uv), triangles, corners, kind, materials, None, both_sides
        )
        number = np.full(len(base), -1, np.int32)
        number[used] = first + np.arange(len(used))
        numbers.append(number)
    eye_vertices = []
    for eye in eyes:
        vertices, places, triangles = eyeball(eye)
        materials = np.full(len(vertices), EYEBALL)
        first = assembly.add(vertices, places, triangles, triangles, EYE, materials)
        eye_vertices.append((first, first + len(vertices)))
    if identity.hair_style != 'bald':
        _add_hair(assembly, file, mesh, shape, skin, identity)

    vertices = np.concatenate(assembly.vertices).astype(np.float32)
    triangles = np.concatenate(assembly.triangles).astype(np.int32)
    materials = np.concatenate(assembly.materials)
    kinds, parts = np.concatenate(assembly.kinds), np.concatenate(assembly.parts)
    backs = np.concatenate(assembly.double)
    vertices = thicken_shirt(vertices, triangles, materials)
    open_sky, open_key = light_that_arrives(vertices, triangles, materials)
    with_head, with_neck = holds(vertices, materials)
    lids, lid_eyes = lids_of(vertices, materials, eyes)
    starts, indices, offsets = _targets(
        numbers, target_offsets(file, shape, scale, seal, lashes, tongue)
    )
    joints = [shape[mesh.vertices_of(f'joint-{name}')].mean(axis=0) for name in ('neck', 'head')]
    return Figure(
        vertices=vertices,
        triangles=both(triangles, backs),
        corners=both(np.concatenate(assembly.corners).astype(np.int32), backs),
        fronts=len(triangles),
        places=np.concatenate(assembly.places).astype(np.float32),
        kinds=np.concatenate([kinds, kinds[backs]]),
        parts=np.concatenate([parts, parts[backs]]),
        materials=materials,
        strands=np.concatenate(assembly.strands).astype(np.float32),
        texture=texture,
        open_sky=open_sky,
        open_key=open_key,
        with_head=with_head,
        with_neck=with_neck,
        joints=np.stack(joints).astype(np.float32),
        eyes=eyes.astype(np.float32),
        eye_vertices=np.array(eye_vertices, np.int32),
        lids=lids,
        lid_eyes=lid_eyes,
        target_starts=starts,
        target_vertices=indices,
        target_offsets=offsets,
    )


def both(triangles: Indices, backs: np.ndarray) -> Indices:
    """Return triangles with some of them once more, turned around."""
    return np.concatenate([triangles, triangles[backs][:, ::-1]])


def _normalised(shape: np.ndarray, mesh: Mesh) -> tuple[np.ndarray, float]:
    """Scale and shift a shape so that its eyes and chin lie where those of the base mesh do."""

    def eyes_and_chin(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        both = [_eye_of(vertices, mesh, side)[:3] for side in 'lr']
        chin = vertices[mesh.vertices_of('joint-jaw')].mean(axis=0)
        return np.mean(both, axis=0), chin

    eyes, chin = eyes_and_chin(mesh.vertices)
    own_eyes, own_chin = eyes_and_chin(shape)
    scale = float((eyes[1] - chin[1]) / (own_eyes[1] - own_chin[1]))
    return ((shape - own_eyes) * scale + eyes).astype(np.float32), scale


def _eye_of(shape: np.ndarray, mesh: Mesh, side: str) -> np.ndarray:
    ball = shape[mesh.vertices_of(f'helper-{side}-eye')]
    centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
    return np.append(centre, np.linalg.norm(ball - centre, axis=1).mean())


def _split(quads: np.ndarray) -> np.ndarray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _add_hair(
    assembly: _Assembly,
    file: MeshFile,
    mesh: Mesh,
    shape: np.ndarray,
    body: np.ndarray,
    identity: Identity,
) -> None:
    style = hairdresser.STYLES[identity.hair_style]
    ears = file.mask('ears')
    column, row = uv_pixels(mesh.uv).astype(int).clip(0, len(ears) - 1).T
    ear = (ears[row, column][mesh.quads_uv] > 100).any(axis=1)
    skull = body & ~ear & (mesh.vertices[mesh.quads][..., 1].min(axis=1) > 6.0)
    grown = hairdresser.grow(style, shape, _split(mesh.quads[skull]))
    left, top, width, height = HAIR_PLACE
    places = grown.places * [width - 2, height - 2] + [left + 0.5, top + 0.5]
    triangles = grown.triangles
    materials = np.full(len(grown.vertices), HAIR)
    assembly.add(
        grown.vertices, places, triangles, triangles, CUT, materials, grown.strands, grown.hanging
    )


def _targets(numbers: list[Indices], every: Iterable[Floats]) -> tuple[Indices, Indices, Floats]:
    """Return the targets of the 52 coefficients, one after the other, for the figure's vertices."""
    starts, indices, offsets = [0], [], []
    for moved in every:
        for number in numbers:
            kept = np.flatnonzero((number >= 0) & moved.any(axis=1))
            indices.append(number[kept])
            offsets.append(moved[kept])
        starts.append(sum(map(len, indices)))
    return np.array(starts, np.int32), np.concatenate(indices), np.concatenate(offsets)
