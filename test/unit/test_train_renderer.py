"""PIRenderer is trained further on one person: the loss falls, and the renderer loads it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from clip_files import write_media
from corpus_folders import faces
from pretrained_weights import fill
from pretrained_weights import hashed
from pretrained_weights import save

from vico_listener.cli.main import main
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.lab.training import person_video
from vico_listener.lab.training.person_video import PersonVideo
from vico_listener.lab.training.person_video import read_person
from vico_listener.lab.training.picture_losses import COMPARED
from vico_listener.lab.training.picture_losses import VGG19
from vico_listener.lab.training.picture_losses import PerceptualLoss
from vico_listener.lab.training.picture_losses import PlainLoss
from vico_listener.lab.training.renderer_training import RendererSettings
from vico_listener.lab.training.renderer_training import RendererTraining
from vico_listener.neural.torch_file import TorchFileError
from vico_listener.render import PortraitError
from vico_listener.render.pirender.generator import Generator
from vico_listener.render.pirender.generator import load_generator

COUNT, SIDE = 64, 64


@pytest.fixture(autouse=True, scope='module')
def one_thread() -> Iterator[None]:
    """Pictures are so small that threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope='module')
def weights(tmp_path_factory) -> Path:
    made = fill(Generator(), 1.0)
    made['editing_net.decoder.final.model.0.weight'] *= 0.05  # grey pictures, no black and white
    return save(tmp_path_factory.mktemp('pirender') / 'checkpoint.pt', 'net_G_ema', made)


def pictures() -> np.ndarray:
    """A bright square that goes from left to right over a dark gradient."""
    made = np.empty((COUNT, SIDE, SIDE, 3), np.uint8)
    made[:] = np.linspace(0, 90, SIDE, dtype=np.uint8)[:, None, None]
    for n in range(COUNT):
        x = round((SIDE - 24) * n / COUNT)
        made[n, 20:44, x : x + 24] = 200, 160, 120
    return made


def rows() -> np.ndarray:
    """Coefficients that follow the square."""
    coefficients = 0.1 * hashed((1, 257), 1).repeat(COUNT, axis=0)
    coefficients[:, 225] = np.linspace(-0.5, 0.5, COUNT)
    return coefficients.astype(np.float32)


PLACE = np.array([[SIDE, SIDE, 1.0, 32.0, 32.0]], np.float32).repeat(COUNT, axis=0)


@pytest.fixture(scope='module')
def talk(tmp_path_factory) -> tuple[Path, Path]:
    """A square video, and its coefficients."""
    folder = tmp_path_factory.mktemp('person')
    video = write_media(folder / 'me.mp4', list(pictures()), fps=30)
    save_mat(folder / 'me.mat', rows(), PLACE)
    return video, folder / 'me.mat'


def test_training_makes_pictures_of_the_person(talk, weights, tmp_path, capsys) -> None:
    video, mat = talk
    out = tmp_path / 'run'
    arguments = ['train-renderer', str(video), '--renderer-model', str(weights), '--mat', str(mat)]
    arguments += ['--size', str(SIDE), '--batch', '1', '--learning-rate', '5e-4', '--out', str(out)]
    assert main([*arguments, '--device', 'cpu', '--steps', '8']) == 0
    said = capsys.readouterr().out
    losses = json.loads((out / 'losses.json').read_text())
    assert len(losses) == 8 and np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3]), losses
    before, after = map(float, re.findall(r'PSNR ([\d.]+) -> ([\d.]+) dB', said)[0])
    assert after > before + 3, said
    sheet = cv2.imread(str(out / 'before_after.png'))
    assert sheet.shape == (4 * SIDE, 4 * SIDE, 3)

    trained = load_generator(out / 'pirender.pt')  # as the renderer does, strictly
    old, new = load_generator(weights).state_dict(), trained.state_dict()
    moved = sum(not torch.equal(old[name], new[name]) for name in old)
    assert moved > 250  # all but the convolutions that are never computed
    assert main([*arguments, '--steps', '9', '--seed', '2']) == 1
    assert 'was made with other settings (seed was 0)' in capsys.readouterr().err


def test_the_same_run_in_two_parts_gives_the_same_weights(weights, tmp_path) -> None:
    columns = hashed((COUNT, 73), 3)
    person = PersonVideo(pictures(), columns, np.ones(COUNT, np.bool_))

    def stepped(folder: Path, steps: int) -> RendererTraining:
        training = RendererTraining(person, weights, folder, RendererSettings(steps, batch=1))
        for step in range(len(training.losses), steps):
            training.losses.append(training._step(step))
        return training

    def last(training: RendererTraining) -> torch.Tensor:
        return training.average.editing_net.decoder.final.model[0].weight

    whole = stepped(tmp_path / 'a', 2)
    stepped(tmp_path / 'b', 1)._save()
    parted = stepped(tmp_path / 'b', 2)
    assert parted.losses == whole.losses
    assert torch.equal(last(parted), last(whole))


