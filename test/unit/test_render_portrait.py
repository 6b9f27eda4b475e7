"""The portrait renderer: contracts, and what the face tracker reads back from its pictures."""

import functools
import struct
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_faces import face_with
from scipy.interpolate import LinearNDInterpolator

from vico_listener.errors import DataError
from vico_listener.face import FaceBackend
from vico_listener.face import create_backend
from vico_listener.face import observe_faces
from vico_listener.face.observation import Roi
from vico_listener.face.observation import turned_image
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.render import PortraitError
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait
from vico_listener.render import measure_portrait
from vico_listener.render import person
from vico_listener.render.expression_basis import STROKES
from vico_listener.render.expression_basis import displacement_basis
from vico_listener.render.field import FREE_AT_TOP
from vico_listener.render.field import GRID
from vico_listener.render.field import MAX_ANGLE
from vico_listener.render.field import MAX_TOGETHER
from vico_listener.render.field import HeadField
from vico_listener.render.field import held_at_border
from vico_listener.render.field import interpolated
from vico_listener.render.field import soft_limit
from vico_listener.render.landmarks import EYE_OUTER_LEFT
from vico_listener.render.landmarks import EYE_OUTER_RIGHT
from vico_listener.render.landmarks import LIPS_INNER_UPPER
from vico_listener.render.landmarks import LIPS_OUTER_LOWER
from vico_listener.render.landmarks import LIPS_OUTER_UPPER
from vico_listener.render.layers import person_mask
from vico_listener.render.layers import split_layers
from vico_listener.render.mouth import Mouth
from vico_listener.render.picture_reader import PictureReader
from vico_listener.render.portrait import find_face
from vico_listener.render.portrait import prepare_portrait
from vico_listener.render.portrait import remarks_on
from vico_listener.render.response import Response
from vico_listener.render.warp import PortraitRenderer


@pytest.fixture(scope='module')
def photo(portrait_photo: Path) -> np.ndarray:
    return load_portrait(portrait_photo)


@pytest.fixture(scope='module')
def renderer(photo: np.ndarray) -> PortraitRenderer:
    return PortraitRenderer(photo, 384)


def motion(
    reference: FaceMotion, degrees: tuple[float, float, float] = (0, 0, 0), **coefficients: float
) -> FaceMotion:
    """The reference face, turned, with coefficients set."""
    return face_with(reference, rotation=np.radians(degrees), **coefficients)


@functools.cache
def landmarker() -> FaceBackend:
    return create_backend('landmarker')


def read(picture: np.ndarray) -> FaceMotion:
    faces = observe_faces(picture, landmarker())
    assert len(faces) == 1
    return faces[0].motion


def value(face: FaceMotion, name: str) -> float:
    names = [n for n in (name, f'{name}Left', f'{name}Right') if n in ARKIT_INDEX]
    return float(np.mean([face.expression[ARKIT_INDEX[n]] for n in names]))


@pytest.mark.parametrize('size', [64, 384])
def test_shape_and_independence(photo: np.ndarray, size: int) -> None:
    made = create_renderer('portrait', portrait=photo, size=size)
    picture = made.render(made.reference)
    assert picture.shape == (size, size, 3) and picture.dtype == np.uint8
    picture[:] = 0
    assert made.render(made.reference).any()


def test_reference_gives_the_crop_back(renderer: PortraitRenderer, photo: np.ndarray) -> None:
    crop = prepare_portrait(photo, renderer.size).image
    error = renderer.render(renderer.reference).astype(float) - crop
    assert 10 * np.log10(255**2 / np.mean(error**2)) > 45
    assert np.abs(cv2.blur(error, (9, 9))).max() < 16
    # The crop is the photo at its own scale.
    face = observe_faces(photo)[0]
    scale = renderer.size / (2.5 * float(np.ptp(face.landmarks[:468, 1])))
    scaled = cv2.resize(photo, None, None, scale, scale, cv2.INTER_CUBIC)
    match = cv2.matchTemplate(scaled, crop[60:300, 60:300], cv2.TM_CCOEFF_NORMED)
    assert match.max() > 0.985


