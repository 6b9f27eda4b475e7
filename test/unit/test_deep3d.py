"""Deep3DFaceRecon: the released network's figures, alignment, units, files, refusals."""

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image as PillowImage
from pretrained_weights import fill
from pretrained_weights import hashed
from pretrained_weights import save
from scipy.io import loadmat
from scipy.io import savemat

from vico_listener.cli.main import main
from vico_listener.errors import DataError
from vico_listener.face import FaceTracker
from vico_listener.face import create_backend
from vico_listener.face import observe_faces
from vico_listener.face.deep3d.alignment import MESH_POINTS
from vico_listener.face.deep3d.alignment import STANDARD_POINTS
from vico_listener.face.deep3d.alignment import AlignedFace
from vico_listener.face.deep3d.alignment import AlignmentError
from vico_listener.face.deep3d.alignment import align_face
from vico_listener.face.deep3d.alignment import five_points
from vico_listener.face.deep3d.coefficients import canvas_crop
from vico_listener.face.deep3d.coefficients import load_mat
from vico_listener.face.deep3d.coefficients import motion_of
from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.face.deep3d.mat_file import read_matrices
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.face.deep3d.resnet import ReconstructionNetwork
from vico_listener.face.deep3d.resnet import load_reconstruction
from vico_listener.face.model_file import FaceModelError
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.lab.reconstruction.clip_coefficients import reconstruct_clip
from vico_listener.lab.reconstruction.mesh import load_basel_face
from vico_listener.lab.reconstruction.mesh import write_obj
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.neural.execution import Execution
from vico_listener.rotation import matrix_from_rpy

# Of the authors' own code with the same weights, at these places of the 257 coefficients.
PLACES = (0, 79, 80, 143, 144, 223, 224, 226, 227, 253, 254, 255, 256)
AUTHORS = (
    *(3.08545, 15.84451, 17.5328, 1.40807, 9.44931, 12.79907, -1.69774, 15.04472, 3.12262),
    *(12.734, -1.13113, 7.91846, -5.55044),
)


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    weights = fill(ReconstructionNetwork(), 0.8)
    return save(tmp_path_factory.mktemp('deep3d') / 'epoch_20.pth', 'net_recon', weights)


def test_computes_what_the_authors_code_computes(checkpoint: Path) -> None:
    network = load_reconstruction(checkpoint)
    assert len(network.state_dict()) == 332
    assert sum(p.numel() for p in network.parameters()) == 24_034_625
    image = torch.from_numpy((hashed((1, 3, 96, 96), 1000) + 1) / 2)
    with torch.inference_mode():
        (coefficients,) = network(image).numpy()
    np.testing.assert_allclose(coefficients[list(PLACES)], AUTHORS, atol=1e-4)


def test_other_weights_are_refused_with_the_remedy(checkpoint: Path, tmp_path: Path) -> None:
    remedy = r'give epoch_20\.pth of sicxu/Deep3DFaceRecon_pytorch'
    weights = torch.load(checkpoint, weights_only=True)['net_recon']
    small = {n: t for n, t in weights.items() if not n.startswith('backbone.layer4.2')}
    with pytest.raises(FaceModelError, match=rf'first backbone\.layer4\.2\.conv1.*{remedy}'):
        load_reconstruction(save(tmp_path / 'small.pth', 'net_recon', small))
    with pytest.raises(FaceModelError, match=f'no such file.*{remedy}'):
        Reconstruction(tmp_path / 'none.pth')
    with pytest.raises(FaceModelError, match=r'no default model: give the path of epoch_20\.pth'):
        create_backend('deep3d')


def seen_at(scale: float, x: float, y: float, height: int) -> np.ndarray:
    """The standard face's points, px, y down, straight ahead at a scale (px a unit) and place."""
    points = STANDARD_POINTS[:, :2] * scale + (x, y)
    points[:, 1] = height - 1 - points[:, 1]
    return points


def test_scale_and_place_of_a_face_are_found() -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    params = align_face(image, seen_at(204, 300.25, 200.5, 480)).transform_params
    np.testing.assert_allclose(params, [640, 480, 0.5, 300.25, 200.5], rtol=1e-5)


