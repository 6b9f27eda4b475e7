"""The renderer head3d: its rasteriser by closed forms, its figure by the files, its pictures."""

import gzip
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_faces import face_with
from shared_material import needs_model

from vico_listener import compiled as compiled_module
from vico_listener.bundled_files import HEAD_MESH
from vico_listener.bundled_files import bundled_path
from vico_listener.errors import DataError
from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.face import create_backend
from vico_listener.face import observe_faces
from vico_listener.listening_head import ListeningHead
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.render import create_renderer
from vico_listener.render import portrait_of
from vico_listener.rotation import matrix_from_rpy

pytest.importorskip('numba')

from vico_listener.render.head3d import mesh_file
from vico_listener.render.head3d.camera import backdrop
from vico_listener.render.head3d.drive import CURVES
from vico_listener.render.head3d.drive import SMILING
from vico_listener.render.head3d.drive import target_weights
from vico_listener.render.head3d.eyeball import eyeball
from vico_listener.render.head3d.figure import Figure
from vico_listener.render.head3d.figure_cache import cached_path
from vico_listener.render.head3d.figure_cache import figure_of
from vico_listener.render.head3d.head3d_renderer import Head3dRenderer
from vico_listener.render.head3d.identity import IDENTITIES
from vico_listener.render.head3d.identity import Identity
from vico_listener.render.head3d.identity import load_identity
from vico_listener.render.head3d.lashes import LENGTH
from vico_listener.render.head3d.lashes import Lashes
from vico_listener.render.head3d.mesh_file import MeshFile
from vico_listener.render.head3d.mesh_file import MeshFileError
from vico_listener.render.head3d.occlusion import directions
from vico_listener.render.head3d.occlusion import openness
from vico_listener.render.head3d.occlusion import visibility
from vico_listener.render.head3d.paint import halved
from vico_listener.render.head3d.posing import CLEARANCE
from vico_listener.render.head3d.posing import TO_MESH
from vico_listener.render.head3d.posing import matrix_of
from vico_listener.render.head3d.posing import pose
from vico_listener.render.head3d.posing import rotation_vector
from vico_listener.render.head3d.rasteriser import CENTRE
from vico_listener.render.head3d.rasteriser import CLEAR
from vico_listener.render.head3d.rasteriser import CUT
from vico_listener.render.head3d.rasteriser import INSIDE
from vico_listener.render.head3d.rasteriser import NOTHING
from vico_listener.render.head3d.rasteriser import SAMPLES
from vico_listener.render.head3d.rasteriser import SOLID
from vico_listener.render.head3d.rasteriser import TILE
from vico_listener.render.head3d.rasteriser import Surfaces
from vico_listener.render.head3d.rasteriser import cover
from vico_listener.render.head3d.rasteriser import find_edges
from vico_listener.render.head3d.rasteriser import find_fronts
from vico_listener.render.head3d.rasteriser import find_holes
from vico_listener.render.head3d.resolving import Lighting
from vico_listener.render.head3d.resolving import resolve_edges
from vico_listener.render.head3d.resolving import resolve_inside
from vico_listener.render.head3d.shading import REFLEXES
from vico_listener.render.head3d.shading import normals_of
from vico_listener.render.head3d.shape import macro_targets

needs_mesh = pytest.mark.skipif(
    bundled_path(HEAD_MESH) is None, reason='the mesh of head3d is not installed'
)