def test_same_motion_same_picture_in_any_order(renderer: PortraitRenderer) -> None:
    reference = renderer.reference
    poses = [
        motion(reference, (3, 8, -5), jawOpen=0.4),
        motion(reference, eyeBlink=1.0, mouthSmile=0.1),
        motion(reference),
    ]
    first = [renderer.render(p) for p in poses]
    again = [renderer.render(p) for p in reversed(poses)][::-1]
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_same_portrait_same_pictures(
    photo: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = []
    for folder in ('first', 'second', 'second'):  # measured twice, then taken from the folder
        monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / folder))
        made = PortraitRenderer(photo, 128)
        told = motion(made.reference, (3, 8, -5), jawOpen=0.4, eyeBlink=0.5, mouthSmile=0.3)
        pictures.append(made.render(told))
    np.testing.assert_array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[1], pictures[2])
    assert len(list(tmp_path.rglob('*.npz'))) == 2


def test_background_and_shoulders_stay(renderer: PortraitRenderer) -> None:
    still = renderer.render(renderer.reference).astype(int)
    for degrees in ((0, 15, 0), (0, -15, 0), (0, 0, 15), (15, 0, 0)):
        moved = renderer.render(motion(renderer.reference, degrees)).astype(int)
        for corner in (np.s_[:60, :40], np.s_[:60, -40:], np.s_[-30:, :]):
            assert np.abs(moved[corner] - still[corner]).max() <= 2
        assert np.abs(moved[100:200, 120:260] - still[100:200, 120:260]).mean() > 3


def test_what_does_not_hang_on_the_head_stays_as_it_is(renderer: PortraitRenderer) -> None:
    """The ring of the space suit reaches beside the chin, and must not bend when the head tilts."""
    still = renderer.render(renderer.reference)
    ring = np.s_[225:300, 30:95]
    assert still[ring].std() > 40.0  # it is there
    for roll in (-30.0, 30.0):
        tilted = renderer.render(motion(renderer.reference, (roll, 0, 0)))
        assert np.abs(tilted[ring].astype(int) - still[ring]).mean() < 2.0


@pytest.mark.parametrize(
    ('start', 'end'),
    [
        ({}, {'jawOpen': 0.5}),
        ({}, {'eyeBlink': 1.0}),
        ({'mouthSmile': 0.0}, {'mouthSmile': 1.0}),
        ({}, {'eyeLookOutLeft': 0.8, 'eyeLookInRight': 0.8}),
    ],
)
def test_small_changes_make_small_changes(
    renderer: PortraitRenderer, start: dict[str, float], end: dict[str, float]
) -> None:
    reference = renderer.reference
    begin, stop = motion(reference, **start), motion(reference, **end)
    pictures = []
    for t in np.linspace(0, 1, 41):
        mixed = (begin.expression * (1 - t) + stop.expression * t).astype(np.float32)
        pictures.append(renderer.render(replace(begin, expression=mixed)).astype(int))
    steps = [np.abs(b - a).mean() for a, b in zip(pictures, pictures[1:], strict=False)]
    whole = np.abs(pictures[-1] - pictures[0]).mean()
    assert whole > 0.1
    assert max(steps) < 0.2 * sum(steps)


@pytest.mark.parametrize(
    ('coefficient', 'low', 'high', 'rise'),
    [
        ('mouthSmile', 0.0, 0.9, 0.4),
        ('eyeBlink', 0.0, 1.0, 0.25),
        ('jawOpen', 0.0, 0.6, 0.15),
        ('browDown', 0.0, 1.0, 0.1),
        ('browInnerUp', 0.0, 1.0, 0.2),
    ],
)
def test_expressions_are_read_back(
    renderer: PortraitRenderer, coefficient: str, low: float, high: float, rise: float
) -> None:
    calm = motion(renderer.reference, mouthSmile=0.3)
    before = value(read(renderer.render(motion(calm, **{coefficient: low}))), coefficient)
    after = value(read(renderer.render(motion(calm, **{coefficient: high}))), coefficient)
    assert after - before > rise


def test_smiling_portrait_can_stop_smiling(renderer: PortraitRenderer) -> None:
    assert value(renderer.reference, 'mouthSmile') > 0.7
    assert (
        value(read(renderer.render(motion(renderer.reference, mouthSmile=0.0))), 'mouthSmile')
        < 0.25
    )


