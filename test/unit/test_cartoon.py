"""The renderer cartoon: its pictures show what they are told, its rules hold, its themes load."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_faces import face_with

from vico_listener.errors import SettingError
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.render import create_renderer
from vico_listener.render.cartoon.art import face_drawing
from vico_listener.render.cartoon.cartoon_renderer import CartoonRenderer
from vico_listener.render.cartoon.drawing import STANDS
from vico_listener.render.cartoon.drawing import TURNS
from vico_listener.render.cartoon.drawing import Drawing
from vico_listener.render.cartoon.drawing import Skull
from vico_listener.render.cartoon.shapes import DISTANCE
from vico_listener.render.cartoon.shapes import Shaper
from vico_listener.render.cartoon.shapes import posed
from vico_listener.render.cartoon.theme import Theme
from vico_listener.render.cartoon.theme import load_theme
from vico_listener.render.cartoon.theme import theme_names
from vico_listener.rotation import matrix_from_rpy

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
ZERO = np.zeros(3, np.float32)


def random_motion(seed: int) -> FaceMotion:
    """Any coefficients and any pose."""
    chance = np.random.default_rng(seed)
    sharpness = chance.choice([0.3, 1.0, 4.0])
    return FaceMotion(
        (chance.random(52) ** sharpness).astype(np.float32),
        chance.normal(0.0, 0.6, 3).astype(np.float32),
        chance.normal(0.0, 0.05, 3).astype(np.float32),
    )


@pytest.mark.parametrize('theme', theme_names())
def test_every_coefficient_shows_and_ever_more(theme: str) -> None:
    renderer = CartoonRenderer(320, theme, 480)
    for name in ARKIT_NAMES:
        steps = [renderer.render(face_with(**{name: v})).astype(int) for v in QUARTERS]
        for before, after in zip(steps, steps[1:], strict=False):
            assert (np.abs(after - before).max(axis=2) > 16).sum() > 50, name
        assert (np.abs(steps[-1] - steps[0]).max(axis=2) > 24).sum() > 150, name
        seen = [cv2.GaussianBlur(s.astype(np.float32), (0, 0), 3.0) for s in steps]
        away = [float(np.abs(s - seen[0]).mean()) for s in seen]
        assert (np.diff(away) > 0).all(), name


def test_faint_displeasure_is_exaggerated_unless_it_smiles() -> None:
    drawing = face_drawing(load_theme('storybook'))
    brow, shaper = drawing.curves['browLeft'], Shaper(drawing)

    def lowered(brows: float, **others: float) -> float:
        told, calm = (shaper.face(face_with(**others, browDown=v)) for v in (brows, 0.0))
        return float((told - calm)[brow, 1].max())

    assert lowered(0.1) > 0.3 * lowered(1.0)
    assert lowered(0.1, mouthSmile=1.0) == pytest.approx(0.1 * lowered(1.0))
    assert lowered(0.1, mouthSmile=0.6) < 0.2 * lowered(1.0)


@pytest.mark.parametrize('theme', theme_names())
@pytest.mark.parametrize('seed', range(12))
def test_lids_and_lips_never_cross_whatever_they_are_told(theme: str, seed: int) -> None:
    drawing = face_drawing(load_theme(theme))
    everything = FaceMotion(np.ones(52, np.float32))
    motion = replace(random_motion(seed), rotation=ZERO, translation=ZERO) if seed else everything
    face = Shaper(drawing).face(motion)
    rows = drawing.curves
    for upper, lower in drawing.orders:
        assert (face[rows[upper], 1] <= face[rows[lower], 1] + 1e-9).all(), upper
    for edge in ('upperEdge', 'lowerEdge', 'upperLidLeft', 'lowerLidRight'):
        assert (np.diff(face[rows[edge], 0]) > 0).all(), edge
    for inner in ('irisLeft', 'highlightRight'):
        side = inner.removeprefix('iris').removeprefix('highlight')
        x, y = face[rows[inner]].T
        for lid, sign in ((f'upperLid{side}', 1), (f'lowerLid{side}', -1)):
            line = np.interp(x, *face[rows[lid]].T)
            assert (sign * (y - line) >= -1e-9).all(), inner


def test_extremes_stay_finite_and_near() -> None:
    shaper = Shaper(face_drawing(load_theme('storybook')))
    for seed in range(50):
        for shape in shaper.shapes(random_motion(seed)):
            assert np.isfinite(shape.points).all()
            assert np.abs(shape.points).max() < 6
            assert all(0 <= part <= 255 for part in shape.colour)
    wild = FaceMotion(np.full(52, 7.0, np.float32), np.full(3, 9.0, np.float32), 99 * ZERO + 99)
    assert CartoonRenderer(64).render(wild).shape == (64, 64, 3)


def test_a_turn_moves_features_as_a_rotation_does() -> None:
    face = np.array([[0.0, 0.0], [0.3, -0.2]])
    rotation = np.array([0.0, 0.02, -0.03], np.float32)
    skull = Skull(wide=1.2, tall=1.4, deep=0.9, neck=0.7)
    seen = posed(face, np.zeros(2), np.full(2, TURNS), skull, rotation, ZERO)
    z = 0.9 * np.sqrt(1 - (face[:, 0] / 1.2) ** 2 - (face[:, 1] / 1.4) ** 2)
    ahead, left, up = matrix_from_rpy(rotation) @ np.array([z, face[:, 0], -face[:, 1]])
    nearer = (DISTANCE - 0.9) / (DISTANCE - ahead)
    # Small angles are shown as they are but for their third power.
    np.testing.assert_allclose(seen, np.stack([left * nearer, -up * nearer], axis=1), atol=1e-4)
    still = posed(face, np.zeros(2), np.full(2, STANDS), skull, rotation, ZERO + 1)
    np.testing.assert_array_equal(still, face)


@pytest.mark.parametrize('theme', theme_names())
def test_a_turned_face_stays_in_a_square_picture(theme: str) -> None:
    drawing = face_drawing(load_theme(theme))
    half = drawing.zoom / 2
    features = [
        drawing.curves[name + side]
        for name in ('upperLid', 'lowerLid', 'brow')
        for side in ('Left', 'Right')
    ]
    features.append(drawing.curves['lowerLip'])
    shaper = Shaper(drawing)
    width = np.ptp(shaper.seen(FaceMotion.neutral())[features[0], 0])
    for turn in product((-30, 0, 30), repeat=3):
        seen = shaper.seen(face_with(rotation=tuple(np.radians(turn))))
        for feature in features:
            x, y = seen[feature].T
            assert np.abs(x).max() < half, turn
            assert np.abs(y - drawing.centre).max() < half, turn
        if turn[0] == 0:
            assert min(np.ptp(seen[eye, 0]) for eye in features[:2]) > 0.55 * width, turn


@pytest.mark.parametrize(
    ('rotation', 'axis', 'sign'),
    [((0, 0.2, 0), 1, 1), ((0, -0.2, 0), 1, -1), ((0, 0, 0.2), 0, 1), ((0.2, 0, 0), 0, -1)],
    ids=['nod', 'up', 'to its left', 'to its right shoulder'],
)
def test_the_nose_goes_where_the_head_turns(rotation: tuple, axis: int, sign: int) -> None:
    drawing = face_drawing(load_theme('storybook'))
    nose = drawing.curves['nose']
    middle = Shaper(drawing).seen(FaceMotion.neutral())[nose].mean(axis=0)
    moved = Shaper(drawing).seen(face_with(rotation=rotation))[nose].mean(axis=0)
    assert sign * (moved - middle)[axis] > 0.1


def test_a_turn_is_ever_larger_but_limited() -> None:
    drawing = face_drawing(load_theme('paper'))
    angles = np.linspace(0.0, 3.0, 40)
    eye = drawing.curves['irisRight']
    x = [Shaper(drawing).seen(face_with(rotation=(0, 0, a)))[eye, 0].mean() for a in angles]
    assert (np.diff(x) > -1e-9).all()
    assert x[-1] < 0.6


def test_strokes_have_the_width_that_is_given() -> None:
    drawing = Drawing((0, 0, 0), 2.0, 0.0)
    drawing.curve('line', np.array([[-0.5, 0.0], [0.0, 0.0], [0.5, 0.0]]), {}, kind=STANDS)
    drawing.line((255, 255, 255), 'line', np.array([0.1, 0.2, 0.1]))
    (shape,) = Shaper(drawing, 10.0, (1.0, 2.0)).shapes(FaceMotion.neutral())
    expected = [[-4, 3], [1, 4], [6, 3], [6, 1], [1, 0], [-4, 1]]
    np.testing.assert_allclose(shape.points, expected)


def test_pictures_belong_to_the_caller_and_repeat() -> None:
    renderer = CartoonRenderer(120, 'robot', 200)
    first = renderer.render(face_with(mouthSmile=0.6))
    kept = first.copy()
    renderer.render(face_with(jawOpen=1.0))
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(renderer.render(face_with(mouthSmile=0.6)), kept)
    assert first.shape == (120, 200, 3)
    assert first.dtype == np.uint8


def test_the_face_is_in_the_middle_and_mirrored() -> None:
    picture = CartoonRenderer(240, 'paper', 360).render(FaceMotion.neutral()).astype(int)
    # All but the lights in the eyes, which come from one side.
    differs = (np.abs(picture - picture[:, ::-1]).max(axis=2) > 60).mean()
    assert differs < 0.01


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(SettingError, match=r'size must lie in 64\.\.2048 px, not 8'):
        CartoonRenderer(8)
    with pytest.raises(SettingError, match=r'width must lie in 64\.\.2048 px, not 9999'):
        CartoonRenderer(100, width=9999)
    with pytest.raises(SettingError, match="unknown theme 'eve': choose one of night, paper"):
        create_renderer('cartoon', theme='eve')
    with pytest.raises(ValueError, match="needs the basis 'arkit52', not 'bfm64'"):
        CartoonRenderer().render(FaceMotion.neutral(BFM64))
    with pytest.raises(ValueError, match='not finite'):
        CartoonRenderer().render(face_with(rotation=(np.nan, 0, 0)))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('like: paper\nhead: square', 'head must be one of none, round'),
        ('like: paper\nskin: [1, 2]', 'skin must be a colour of three whole numbers'),
        ('like: paper\nskin: [1, 2, 256]', 'skin must be a colour'),
        ('like: paper\nglow: 3', r'glow must lie in 0\.0\.\.1\.0, not 3'),
        ('like: paper\nglow: bright', "glow must be a number, not 'bright'"),
        ('like: paper\nnostril: 1', 'unknown nostril: choose of '),
        ('like: steel', 'like must be one of night, paper'),
        ('glow: 0.5', 'it lacks background, '),
        ('- 1', 'must hold names and values'),
        ('a: [', 'is not valid YAML'),
    ],
)
def test_a_wrong_theme_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / 'mine.yaml'
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        load_theme(path)


def test_a_theme_of_your_own(tmp_path: Path) -> None:
    path = tmp_path / 'mine.yaml'
    path.write_text('like: paper\nbackground: [1, 2, 3]\n')
    theme = load_theme(path)
    assert isinstance(theme, Theme)
    assert theme.iris == load_theme('paper').iris
    picture = create_renderer('cartoon', theme=path).render(FaceMotion.neutral())
    assert picture[0, 0].tolist() == [3, 2, 1]