@pytest.fixture(scope='module')
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of this module, in which its one figure is made once."""
    return tmp_path_factory.mktemp('cache')


@pytest.fixture(autouse=True)
def _cache_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('XDG_CACHE_HOME', str(home))


@pytest.fixture
def figure() -> Figure:
    return figure_of(IDENTITIES['kofi'])


def draw(
    points: np.ndarray,
    triangles: np.ndarray,
    size: int,
    kind: int = 0,
    parts: np.ndarray | None = None,
    texture: np.ndarray | None = None,
    grey: float = 1.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The triangles and depths at the centres of pixels, and the picture on black, evenly lit."""
    points = np.asarray(points, np.float32)
    triangles = np.asarray(triangles, np.int32)
    count = len(triangles)
    kinds, places = np.full(count, kind, np.uint8), np.ones((len(points), 2), np.float32)
    texture = np.full((4, 4, 4), 255, np.uint8) if texture is None else texture
    surfaces = Surfaces(
        points,
        triangles,
        triangles,
        places,
        kinds,
        find_holes(triangles, places, kinds, texture[..., 3]),
        np.zeros(count, np.uint8) if parts is None else parts,
        texture,
        texture[..., 3].copy(),
        np.float32(1.0),
    )
    pixels, tiles = size * size, -(-size // TILE)
    slots, marks = np.empty((size, size), np.int32), np.empty((tiles, tiles), np.bool_)
    shown, depth = np.empty((pixels, 1), np.int32), np.empty((pixels, 1), np.float32)
    fronts, seen = np.empty(count, np.int32), np.empty(len(points), np.bool_)
    fronts = fronts[: find_fronts(points, triangles, fronts, seen)]
    cover(surfaces, fronts, CENTRE, True, slots, marks, shown, depth)
    edges = find_edges(surfaces.parts, shown, depth, slots, marks)
    edge_shown, edge_depth = np.empty((edges, 4), np.int32), np.empty((edges, 4), np.float32)
    cover(surfaces, fronts, SAMPLES, False, slots, marks, edge_shown, edge_depth)
    light = np.full((len(points), 3), grey, np.float32)
    gloss, normals = np.zeros(len(points), np.float32), np.zeros_like(points)
    picture = np.zeros((size, size, 3), np.uint8)
    tones = np.linspace(0, 255, 4096).astype(np.float32)
    what = surfaces, Lighting(light, gloss, normals, REFLEXES), tones
    resolve_inside(*what, slots, shown, picture)
    black = np.zeros_like(picture)
    resolve_edges(*what, slots, marks, edge_shown, edge_depth, black, picture)
    return shown.reshape(size, size), depth.reshape(size, size), picture


# The rasteriser.


def test_a_right_triangle_covers_the_pixels_whose_centres_lie_in_it():
    corners = [[2.0, 2.0, 0.0], [2.0, 12.0, 0.0], [12.0, 2.0, 0.0]]
    shown, _, _ = draw(corners, [[0, 1, 2]], 16)
    y, x = np.mgrid[0:16, 0:16] + 0.5
    expected = (x >= 2) & (y >= 2) & (x + y <= 14)
    assert np.array_equal(shown == 0, expected)


def test_a_triangle_seen_from_behind_is_not_drawn():
    corners = [[2.0, 2.0, 0.0], [2.0, 12.0, 0.0], [12.0, 2.0, 0.0]]
    shown, _, picture = draw(corners, [[0, 2, 1]], 16)
    assert (shown == NOTHING).all() and not picture.any()


def test_the_nearer_of_two_triangles_is_seen_in_any_order():
    near = [[0.0, 0.0, 2.0], [0.0, 9.0, 2.0], [9.0, 0.0, 2.0]]
    far = [[0.0, 0.0, 1.0], [0.0, 16.0, 1.0], [16.0, 0.0, 1.0]]
    for corners, nearer in (([*near, *far], 0), ([*far, *near], 1)):
        shown, depth, _ = draw(corners, [[0, 1, 2], [3, 4, 5]], 16)
        assert shown[3, 3] == nearer and depth[3, 3] == 2.0
        assert shown[6, 6] == 1 - nearer and depth[6, 6] == 1.0


def test_depth_is_linear_in_a_triangle():
    plane = np.array([0.25, -0.5, 3.0])
    corners = np.array([[1.0, 1.0, 0.0], [1.0, 30.0, 0.0], [30.0, 1.0, 0.0]])
    corners[:, 2] = corners[:, :2] @ plane[:2] + plane[2]
    shown, depth, _ = draw(corners, [[0, 1, 2]], 32)
    y, x = np.mgrid[0:32, 0:32] + 0.5
    on = shown == 0
    assert on.sum() > 300
    np.testing.assert_allclose(depth[on], (plane[0] * x + plane[1] * y + plane[2])[on], atol=1e-4)


def test_triangles_that_share_an_edge_leave_no_gap_and_no_edge():
    square = [[3.3, 3.1, 0.0], [3.3, 27.7, 0.0], [28.9, 27.7, 0.0], [28.9, 3.1, 0.0]]
    shown, _, picture = draw(square, [[0, 1, 2], [0, 2, 3]], 32)
    assert (shown[4:27, 4:28] != NOTHING).all()
    assert (picture[4:27, 4:28] == 255).all()


def test_a_disc_of_triangles_has_the_area_of_its_polygon_by_smooth_edges():
    angle = np.linspace(0, 2 * np.pi, 61)[:-1]
    rim = np.stack([32 + 25.3 * np.cos(angle), 32 - 25.3 * np.sin(angle), 0 * angle], axis=1)
    after = np.roll(np.arange(60), -1)
    fan = np.stack([np.full(60, 60), np.arange(60), after], axis=1)
    _, _, picture = draw([*rim, [32.0, 32.0, 0.0]], fan, 64)
    polygon = 0.5 * 60 * 25.3**2 * math.sin(2 * math.pi / 60)
    assert picture[..., 0].sum() / 255 == pytest.approx(polygon, rel=2e-3)
    between = (picture[..., 0] > 0) & (picture[..., 0] < 255)
    assert 60 < between.sum() < 300


def test_a_sphere_has_its_depth_and_its_normals():
    vertices, _, triangles = eyeball(np.array([0.0, 0.0, 0.0, 1.0]))
    points = np.stack([40 + 30 * vertices[:, 0], 40 - 30 * vertices[:, 1], vertices[:, 2]], axis=1)
    shown, depth, _ = draw(points, triangles, 80)
    y, x = np.mgrid[0:80, 0:80] + 0.5
    radius = np.hypot(x - 40, y - 40) / 30
    inside = radius < 0.95
    assert (shown[inside] != NOTHING).all() and (shown[radius > 1.01] == NOTHING).all()
    sphere = np.sqrt(1 - radius[inside] ** 2)
    assert np.abs(depth[inside] - sphere).max() < 0.03
    inner = np.linalg.norm(vertices[:, :2], axis=1) < 0.9
    normals = normals_of(vertices, triangles)
    assert (normals * vertices).sum(axis=1)[inner].min() > math.cos(math.radians(2.0))


def test_what_the_texture_cuts_out_is_seen_through():
    corners = [[2.0, 2.0, 0.0], [2.0, 12.0, 0.0], [12.0, 2.0, 0.0]]
    clear = np.zeros((4, 4, 4), np.uint8)
    shown, _, _ = draw(corners, [[0, 1, 2]], 16, kind=CUT, texture=clear)
    assert (shown == NOTHING).all()


def test_a_halved_texture_shows_the_same_at_the_same_places():
    rows, columns = np.mgrid[0:16, 0:16]
    texture = np.repeat((8 * columns + 4 * rows)[..., None], 4, axis=2).astype(np.uint8)
    places = np.array([[4.5, 8.5], [7.0, 3.0], [15.0, 15.0]], np.float32)
    half, moved = halved(texture, places)
    assert half.shape == (8, 8, 4)
    # A ramp is a ramp at half the size: four texels make one of their mean.
    np.testing.assert_array_equal(half[..., 0], (16 * columns + 8 * rows + 6)[:8, :8])
    np.testing.assert_allclose(moved[:2], [[2.0, 4.0], [3.25, 1.25]])
    assert (moved[2] == 6.0).all()


def test_only_triangles_with_clear_texels_in_them_have_holes():
    clear = np.full((16, 16), 255, np.uint8)
    clear[3, 12] = CLEAR - 1
    places = np.array([[1, 1], [1, 6], [6, 1], [10, 1], [10, 6], [14, 1]], np.float32)
    corners = np.array([[0, 1, 2], [3, 4, 5], [3, 4, 5]], np.int32)
    found = find_holes(corners, places, np.array([CUT, CUT, SOLID], np.uint8), clear)
    assert found.tolist() == [False, True, False]


def test_edges_are_found_between_surfaces_only():
    shown = np.empty((256, 1), np.int32)
    depth = np.zeros((256, 1), np.float32)
    shown[:] = NOTHING
    shown.reshape(16, 16)[:8, :8] = 0
    shown.reshape(16, 16)[:8, 8:] = 2
    slots, marks = np.empty((16, 16), np.int32), np.empty((4, 4), np.bool_)
    for parts, at_the_seam in (([0, 0, 0, 0], False), ([0, 0, 1, 1], True)):
        find_edges(np.array(parts, np.uint8), shown, depth, slots, marks)
        assert ((slots[2, 7:9] != INSIDE) == at_the_seam).all()
        assert (slots[7:9] != INSIDE).all()  # above nothing


# Light from all around.


def test_a_vertex_on_a_floor_sees_the_whole_sky_and_one_below_a_roof_none():
    floor = np.array([[-1, 0, -1], [-1, 0, 1], [1, 0, 1], [1, 0, -1]], np.float32)
    roof = floor * np.array([3, 0, 3], np.float32) + np.array([0, 0.1, 0], np.float32)
    quad = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    up = np.tile(np.array([[0, 1, 0]], np.float32), (8, 1))
    around = directions(200)
    vertices = np.concatenate([floor, roof])
    seen = visibility(vertices, up, np.concatenate([quad, quad + 4]), around)
    share = openness(up, seen, around)
    # At the horizon a map is too coarse to tell a floor from what is before it.
    assert share[4:].min() > 0.95
    assert share[:4].max() < 0.05


def test_directions_are_even():
    around = directions(400)
    np.testing.assert_allclose(np.linalg.norm(around, axis=1), 1.0)
    assert np.abs(around.mean(axis=0)).max() < 0.01


# The figure.


def text_of_target(member: str) -> dict[int, list[float]]:
    """A target as the file says, read without the code under test."""
    path = bundled_path(HEAD_MESH)
    assert path is not None
    content = zipfile.ZipFile(path).read(member)
    if member.endswith('.gz'):
        content = gzip.decompress(content)
    rows = (line.split() for line in content.decode().splitlines() if not line.startswith('#'))
    return {int(row[0]): [float(word) for word in row[1:4]] for row in rows if row}


def shape(figure: Figure, motion: FaceMotion, weights: np.ndarray) -> np.ndarray:
    out = np.empty_like(figure.vertices)
    pose(figure, motion, weights.astype(np.float32), out)
    return out


@needs_mesh
@pytest.mark.parametrize('name', ['browInnerUp', 'browDownLeft', 'cheekPuff', 'jawLeft'])
def test_a_target_moves_the_vertices_as_its_file_says_in_proportion(name: str, figure: Figure):
    index = ARKIT_INDEX[name]
    file = text_of_target(f'{mesh_file.FACE_UNITS}/{name}.target')
    still = np.setdiff1d(np.arange(len(figure.vertices)), figure.lids)
    moved = {}
    for weight in (0.5, 1.0):
        weights = np.zeros(52)
        weights[index] = weight
        moved[weight] = (shape(figure, FaceMotion.neutral(), weights) - figure.vertices)[still]
    np.testing.assert_allclose(moved[1.0], 2 * moved[0.5], atol=2e-6)
    own = np.linalg.norm(moved[1.0], axis=1)
    given = np.sort(np.linalg.norm(np.array(list(file.values())), axis=1))
    scale = own.max() / given.max()
    assert 0.7 < scale < 1.4
    # Every movement is one of the file's.
    own = np.sort(own[own > 1e-6]) / scale
    nearest = np.abs(given[None] - own[:, None]).min(axis=1)
    assert len(own) > 0.5 * len(given) and nearest.max() < 2e-5


@needs_mesh
def test_targets_add_up(figure: Figure):
    rng = np.random.default_rng(5)
    a, b = (np.where(rng.random(52) < 0.3, rng.random(52), 0) for _ in range(2))
    still = np.setdiff1d(np.arange(len(figure.vertices)), figure.lids)
    still = np.setdiff1d(still, np.concatenate([np.arange(*e) for e in figure.eye_vertices]))
    rest = FaceMotion.neutral()
    parts = [shape(figure, rest, w)[still] - figure.vertices[still] for w in (a, b, a + b)]
    np.testing.assert_allclose(parts[0] + parts[1], parts[2], atol=5e-6)


@needs_mesh
def test_the_head_turns_as_a_rigid_body_and_the_shoulders_hardly(figure: Figure):
    turn = np.radians([7.0, 20.0, -15.0])
    out = shape(figure, FaceMotion(np.zeros(52, np.float32), turn), np.zeros(52))
    head = np.setdiff1d(np.flatnonzero(figure.with_head == 1.0), figure.lids)
    rotation = TO_MESH @ matrix_from_rpy(turn) @ TO_MESH.T
    before = figure.vertices[head] - figure.vertices[head[0]]
    after = out[head] - out[head[0]]
    np.testing.assert_allclose(after, before @ rotation.T, atol=1e-4)
    body = (figure.with_head == 0) & (figure.with_neck == 0)
    assert body.sum() > 100
    assert np.abs(out - figure.vertices)[body].max() < 0.15


@needs_mesh
def test_a_displacement_moves_the_head_whole_and_the_shoulders_in_part(figure: Figure):
    motion = FaceMotion(np.zeros(52, np.float32), translation=np.float32([0.02, 0.03, 0.01]))
    moved = shape(figure, motion, np.zeros(52)) - figure.vertices
    head = np.setdiff1d(np.flatnonzero(figure.with_head == 1.0), figure.lids)
    np.testing.assert_allclose(moved[head], [[0.3, 0.1, 0.2]] * len(head), atol=1e-4)
    body = (figure.with_head == 0) & (figure.with_neck == 0)
    np.testing.assert_allclose(moved[body], [[0.105, 0.035, 0.07]] * body.sum(), atol=1e-4)


def test_rotation_vectors_are_those_of_their_matrices():
    for vector in ([0.3, -0.2, 0.9], [0.0, 0.0, 0.0], [1e-7, 0.0, 0.0], [0.0, 2.5, 0.0]):
        np.testing.assert_allclose(rotation_vector(matrix_of(np.array(vector))), vector, atol=1e-9)
    quarter = matrix_of(np.array([0.0, math.pi / 2, 0.0]))
    np.testing.assert_allclose(quarter @ [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], atol=1e-12)


@needs_mesh
def test_no_lid_sinks_into_its_eye_while_it_closes(figure: Figure):
    for weight in np.linspace(0, 1.2, 13):
        weights = np.zeros(52)
        weights[[ARKIT_INDEX['eyeBlinkLeft'], ARKIT_INDEX['eyeBlinkRight']]] = weight
        out = shape(figure, FaceMotion.neutral(), weights)
        eyes = figure.eyes[figure.lid_eyes]
        distance = np.linalg.norm(out[figure.lids] - eyes[:, :3], axis=1)
        assert (distance / eyes[:, 3]).min() >= CLEARANCE - 1e-3


@needs_mesh
def test_short_lashes_keep_their_length_and_their_root_while_the_lid_closes():
    file = MeshFile()
    mesh = file.mesh()
    lashes = Lashes.of(mesh, 'l')
    assert len(lashes.vertices) == 65
    assert len(set(lashes.roots.tolist())) == 13
    assert sorted(set(lashes.heights.tolist())) == [0.0, 0.25, 0.5, 0.75, 1.0]
    moved, offsets = file.coefficient('eyeBlinkLeft')
    shut = np.zeros_like(mesh.vertices)
    shut[moved] = offsets
    open_eye = mesh.vertices.copy()
    whole = np.linalg.norm(open_eye[lashes.vertices] - open_eye[lashes.roots], axis=1)
    lashes.trim(open_eye)
    lashes.trim(shut)
    for shape in (open_eye, open_eye + shut):
        length = np.linalg.norm(shape[lashes.vertices] - shape[lashes.roots], axis=1)
        tips = lashes.heights == 1.0
        assert (length[lashes.heights == 0.0] == 0.0).all()
        assert length[tips] == pytest.approx(LENGTH * whole[tips], rel=0.35)


@needs_mesh
@pytest.mark.parametrize('pose_deg', [(0, 0, -20), (0, -20, -8), (0, -20, 20)])
def test_no_wall_is_seen_through_the_hair(pose_deg: tuple[float, float, float]):
    figure = Head3dRenderer(256, 'maya')
    rotation = np.radians(pose_deg).astype(np.float32)
    picture = figure.render(FaceMotion(figure.reference.expression, rotation))
    wall = (picture == backdrop(256)).all(axis=-1).astype(np.uint8)
    pieces, _, statistics, _ = cv2.connectedComponentsWithStats(wall, connectivity=4)
    # All of the wall is around the head; a pixel or two may lie between single hairs.
    beside = sorted(statistics[1:pieces, cv2.CC_STAT_AREA].tolist())[:-1]
    assert max(beside, default=0) <= 4


@needs_mesh
def test_eyes_turn_to_where_the_coefficients_say(figure: Figure):
    weights = np.zeros(52)
    weights[[ARKIT_INDEX['eyeLookOutLeft'], ARKIT_INDEX['eyeLookInRight']]] = 1.0
    out = shape(figure, FaceMotion.neutral(), weights)
    for eye, (first, last) in zip(figure.eyes, figure.eye_vertices, strict=True):
        pole = out[last - 1] - eye[:3]
        np.testing.assert_allclose(
            np.linalg.norm(out[first:last] - eye[:3], axis=1), eye[3], rtol=1e-4
        )
        assert math.degrees(math.atan2(pole[0], pole[2])) == pytest.approx(32.0, abs=0.1)


def test_a_broad_smile_takes_the_rest_of_its_side_along():
    def weights(**coefficients: float) -> np.ndarray:
        expression = np.zeros(52, np.float32)
        for name, value in coefficients.items():
            expression[ARKIT_INDEX[name]] = value
        return target_weights(expression)

    slight, broad = weights(mouthSmileLeft=0.5), weights(mouthSmileLeft=1.0)
    for name, curve in SMILING.items():
        assert curve[0] == 0.0 and (np.diff(curve) >= 0).all(), name
        sided = f'{name}Left' in ARKIT_INDEX
        own = f'{name}Left' if sided else name
        place = ARKIT_INDEX[own]
        assert slight[place] == pytest.approx(curve[2]), name
        assert broad[place] == pytest.approx(curve[-1]), name
        assert not sided or broad[ARKIT_INDEX[f'{name}Right']] == 0.0, name
        # What is told besides counts if it is more, and nothing is added up.
        told = weights(mouthSmileLeft=1.0, **{own: 1.0})[place]
        assert told == max(weights(**{own: 1.0})[place], broad[place]), name


def test_displeasure_below_a_smile_is_not_exaggerated():
    def brows(smile: float) -> float:
        expression = np.zeros(52, np.float32)
        expression[ARKIT_INDEX['browDownLeft']] = 0.1
        expression[ARKIT_INDEX['mouthSmileRight']] = smile
        return float(target_weights(expression)[ARKIT_INDEX['browDownLeft']])

    assert brows(0.0) == pytest.approx(0.4 * CURVES['browDown'][1])
    assert brows(1.0) == pytest.approx(0.1)
    assert brows(0.5) == pytest.approx(0.1 + 0.0625 * (brows(0.0) - 0.1))


def test_curves_rise_from_zero_and_are_the_identity_elsewhere():
    for name, curve in CURVES.items():
        assert curve[0] == 0.0 and (np.diff(curve) > 0).all(), name
    expression = np.linspace(0, 1, 52, dtype=np.float32)
    for side in ('Left', 'Right'):  # a smile has company
        expression[ARKIT_INDEX[f'mouthSmile{side}']] = 0.0
    weights = target_weights(expression)
    free = [
        i
        for n, i in ARKIT_INDEX.items()
        if n.removesuffix('Left').removesuffix('Right') not in CURVES
    ]
    np.testing.assert_allclose(weights[free], expression[free], atol=1e-6)
    smile = np.zeros(52, np.float32)
    smile[ARKIT_INDEX['mouthSmileLeft']] = 0.625
    middle = (CURVES['mouthSmile'][2] + CURVES['mouthSmile'][3]) / 2
    assert target_weights(smile)[ARKIT_INDEX['mouthSmileLeft']] == pytest.approx(middle)
    np.testing.assert_array_equal(target_weights(np.full(52, 5.0)), target_weights(np.ones(52)))
    close, jaw = ARKIT_INDEX['mouthClose'], ARKIT_INDEX['jawOpen']
    lips = np.zeros(52, np.float32)
    lips[close] = 1.0
    assert target_weights(lips)[close] == 0.0  # without an open jaw they would cross
    lips[jaw] = 0.5
    assert target_weights(lips)[close] == target_weights(lips)[jaw] > 0.0


def test_shares_of_the_shapes_of_ages_sexes_and_origins_add_up():
    for identity in (
        Identity(male=0.3, age=40, african=0.5, asian=0.2, caucasian=0.7),
        Identity(male=0.0, age=10, asian=1.0),
        Identity(male=1.0, age=80, african=0.1),
    ):
        weights = dict(macro_targets(identity))
        universal = sum(w for n, w in weights.items() if n.startswith('universal'))
        assert universal == pytest.approx(1.0)
        assert sum(weights.values()) == pytest.approx(2.0)


# Its pictures.


@pytest.fixture
def renderer() -> Head3dRenderer:
    return Head3dRenderer(256, 'kofi')


def motion(degrees: tuple[float, float, float] = (0, 0, 0), **coefficients: float) -> FaceMotion:
    return face_with(FaceMotion.neutral(), rotation=np.radians(degrees), **coefficients)


@needs_mesh
def test_the_same_motion_gives_the_same_picture_bit_for_bit(renderer: Head3dRenderer):
    moved = motion((5, 10, -8), mouthSmile=0.7, jawOpen=0.2)
    first = renderer.render(moved)
    renderer.render(motion((0, -20, 20), eyeBlink=1.0))
    assert np.array_equal(renderer.render(moved), first)
    assert np.array_equal(Head3dRenderer(256, 'kofi').render(moved), first)
    assert first.shape == (256, 256, 3) and first.dtype == np.uint8


@needs_mesh
@needs_model
def test_what_the_tracker_reads_back(renderer: Head3dRenderer):
    backend = create_backend('landmarker')

    def read(degrees: tuple[float, float, float] = (0, 0, 0), **values: float) -> FaceMotion:
        (face,) = observe_faces(renderer.render(motion(degrees, **values)), backend, 24.0)
        return face.motion

    def both(face: FaceMotion, name: str) -> float:
        return (face.coefficient(f'{name}Left') + face.coefficient(f'{name}Right')) / 2

    still = read()
    assert both(still, 'mouthSmile') < 0.15 and still.coefficient('jawOpen') < 0.05
    for given, least in ((0.25, 0.15), (0.5, 0.4), (0.75, 0.65), (1.0, 0.85)):
        assert both(read(mouthSmile=given), 'mouthSmile') >= least
    assert both(read(browDown=0.6), 'browDown') >= 0.15
    assert both(read(mouthFrown=1.0), 'mouthFrown') >= 0.1
    assert read(browInnerUp=0.6).coefficient('browInnerUp') >= 0.35
    assert read(jawOpen=0.3).coefficient('jawOpen') >= 0.25
    assert both(read(eyeBlink=1.0), 'eyeBlink') >= 0.7
    half = both(read(eyeBlink=0.5), 'eyeBlink')
    assert 0.2 < half < 0.75
    left = read(eyeLookOutLeft=0.6, eyeLookInRight=0.6)
    assert left.coefficient('eyeLookOutLeft') >= 0.35
    assert left.coefficient('eyeLookInRight') >= 0.35
    for axis, least in ((0, 13.5), (1, 10.0), (2, 13.5)):
        for sign in (-1, 1):
            degrees = [0.0, 0.0, 0.0]
            degrees[axis] = 15.0 * sign
            turned = np.degrees(read(tuple(degrees)).rotation - still.rotation)[axis]  # type: ignore[arg-type]
            assert turned * sign >= least, (axis, sign)


@needs_mesh
def test_a_figure_that_is_kept_is_the_one_that_was_made(figure: Figure, renderer: Head3dRenderer):
    path = cached_path(IDENTITIES['kofi'])
    assert path is not None and path.is_file()
    picture = renderer.render(motion())
    path.write_bytes(path.read_bytes()[:5000])  # half a file
    again = Head3dRenderer(256, 'kofi')
    assert np.array_equal(again.render(motion()), picture)
    assert path.stat().st_size > 1_000_000


@needs_mesh
def test_a_head_of_a_listener_needs_no_portrait_and_takes_its_options():
    with ListeningHead('rules', renderer='head3d', figure='kofi', size=128, audio=None) as head:
        image = np.zeros((120, 160, 3), np.uint8)
        answers = [a for k in range(4) for a in head.see(image, 10**9 + k * 33_333_333)]
        pictures = [a.picture for a in answers if a.picture is not None]
    assert pictures and pictures[0].shape == (128, 128, 3) and pictures[0].std() > 20


# What it refuses.


def test_a_portrait_is_refused():
    with pytest.raises(SettingError, match='head3d draws no portrait: leave portrait empty'):
        portrait_of('head3d', 'me.jpg')
    assert portrait_of('head3d', '') == ''
    assert portrait_of('portrait', 'me.jpg') == 'me.jpg'


@needs_mesh
def test_motions_that_it_cannot_draw_are_refused(renderer: Head3dRenderer):
    with pytest.raises(SettingError, match="needs the basis 'arkit52'"):
        renderer.render(FaceMotion.neutral(BFM64))
    with pytest.raises(DataError, match='not finite'):
        renderer.render(replace(motion(), rotation=np.float32([0, np.nan, 0])))


@pytest.mark.parametrize('size', [63, 2049])
def test_a_size_out_of_range_is_refused(size: int):
    with pytest.raises(SettingError, match=f'size must lie in 64..2048 px, not {size}'):
        create_renderer('head3d', size=size)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('age: 5', 'age must lie in 10..80, not 5'),
        ('male: much', "male must be a number, not 'much'"),
        ('skin: [1, 2]', 'skin must be a colour of three whole numbers'),
        ('skin: [1, 2, 300]', 'in 0..255'),
        ('hair_style: wig', "hair_style must be one of short, .* not 'wig'"),
        ('nose: big', 'unknown nose: choose of african, age'),
        ('like: nobody', "like must be one of maya, kofi, lin, otto, not 'nobody'"),
        ('like: [otto]', r'like must be one of .*, not \[.otto.\]'),
        ('age: 2020-99-99', 'is not valid YAML'),
        ('- 1', 'it must hold names and values'),
        ('a: [', 'is not valid YAML'),
        ('targets: 3', 'targets must be names with weights, not 3'),
        ('targets: {nose/nose-hump-incr: 9}', 'needs a weight in -2..2, not 9'),
        ('{african: 0, asian: 0, caucasian: 0}', 'give a share above 0'),
    ],
)
def test_a_wrong_figure_file_is_refused(text: str, message: str, tmp_path: Path):
    path = tmp_path / 'me.yaml'
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        load_identity(path)