@pytest.mark.parametrize(
    ('scale', 'x', 'y'), [(150.0, 310.0, 250.0), (61.3, 321.4, 239.7), (260.0, 30.0, 460.0)]
)
def test_cut_is_that_of_the_whole_image_scaled(scale: float, x: float, y: float) -> None:
    """Against the way it is described: scale everything, then cut, black beyond the image."""
    random = np.random.default_rng(1)
    image = random.integers(0, 256, (480, 640, 3)).astype(np.uint8)
    face = align_face(image, seen_at(scale, x, y, 480))
    s, tx, ty = 102 / scale, x, y
    w, h = int(640 * s), int(480 * s)
    left = int(w / 2 - 112 + (tx - 320) * s)
    top = int(h / 2 - 112 + (240 - ty) * s)
    whole = PillowImage.fromarray(image[..., ::-1].copy())
    whole = whole.resize((w, h), PillowImage.Resampling.BICUBIC)
    expected = np.asarray(whole.crop((left, top, left + 224, top + 224)))
    assert np.abs(face.image.astype(int) - expected).max() <= 1


def test_impossible_points_are_refused() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    for points in (np.full((5, 2), 50.0), np.full((5, 2), np.nan)):
        with pytest.raises(AlignmentError, match='coincide or are not finite'):
            align_face(image, points)


def test_crop_is_measured_in_256_pixels() -> None:
    same = np.array([256, 256, 1.7, 120.0, 130.0])
    np.testing.assert_allclose(canvas_crop(same), same[2:], rtol=1e-6)
    # The same image at twice the size, and with bars left and right: the same crop.
    points = seen_at(60.0, 120.0, 130.0, 256)
    original = align_face(np.zeros((256, 256, 3), np.uint8), points).transform_params
    double = align_face(np.zeros((512, 512, 3), np.uint8), 2 * points + 0.5).transform_params
    tall = align_face(np.zeros((256, 128, 3), np.uint8), points - (64, 0)).transform_params
    for params in (double, tall):
        np.testing.assert_allclose(canvas_crop(params), canvas_crop(original), rtol=1e-5)


def test_motion_has_our_axes_and_its_own_units() -> None:
    coefficients = np.zeros(257, np.float32)
    coefficients[80:144] = np.arange(64)
    coefficients[224:227] = 0.2, 0.0, 0.0  # about x, to its left: the chin comes in
    coefficients[254:257] = 0.1, 0.2, 0.3
    motion = motion_of(coefficients, np.array([256, 256, 1.0, 128, 128]), 0.9)
    assert motion.basis is BFM64 and motion.confidence == 0.9
    np.testing.assert_array_equal(motion.expression, np.arange(64))
    np.testing.assert_allclose(motion.rotation, [0, 0.2, 0], atol=1e-6)
    np.testing.assert_allclose(motion.translation, [0.1, 0.2, 0.3])
    np.testing.assert_allclose(motion.crop, [1, 128, 128])


def test_mat_files_are_those_of_the_authors(tmp_path: Path) -> None:

    random = np.random.default_rng(0)
    coefficients, params = random.normal(size=(4, 257)), random.normal(size=(4, 5))
    path = tmp_path / 'recons' / 'a.mat'
    save_mat(path, coefficients, params)
    content = loadmat(path)
    assert content['coeff'].shape == (4, 257) and content['coeff'].dtype == np.float32
    assert content['transform_params'].shape == (4, 5)
    np.testing.assert_array_equal(load_mat(path)[0], coefficients.astype(np.float32))
    with pytest.raises(ValueError, match=r'coeff has the shape \(4, 250\)'):
        save_mat(path, coefficients[:, :250], params)
    with pytest.raises(ValueError, match='no such file'):
        load_mat(tmp_path / 'none.mat')
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="holds no 'coeff'"):
        load_mat(path)
    savemat(path, {'other': 1})
    with pytest.raises(ValueError, match="holds no 'coeff'"):
        load_mat(path)


