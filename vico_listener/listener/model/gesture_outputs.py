"""Makes gestures from the outputs of a network."""

from dataclasses import dataclass
from math import exp
from math import radians

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.config import GestureHead
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.vectors import Normalisation

LARGEST: dict[Kind, float] = {
    Kind.NOD: 0.245,
    Kind.SHAKE: 0.3,
    Kind.BEAT: 0.08,
    Kind.GLANCE: 0.22,
}
"""The largest size of a gesture, rad."""
RANGES = {'delay': (0.0, 1.5), 'frequency': (0.95, 4.0), 'decay': (0.4, 1.0)}
"""The ranges of other numbers (s, Hz, share), so that an outlier of a network moves no head."""
FASTEST = radians(26.0)
"""The largest product of a gesture's size and frequency, rad/s: what is large is slower."""
NEAR = 64
"""How many residuals of similar predictions one is drawn from: what is large varies more."""
OUTLIER = 3.0
"""How far a number may lie from its mean in the training set, in deviations."""
SMALLEST = 0.2
"""The smallest size of a gesture, as a share of the mean size in the training set."""


@dataclass(frozen=True)
class GestureSlot:
    """The places of one kind of gesture in the outputs of a network.

    Attributes:
        kind, head: the kind of gesture and what the network predicts about it.
        log_size: whether its size is given as a logarithm.
        begins: the output whose sigmoid is the probability that one is decided on at this step.
        numbers: the outputs of its numbers.
        places: the places of these numbers in the arrays of a `Normalisation`.
        cycles: the outputs that choose the number of cycles; empty where there is no choice.
        side, upswing: the outputs whose sigmoid is the probability of the left side and of an
            upswing; -1 where there is none.
    """

    kind: Kind
    head: GestureHead
    log_size: bool
    begins: int
    numbers: slice
    places: slice
    cycles: slice
    side: int
    upswing: int


def gesture_slots(config: ModelConfig) -> tuple[GestureSlot, ...]:
    """Return the slots of all kinds, in the order of `Kind`."""
    slots = []
    at, place = config.motion_size, 0
    for kind, head in GESTURE_HEADS.items():
        numbers = slice(at + 1, at + 1 + len(head.numbers))
        choices = len(head.cycles) if len(head.cycles) > 1 else 0
        cycles = slice(numbers.stop, numbers.stop + choices)
        side = cycles.stop if head.sided else -1
        upswing = cycles.stop + head.sided if head.upswing[1] > 0 else -1
        places = slice(place, place + len(head.numbers))
        slots.append(
            GestureSlot(kind, head, config.log_sizes, at, numbers, places, cycles, side, upswing)
        )
        at, place = at + 1 + head.size, places.stop
    return tuple(slots)


def gesture_from(
    slot: GestureSlot,
    norm: Normalisation,
    output: NDArray[np.float32],
    normal: NDArray[np.float64],
    uniform: NDArray[np.float64],
) -> Gesture:
    """Return the gesture that an output describes, with the given random numbers.

    Args:
        slot: the slot of its kind.
        norm: the network's normalisation.
        output: (output_size,) the output of this step.
        normal: (4,) standard normal random numbers, for what the prediction leaves open where its
            residuals are not known.
        uniform: (4,) random numbers in 0 to 1, for the choices and for the residuals.
    """
    rows = len(norm.number_residuals)
    left_open: NDArray[np.floating] = norm.number_noise[slot.places]
    if rows:
        predictions = norm.number_predictions[:, slot.kind]
        place = int(np.searchsorted(predictions, output[slot.numbers.start]))
        near = min(NEAR, rows)
        first = min(max(place - near // 2, 0), rows - near)
        row = first + min(int(near * uniform[3]), near - 1)
        left_open = norm.number_residuals[row, slot.places]
    else:
        left_open = left_open * normal[: len(slot.head.numbers)]
    scored = np.clip(output[slot.numbers] + left_open, -OUTLIER, OUTLIER)
    values = scored * norm.number_std[slot.places] + norm.number_mean[slot.places]
    numbers = dict(zip(slot.head.numbers, values.tolist(), strict=True))
    for name, (low, high) in RANGES.items():
        if name in numbers:
            numbers[name] = min(max(numbers[name], low), high)
    size, usual = numbers.pop('size'), float(norm.number_mean[slot.places.start])
    if slot.log_size:
        size, usual = exp(min(size, 0.0)), exp(usual)
    size = min(max(size, SMALLEST * usual), LARGEST[slot.kind])
    if size * numbers.get('frequency', 0.0) > FASTEST:
        numbers['frequency'] = FASTEST / size
    if slot.side >= 0 and uniform[0] >= _sigmoid(float(output[slot.side])):
        size = -size
    cycles = slot.head.cycles[0]
    if slot.cycles.stop > slot.cycles.start:
        shares = np.exp(output[slot.cycles] - output[slot.cycles].max()).astype(np.float64)
        passed = np.cumsum(shares) / shares.sum()
        cycles = slot.head.cycles[min(int(np.searchsorted(passed, uniform[1])), len(passed) - 1)]
    upswing = 0.0
    if slot.upswing >= 0:
        rises = _sigmoid(float(output[slot.upswing]))
        if uniform[2] < rises:
            low, high = slot.head.upswing
            upswing = low + (high - low) * float(uniform[2]) / rises
    return Gesture(slot.kind, size, cycles=cycles, upswing=upswing, **numbers)


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(value, -50, 50))))
