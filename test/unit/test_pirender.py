"""PIRenderer: the released networks' figures, windows, refusals, the renderer around them."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from pretrained_weights import Sketch
from pretrained_weights import fill
from pretrained_weights import hashed
from pretrained_weights import save

from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.neural.execution import Execution
from vico_listener.neural.execution import Part
from vico_listener.neural.runner import create_runner
from vico_listener.neural.torch_file import TorchFileError
from vico_listener.render import PortraitError
from vico_listener.render import create_renderer
from vico_listener.render.pirender import pirenderer as renderer_module
from vico_listener.render.pirender.generator import Draw
from vico_listener.render.pirender.generator import Generator
from vico_listener.render.pirender.generator import Prepare
from vico_listener.render.pirender.generator import load_generator
from vico_listener.render.pirender.motion_window import MotionWindow
from vico_listener.render.pirender.motion_window import column_of
from vico_listener.render.pirender.motion_window import lookahead_of
from vico_listener.render.pirender.motion_window import window_at

# Of the authors' own code with the same weights, portrait and window, at four places each.
FLOW = {(0, 0): (0.22583, 0.26457), (3, 12): (1.28146, -1.568), (8, 8): (0.6483, -0.40141)}
FLOW[15, 15] = (1.36802, -0.04325)
PICTURE = {
    (0, 0): (0.09422, 0.9564, 0.70958),
    (5, 60): (0.77015, 0.99942, 0.99521),
    (32, 32): (0.62179, 0.99361, 0.97995),
    (63, 63): (0.85862, 0.87929, 0.16225),
}


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('pirender') / 'checkpoint.pt'
    return save(path, 'net_G_ema', fill(Generator(), 1.0))


@pytest.fixture(scope='module')
def generator(checkpoint: Path) -> Generator:
    return load_generator(checkpoint)


@pytest.fixture(scope='module')
def portrait() -> torch.Tensor:
    """64x64, a sixteenth of the work; the networks are convolutions throughout."""
    return torch.from_numpy(hashed((1, 3, 64, 64), 1000))


@pytest.fixture(scope='module')
def window() -> torch.Tensor:
    return torch.from_numpy(hashed((1, 73, 27), 1001))


def test_computes_what_the_authors_code_computes(
    generator: Generator, portrait: torch.Tensor, window: torch.Tensor
) -> None:
    assert len(generator.state_dict()) == 304
    assert sum(p.numel() for p in generator.parameters()) == 22_519_109
    with torch.inference_mode():
        drawing = generator(generator.prepare(portrait), window)
    for (row, column), values in FLOW.items():
        np.testing.assert_allclose(drawing.flow[0, :, row, column], values, atol=1e-4)
    for (row, column), values in PICTURE.items():
        np.testing.assert_allclose(drawing.picture[0, :, row, column], values, atol=1e-4)


def test_parts_draw_the_same_in_bgr_bytes(
    generator: Generator, portrait: torch.Tensor, window: torch.Tensor
) -> None:
    with torch.inference_mode():
        expected = generator(generator.prepare(portrait), window).picture[0].numpy()
        shares = Prepare(generator)(portrait)
        (picture,) = Draw(generator)(portrait, *shares, window).numpy()
    assert picture.dtype == np.uint8
    levels = (expected.transpose(1, 2, 0)[..., ::-1] + 1) / 2 * 255
    assert np.abs(picture - np.floor(levels)).max() <= 1
    assert (picture == np.floor(levels)).mean() > 0.99


def test_export_draws_the_same(
    generator: Generator, portrait: torch.Tensor, window: torch.Tensor
) -> None:
    with torch.inference_mode():
        shares = Prepare(generator)(portrait)
        expected = Draw(generator)(portrait, *shares, window).numpy()
    inputs = [x.numpy() for x in (portrait, *shares, window)]
    names = ('portrait', 'warping', 'editing', 'window')
    shapes = {name: x.shape[1:] for name, x in zip(names, inputs, strict=True)}
    part = Part('small', lambda: Draw(generator), shapes, ('picture',))
    (drawn,) = create_runner(part, Execution('onnx'))(*inputs)
    assert drawn.dtype == np.uint8 and drawn.shape == (1, 64, 64, 3)
    assert np.abs(drawn.astype(int) - expected).max() <= 1


def test_torch_is_imported_for_nobody_else() -> None:
    code = 'import vico_listener.render, vico_listener.face, sys; sys.exit("torch" in sys.modules)'
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0


def test_no_motion_no_change_of_the_flow_by_time(generator: Generator) -> None:
    """The descriptor of a still face is the same wherever the window is cut."""
    still = torch.from_numpy(np.repeat(hashed((1, 73, 1), 5), 40, axis=2))
    with torch.inference_mode():
        a, b = generator.mapping_net(still[..., :27]), generator.mapping_net(still)
    torch.testing.assert_close(a, b, atol=1e-5, rtol=0)


def test_other_weights_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    weights = dict(torch.load(checkpoint, weights_only=True)['net_G_ema'])
    weights.pop('warpping_net.flow_out.2.bias')
    path = save(tmp_path / 'other.pt', 'net_G_ema', weights)
    with pytest.raises(TorchFileError, match=r'first warpping_net\.flow_out\.2\.bias.*PIRender'):
        load_generator(path)
    with pytest.raises(TorchFileError, match="no entry 'net_G_ema'"):
        load_generator(save(tmp_path / 'g.pt', 'net_G', weights))


def motion(value: float, rotation: tuple[float, float, float] = (0, 0, 0)) -> FaceMotion:
    return FaceMotion(
        np.full(64, value, np.float32),
        np.array(rotation, np.float32),
        np.array([1, 2, 3], np.float32),
        np.array([4, 5, 6], np.float32),
        basis=BFM64,
    )


def test_columns_are_in_the_order_of_the_weights() -> None:
    column = column_of(motion(7.0, (0.3, 0.1, 0.2)))
    np.testing.assert_array_equal(column[:64], 7)
    np.testing.assert_array_equal(column[67:], [1, 2, 3, 4, 5, 6])
    # Down, to its left and the right ear down, one by one: about x, y and z of Deep3D.
    for axis, rotation in enumerate([(0, 0.1, 0), (0, 0, 0.1), (0.1, 0, 0)]):
        np.testing.assert_allclose(
            column_of(motion(0, rotation))[64:67], 0.1 * np.eye(3)[axis], atol=1e-6
        )


def test_offline_windows_are_clamped_at_both_ends() -> None:
    columns = np.arange(40, dtype=np.float32)[:, None].repeat(73, axis=1)
    for index in (0, 5, 20, 39):
        expected = [min(max(i, 0), 39) for i in range(index - 13, index + 14)]
        window = window_at(columns, index)
        assert window.shape == (73, 27)
        np.testing.assert_array_equal(window[0], expected)


@pytest.mark.parametrize('mode', ['causal', 'lookahead=4', 'offline'])
def test_live_windows_see_only_what_has_come(mode: str) -> None:
    lookahead = lookahead_of(mode)
    assert lookahead == {'causal': 0, 'lookahead=4': 4, 'offline': 13}[mode]
    columns = np.arange(50, dtype=np.float32)[:, None].repeat(73, axis=1)
    live = MotionWindow(lookahead)
    for newest, column in enumerate(columns):
        window = live.push(column)
        drawn = max(0, newest - lookahead)
        assert window[0, 13] == drawn and window.max() == newest
        np.testing.assert_array_equal(window, window_at(columns[: newest + 1], drawn, lookahead))
    if mode == 'offline':
        np.testing.assert_array_equal(window, window_at(columns, 36))
    live.reset()
    np.testing.assert_array_equal(live.push(columns[9]), 9)


@pytest.mark.parametrize('mode', ['', 'lookahead', 'lookahead=14', 'lookahead=-1', 'future'])
def test_unknown_windows_are_refused(mode: str) -> None:
    with pytest.raises(ValueError, match='choose causal, offline or lookahead=n with n in 0..13'):
        lookahead_of(mode)


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    monkeypatch.setattr(renderer_module, 'create_runner', lambda *_: Sketch())
    weights, mat = tmp_path / 'checkpoint.pt', tmp_path / 'portrait.mat'
    weights.touch()
    coefficients = np.zeros((1, 257))
    coefficients[0, 80:144] = 5
    save_mat(mat, coefficients, np.array([[512, 512, 0.8, 250, 260]]))
    photo = np.full((512, 512, 3), 90, np.uint8)
    return {'portrait': photo, 'renderer_model': weights, 'face_model': mat}


def test_renderer_draws_what_the_window_says(options: dict) -> None:
    renderer = create_renderer('pirender', **options, size=128, window='lookahead=2')
    assert renderer.basis is BFM64
    np.testing.assert_array_equal(renderer.reference.expression, 5)
    np.testing.assert_allclose(renderer.reference.crop, [1.6, 124.75, 129.75])
    shown = [int(renderer.render(motion(v)).mean()) for v in (10, 20, 30, 40)]
    assert shown == [10, 10, 10, 20]
    renderer.reset()
    picture = renderer.render(motion(99))
    assert picture.shape == (128, 128, 3) and picture.dtype == np.uint8 and (picture == 99).all()
    assert [int(p.mean()) for p in renderer.render_clip([motion(1), motion(2)])] == [1, 2]


def test_motions_of_the_other_basis_are_refused_with_the_remedy(
    options: dict, portrait_photo: Path
) -> None:
    renderer = create_renderer('pirender', **options)
    with pytest.raises(ValueError, match=r"'bfm64', not 'arkit52': choose .*'portrait'.*'deep3d'"):
        renderer.render(FaceMotion.neutral(ARKIT52))
    with pytest.raises(ValueError, match='not finite'):
        renderer.render(motion(np.nan))
    warped = create_renderer('portrait', portrait=cv2.imread(str(portrait_photo)))
    with pytest.raises(ValueError, match=r"'arkit52', not 'bfm64': choose the .*'pirender'"):
        warped.render(motion(0))


def test_missing_files_are_named(options: dict, tmp_path: Path) -> None:
    for name, message in (
        ('renderer_model', r'no weights given: give epoch_00190\w+\.pt of RenYurui/PIRender'),
        ('face_model', r'no face model given: give epoch_20\.pth .* or a \.mat'),
    ):
        with pytest.raises(ValueError, match=message):
            create_renderer('pirender', **{**options, name: ''})
        with pytest.raises(ValueError, match='no such file: .*nowhere'):
            create_renderer('pirender', **{**options, name: tmp_path / 'nowhere'})
    with pytest.raises(PortraitError, match='512x300 px.*same square image'):
        create_renderer('pirender', **{**options, 'portrait': options['portrait'][:300]})
