"""Trains PIRenderer further on one person, from the authors' weights.

Two images of the video are drawn at random, and each is made from the other by the motion around
it, as the authors train. A running average of the weights is kept, which the renderer loads. The
last part of the video is held out: by it, one sees whether the training helped.
"""

import copy
import json
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch import nn
from tqdm import tqdm

from vico_listener.arguments import check_number
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.made_with import keep_settings
from vico_listener.lab.training.person_video import PersonVideo
from vico_listener.lab.training.picture_losses import FINAL_WEIGHT
from vico_listener.lab.training.picture_losses import VGG_SMALLEST
from vico_listener.lab.training.picture_losses import WARP_WEIGHT
from vico_listener.lab.training.picture_losses import PerceptualLoss
from vico_listener.lab.training.picture_losses import PlainLoss
from vico_listener.neural.torch_file import read_torch_file
from vico_listener.render.pirender.generator import RELEASE
from vico_listener.render.pirender.generator import Drawing
from vico_listener.render.pirender.generator import Generator
from vico_listener.render.pirender.generator import load_generator

CHECKPOINT = 'pirender.pt'
STATE = 'last.pt'
MADE_WITH = 'renderer.json'
SHEET = 'before_after.png'
AVERAGE = 0.5 ** (32 / 10_000)
"""How much of the running average stays at a step, as the authors have it; less at the start."""
HELD_OUT = 0.1
"""Share of the images at the end that is not trained on."""
COMPARED = 4
"""Held-out images that are drawn to see what was gained."""
SAVE_EVERY = 500
"""Steps after which the state is written, so that a run can be resumed."""


@dataclass(frozen=True)
class RendererSettings:
    """The settings of a training.

    Attributes:
        steps: number of steps, of `batch` pairs each.
        batch: pairs a step; each gives two pictures.
        learning_rate: that of Adam; the authors trained with 1e-4.
        seed: all chance follows from it.
        device: 'cuda' or 'cpu'.
    """

    steps: int = 2000
    batch: int = 2
    learning_rate: float = 2e-5
    seed: int = 0
    device: str = 'cpu'

    def __post_init__(self) -> None:
        """Check the values; a SettingError names what is wrong."""
        check_number('steps', self.steps, 1, 10**7)
        check_number('batch', self.batch, 1, 256)
        check_number('learning_rate', self.learning_rate, 1e-8, 0.1)


@dataclass(frozen=True)
class Gained:
    """What the training did to pictures that it has not seen: PSNR in dB before and after."""

    before: float
    after: float
    losses: list[float]