@pytest.mark.parametrize('axis', [0, 1, 2])
@pytest.mark.parametrize('angle', [-12.0, -6.0, 6.0, 12.0])
def test_turns_are_read_back(renderer: PortraitRenderer, axis: int, angle: float) -> None:
    degrees = [0.0, 0.0, 0.0]
    degrees[axis] = angle
    turned = read(renderer.render(motion(renderer.reference, tuple(degrees))))
    straight = read(renderer.render(renderer.reference))
    seen = np.degrees(turned.rotation - straight.rotation)
    assert 0.6 <= seen[axis] / angle <= 1.3
    assert np.abs(np.delete(seen, axis)).max() < 0.5 * abs(angle)


def test_lips_that_close_over_teeth_meet_in_a_dark_line(renderer: PortraitRenderer) -> None:
    told = motion(renderer.reference, mouthSmileLeft=0.01, mouthSmileRight=0.01)
    picture = renderer.render(told)
    (face,) = observe_faces(picture, landmarker())
    grey = cv2.GaussianBlur(picture, (0, 0), 0.7).mean(axis=2)
    upper, lower = (
        face.landmarks[list(row)][3:-3, :2] for row in (LIPS_OUTER_UPPER, LIPS_OUTER_LOWER)
    )
    ways = upper + (lower - upper) * np.linspace(0.15, 0.85, 30)[:, None, None]
    columns, rows = ways.round().astype(int).transpose(2, 0, 1)
    across = grey[rows, columns]
    assert np.all(across.min(axis=0) < 0.9 * np.median(across, axis=0))


def test_a_frown_is_an_arc_beyond_the_corners(photo: np.ndarray) -> None:
    portrait = prepare_portrait(photo, 256)
    line = portrait.landmarks[list(LIPS_INNER_UPPER), :2].astype(float)
    aside = 0.1 * portrait.eyes * portrait.across
    points = np.vstack([line[0] - aside, line, line[-1] + aside])
    basis = displacement_basis(portrait, points[:, 0], points[:, 1], STROKES)
    frown = sum(basis[ARKIT_INDEX[f'mouthFrown{side}']] for side in ('Left', 'Right'))
    down = np.asarray(frown @ portrait.down) / portrait.eyes
    assert np.all(np.diff(down[1:7]) < 0.0) and np.all(np.diff(down[6:-1]) > 0.0)
    # The skin beside the corners goes along, or the ends of the line would turn up.
    assert min(down[0] - 0.9 * down[1], down[-1] - 0.9 * down[-2]) > 0.0
    assert down[1] - down[6] > 0.1


def test_brows_that_rise_together_fold_no_skin(photo: np.ndarray) -> None:
    portrait = prepare_portrait(photo, 128)
    field = HeadField(portrait, split_layers(portrait))
    up = {'browInnerUp': 1.2, 'browOuterUpLeft': 1.2, 'browOuterUpRight': 1.2}
    expression = portrait.reference.expression.copy()
    for name, drive in up.items():
        expression[ARKIT_INDEX[name]] += drive
    raised = field.source_offsets(FaceMotion(expression))[..., 1]
    assert raised.max() > 0.1 * portrait.eyes
    rows = (np.arange(len(raised)) + 0.5) * 128 / len(raised)
    assert np.diff(rows[:, None] + raised, axis=0).min() > 0.0


def both(names: str, drive: float) -> dict[str, float]:
    return {f'{name}{side}': drive for name in names.split() for side in ('Left', 'Right')}


@pytest.fixture(scope='module')
def calm_field(photo: np.ndarray) -> HeadField:
    """The field of the photo as if its face were calm, so that there is room for its smile."""
    portrait = prepare_portrait(photo, 128)
    return HeadField(replace(portrait, reference=FaceMotion.neutral()), split_layers(portrait))


