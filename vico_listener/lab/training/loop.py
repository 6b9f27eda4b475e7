"""Runs the training loop: epochs of chunks with carried state, and a checkpoint after each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.lab.training.losses import Counts
from vico_listener.lab.training.losses import all_losses
from vico_listener.lab.training.parallel import ALONE
from vico_listener.lab.training.parallel import World
from vico_listener.lab.training.sequences import Sequences
from vico_listener.lab.training.training_config import TrainingConfig
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.cue_inputs import cue_places
from vico_listener.listener.model.network import ListenerNetwork

STATE = 'last.pt'
BEST = 'best.pt'
HISTORY = 'history.jsonl'

RANK_SEEDS = 1_000_000_007
"""Distance between the seeds of processes, beyond those of epochs."""


@dataclass
class Epoch:
    """Mean losses of one epoch, by name; those of the test set begin with `test/`."""

    number: int
    losses: dict[str, float]


class Trainer:
    """Trains a network on sequences; resumes bit-exactly from the last whole epoch."""

    def __init__(
        self,
        config: TrainingConfig,
        train: Sequences,
        test: Sequences,
        folder: Path,
        world: World = ALONE,
    ) -> None:
        """Begin a run, or resume the one in `folder`.

        Raises:
            SettingError: `folder` holds the run of another network.
        """
        self._config = config
        self._train, self._test = train, test
        self._folder = folder
        self._world = world
        torch.manual_seed(config.seed)
        self.network = ListenerNetwork(config.model)
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=config.learning_rate,
            betas=(0.9, 0.999),
            weight_decay=config.weight_decay,
        )
        self._schedule = torch.optim.lr_scheduler.StepLR(
            self._optimizer, config.decay_every, config.decay
        )
        self.epoch = 0
        self.history: list[Epoch] = []
        if (folder / STATE).exists():
            self._resume()

    def _resume(self) -> None:
        state = torch.load(self._folder / STATE, weights_only=True)
        if state['model'] != json.dumps(self._config.model.to_json()):
            raise SettingError(
                f'{self._folder} holds the training of another network: give another folder'
            )
        self.network.load_state_dict(state['network'])
        self._optimizer.load_state_dict(state['optimizer'])
        self._schedule.load_state_dict(state['schedule'])
        self.epoch = state['epoch']
        lines = (self._folder / HISTORY).read_text(encoding='utf-8').splitlines()
        self.history = [Epoch(**json.loads(line)) for line in lines[: self.epoch]]

    def _save(self) -> None:
        if self._world.rank > 0:
            return
        state = {
            'model': json.dumps(self._config.model.to_json()),
            'network': self.network.state_dict(),
            'optimizer': self._optimizer.state_dict(),
            'schedule': self._schedule.state_dict(),
            'epoch': self.epoch,
        }
        unfinished = self._folder / f'{STATE}.part'
        torch.save(state, unfinished)
        lines = [json.dumps(vars(epoch)) + '\n' for epoch in self.history]
        (self._folder / HISTORY).write_text(''.join(lines), encoding='utf-8')
        unfinished.replace(self._folder / STATE)

    def run(self, epochs: int | None = None) -> Iterator[Epoch]:
        """Train to the configured number of epochs, or to `epochs`; yields each."""
        goal = epochs or self._config.epochs
        hidden = self._world.rank > 0
        with tqdm(
            total=goal, initial=self.epoch, desc='training', unit='epoch', disable=hidden
        ) as bar:
            while self.epoch < goal:
                losses = self._train_epoch()
                losses |= {f'test/{k}': v for k, v in self.evaluate(self._test).items()}
                self.epoch += 1
                done = Epoch(self.epoch, losses)
                self.history.append(done)
                best = min(e.losses['test/loss'] for e in self.history)
                if losses['test/loss'] == best and not hidden:
                    torch.save(self.network.state_dict(), self._folder / BEST)
                self._save()
                bar.update()
                bar.set_postfix(loss=f'{losses["loss"]:.3f}', test=f'{losses["test/loss"]:.3f}')
                yield done

    def _train_epoch(self) -> dict[str, float]:
        config = self._config
        # All that is random in an epoch follows from its number, so that a resumed run is the same.
        seed = config.seed * 100_003 + self.epoch
        torch.manual_seed(seed)
        count = max(1, round(config.epoch_share * len(self._train)))
        order = torch.randperm(len(self._train))[:count]
        if self._world.rank > 0:  # noise of its own, in the common order
            torch.manual_seed(seed + self._world.rank * RANK_SEEDS)
        self.network.train()
        total: dict[str, float] = {}
        weight = 0.0
        for rows in order.split(config.batch):
            batch = self._world.share(self._train, rows)
            state = self.network.initial_state(batch.initial)
            for start in range(0, batch.driven.shape[1], config.chunk):
                chunk = batch.steps(start, start + config.chunk)
                own = Counts.of(chunk)
                counts = Counts(self._world.total(own.steps), self._world.total(own.pairs))
                if counts.steps == 0:  # nobody is seen, but time goes on
                    with torch.no_grad():
                        state = self.network(chunk.driven, state)[1]
                    continue
                output, state = self.network(self._disturbed(chunk.driven), state)
                loss, terms = all_losses(config.model, config.loss, output, chunk, counts)
                self._optimizer.zero_grad(set_to_none=True)
                loss.backward()
                self._world.add_gradients(self.network)
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), config.gradient_limit)
                self._optimizer.step()
                state = state.detach()
                for name, value in {'loss': float(loss.detach()), **terms}.items():
                    total[name] = total.get(name, 0.0) + counts.steps * value
                weight += counts.steps
        self._schedule.step()
        return {name: self._world.total(value) / weight for name, value in total.items()}

    def _disturbed(self, driven: Tensor) -> Tensor:
        """Return inputs with noise, and with the face or the audio of some sequences hidden."""
        config = self._config
        audio, face, flags = input_slices(config.model)
        driven = driven.clone()
        rows = len(driven)
        if config.noise > 0:
            driven[..., audio] += config.noise * torch.randn_like(driven[..., audio])
        hide = torch.rand(rows) < config.drop_face
        driven[hide, :, face] = 0
        silence = torch.rand(rows) < config.drop_audio
        driven[silence, :, audio] = 0
        if flags is not None:
            driven[hide, :, flags.start] = 0
            driven[silence, :, flags.start + 1 : flags.stop] = 0
        if config.model.cues:
            voice, seen = cue_places(config.model.driven_size)
            driven[silence, :, voice] = 0
            driven[hide, :, seen] = 0
        return driven

    def best(self) -> ListenerNetwork:
        """Return the network of the epoch whose loss on the test set was lowest."""
        network = ListenerNetwork(self._config.model)
        network.load_state_dict(torch.load(self._folder / BEST, weights_only=True))
        return network

    @torch.inference_mode()
    def evaluate(self, data: Sequences) -> dict[str, float]:
        """Return the mean losses over sequences, each in one pass."""
        self.network.eval()
        output, _ = self.network(data.driven, self.network.initial_state(data.initial))
        loss, terms = all_losses(self._config.model, self._config.loss, output, data)
        return {'loss': float(loss), **terms}


def input_slices(config: ModelConfig) -> tuple[slice, slice, slice | None]:
    """Return where in a step's input the audio, the face and the three flags are."""
    face = slice(ACOUSTIC_SIZE, ACOUSTIC_SIZE + config.motion_size)
    flags = slice(face.stop, face.stop + 3) if config.flags else None
    return slice(0, ACOUSTIC_SIZE), face, flags


def progress(history: list[Epoch]) -> dict[str, list[Any]]:
    """Return the history of the losses by their names."""
    names = history[-1].losses if history else {}
    return {name: [epoch.losses.get(name) for epoch in history] for name in names}
