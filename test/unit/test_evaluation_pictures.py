"""Measures of rendered pictures, and Table 4 on a video of known motion."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from film_files import write_video
from made_features import dyad_clip
from made_features import noise_clip
from made_features import write_clips
from pretrained_weights import Sketch

from vico_listener.cli.main import main
from vico_listener.lab.dataset.tick_images import images_at_ticks
from vico_listener.lab.evaluation.frechet import frechet_distance
from vico_listener.lab.evaluation.pictures.measures import Inception
from vico_listener.lab.evaluation.pictures.measures import cpbd
from vico_listener.lab.evaluation.pictures.measures import edge_widths
from vico_listener.lab.evaluation.pictures.measures import psnr
from vico_listener.lab.evaluation.pictures.measures import ssim
from vico_listener.lab.evaluation.pictures.pair_scores import PairScores
from vico_listener.lab.evaluation.pictures.pair_scores import fid
from vico_listener.lab.evaluation.pictures.rendering import cropped
from vico_listener.lab.evaluation.pictures.rendering import render_score
from vico_listener.lab.evaluation.pictures.rendering import whole
from vico_listener.motion import BFM64
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait
from vico_listener.render.pirender import pirenderer as pirender

SIZE = 128
SECONDS = 0.5


def flat(value):
    return np.full((96, 96, 3), value, np.uint8)


def test_ssim_and_psnr_of_flat_pictures_are_closed():
    assert psnr(flat(100), flat(110)) == pytest.approx(20 * np.log10(255 / 10), abs=1e-4)
    assert psnr(flat(7), flat(7)) == pytest.approx(80)
    c1 = (0.01 * 255) ** 2  # without any structure only the luminance term is left
    expected = (2 * 100 * 110 + c1) / (100**2 + 110**2 + c1)
    assert ssim(flat(100), flat(110)) == pytest.approx(expected, abs=1e-6)
    assert ssim(flat(7), flat(7)) == pytest.approx(1)


def test_similarity_falls_with_noise(portrait_photo):
    photo = cv2.resize(load_portrait(portrait_photo), (128, 128))
    rng = np.random.default_rng(0)
    noise = rng.normal(size=photo.shape)
    noisy = [np.clip(photo + s * noise, 0, 255).astype(np.uint8) for s in (2, 8, 32)]
    for measure in (ssim, psnr):
        values = [measure(picture, photo) for picture in noisy]
        assert values == sorted(values, reverse=True)


def stripes(width, low, high):
    """Edges of a known even width, steepest at one pixel in the middle, every 16 px."""
    step = np.clip(np.arange(32) - 4, 0, width) - np.clip(np.arange(32) - 20, 0, width)
    row = low + (high - low) * (1 - np.cos(np.pi * step / width)) / 2
    return np.tile(np.tile(row, 4), (128, 1)).round().astype(np.uint8)


def test_edge_width_is_that_of_the_rise():
    for width in (2, 4, 8):
        picture = stripes(width, 30, 220)  # both rises and falls
        widths = edge_widths(picture)
        assert set(np.unique(widths[widths > 0])) == {width}
        middles = np.flatnonzero(widths[64])
        np.testing.assert_array_equal(middles[:4], [4 + width / 2 + 16 * k for k in range(4)])
        assert not edge_widths(np.ascontiguousarray(picture.T)).any()


def test_sharpness_falls_steadily_with_blur(portrait_photo):
    photo = cv2.cvtColor(load_portrait(portrait_photo), cv2.COLOR_BGR2GRAY)[:384, :384]
    values = [cpbd(photo)]
    values += [cpbd(cv2.GaussianBlur(photo, (0, 0), s)) for s in (0.5, 0.75, 1, 1.5, 2.5)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.4 and values[-1] < 0.05


def test_edges_are_sharp_up_to_the_just_noticeable_width():
    """3 px where the contrast is high, 5 px where it is 50 or less."""
    assert [cpbd(stripes(width, 30, 220)) for width in (2, 4, 6)] == [1, 0, 0]
    assert [cpbd(stripes(width, 20, 65)) for width in (2, 4, 6)] == [1, 1, 0]


def test_large_pictures_are_shrunk_before_their_structure_is_compared():
    """A fine grain that averages out is no difference from 384 px on, unless it is asked for."""
    grain = 40 * (np.indices((384, 384)).sum(axis=0) % 2).astype(np.uint8)[..., None]
    plain = np.full((384, 384, 3), 100, np.uint8)
    assert ssim(plain - 20 + grain, plain) == pytest.approx(1, abs=1e-6)
    assert ssim(plain - 20 + grain, plain, shrink=False) < 0.2
    assert ssim((plain - 20 + grain)[:383, :383], plain[:383, :383]) < 0.2


def test_sharpness_of_nothing():
    assert cpbd(flat(90)[..., 0]) == 0
    with pytest.raises(ValueError, match='at least 64 px, not 96x40'):
        cpbd(np.zeros((40, 96), np.uint8))


@pytest.fixture(scope='module')
def film(tmp_path_factory, portrait_photo):
    """A listener's video drawn by the renderer itself, and the features of its motion."""
    photo = load_portrait(portrait_photo)
    renderer = create_renderer('portrait', portrait=photo, size=256)
    count = round(30 * SECONDS)
    clip = dyad_clip('a', seconds=SECONDS)
    track = clip.listener
    track.rotation[:] = np.outer(np.sin(np.arange(count) / 4), [0, 0.15, 0.2]).astype(np.float32)
    track.translation[:] = 0
    track.expression[:] = renderer.reference.expression
    folder = tmp_path_factory.mktemp('film')
    write_video(folder / 'a.mp4', [renderer.render(track.motion(t)) for t in range(count)])
    write_clips(folder / 'features', [clip])
    return folder, clip