@pytest.mark.parametrize('compressed', [False, True])
@pytest.mark.parametrize('kind', ['f8', 'f4', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8'])
def test_matrices_are_read_as_scipy_reads_them(tmp_path: Path, kind: str, compressed: bool) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        'a': (100 * rng.random((5, 7))).astype(kind),
        'name_that_is_long': (9 * rng.random((2, 3, 4))).astype(kind),
        'b': np.ones((1, 1), kind),
        'none': np.zeros((0, 3), kind),
        'text': 'left alone',
        'cell': np.array([1, 'two'], object),
    }
    savemat(tmp_path / 'x.mat', arrays, do_compression=compressed)
    wanted = ('a', 'b', 'name_that_is_long', 'none')
    found = read_matrices((tmp_path / 'x.mat').read_bytes(), wanted)
    expected = loadmat(tmp_path / 'x.mat')
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_array_equal(found[name], expected[name])
    for wrong in ('text', 'cell'):
        with pytest.raises(ValueError, match=f"'{wrong}' holds no real numbers"):
            read_matrices((tmp_path / 'x.mat').read_bytes(), (wrong,))


def test_matrices_of_a_machine_with_the_other_order_of_bytes() -> None:
    number = struct.pack('>II', 7, 4) + struct.pack('>f', 2.5) + bytes(4)
    shape = struct.pack('>IIii', 5, 8, 1, 1)
    name = struct.pack('>HH', 1, 1) + b'x' + bytes(3)
    flags = struct.pack('>IIII', 6, 8, 7, 0)
    parts = flags + shape + name + number
    head = b'MATLAB 5.0'.ljust(124) + struct.pack('>H', 0x0100) + b'MI'
    content = head + struct.pack('>II', 14, len(parts)) + parts
    assert loadmat(io.BytesIO(content))['x'] == 2.5
    assert read_matrices(content, ['x'])['x'] == 2.5


class Eyes:
    """Sees a face in images that are not black, at the place of the brightest column."""

    basis = ARKIT52

    def detect(self, image: np.ndarray, turn: int | None = None) -> list[Roi]:
        return [Roi(50, 50, 90)] if image.any() else []

    def observe(self, image: np.ndarray, roi: Roi, camera: object) -> FaceObservation:
        landmarks = np.zeros((478, 3), np.float32)
        column = int(image[0, :, 0].argmax())
        for group, point in zip(MESH_POINTS, seen_at(60.0, column, 50.0, 100), strict=True):
            landmarks[list(group), :2] = point
        box = np.array([0, 0, 100, 100], np.float32)
        return FaceObservation(landmarks, box, FaceMotion.neutral(), roi, 0.0)

    def warm_up(self) -> None:
        """Nothing to do."""


def image_with(column: int | None) -> np.ndarray:
    image = np.zeros((100, 100, 3), np.uint8)
    if column is not None:
        image[:, column] = 255
    return image


def test_clip_without_gaps() -> None:
    sizes = []

    def reconstruction(faces: list[AlignedFace]) -> np.ndarray:
        sizes.append(len(faces))
        return np.array([np.full(257, face.transform_params[3]) for face in faces], np.float32)

    columns = [None, 40, 45, None, 50]
    clip = reconstruct_clip(map(image_with, columns), reconstruction, Eyes(), batch=2)
    np.testing.assert_array_equal(clip.found, [False, True, True, False, True])
    np.testing.assert_allclose(clip.transform_params[:, 3], [40, 40, 45, 45, 50], atol=1e-3)
    np.testing.assert_allclose(clip.coefficients[:, 0], [40, 40, 45, 45, 50], atol=1e-3)
    assert sum(sizes) == 5 and len(sizes) > 1
    with pytest.raises(ValueError, match='no face in any'):
        reconstruct_clip([image_with(None)], reconstruction, Eyes())
    with pytest.raises(ValueError, match='there are no images'):
        reconstruct_clip([], reconstruction, Eyes())


def test_five_points_are_the_standard_face_order() -> None:
    landmarks = np.zeros((478, 3))
    landmarks[[33, 133], 0] = 10, 20
    landmarks[[263, 362], 0] = 40, 50
    landmarks[[61, 57, 291, 287], 0] = 1, 1, 2, 2
    np.testing.assert_allclose(five_points(landmarks)[:, 0], [15, 45, 0, 1, 2])


@pytest.fixture
def basel(tmp_path: Path) -> Path:
    random = np.random.default_rng(2)
    savemat(
        tmp_path / 'BFM_model_front.mat',
        {
            'meanshape': random.normal(size=(1, 12)),
            'meantex': random.uniform(0, 255, (1, 12)),
            'idBase': random.normal(size=(12, 80)),
            'exBase': random.normal(size=(12, 64)),
            'texBase': np.zeros((12, 80)),
            'tri': np.array([[1, 2, 3], [2, 3, 4]]),
        },
    )
    return tmp_path


def test_mesh_is_turned_and_moved(basel: Path, tmp_path: Path) -> None:
    face = load_basel_face(basel)
    coefficients = np.zeros(257)
    np.testing.assert_allclose(face.vertices(coefficients).mean(axis=0), 0, atol=1e-9)
    coefficients[80] = 2.0
    smile = face.vertices(coefficients)
    np.testing.assert_allclose(
        smile - face.vertices(np.zeros(257)), 2 * face.expression[:, 0].reshape(-1, 3), atol=1e-9
    )
    coefficients[224:227] = 0.1, 0.2, 0.3
    coefficients[254:257] = 1, 2, 3
    moved = matrix_from_rpy([0.1, 0.2, 0.3]) @ smile.T + np.array([[1], [2], [3]])
    np.testing.assert_allclose(face.vertices(coefficients), moved.T, atol=1e-9)
    path = tmp_path / 'face.obj'
    write_obj(path, face, coefficients)
    lines = path.read_text().splitlines()
    np.testing.assert_allclose([float(x) for x in lines[0].split()[1:4]], moved[:, 0], atol=1e-5)
    assert lines[-2:] == ['f 1 2 3', 'f 2 3 4']
    with pytest.raises(ValueError, match=r'expected \(257,\)'):
        write_obj(path, face, coefficients[:70])


def test_missing_or_other_face_model(basel: Path, tmp_path: Path) -> None:
    with pytest.raises(FaceModelError, match=r'no BFM_model_front\.mat in .*: register for'):
        load_basel_face(tmp_path / 'nowhere')
    savemat(basel / 'BFM_model_front.mat', {'meanshape': np.zeros((1, 12))})
    with pytest.raises(FaceModelError, match='is no face model'):
        load_basel_face(basel)


def test_backend_gives_bfm64_motions_of_the_faces_in_view(
    checkpoint: Path, portrait_photo: Path
) -> None:
    backend = create_backend(
        'deep3d', model_path=checkpoint, execution=Execution('torch', 'cpu', 1)
    )
    photo = cv2.imread(str(portrait_photo))
    (face,) = observe_faces(photo, backend)
    assert face.motion.basis is BFM64 and face.motion.is_finite()
    aligned = align_face(photo, five_points(face.landmarks))
    np.testing.assert_allclose(face.motion.crop, canvas_crop(aligned.transform_params))
    # What the network sees: eyes and mouth where the standard face has them, but for its pitch.
    (again,) = observe_faces(np.ascontiguousarray(aligned.image[..., ::-1]))
    expected = STANDARD_POINTS[:, :2] * (102, -102) + 112
    away = np.abs(five_points(again.landmarks) - expected)
    assert away[[0, 1, 3, 4]].max() < 14
    tracker = FaceTracker(backend)
    black = np.zeros((120, 160, 3), np.uint8)
    assert tracker.update(black, 0).basis is BFM64 is tracker.basis


def test_an_image_becomes_a_mat_and_a_mesh(
    checkpoint: Path, basel: Path, portrait_photo: Path, tmp_path: Path, capsys
) -> None:
    out, mesh = tmp_path / 'a.mat', tmp_path / 'a.obj'
    command = ['reconstruct', str(portrait_photo), '--face-model', str(checkpoint)]
    command += ['--out', str(out), '--obj', str(mesh), '--bfm', str(basel)]
    assert main(command) == 0
    coefficients, _ = load_mat(out)
    assert coefficients.shape == (1, 257)
    expected = tmp_path / 'b.obj'
    write_obj(expected, load_basel_face(basel), coefficients[0])
    assert mesh.read_text() == expected.read_text()
    assert main([*command, '--frame', '7']) == 1
    assert 'has the frames 0 to 0' in capsys.readouterr().err
    assert main(['reconstruct', str(tmp_path / 'none.mp4'), '--face-model', str(checkpoint)]) == 1
    assert 'none.mp4' in capsys.readouterr().err
