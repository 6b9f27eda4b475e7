"""Training in several processes that `torchrun` starts: each takes a share of every batch."""

import os
from dataclasses import dataclass

import torch
from torch import Tensor
from torch import distributed
from torch import nn


@dataclass(frozen=True)
class World:
    """The processes of a run.

    Attributes:
        rank: number of this one; 0 writes files and shows progress.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    def share(self, rows: Tensor) -> Tensor:
        """The rows of a batch that are this process'; where they run out, the last one again."""
        mine = rows[self.rank :: self.size]
        return mine if len(mine) else rows[-1:]

    def total(self, value: float) -> float:
        """The sum of every process' value."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64)
        distributed.all_reduce(summed)
        return float(summed)

    def average(self, network: nn.Module, weight: float) -> None:
        """Add up the gradients of all processes, each weighted by its share of the data."""
        if self.size == 1:
            return
        for parameter in network.parameters():
            gradient = parameter.grad
            if gradient is None:
                gradient = parameter.grad = torch.zeros_like(parameter)
            gradient.mul_(weight)
            distributed.all_reduce(gradient)


ALONE = World()


def join_world() -> World:
    """The world that `torchrun` describes in the environment; alone without it."""
    size = int(os.environ.get('WORLD_SIZE', '1'))
    if size == 1:
        return ALONE
    if not distributed.is_initialized():
        distributed.init_process_group('gloo')
    return World(distributed.get_rank(), size)