@pytest.mark.parametrize(
    ('degrees', 'drives'),
    [
        ((-20, 20, 20), {}),
        ((-30, 20, 20), {}),
        ((-30, 0, 30), {}),
        ((0, 0, 0), both('mouthSmile', 1.2) | {'mouthPucker': -0.3}),
        ((0, 0, 15), both('mouthFrown mouthPress', 1.0) | {'mouthPucker': -0.3}),
    ],
)
def test_stretched_skin_does_not_break_into_waves(
    calm_field: HeadField, degrees: tuple[float, float, float], drives: dict[str, float]
) -> None:
    told = face_with(FaceMotion.neutral(), rotation=np.radians(degrees), **drives)
    offsets = calm_field.source_offsets(told) * (GRID / 128)
    (xy, xx), (yy, yx) = np.gradient(offsets[..., 0]), np.gradient(offsets[..., 1])
    area = (1.0 + xx) * (1.0 + yy) - xy * yx
    assert area.min() > 0.0


def test_a_head_thrown_back_frowns_less(renderer: PortraitRenderer) -> None:
    change = []
    for pitch in (0.0, -25.0):
        calm, sad = (
            renderer.render(motion(renderer.reference, (0, pitch, 0), mouthSmile=0.0, mouthFrown=f))
            for f in (0.0, 1.0)
        )
        change.append(np.abs(sad.astype(int) - calm).mean())
    assert change[1] < 0.6 * change[0]


def test_translation_moves_the_face(renderer: PortraitRenderer) -> None:
    def place(ahead: float, left: float, up: float) -> np.ndarray:
        moved = face_with(renderer.reference, translation=(ahead, left, up))
        return observe_faces(renderer.render(moved), landmarker())[0].landmarks[:468, :2]

    still = place(0, 0, 0)
    per_metre = np.linalg.norm(still[263] - still[33]) / 0.09
    sideways = (place(0, 0.02, 0) - still).mean(axis=0)
    upwards = (place(0, 0, 0.02) - still).mean(axis=0)
    np.testing.assert_allclose(sideways / (0.02 * per_metre), [1, 0], atol=0.25)
    np.testing.assert_allclose(upwards / (0.02 * per_metre), [0, -1], atol=0.25)
    assert np.ptp(place(0.04, 0, 0)[:, 0]) > 1.02 * np.ptp(still[:, 0])


def test_head_cut_off_by_the_border_is_held_there() -> None:
    inside = np.zeros((256, 256), np.uint8)
    inside[40:200, 60:190] = 255
    for free in held_at_border(inside):
        np.testing.assert_array_equal(free, 1.0)
    cut = np.zeros((256, 256), np.uint8)
    cut[0:200, 60:190] = 255
    sideways, vertical = held_at_border(cut)
    np.testing.assert_array_equal(sideways, 1.0)
    assert vertical[0, 32] == pytest.approx(FREE_AT_TOP, abs=0.01) and vertical[32, 32] == 1.0
    assert (np.diff(vertical[:, 32]) >= 0).all()


def test_tight_photo_keeps_its_border(photo: np.ndarray) -> None:
    face = observe_faces(photo)[0].box.astype(int)
    tight = photo[face[1] - 10 : face[3] + 10, face[0] - 10 : face[2] + 10]
    made = PortraitRenderer(tight, 256, calibrated=False)
    still = made.render(made.reference).astype(float)
    for degrees in ((0, 12, 0), (0, 0, 12), (10, 0, 0)):
        moved = made.render(motion(made.reference, degrees)).astype(float)
        assert len(observe_faces(moved.astype(np.uint8), landmarker())) == 1
        # Nothing comes in from beyond the border: its colours stay those of the photo.
        assert abs(moved[0].mean() - still[0].mean()) < 12


def test_turns_are_limited_softly() -> None:
    small = np.radians([15.0, -8.0, 10.0])
    np.testing.assert_allclose(soft_limit(small), small)
    assert np.radians(19.0) < soft_limit(np.radians([22.0, 0.0, 0.0]))[0] < np.radians(22.0)
    assert np.radians(24.0) < soft_limit(np.radians([0.0, 90.0, 0.0]))[1] <= MAX_ANGLE
    # A turn and a bow share what a photo can show, and keep their direction.
    both = soft_limit(np.radians([0.0, 30.0, -30.0]))
    assert both[1] == -both[2] and np.hypot(both[1], both[2]) <= MAX_ANGLE
    np.testing.assert_allclose(soft_limit(-np.radians([0.0, 30.0, -30.0])), -both)
    # So do a roll and a turn.
    tilted = soft_limit(np.radians([-30.0, 0.0, 30.0]))
    assert tilted[0] == -tilted[2] and np.radians(27.0) < np.linalg.norm(tilted) <= MAX_TOGETHER