def test_the_true_motion_draws_the_truer_pictures(film):
    folder, clip = film
    right = render_score('portrait', clip, folder / 'a.mp4', SIZE)
    other = replace(clip, listener=replace(clip.listener, rotation=-clip.listener.rotation))
    wrong = render_score('portrait', other, folder / 'a.mp4', SIZE)
    assert right.frames == wrong.frames == len(clip) - 1
    assert right.values['SSIM'] > wrong.values['SSIM'] + 0.1
    assert right.values['PSNR'] > wrong.values['PSNR'] + 3
    assert 0 <= right.values['CPBD'] <= 1
    whole_film = render_score('portrait', clip, folder / 'a.mp4', SIZE, with_first=True)
    assert whole_film.frames == len(clip)


def test_the_portrait_s_picture_lies_where_its_framing_says(film):
    """Without any motion the drawing is the photo, also where the crop reaches out of it."""
    folder, _ = film
    photo = next(images_at_ticks(folder / 'a.mp4', 1))
    face = photo[10:170, 50:210]  # so close that head and shoulders do not fit
    for picture in (photo, face):
        framing = cropped(picture, SIZE)
        renderer = create_renderer('portrait', portrait=picture, size=SIZE)
        drawn = renderer.render(renderer.reference)[framing.rows, framing.columns]
        true = framing.true_picture(picture, SIZE)
        assert drawn.shape == true.shape
        assert np.abs(drawn.astype(int) - true).mean() < 4
    rows, columns = framing.rows, framing.columns
    assert (rows.stop - rows.start) * (columns.stop - columns.start) < SIZE * SIZE
    assert whole(photo, 64).true_picture(photo, 64).shape == (64, 64, 3)


def test_frames_are_held_to_the_end(film):
    folder, clip = film
    pictures = list(images_at_ticks(folder / 'a.mp4', len(clip) + 3))
    assert len(pictures) == len(clip) + 3
    np.testing.assert_array_equal(pictures[-1], pictures[len(clip) - 1])
    assert (pictures[0] != pictures[5]).any()


class ColourNetwork(torch.nn.Module):
    """Stands in for Inception: its features are the mean colours."""

    def forward(self, x: torch.Tensor, return_features: bool = False) -> torch.Tensor:
        return x.float().mean(dim=(2, 3))


@pytest.fixture(scope='module')
def network(tmp_path_factory):
    path = tmp_path_factory.mktemp('network') / 'network.pt'
    torch.jit.script(ColourNetwork()).save(str(path))
    return path


def test_inception_sees_rgb(network):
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[..., 2] = 200  # red, in BGR
    features = Inception(network).features([picture] * 20)
    np.testing.assert_array_equal(features, [[200, 0, 0]] * 20)