def test_what_cannot_be_used_is_named(talk, weights, tmp_path, capsys) -> None:
    video, mat = talk
    wide = write_media(tmp_path / 'wide.mp4', [np.zeros((48, 64, 3), np.uint8)] * COUNT, fps=30)
    with pytest.raises(DataError, match='wide.mp4 has 64x48 px: with coefficients it must be the'):
        read_person(wide, mat=mat)
    save_mat(tmp_path / 'half.mat', rows()[:30], PLACE[:30])
    with pytest.raises(DataError, match=r'half.mat has 30 rows, me.mp4 lasts 64 ticks of 1/30 s'):
        read_person(video, mat=tmp_path / 'half.mat')
    broken = rows()
    broken[10:] = np.nan
    save_mat(tmp_path / 'nan.mat', broken, PLACE)
    with pytest.raises(DataError, match='the face is found in 10 of 64 images: at least 54'):
        read_person(video, mat=tmp_path / 'nan.mat')
    with pytest.raises(SettingError, match='size: a multiple of 32, not 100'):
        read_person(video, mat=mat, size=100)
    with pytest.raises(DataError, match='no face to crop to in its first images: no face in the'):
        monkey = pytest.MonkeyPatch()
        with monkey.context() as patch:
            patch.setattr(person_video, 'Reconstruction', lambda path: None)
            patch.setattr(person_video, 'SEARCHED', 1)
            read_person(wide, face_model=Path('any'))
    arguments = ['train-renderer', str(video), '--renderer-model', str(weights)]
    assert main(arguments) == 1
    assert 'give either --face-model (epoch_20.pth) or --mat' in capsys.readouterr().err
    arguments[3] = str(mat)
    assert main([*arguments, '--mat', str(mat)]) == 1
    assert 'epoch_00190_iteration_000400000_checkpoint.pt' in capsys.readouterr().err


def test_a_person_is_cropped_as_a_portrait_is(tmp_path, monkeypatch) -> None:
    try:
        images = faces(seconds=0.4, fps=30)
    except PortraitError as error:
        pytest.skip(str(error))
    video = write_media(tmp_path / 'me.mp4', images, fps=30)
    fitted = lambda aligned: np.zeros((len(aligned), 257), np.float32)  # noqa: E731
    monkeypatch.setattr(person_video, 'Reconstruction', lambda path: fitted)
    monkeypatch.setattr(person_video, 'FEWEST', 12)
    person = read_person(video, face_model=Path('epoch_20.pth'), size=64)
    assert person.pictures.shape == (12, 64, 64, 3) and person.usable.all()
    assert person.columns.shape == (12, 73) and person.window(0).shape == (73, 27)
    scale = person.columns[:, 70]
    assert np.ptp(scale) > 0 and (scale > 0).all()  # where the face lies follows the nod


def test_losses_are_what_they_say() -> None:
    a = torch.from_numpy(hashed((1, 3, 64, 64), 1))
    assert float(PlainLoss()(a, a)) == 0.0
    flat = torch.zeros(1, 3, 64, 64)
    # a step of colour has no gradient, and the same size at every scale
    assert float(PlainLoss()(flat, flat + 0.25)) == pytest.approx(0.25)


def test_the_loss_of_the_authors_needs_their_network(tmp_path) -> None:
    channels, tensors, number = 3, {}, 0
    for width in VGG19:
        if width:
            tensors[f'features.{number}.weight'] = 0.05 * torch.from_numpy(
                hashed((width, channels, 3, 3), number)
            )
            tensors[f'features.{number}.bias'] = torch.zeros(width)
            channels = width
        number += 2 if width else 1
    assert number == COMPARED[-1] + 1  # the places of torchvision's vgg19.features
    tensors['classifier.0.bias'] = torch.zeros(3)
    path = tmp_path / 'vgg19.pth'
    torch.save(tensors, path)
    loss = PerceptualLoss(path)
    a, b = (torch.from_numpy(hashed((1, 3, 128, 128), seed)) for seed in (1, 2))
    assert float(loss(a, a, style=True)) == 0.0
    assert float(loss(a, b, style=True)) > float(loss(a, b)) > 0.0
    del tensors['features.28.weight']
    torch.save(tensors, path)
    with pytest.raises(
        TorchFileError, match=r"holds another network: 'features.28.weight'|28.weig"
    ):
        PerceptualLoss(path)
