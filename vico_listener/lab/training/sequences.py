"""Converts dyads to the tensors that a network is trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vico_listener.lab.dataset.dyads.dyad import GESTURE_FIELDS
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.listener.expression import calm_face
from vico_listener.listener.expression import smile_of
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.cue_inputs import cues_of
from vico_listener.listener.model.gesture_outputs import gesture_slots
from vico_listener.listener.model.vectors import NUMBERS
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.listener.model.vectors import conditions
from vico_listener.listener.model.vectors import driven_vector
from vico_listener.listener.model.vectors import initial_vector
from vico_listener.listener.model.vectors import motion_vector
from vico_listener.listener.model.vectors import normalised
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.mood import MoodFade

Array = NDArray[np.float32]

SMALLEST_STD = {'acoustic': 1e-4, 'speaker': 0.03, 'listener': 0.01, 'number': 1e-3}
"""Deviations below these count as these: a coefficient that never moves must not be blown up. The
smallest deviation of a real acoustic feature is the authors' zero-crossing rate's, 0.002."""
SMALLEST_SIZE = 0.002
"""Gestures below this size (rad) count as this large, where sizes are learned as logarithms."""


@dataclass
class Sequences:
    """N sequences of T steps; all but the last two are normalised network values.

    Attributes:
        initial: (N, initial_size).
        driven: (N, T, driven_size).
        motion: (N, T, motion_size) the listener's motion or behaviour, to be predicted.
        begins: (N, T, kinds) 1 where a gesture was decided on.
        numbers: (N, T, NUMBERS) its numbers.
        cycles: (N, T, kinds) index of its number of cycles; sides, upswings: (N, T, kinds) 0 or 1.
        mask: (N, T) 1 where there is data.
    """

    initial: Tensor
    driven: Tensor
    motion: Tensor
    begins: Tensor
    numbers: Tensor
    cycles: Tensor
    sides: Tensor
    upswings: Tensor
    mask: Tensor

    def __len__(self) -> int:
        return len(self.initial)

    def select(self, rows: Tensor) -> 'Sequences':
        """Return some of the sequences."""
        return Sequences(*(getattr(self, f.name)[rows] for f in fields(self)))

    def steps(self, start: int, stop: int) -> 'Sequences':
        """Return some of the steps."""
        parts = (getattr(self, f.name) for f in fields(self)[1:])
        return Sequences(self.initial, *(part[:, start:stop] for part in parts))


def faded(attitude: NDArray[np.int8]) -> Array:
    """Return the shares (T, 3) of the attitudes as they fade into one another in a listener."""
    fade = MoodFade(ATTITUDES[attitude[0]])
    shares = np.empty((len(attitude), len(ATTITUDES)), np.float32)
    for tick, number in enumerate(attitude):
        fade.attitude = ATTITUDES[number]
        shares[tick] = fade.step().shares
    return shares


def listener_motion(config: ModelConfig, dyad: Dyad) -> Array:
    """Return the output that the network has to learn, in its units: (T, motion_size)."""
    if config.output == 'behaviour':
        return motion_vector(dyad.posture, dyad.change, dyad.shift)
    return motion_vector(dyad.rotation_out, dyad.expression_out, dyad.translation_out)


def reference_motion(dyad: Dyad) -> Array:
    """Return the listener's first face as a motion (58,)."""
    zeros = np.zeros(3, np.float32)
    return motion_vector(zeros, dyad.reference, zeros)


def measure(config: ModelConfig, dyads: Sequence[Dyad]) -> Normalisation:
    """Measure means and deviations over the training set, pooled over valid frames."""
    heard = np.concatenate([d.acoustic for d in dyads])
    seen = np.concatenate(
        [motion_vector(d.rotation, d.expression, d.translation)[d.valid] for d in dyads]
    )
    shown = np.concatenate([listener_motion(config, d) for d in dyads])
    rows = np.concatenate([d.gestures for d in dyads])
    arrays = {}
    for name, values in (('acoustic', heard), ('speaker', seen), ('listener', shown)):
        arrays[f'{name}_mean'] = values.mean(axis=0)
        arrays[f'{name}_std'] = np.maximum(values.std(axis=0), SMALLEST_STD[name])
    means, stds = [], []
    for kind, head in GESTURE_HEADS.items():
        mine = _numbers(config, rows[rows[:, 1] == kind], head.numbers)
        means += list(mine.mean(axis=0)) if len(mine) else [0.0] * len(head.numbers)
        stds += list(mine.std(axis=0)) if len(mine) else [1.0] * len(head.numbers)
    arrays['number_mean'] = np.array(means)
    arrays['number_std'] = np.maximum(stds, SMALLEST_STD['number'])
    arrays['number_noise'] = np.zeros(NUMBERS)
    arrays['hazard_gain'] = np.ones(len(GESTURE_HEADS))
    return Normalisation(**{name: a.astype(np.float32) for name, a in arrays.items()})


