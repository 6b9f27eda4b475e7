"""Adapts a trained listener to recorded people: when, how far and how fast they nod and shake.

What invites a nod takes hours to learn from nothing, and a person's own manner minutes once it is
known. So the network stays as it is up to its last hidden layer, and of the last layer only the
rows that decide on nods and shakes are learned, each if there are `FEWEST`. Face, posture, beats
and glances remain those of the checkpoint, and so do its episodes.

A recording shows when a nod begins, not when it was decided on. The decision is placed where the
network deems it likeliest in the `LEAD` before the nod, and the rest of the time is its delay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear
from torch.nn.functional import logsigmoid
from tqdm import tqdm

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.dyads.dyad import GESTURE_FIELDS
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.training.loop import Epoch
from vico_listener.lab.training.losses import Counts
from vico_listener.lab.training.losses import gesture_losses
from vico_listener.lab.training.network_calibration import calibrate
from vico_listener.lab.training.network_calibration import gesture_counts
from vico_listener.lab.training.observed import observed_sequences
from vico_listener.lab.training.sequences import Sequences
from vico_listener.lab.training.training_config import TrainingConfig
from vico_listener.listener.gestures import Kind
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.gesture_outputs import GestureSlot
from vico_listener.listener.model.gesture_outputs import gesture_slots
from vico_listener.listener.model.network import ListenerNetwork
from vico_listener.listener.model.network import load_network
from vico_listener.listener.model.vectors import NUMBERS
from vico_listener.listener.model.vectors import Normalisation

ADAPTED = (Kind.NOD, Kind.SHAKE)
"""The kinds of gesture that are found in motion, which can be adapted."""

FEWEST = 10
"""Kinds of gesture that are found less often are left as they are at the start."""

LEAD = 1.2
"""The longest time from a decision to the beginning of its gesture, s."""

FREE_CLIPS = 60
"""Number of clips on which the adapted network runs freely, to say how often to nod."""

TICK, KIND, DELAY = (GESTURE_FIELDS.index(name) for name in ('tick', 'kind', 'delay'))

Pairs = Sequence[tuple[ClipFeatures, Dyad]]


@dataclass(frozen=True)
class Adapted:
    """What an adaptation gives.

    Attributes:
        network, norm: the network of the best epoch, and its normalisation, calibrated.
        history: the losses of every epoch.
    """

    network: ListenerNetwork
    norm: Normalisation
    history: list[Epoch]


def adapt(start: Checkpoint, config: TrainingConfig, train: Pairs, held: Pairs) -> Adapted:
    """Return the network of a checkpoint that nods and shakes as the recorded people do.

    Args:
        start: a checkpoint of output `behaviour`.
        config: seed, epochs, batch, learning rate and its decay, decay of the weights towards those
            of `start`, and weights of the losses.
        train: clips with their `observed_dyad`.
        held: others, which choose the epoch and say how much nods vary.

    Raises:
        SettingError: the network decides on no gestures.
        DataError: there are fewer than `FEWEST` nods and shakes.
    """
    if start.config.output != 'behaviour':
        raise SettingError(
            f'{start.folder}: it decides on no gestures, only a network of the output behaviour '
            'can be adapted to those of people'
        )
    network = load_network(start)
    found = gesture_counts([dyad for _, dyad in (*train, *held)])
    slots = [
        slot
        for slot in gesture_slots(start.config)
        if slot.kind in ADAPTED and found[slot.kind] >= FEWEST
    ]
    if not slots:
        raise DataError(
            f'{int(found.sum())} nods and shakes are too few to adapt to, {FEWEST} of a kind are '
            'needed'
        )
    known = replace(start.norm, hazard_gain=np.ones_like(start.norm.hazard_gain))
    pairs = [[decided(network, known, *pair) for pair in part] for part in (train, held)]
    seen, unseen = (observed_sequences(start.config, known, part) for part in pairs)
    history = _learn(network, slots, config, seen, unseen)
    free = [dyad for _, dyad in (*pairs[1], *pairs[0])][:FREE_CLIPS]
    calibrated = calibrate(network, known, unseen, free)
    others = [slot for slot in gesture_slots(start.config) if slot not in slots]
    return Adapted(network, _as_before(calibrated, start.norm, others), history)


def _as_before(
    calibrated: Normalisation, start: Normalisation, slots: Sequence[GestureSlot]
) -> Normalisation:
    """Return a calibration in which some gestures are as often and vary as at the start."""
    names = ('hazard_gain', 'number_residuals', 'number_predictions')
    kept = {name: getattr(calibrated, name).copy() for name in names}
    rows = len(kept['number_residuals'])
    if len(start.number_residuals):
        chosen = np.arange(rows) * len(start.number_residuals) // rows
        residuals = start.number_residuals[chosen]
        predictions = start.number_predictions[chosen]
    else:  # the spread is all that the start tells
        spread = np.random.default_rng(0).normal(size=(rows, NUMBERS))
        residuals = (spread * start.number_noise).astype(np.float32)
        predictions = np.zeros_like(kept['number_predictions'])
    for slot in slots:
        kept['hazard_gain'][slot.kind] = start.hazard_gain[slot.kind]
        kept['number_residuals'][:, slot.places] = residuals[:, slot.places]
        kept['number_predictions'][:, slot.kind] = predictions[:, slot.kind]
    return replace(calibrated, **kept)


@torch.inference_mode()
def decided(
    network: ListenerNetwork, norm: Normalisation, clip: ClipFeatures, dyad: Dyad
) -> tuple[ClipFeatures, Dyad]:
    """Return a clip whose gestures are decided on where the network deems it likeliest."""
    config = network.config
    data = observed_sequences(config, norm, [(clip, dyad)])
    output = network(data.driven, network.initial_state(data.initial))[0][0]
    begins = {slot.kind: slot.begins for slot in gesture_slots(config)}
    gestures = dyad.gestures.copy()
    earliest = dict.fromkeys(ADAPTED, 0)
    for row in gestures:
        kind, onset = Kind(int(row[KIND])), int(row[TICK])
        first = min(max(onset - round(LEAD * MODEL_RATE), earliest[kind]), onset)
        chance = logsigmoid(output[first : onset + 1, begins[kind]])
        row[TICK] = first + int(chance.argmax())
        row[DELAY] = (onset - row[TICK]) / MODEL_RATE
        earliest[kind] = int(row[TICK]) + 1
    order = np.argsort(gestures[:, TICK], kind='stable')
    return clip, replace(dyad, gestures=gestures[order])


@torch.inference_mode()
def _hidden(network: ListenerNetwork, data: Sequences) -> Tensor:
    """Return what the last layer sees, (N, T, hidden)."""
    fused = torch.tanh(network.fuse(network.driven_norm(data.driven)))
    return network.generator.advance(fused, network.initial_state(data.initial))[0]


def _learn(
    network: ListenerNetwork,
    slots: Sequence[GestureSlot],
    config: TrainingConfig,
    seen: Sequences,
    unseen: Sequences,
) -> list[Epoch]:
    """Change the rows of the last layer that belong to some gestures, in place."""
    torch.manual_seed(config.seed)
    head = network.head
    rows = torch.cat([torch.arange(s.begins, s.begins + 1 + s.head.size) for s in slots])
    # Weights and biases of the rows, as they differ from those at the start.
    change = torch.zeros(len(rows), head.in_features + 1, requires_grad=True)
    optimizer = torch.optim.AdamW(
        [change], lr=config.learning_rate, weight_decay=config.weight_decay
    )
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, config.decay_every, config.decay)
    inside, outside = _hidden(network, seen).clone(), _hidden(network, unseen).clone()

    def changed() -> tuple[Tensor, Tensor]:
        weight = head.weight.index_add(0, rows, change[:, :-1])
        return weight, head.bias.index_add(0, rows, change[:, -1])

    def losses(hidden: Tensor, data: Sequences) -> tuple[Tensor, dict[str, float]]:
        terms = gesture_losses(network.config, linear(hidden, *changed()), data, slots=slots)
        total = config.loss.gestures * terms['gestures'] + config.loss.marks * terms['marks']
        told = {'loss': total, **terms}
        return total, {name: float(term.detach()) for name, term in told.items()}

    history: list[Epoch] = []
    best, kept = float('inf'), change.detach().clone()
    for number in tqdm(range(config.epochs + 1), desc='adapting', unit='epoch'):
        sums: dict[str, float] = {}
        for part in torch.randperm(len(seen)).split(config.batch):
            batch = seen.select(part)
            total, told = losses(inside[part], batch)
            for name, value in told.items():
                sums[name] = sums.get(name, 0.0) + Counts.of(batch).steps * value
            if number:  # the first epoch tells what the start knows
                optimizer.zero_grad()
                total.backward()
                optimizer.step()
        if number:
            schedule.step()
        with torch.inference_mode():
            tested = losses(outside, unseen)[1]
        means = {name: value / Counts.of(seen).steps for name, value in sums.items()}
        history.append(Epoch(number, means | {f'test/{k}': v for k, v in tested.items()}))
        if tested['loss'] < best:
            best, kept = tested['loss'], change.detach().clone()
    with torch.no_grad():
        change.copy_(kept)
        for old, new in zip((head.weight, head.bias), changed(), strict=True):
            old.copy_(new)
    return history