def test_fid_is_the_frechet_distance_over_all_pictures():
    rng = np.random.default_rng(0)
    drawn, true = rng.normal(size=(30, 3)), rng.normal(1, 2, size=(30, 3))
    halves = [PairScores(15, {}, drawn[p], true[p]) for p in (slice(15), slice(15, 30))]
    assert fid(halves) == pytest.approx(frechet_distance(drawn, true))
    assert fid([PairScores(15, {})]) is None


def command(*arguments):
    return main(['evaluate', *(str(argument) for argument in arguments)])


def test_report_of_a_renderer(film, network, tmp_path):
    folder, _ = film
    options = ('--render', folder, '--size', SIZE, '--out', tmp_path)
    assert command(folder / 'features', *options, '--inception', network) == 0
    text = (tmp_path / 'report.md').read_text()
    lines = text.split('## test')[1].strip().splitlines()
    assert lines[0] == '| attitude | FID | SSIM | PSNR | CPBD |'
    assert lines[2].startswith('| positive | ') and lines[2].count(' - ') == 0
    assert lines[3] == '| neutral | - | - | - | - |'
    assert lines[6] == '| ViCo: average | 30.529 | 0.601 | 18.149 | 0.126 |'
    assert 'The split ood is empty.' in text
    assert command(folder / 'features', *options) == 0
    assert 'it needs `--inception`' in (tmp_path / 'report.md').read_text()


def test_what_is_missing_is_named(film, network, tmp_path, capsys):
    folder, _ = film
    options = (folder / 'features', '--out', tmp_path, '--size', SIZE)

    def error(*more):
        assert command(*options, *more) == 1
        return capsys.readouterr().err

    assert 'holds no video of a: expected a.listener.mp4 or a.mp4' in error('--render', tmp_path)
    missing = error('--render', folder, '--inception', tmp_path / 'x.pt')
    assert 'FID needs the TorchScript file inception-2015-12-05.pt' in missing
    (tmp_path / 'y.pt').write_bytes(b'nothing')
    assert 'is no TorchScript file' in error('--render', folder, '--inception', tmp_path / 'y.pt')
    assert "unknown renderer 'none'" in error('--render', folder, '--renderer', 'none')


def test_a_renderer_of_another_basis_is_refused(film):
    folder, _ = film
    with pytest.raises(ValueError, match="needs the basis 'arkit52', not 'bfm64'"):
        render_score('portrait', noise_clip('a', BFM64), folder / 'a.mp4', SIZE)


def test_pirender_is_scored_on_the_whole_picture(film, tmp_path, monkeypatch):
    """Its portrait is the first picture as it is, its motion that of the coefficients."""
    folder, _ = film
    monkeypatch.setattr(pirender, 'create_runner', lambda *_: Sketch(1000.0))
    weights = tmp_path / 'checkpoint.pt'
    weights.touch()
    clip = noise_clip('a', BFM64)
    values = np.round(1000 * clip.listener.expression[1:, 0])
    write_clips(tmp_path / 'features', [clip])
    options = ('--render', folder, '--renderer', 'pirender', '--renderer-model', weights)
    assert command(tmp_path / 'features', *options, '--out', tmp_path) == 0
    assert '| neutral | - | ' in (tmp_path / 'report.md').read_text()
    score = render_score(
        'pirender', clip, folder / 'a.mp4', SIZE, Brightness(), {'renderer_model': weights}
    )
    assert score.frames == len(clip) - 1 and np.isfinite(score.values['PSNR'])
    np.testing.assert_allclose(score.made[:, 0], values, atol=1)


class Brightness:
    """Stands in for Inception."""

    def features(self, pictures: list[np.ndarray]) -> np.ndarray:
        return np.array([[picture.mean()] for picture in pictures])


def test_a_video_without_a_face_is_named(tmp_path):
    write_video(tmp_path / 'a.mp4', [np.full((128, 128, 3), 90, np.uint8)] * 3)
    clip = dyad_clip('a', seconds=0.1)
    with pytest.raises(ValueError, match='a.mp4: no face in the portrait'):
        render_score('portrait', clip, tmp_path / 'a.mp4', SIZE)
