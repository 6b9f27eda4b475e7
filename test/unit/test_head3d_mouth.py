"""The mouth of the three-dimensional head: lips that meet, and a tongue that lies low."""

import numpy as np
import pytest

from vico_listener.bundled_files import HEAD_MESH
from vico_listener.bundled_files import bundled_path

pytest.importorskip('numba')

from vico_listener.motion import ARKIT_NAMES
from vico_listener.render.head3d.drive import CURVES
from vico_listener.render.head3d.identity import IDENTITIES
from vico_listener.render.head3d.lip_seal import OPENING
from vico_listener.render.head3d.lip_seal import LipSeal
from vico_listener.render.head3d.mesh_file import Mesh
from vico_listener.render.head3d.mesh_file import MeshFile
from vico_listener.render.head3d.shape import rest_shape
from vico_listener.render.head3d.target_offsets import target_offsets
from vico_listener.render.head3d.teeth import inner_sides

pytestmark = pytest.mark.skipif(
    bundled_path(HEAD_MESH) is None, reason='the mesh of head3d is not installed'
)


@pytest.fixture(scope='module')
def file() -> MeshFile:
    return MeshFile()


@pytest.fixture(scope='module')
def mesh(file: MeshFile) -> Mesh:
    return file.mesh()


@pytest.fixture(scope='module')
def seal(file: MeshFile, mesh: Mesh) -> LipSeal:
    return LipSeal.of(file, mesh)


@pytest.mark.parametrize('figure', IDENTITIES)
def test_no_figure_shows_teeth_at_rest(figure, file: MeshFile, mesh: Mesh, seal: LipSeal) -> None:
    shape = seal.closed(rest_shape(file, mesh.vertices, IDENTITIES[figure]))
    assert seal.gaps(shape).max() < 0.003


def test_only_what_parts_lips_parts_them(file: MeshFile, mesh: Mesh, seal: LipSeal) -> None:
    shape = seal.closed(rest_shape(file, mesh.vertices, IDENTITIES['kofi']))
    tongue = mesh.vertices_of('helper-tongue')
    every = target_offsets(file, shape, 1.0, seal, [], tongue)
    for name, offsets in zip(ARKIT_NAMES, every, strict=True):
        channel = name.removesuffix('Left').removesuffix('Right')
        apart = seal.gaps(shape + np.float32(CURVES.get(channel, [1.0])[-1]) * offsets).max()
        if channel in OPENING:
            assert apart > 0.02, name
        elif not name.startswith('eye'):
            assert apart < 0.005, name
        if name == 'jawOpen':
            fallen = offsets[tongue][np.argmax(mesh.vertices[tongue, 2]), 1]
            assert fallen < offsets[mesh.vertices_of('helper-lower-teeth'), 1].min() - 0.03
        if name == 'tongueOut':
            out = shape[tongue] + offsets[tongue]
            lip = shape[seal.near] + offsets[seal.near]
            assert out[:, 2].max() > lip[np.abs(lip[:, 0]) < 0.05, 2].max()


def test_half_of_the_faces_of_teeth_look_inwards(mesh: Mesh) -> None:
    teeth = np.char.endswith(mesh.groups, 'teeth')
    inside = inner_sides(mesh)
    assert not inside[~teeth].any()
    assert 0.25 < inside.sum() / teeth.sum() < 0.5
