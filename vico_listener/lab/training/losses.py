"""Computes the losses: the paper's on motion, and the likelihood of the gestures.

Source: Zhou et al., ECCV 2022, equations 4 to 6; the authors' code takes norms of z-scored values,
so do these. Gestures are a marked point process: at every step each kind begins or does not.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.functional import cross_entropy

from vico_listener.lab.training.sequences import Sequences
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.gesture_outputs import GestureSlot
from vico_listener.listener.model.gesture_outputs import gesture_slots

EPSILON = 1e-6
"""Keeps the norm's gradient finite where a prediction is exact."""


@dataclass(frozen=True)
class LossWeights:
    """Weights of the terms.

    Attributes:
        expression_motion, pose_motion: weights of the first differences, the paper's w1 and w2.
        separate_pose: rotation, translation and crop have norms of their own, as in the authors'
            code, whose sum is the pose's loss; else one norm, as in the paper.
        gestures: weight of the gestures' likelihood (per second of data).
        marks: weight of the likelihood of their numbers and choices.
    """

    expression_motion: float = 0.1
    pose_motion: float = 1e-4
    separate_pose: bool = False
    gestures: float = 1.0
    marks: float = 0.3


@dataclass(frozen=True)
class Counts:
    """What means are taken over: of these data, or of all that several processes see at a time.

    Attributes:
        steps: that hold data.
        pairs: of two such steps, one after the other.
    """

    steps: float
    pairs: float

    @classmethod
    def of(cls, data: Sequences) -> 'Counts':
        """Count the steps and pairs of some data."""
        return cls(float(data.mask.sum()), float(_pairs(data).sum()))


def _pairs(data: Sequences) -> Tensor:
    return data.mask[:, 1:] * data.mask[:, :-1]


def motion_losses(
    config: ModelConfig,
    output: Tensor,
    data: Sequences,
    separate_pose: bool = False,
    counts: Counts | None = None,
) -> dict[str, Tensor]:
    """Return L_gen and the parts of L_mot, (), means over the steps that hold data.

    Args:
        config: configuration of the network.
        output: (N, T, output_size).
        data: the same steps.
        separate_pose: see `LossWeights`.
        counts: to divide by; without, those of `data`.
    """
    counts = counts or Counts.of(data)
    error = output[..., : config.motion_size] - data.motion
    change = error[:, 1:] - error[:, :-1]
    expression = slice(3, 3 + config.motion_basis.size)
    rest = [*range(3), *range(expression.stop, config.motion_size)]
    parts = [rest[k : k + 3] for k in range(0, len(rest), 3)] if separate_pose else [rest]
    one, both = data.mask, _pairs(data)
    steps, pairs = max(counts.steps, 1.0), max(counts.pairs, 1.0)
    return {
        'expression': _norms(error[..., expression], one) / steps,
        'pose': _sum(_norms(error[..., part], one) / steps for part in parts),
        'expression_motion': _norms(change[..., expression], both) / pairs,
        'pose_motion': _sum(_norms(change[..., part], both) / pairs for part in parts),
    }


def _sum(terms: Iterable[Tensor]) -> Tensor:
    """Return the sum of the terms, ()."""
    return torch.stack(list(terms)).sum()


def _norms(error: Tensor, mask: Tensor) -> Tensor:
    norms = (error.square().sum(-1) + EPSILON**2).sqrt()
    return (norms * mask).sum()


def gesture_losses(
    config: ModelConfig,
    output: Tensor,
    data: Sequences,
    counts: Counts | None = None,
    slots: Sequence[GestureSlot] | None = None,
) -> dict[str, Tensor]:
    """Return the negative log likelihood per second of the gestures' beginnings and marks, ().

    Args:
        config: configuration of the network.
        output: (N, T, output_size).
        data: the same steps.
        counts: as in `motion_losses`.
        slots: the kinds of gesture that count; None for all.
    """
    seconds = max((counts or Counts.of(data)).steps, 1.0) / config.clock
    when = output.new_zeros(())
    what = output.new_zeros(())
    for slot in gesture_slots(config) if slots is None else slots:
        begun = data.begins[..., slot.kind] * data.mask
        score = output[..., slot.begins]
        cost = binary_cross_entropy_with_logits(score, begun, reduction='none')
        when = when + (cost * data.mask).sum()
        rows = begun > 0
        if not rows.any():
            continue
        told = output[rows]
        what = (
            what + 0.5 * (told[:, slot.numbers] - data.numbers[rows][:, slot.places]).square().sum()
        )
        if slot.cycles.stop > slot.cycles.start:
            chosen = data.cycles[rows][:, slot.kind].long()
            what = what + cross_entropy(told[:, slot.cycles], chosen, reduction='sum')
        for place, wanted in ((slot.side, data.sides), (slot.upswing, data.upswings)):
            if place >= 0:
                choice = wanted[rows][:, slot.kind]
                what = what + binary_cross_entropy_with_logits(
                    told[:, place], choice, reduction='sum'
                )
    return {'gestures': when / seconds, 'marks': what / seconds}


def all_losses(
    config: ModelConfig,
    weights: LossWeights,
    output: Tensor,
    data: Sequences,
    counts: Counts | None = None,
) -> tuple[Tensor, dict[str, float]]:
    """Return the weighted sum, and every term by name; `counts` as in `motion_losses`."""
    counts = counts or Counts.of(data)
    terms = motion_losses(config, output, data, weights.separate_pose, counts)
    if config.output == 'behaviour':
        terms |= gesture_losses(config, output, data, counts)
    scale: dict[str, float] = vars(weights)
    total = torch.stack([scale.get(name, 1.0) * term for name, term in terms.items()]).sum()
    return total, {name: float(term.detach()) for name, term in terms.items()}