@pytest.mark.parametrize('jaw', [0.1, 0.34])
def test_pixels_beside_an_ajar_mouth_stay_as_a_wide_one_draws_them(
    photo: np.ndarray, monkeypatch: pytest.MonkeyPatch, jaw: float
) -> None:
    prepared = prepare_portrait(photo, 384)
    mouth = Mouth(prepared)
    told = motion(prepared.reference, jawOpen=jaw, mouthLowerDown=0.9, mouthSmile=1.0)
    drawn = []
    for border in (1.0, 0.0):  # the fewer pixels, then all of them
        monkeypatch.setattr('vico_listener.render.mouth.AJAR', border)
        target = prepared.image.copy()
        assert mouth.draw(prepared.image, target, told.expression)
        drawn.append(target)
    np.testing.assert_allclose(*(picture.astype(int) for picture in drawn), atol=1)
    assert np.abs(drawn[0].astype(int) - prepared.image).max() > 50


def test_turned_face_is_not_turned_into_a_profile() -> None:
    own = np.radians(35.0)
    outwards = soft_limit(np.radians([0.0, 0.0, 30.0]), own)
    assert np.radians(5.0) < outwards[2] <= np.radians(10.0)
    inwards = np.radians([0.0, 0.0, -15.0])
    np.testing.assert_allclose(soft_limit(inwards, own), inwards)
    turns = [soft_limit(np.array([0.0, 0.0, yaw]), own)[2] for yaw in np.linspace(0, 1, 50)]
    assert (np.diff(turns) >= 0).all() and np.diff(turns).max() < 0.03


def test_extremes_are_drawn(renderer: PortraitRenderer) -> None:
    wild = FaceMotion(
        np.full(52, 7.0, np.float32), np.full(3, 3.0, np.float32), np.full(3, -9.0, np.float32)
    )
    assert renderer.render(wild).shape == (384, 384, 3)


def test_bad_motion_is_refused(renderer: PortraitRenderer) -> None:
    broken = face_with(renderer.reference, rotation=(np.nan, 0, 0))
    with pytest.raises(ValueError, match='not finite'):
        renderer.render(broken)
    with pytest.raises(ValueError, match="needs the basis 'arkit52', not 'bfm64'"):
        renderer.render(FaceMotion.neutral(BFM64))


