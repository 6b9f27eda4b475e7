"""Where in the outputs a kind of gesture is, and the gesture that they describe."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.config import GestureHead
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.vectors import Normalisation

LARGEST: dict[Kind, float] = {
    Kind.NOD: 0.22,
    Kind.SHAKE: 0.3,
    Kind.BEAT: 0.08,
    Kind.GLANCE: 0.22,
}
"""Largest gesture that is played, rad."""
RANGES = {'delay': (0.0, 1.5), 'frequency': (1.3, 4.0), 'decay': (0.4, 1.0)}
"""What else is played, s and Hz: a network's outlier must not become one of the head."""
SMALLEST = 0.2
"""Smallest gesture, as a share of a middling one of the training set."""


@dataclass(frozen=True)
class GestureSlot:
    """Places of one kind of gesture.

    Attributes:
        kind, head: which.
        begins: output whose sigmoid is the probability that one is decided on at this step.
        numbers: outputs of its numbers; `places`: where they are among all numbers.
        cycles: outputs that choose the number of cycles (empty where there is no choice).
        side, upswing: outputs whose sigmoid is the probability of left, of an upswing; -1 = none.
    """

    kind: Kind
    head: GestureHead
    begins: int
    numbers: slice
    places: slice
    cycles: slice
    side: int
    upswing: int


def gesture_slots(config: ModelConfig) -> tuple[GestureSlot, ...]:
    """The slots of all kinds, in the order of `Kind`."""
    slots = []
    at, place = config.motion_size, 0
    for kind, head in GESTURE_HEADS.items():
        numbers = slice(at + 1, at + 1 + len(head.numbers))
        choices = len(head.cycles) if len(head.cycles) > 1 else 0
        cycles = slice(numbers.stop, numbers.stop + choices)
        side = cycles.stop if head.sided else -1
        upswing = cycles.stop + head.sided if head.upswing > 0 else -1
        places = slice(place, place + len(head.numbers))
        slots.append(GestureSlot(kind, head, at, numbers, places, cycles, side, upswing))
        at, place = at + 1 + head.size, places.stop
    return tuple(slots)


def gesture_from(
    slot: GestureSlot,
    norm: Normalisation,
    output: NDArray[np.float32],
    normal: NDArray[np.float64],
    uniform: NDArray[np.float64],
) -> Gesture:
    """The gesture that an output describes, with chance's help.

    Args:
        slot: of its kind.
        norm: of the network.
        output: (output_size,) of this step.
        normal: (4,) standard normal numbers, for what the prediction leaves open.
        uniform: (3,) in 0..1, for the choices.
    """
    count = len(slot.head.numbers)
    scored = output[slot.numbers] + norm.number_noise[slot.places] * normal[:count]
    scored = np.clip(scored, -2.5, 2.5)
    values = scored * norm.number_std[slot.places] + norm.number_mean[slot.places]
    numbers = dict(zip(slot.head.numbers, values.tolist(), strict=True))
    for name, (low, high) in RANGES.items():
        if name in numbers:
            numbers[name] = min(max(numbers[name], low), high)
    smallest = SMALLEST * float(norm.number_mean[slot.places.start])
    size = min(max(numbers.pop('size'), smallest), LARGEST[slot.kind])
    if slot.side >= 0 and uniform[0] >= _sigmoid(float(output[slot.side])):
        size = -size
    cycles = slot.head.cycles[0]
    if slot.cycles.stop > slot.cycles.start:
        shares = np.exp(output[slot.cycles] - output[slot.cycles].max()).astype(np.float64)
        passed = np.cumsum(shares) / shares.sum()
        cycles = slot.head.cycles[min(int(np.searchsorted(passed, uniform[1])), len(passed) - 1)]
    rises = slot.upswing >= 0 and uniform[2] < _sigmoid(float(output[slot.upswing]))
    return Gesture(
        slot.kind, size, cycles=cycles, upswing=slot.head.upswing * bool(rises), **numbers
    )


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(value, -50, 50))))