class RendererTraining:
    """Trains the networks of PIRenderer on one person; a run in `folder` is resumed."""

    def __init__(
        self,
        person: PersonVideo,
        weights: Path,
        folder: Path,
        settings: RendererSettings,
        vgg19: Path | None = None,
    ) -> None:
        """Load everything.

        Raises:
            TorchFileError: weights are missing, broken, or those of another network.
            SettingError: `folder` holds a run with other settings, or pictures are too small.
        """
        self._person, self._settings, self._folder = person, settings, folder
        usable = np.flatnonzero(person.usable)
        held = max(COMPARED, round(HELD_OUT * len(usable)))
        self._train, self._test = usable[:-held], usable[-held:]
        if vgg19 is not None and person.pictures.shape[1] < VGG_SMALLEST:
            raise SettingError(f'size: at least {VGG_SMALLEST} with vgg19')
        self._device = torch.device(settings.device)
        self.network = load_generator(weights).to(self._device).requires_grad_(True)
        self._loss: nn.Module = PlainLoss() if vgg19 is None else PerceptualLoss(vgg19)
        self._loss.to(self._device)
        folder.mkdir(parents=True, exist_ok=True)
        told = asdict(settings) | {'weights': weights.name, 'vgg19': vgg19 is not None}
        told |= {'images': len(person.pictures), 'size': person.pictures.shape[1]}
        # Going on for longer, or on another device, is the same run.
        keep_settings(
            folder / MADE_WITH, {k: v for k, v in told.items() if k not in ('steps', 'device')}
        )
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self._before = copy.deepcopy(self.average)
        self._optimizer = torch.optim.Adam(
            self.network.parameters(), lr=settings.learning_rate, betas=(0.5, 0.999)
        )
        self.losses: list[float] = []
        if (folder / STATE).exists():
            self._resume()

    def run(self) -> Gained:
        """Train to the last step, write the checkpoint and a sheet, and return what was gained."""
        steps = range(len(self.losses), self._settings.steps)
        bar = tqdm(steps, desc='training', unit='step', initial=steps.start, total=steps.stop)
        for step in bar:
            self.losses.append(self._step(step))
            bar.set_postfix(loss=f'{np.mean(self.losses[-50:]):.4f}')
            if (step + 1) % SAVE_EVERY == 0:
                self._save()
        self._save()
        content = {RELEASE.entry: self.average.state_dict(), 'current_iteration': len(self.losses)}
        unfinished = self._folder / f'{CHECKPOINT}.part'
        torch.save(content, unfinished)
        unfinished.replace(self._folder / CHECKPOINT)
        return self._compare()

    def _step(self, step: int) -> float:
        rng = np.random.default_rng([self._settings.seed, step])
        pairs = np.array(
            [rng.choice(self._train, 2, replace=False) for _ in range(self._settings.batch)]
        )
        sources = np.concatenate([pairs[:, 0], pairs[:, 1]])
        targets = np.concatenate([pairs[:, 1], pairs[:, 0]])
        drawing = self._draw(self.network, sources, targets)
        true = self._pictures(targets)
        loss = FINAL_WEIGHT * self._loss(drawing.picture, true, style=True)
        loss = loss + WARP_WEIGHT * self._loss(drawing.warped, true)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._optimizer.step()
        value = float(loss.detach())
        if not np.isfinite(value):
            raise DataError(
                f'the loss is not finite after {step + 1} steps: choose a smaller --learning-rate'
            )
        keep = min(AVERAGE, (1 + step) / (10 + step))
        with torch.no_grad():
            pairs_of_weights = zip(
                self.average.parameters(), self.network.parameters(), strict=True
            )
            for mean, newest in pairs_of_weights:
                mean.lerp_(newest, 1 - keep)
        return value

    def _draw(self, network: Generator, sources: NDArray, targets: NDArray) -> Drawing:
        windows = np.stack([self._person.window(int(tick)) for tick in targets])
        prepared = network.prepare(self._pictures(sources))
        drawing: Drawing = network(prepared, torch.from_numpy(windows).to(self._device))
        return drawing

    def _pictures(self, ticks: NDArray) -> Tensor:
        """Return pictures (B, 3, S, S), RGB in -1 to 1."""
        chosen = np.ascontiguousarray(self._person.pictures[ticks][..., ::-1])
        return torch.from_numpy(chosen).to(self._device).permute(0, 3, 1, 2).float() / 127.5 - 1

    def _compare(self) -> Gained:
        """Draw held-out images from the first image of the training, before and after it."""
        rows, scores = [], []
        for tick in self._test[np.linspace(0, len(self._test) - 1, COMPARED).round().astype(int)]:
            source, target = self._train[:1], np.array([tick])
            true = self._person.pictures[tick]
            with torch.inference_mode():
                drawn = [
                    _image(self._draw(network, source, target).picture)
                    for network in (self._before, self.average)
                ]
            scores.append([_psnr(picture, true) for picture in drawn])
            rows.append(np.hstack([self._person.pictures[source[0]], true, *drawn]))
        cv2.imwrite(str(self._folder / SHEET), np.vstack(rows))
        before, after = np.mean(scores, axis=0)
        return Gained(float(before), float(after), self.losses)

    def _save(self) -> None:
        state = {
            'network': self.network.state_dict(),
            'average': self.average.state_dict(),
            'optimizer': self._optimizer.state_dict(),
            'losses': self.losses,
        }
        unfinished = self._folder / f'{STATE}.part'
        torch.save(state, unfinished)
        unfinished.replace(self._folder / STATE)
        (self._folder / 'losses.json').write_text(json.dumps(self.losses) + '\n', encoding='utf-8')

    def _resume(self) -> None:
        state = read_torch_file(self._folder / STATE)
        self.network.load_state_dict(state['network'])
        self.average.load_state_dict(state['average'])
        self._optimizer.load_state_dict(state['optimizer'])
        self.losses = list(state['losses'])


def _image(picture: Tensor) -> NDArray[np.uint8]:
    levels = ((picture[0].float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy()[..., ::-1])


def _psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    error = float(np.mean((a.astype(np.float64) - b) ** 2))
    return float(10 * np.log10(255**2 / max(error, 1e-6)))