def test_a_figure_file_changes_a_ready_one(tmp_path: Path):
    path = tmp_path / 'me.yaml'
    path.write_text('like: otto\nage: 30\nhair: [20, 20, 20]\n')
    expected = replace(IDENTITIES['otto'], age=30, hair=(20, 20, 20))
    assert load_identity(str(path)) == expected


def test_an_unknown_figure_is_refused():
    with pytest.raises(SettingError, match="unknown figure 'eve': choose one of maya, kofi"):
        load_identity('eve')


@needs_mesh
def test_an_unknown_target_is_refused():
    identity = replace(IDENTITIES['kofi'], targets={'nose/nose-longer': 1.0})
    with pytest.raises(SettingError, match="no target 'nose/nose-longer'"):
        figure_of(identity)


def test_without_the_mesh_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mesh_file, 'bundled_path', lambda file: None)
    with pytest.raises(NotInstalledError, match=r'python -m vico_listener\.bundled_files'):
        MeshFile()


def test_a_damaged_mesh_is_refused(tmp_path: Path):
    path = tmp_path / 'mesh.zip'
    path.write_bytes(b'no archive')
    with pytest.raises(MeshFileError, match='no intact archive'):
        MeshFile(path)
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr(mesh_file.BASE, 'v 1 2 three\n')
        archive.writestr(f'{mesh_file.FACE_UNITS}/jawOpen.target', '1 a b c\n')
        archive.writestr(f'{mesh_file.MASKS}/mpfb_lips.jpg', 'no picture')
    file = MeshFile(path)
    with pytest.raises(MeshFileError, match='base.obj cannot be read'):
        file.mesh()
    with pytest.raises(MeshFileError, match=r'jawOpen\.target cannot be read'):
        file.coefficient('jawOpen')
    with pytest.raises(MeshFileError, match='the mask lips is no image'):
        file.mask('lips')
    with pytest.raises(MeshFileError, match=r'jawLeft\.target is missing or damaged'):
        file.coefficient('jawLeft')


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch):
    calls = []

    def njit(**options):
        calls.append(options)
        if options.get('cache'):
            raise RuntimeError('cannot cache function: no locator available')
        return lambda function: function

    monkeypatch.setattr(compiled_module, 'njit', njit)
    assert compiled_module.compiled(fastmath=True)(abs)(-1) == 1
    assert calls == [{'cache': True, 'fastmath': True}, {'fastmath': True}]
