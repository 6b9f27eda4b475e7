"""Chains a listener's network and PIRenderer on one device, which the coefficients never leave."""

from collections.abc import Callable

import torch
from torch import Tensor

from vico_listener.errors import SettingError
from vico_listener.frames import Picture
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.model.runtimes.torch_runtime import TorchRuntime
from vico_listener.listener.model.vectors import away_from
from vico_listener.listener.model.vectors import in_native_units
from vico_listener.listener.mood import MoodFade
from vico_listener.motion import BFM64
from vico_listener.native import from_native
from vico_listener.render.pirender.motion_window import COLUMN_FROM_NATIVE
from vico_listener.render.pirender.motion_window import SIDE


class DirectChain:
    """Turns speaker frames into pictures of the listener, by `LearnedListener` and `PIRenderer`.

    There is no idle layer and no message in between, so it is for whole clips and for measuring;
    the live stack hands 73 numbers from one node to the other.

    Args:
        listener: of basis `bfm64` and output `motion`, with the runtime `torch`.
        draw: window (73, 27) on the listener's device to the picture, e.g. `PIRenderer.draw` of one
            that runs by torch on the same device.
        mood: its attitude and intensity may be set before any step.

    Raises:
        SettingError: the listener is another one.
    """

    def __init__(
        self, listener: LearnedListener, draw: Callable[[Tensor], Picture], mood: MoodFade
    ) -> None:
        config, runtime = listener.checkpoint.config, listener.runtime
        if not isinstance(runtime, TorchRuntime):
            raise SettingError("coefficients stay on the device with the runtime 'torch' only")
        if listener.basis is not BFM64 or config.output != 'motion':
            raise SettingError(
                f'PIRenderer draws motions in bfm64: the listener puts out {config.output} in '
                f'{listener.basis.name}'
            )
        self._listener, self._runtime, self._draw, self._mood = listener, runtime, draw, mood
        norm = listener.checkpoint.norm
        self._mean, self._std = map(self._here, (norm.listener_mean, norm.listener_std))
        self._order = torch.from_numpy(COLUMN_FROM_NATIVE).to(runtime.device)
        self._columns: Tensor | None = None

    def _here(self, values: object) -> Tensor:
        return torch.as_tensor(values, device=self._runtime.device)

    @torch.inference_mode()
    def step(self, frame: SpeakerFrame) -> Picture:
        """Return the picture that answers a frame; one marked `reset` starts from the beginning."""
        if frame.reset or self._columns is None:
            self._columns = None
            self._reference = self._here(self._listener.reference)
            self._mood.reset()
            reference = from_native(BFM64, self._listener.reference)
            self._listener.reset(reference, self._mood.nearest)
        mood = self._mood.step()
        driven = self._listener.driven(frame, mood)
        scores = self._runtime.advance(driven)[: len(self._mean)]
        motion = in_native_units(scores, self._mean, self._std)
        column = away_from(self._reference, motion, mood.strength)[self._order][None]
        before = column.expand(SIDE, -1) if self._columns is None else self._columns[1:]
        self._columns = torch.cat([before, column])
        window = torch.cat([self._columns, column.expand(SIDE, -1)]).T
        return self._draw(window)