def test_bad_portraits_are_named(photo: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(PortraitError, match='no face in the portrait: give a photo of one'):
        PortraitRenderer(np.full((300, 300, 3), 128, np.uint8))
    with pytest.raises(PortraitError, match='2 faces in the portrait: crop the photo'):
        PortraitRenderer(np.hstack([photo, photo]))
    with pytest.raises(PortraitError, match='no such portrait'):
        load_portrait(tmp_path / 'nobody.png')
    text = tmp_path / 'text.png'
    text.write_text('not an image')
    with pytest.raises(PortraitError, match='is not an image'):
        load_portrait(text)
    with pytest.raises(ValueError, match=r'size must lie in 64\.\.2048'):
        PortraitRenderer(photo, 8)
    with pytest.raises(
        ValueError,
        match="unknown renderer 'oil': choose one of cartoon, head3d, pirender, portrait",
    ):
        create_renderer('oil')


@pytest.mark.parametrize(
    ('turn', 'reason'),
    [
        (cv2.ROTATE_180, 'is upside down: turn the photo clockwise by 180 degrees'),
        (cv2.ROTATE_90_CLOCKWISE, 'lies on its side: turn the photo clockwise by 270 degrees'),
        (cv2.ROTATE_90_COUNTERCLOCKWISE, 'lies on its side: turn the photo clockwise by 90'),
    ],
)
@pytest.mark.trouble(
    'senses',
    'A portrait that is upside down or lies on its side',
    sees='Refused: `the face in the portrait ... is upside down`, `lies on its side`',
    remedy='`turn the photo clockwise by ... degrees`',
)
def test_portraits_that_are_not_upright_are_refused(
    photo: np.ndarray, turn: int, reason: str
) -> None:
    with pytest.raises(PortraitError, match=reason):
        find_face(np.ascontiguousarray(cv2.rotate(photo, turn)))


@pytest.mark.trouble(
    'senses',
    'A portrait in profile',
    sees='Refused: `the face in the portrait is turned aside by ... degrees`',
    remedy='`give one that looks at the camera, or is turned by 40 degrees at most`',
)
def test_profiles_are_refused(photo: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    (face,) = observe_faces(photo)
    face.motion = face_with(face.motion, rotation=(0, 0, np.radians(-50)))
    monkeypatch.setattr('vico_listener.render.portrait.observe_faces', lambda *_: [face])
    with pytest.raises(PortraitError, match='turned aside by 50 degrees: give one that looks'):
        find_face(photo)


@pytest.mark.trouble(
    'senses',
    'A portrait with sunglasses, a mask, or a hand before the face',
    sees='Refused: `something covers ... in the portrait`',
    remedy='`give one without sunglasses, mask or hand, with both eyes open`',
)
@pytest.mark.parametrize(
    ('landmarks', 'part'), [((468,), 'an eye'), ((13, 14), 'the mouth'), ((473,), 'an eye')]
)
def test_covered_faces_are_refused(
    photo: np.ndarray, landmarks: tuple[int, ...], part: str
) -> None:
    points = observe_faces(photo)[0].landmarks[:, :2]
    eyes = np.linalg.norm(points[263] - points[33])
    covered = photo.copy()
    centre = np.round(points[list(landmarks)].mean(axis=0)).astype(int).tolist()
    axes = round(0.45 * eyes if part == 'the mouth' else 0.28 * eyes), round(0.25 * eyes)
    cv2.ellipse(covered, centre, axes, 0, 0, 360, (150, 140, 130), -1)
    with pytest.raises(PortraitError, match=f'something covers {part} in the portrait: give one'):
        find_face(covered)


@pytest.mark.trouble(
    'senses',
    'A portrait that is cut off',
    sees='Refused: `the face in the portrait is cut off by the edge of the photo`',
    remedy='`give one that shows the whole face, from forehead to chin`',
)
def test_portraits_that_are_cut_off_are_refused(photo: np.ndarray) -> None:
    x0, y0, x1, y1 = observe_faces(photo)[0].box.astype(int)
    wide, high = x1 - x0, y1 - y0
    for cut in (photo[: y0 + 8 * high // 10], photo[y0 + high // 5 :], photo[:, x0 + wide // 5 :]):
        with pytest.raises(PortraitError, match='cut off by the edge of the photo'):
            find_face(np.ascontiguousarray(cut))


def test_gray_and_transparent_photos_load(photo: np.ndarray, tmp_path: Path) -> None:
    for name, picture in (
        ('gray.png', cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)),
        ('alpha.png', cv2.cvtColor(photo, cv2.COLOR_BGR2BGRA)),
    ):
        cv2.imwrite(str(tmp_path / name), picture)
        assert load_portrait(tmp_path / name).shape == photo.shape
    assert value(measure_portrait(tmp_path / 'gray.png'), 'mouthSmile') > 0.5


def test_exif_rotation_is_honoured(photo: np.ndarray, tmp_path: Path) -> None:
    lying = cv2.rotate(photo[:400], cv2.ROTATE_90_COUNTERCLOCKWISE)
    data = cv2.imencode('.jpg', lying)[1].tobytes()
    turn_right = 6
    tiff = struct.pack('>2sHIHHHIHHI', b'MM', 42, 8, 1, 0x0112, 3, 1, turn_right, 0, 0)
    exif = struct.pack('>HH', 0xFFE1, 8 + len(tiff)) + b'Exif\0\0' + tiff
    path = tmp_path / 'phone.jpg'
    path.write_bytes(data[:2] + exif + data[2:])
    upright = load_portrait(path)
    assert upright.shape == (400, 512, 3)
    assert np.abs(upright.astype(float) - photo[:400]).mean() < 6


@pytest.mark.parametrize('scale', [0.35, 2.5])
def test_small_and_large_photos(photo: np.ndarray, scale: float) -> None:
    resized = cv2.resize(photo, None, None, scale, scale, cv2.INTER_AREA if scale < 1 else 1)
    made = PortraitRenderer(resized, 256)
    assert len(observe_faces(made.render(made.reference))) == 1


@pytest.mark.clips
@pytest.mark.parametrize(
    'name',
    [f'portrait_{end}' for end in ('1.jpg', '2.jpg', '3.jpg', '4_turned.png', '5_painting.jpg')],
)
def test_other_portraits(clips: Path, name: str) -> None:
    made = PortraitRenderer(load_portrait(clips / 'portraits' / name), 256)
    straight = read(made.render(made.reference))
    nod = read(made.render(motion(made.reference, (0, 10, 0))))
    assert 4 < np.degrees(nod.rotation - straight.rotation)[1] < 14
    calm, smile = (read(made.render(motion(made.reference, mouthSmile=v))) for v in (0.0, 0.9))
    assert value(smile, 'mouthSmile') > value(calm, 'mouthSmile') + 0.2


@pytest.mark.clips
@pytest.mark.parametrize('name', ['portrait_1.jpg', 'portrait_3.jpg', 'portrait_5_painting.jpg'])
def test_faces_whose_landmarks_look_upright_are_refused_upside_down(clips: Path, name: str) -> None:
    photo = load_portrait(clips / 'portraits' / name)
    with pytest.raises(PortraitError, match='is upside down: turn the photo clockwise by 180'):
        find_face(turned_image(photo, 180))


@pytest.mark.trouble(
    'senses',
    'A portrait of an animal, or of something else that resembles a face',
    sees='Refused: `the face in the portrait hardly looks human`',
    remedy='`give a photo of a neutral human face`',
)
def test_faces_that_the_detector_doubts_are_refused(
    photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Doubt:
        def detect(self, image: np.ndarray, turn: int | None = None) -> list[Roi]:
            return [Roi(0.0, 0.0, 1.0, score=0.85)]

    faces = observe_faces(photo)
    monkeypatch.setattr('vico_listener.render.portrait.observe_faces', lambda *_: faces)
    monkeypatch.setattr('vico_listener.render.portrait.create_backend', lambda _: Doubt())
    with pytest.raises(PortraitError, match=r'hardly looks human \(.* is sure by 0.85'):
        find_face(photo)


def test_lashes_do_not_stay_at_the_corners_of_shut_eyes(photo: np.ndarray) -> None:
    made, portrait = PortraitRenderer(photo, 384, calibrated=False), prepare_portrait(photo, 384)
    shut = made.render(motion(made.reference, eyeBlink=1.0))
    for corner in (EYE_OUTER_LEFT, EYE_OUTER_RIGHT):
        above = portrait.landmarks[corner, :2] - 0.04 * portrait.eyes * portrait.down
        reach = 0.05 * portrait.eyes
        (left, top), (right, bottom) = (np.round(above + d).astype(int) for d in (-reach, reach))
        own, drawn = (
            np.quantile(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[top:bottom, left:right], 0.1)
            for picture in (portrait.image, shut)
        )
        assert drawn > 1.5 * own


def test_large_portraits_are_measured_in_small_pictures(
    photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[np.ndarray] = []

    def calibrate(draw, reference: FaceMotion, _: FaceBackend) -> Response:
        turned = replace(reference, rotation=np.array([0.1, 0.1, 0.2], np.float32))
        shown.extend([draw(reference), draw(turned)])
        return Response.plain(reference.expression)

    monkeypatch.setattr('vico_listener.render.warp.cached_path', lambda *_: None)
    monkeypatch.setattr('vico_listener.render.warp.calibrate', calibrate)
    made = PortraitRenderer(photo, 640)
    turned = replace(made.reference, rotation=np.array([0.1, 0.1, 0.2], np.float32))
    for small, told in zip(shown, (made.reference, turned), strict=True):
        whole = cv2.resize(made.render(told), (320, 320), interpolation=cv2.INTER_AREA)
        assert np.abs(small.astype(float) - whole).mean() < 1.5


def test_a_face_that_a_look_misses_is_searched(photo: np.ndarray) -> None:
    backend = create_backend('landmarker')

    class Searching:
        def detect(self, image: np.ndarray, turn: int | None = None) -> list[Roi]:
            return backend.detect(image) if turn is None else []

        observe = staticmethod(backend.observe)

    still = PictureReader(Searching(), photo).still
    assert np.abs(still.landmarks - PictureReader(backend, photo).still.landmarks).max() < 2.0


@pytest.mark.clips
def test_eyes_shut_that_the_tracker_reads_as_shut_before_they_are(clips: Path) -> None:
    made = PortraitRenderer(load_portrait(clips / 'portraits' / 'portrait_1.jpg'), 128)
    half, shut = (
        made._response.drive(motion(made.reference, eyeBlink=told).expression)
        for told in (0.5, 1.0)
    )
    assert value(FaceMotion(shut), 'eyeBlink') > 0.97
    # What is half shut is read as half of that, and stays so.
    assert value(FaceMotion(half), 'eyeBlink') < 0.65


@pytest.mark.clips
def test_dog_is_no_portrait(clips: Path) -> None:
    with pytest.raises(PortraitError, match='no face'):
        measure_portrait(clips / 'portraits' / 'not_a_face_dog.jpg')


def test_a_small_or_dark_face_is_remarked_on(photo: np.ndarray) -> None:
    assert remarks_on(prepare_portrait(photo, 128)) == ()
    dark = (photo * 0.2).astype(np.uint8)
    assert [r for r in remarks_on(prepare_portrait(dark, 128)) if 'very dark' in r]
    scale = 60.0 / np.ptp(find_face(photo).landmarks[:468, 1])
    small = np.asarray(cv2.resize(photo, None, None, scale, scale, cv2.INTER_AREA))
    (remark,) = remarks_on(prepare_portrait(small, 128))
    assert '60 px high' in remark or '61 px high' in remark or '59 px high' in remark


def test_what_a_portrait_hides_changes_nothing(renderer: PortraitRenderer) -> None:
    still = renderer.render(renderer.reference)
    for name in renderer.HIDDEN:
        picture = renderer.render(motion(renderer.reference, **{name: 1.0}))
        np.testing.assert_array_equal(picture, still)
    assert not any('jawForward' in remark for remark in renderer.remarks)


def test_a_patterned_wall_is_not_of_the_person(photo: np.ndarray) -> None:
    portrait = prepare_portrait(photo, 256)
    mask = person_mask(portrait)
    x = np.arange(256)
    hair = portrait.image[30:60, 100:150].reshape(-1, 3).mean(axis=0)
    stripes = np.where((x // 12 % 2 == 0)[:, None], hair, [70, 60, 190])
    image = mask[..., None] * portrait.image + (1.0 - mask[..., None]) * stripes
    before_stripes = person_mask(replace(portrait, image=image.astype(np.uint8)))
    both = np.minimum(mask, before_stripes).sum() / np.maximum(mask, before_stripes).sum()
    assert both > 0.93


def test_a_face_in_which_the_network_sees_nobody_has_a_plain_head(
    photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    portrait = prepare_portrait(photo, 128)
    monkeypatch.setattr(
        'vico_listener.render.layers.seen_person', lambda _: np.zeros((256, 256), np.float32)
    )
    mask = person_mask(portrait)
    columns, rows = portrait.landmarks[:468, :2].round().astype(int).T
    assert mask[rows, columns].min() > 0.9 and mask[:8].max() == 0.0


def test_without_the_network_the_remedy_is_told(
    photo: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, complaint in (None, 'is not installed'), (tmp_path / 'a', 'is damaged'):
        (tmp_path / 'a').write_bytes(b'half')
        monkeypatch.setattr('vico_listener.render.person.bundled_path', lambda _, path=path: path)
        person._network.cache_clear()
        with pytest.raises(DataError, match=f'{complaint}.*python -m vico_listener.bundled'):
            person.seen_person(photo)
    person._network.cache_clear()


def test_interpolation_is_that_of_scipy() -> None:
    random = np.random.default_rng(3)
    points, values = random.uniform(10.0, 90.0, (200, 2)), random.normal(size=200)
    x, y = np.meshgrid(np.arange(0.0, 100.0, 3.0), np.arange(0.0, 100.0, 3.0))
    expected = LinearNDInterpolator(points, values)(x, y)
    found = interpolated(points, values, x, y)
    # OpenCV leaves out some of the slivers along the edge.
    within = ~np.isnan(found)
    assert 0.95 * np.count_nonzero(~np.isnan(expected)) < np.count_nonzero(within)
    np.testing.assert_allclose(found[within], expected[within], atol=1e-9)
