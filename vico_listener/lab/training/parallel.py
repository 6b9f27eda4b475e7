"""Trains in several processes that `torchrun` starts: each takes a share of every batch."""

import os
from dataclasses import dataclass
from dataclasses import replace

import torch

# Imported after a process group is made (the optimizer does so), its functions keep that group as
# their default; its threads then outlive `leave`, and may abort the process at its end.
import torch.distributed.nn
from torch import Tensor
from torch import distributed
from torch import nn
from torch.nn.utils import parameters_to_vector
from torch.nn.utils import vector_to_parameters

from vico_listener.lab.training.sequences import Sequences


@dataclass(frozen=True)
class World:
    """The processes of a run.

    Attributes:
        rank: number of this one; 0 writes files and shows progress.
        size: number of processes.
    """

    rank: int = 0
    size: int = 1

    def share(self, data: Sequences, rows: Tensor) -> Sequences:
        """Return the sequences of a batch that this process takes.

        Where they run out, the last one again, which counts for nothing: every process has to take
        part in every update.
        """
        mine = rows[self.rank :: self.size]
        if len(mine):
            return data.select(mine)
        last = data.select(rows[-1:])
        return replace(last, mask=torch.zeros_like(last.mask))

    def total(self, value: float) -> float:
        """Return the sum of every process' value."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64)
        distributed.all_reduce(summed)
        return float(summed)

    def add_gradients(self, network: nn.Module) -> None:
        """Replace the gradients of every process by their sum.

        Parameters without a gradient are left alone; they are the same ones everywhere, since all
        processes take the same steps of their sequences. torch's `DistributedDataParallel` would
        keep the process group, and with it threads that `leave` has to end.
        """
        if self.size == 1:
            return
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        summed = parameters_to_vector(gradients)
        distributed.all_reduce(summed)
        vector_to_parameters(summed, gradients)

    def wait(self) -> None:
        """Wait until every process has come here."""
        if self.size > 1:
            distributed.barrier()

    def leave(self) -> None:
        """Part from the others once all are here, and end the threads that talked to them."""
        if self.size > 1:
            distributed.barrier()
            distributed.destroy_process_group()


ALONE = World()


def join_world() -> World:
    """Return the world that `torchrun` describes in the environment; alone without it."""
    size = int(os.environ.get('WORLD_SIZE', '1'))
    if size == 1:
        return ALONE
    if not distributed.is_initialized():
        distributed.init_process_group('gloo')
    return World(distributed.get_rank(), size)