def sequences(config: ModelConfig, norm: Normalisation, dyads: Sequence[Dyad]) -> Sequences:
    """Convert dyads to sequences padded to the longest."""
    return stack([_sequence(config, norm, dyad) for dyad in dyads])


def stack(single: Sequence[Sequences]) -> Sequences:
    """Stack sequences without the dimension N, padded to the longest."""
    longest = max(len(one.mask) for one in single)
    columns = []
    for f in fields(Sequences):
        values = [getattr(one, f.name) for one in single]
        if f.name != 'initial':
            values = [torch.nn.functional.pad(v, _padding(v, longest)) for v in values]
        columns.append(torch.stack(values))
    return Sequences(*columns)


def _padding(values: Tensor, length: int) -> list[int]:
    return [0, 0] * (values.dim() - 1) + [0, length - len(values)]


def _sequence(config: ModelConfig, norm: Normalisation, dyad: Dyad) -> Sequences:
    count, kinds = len(dyad), len(GESTURE_HEADS)
    begins, cycles, sides, upswings = (np.zeros((count, kinds), np.float32) for _ in range(4))
    numbers = np.zeros((count, NUMBERS), np.float32)
    for slot in gesture_slots(config) if config.output == 'behaviour' else ():
        rows = dyad.gestures[dyad.gestures[:, 1] == slot.kind]
        ticks = rows[:, 0].astype(int)
        values = _numbers(config, rows, slot.head.numbers)
        begins[ticks, slot.kind] = 1
        numbers[ticks, slot.places] = (values - norm.number_mean[slot.places]) / norm.number_std[
            slot.places
        ]
        wanted = rows[:, GESTURE_FIELDS.index('cycles'), None]
        cycles[ticks, slot.kind] = np.abs(wanted - np.array(slot.head.cycles)).argmin(axis=1)
        sides[ticks, slot.kind] = rows[:, GESTURE_FIELDS.index('size')] > 0
        upswings[ticks, slot.kind] = rows[:, GESTURE_FIELDS.index('upswing')] > 0
    smiles = np.array([smile_of(dyad.reference), smile_of(calm_face(dyad.reference))], np.float32)
    condition = conditions(config, faded(dyad.attitude), dyad.personality, smiles)
    own = np.vstack([np.zeros((1, kinds), np.float32), begins[:-1]])
    driven = driven_vector(
        config,
        norm,
        dyad.acoustic,
        dyad.heard,
        motion_vector(dyad.rotation, dyad.expression, dyad.translation),
        dyad.valid,
        dyad.speaking,
        condition,
        own,
        cues_of(dyad.speaker_frames()) if config.cues else None,
    )
    motion = normalised(
        config, listener_motion(config, dyad), norm.listener_mean, norm.listener_std
    )
    initial = initial_vector(config, norm, reference_motion(dyad), condition[0])
    arrays = (initial, driven, motion, begins, numbers, cycles, sides, upswings)
    tensors = [*(torch.from_numpy(array) for array in arrays), torch.ones(count)]
    return Sequences(*tensors)


def _numbers(config: ModelConfig, rows: Array, names: tuple[str, ...]) -> Array:
    """Return the numbers (N, len(names)) of gestures as outputs; sizes without their sign."""
    values = np.abs(rows[:, [GESTURE_FIELDS.index(name) for name in names]])
    if config.log_sizes:
        size = names.index('size')
        values[:, size] = np.log(np.maximum(values[:, size], SMALLEST_SIZE))
    return values
