"""Measures the paper's chain (Deep3D, listener, PIRenderer) on a GPU beside the paper's figures."""

import itertools
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterable
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.chain import Answer
from vico_listener.chain import Chain
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import tick_stamp
from vico_listener.face import FaceTracker
from vico_listener.face.backends.deep3d import Deep3DBackend
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.durations import blocks
from vico_listener.lab.benchmark.durations import each
from vico_listener.lab.benchmark.durations import percentiles
from vico_listener.lab.benchmark.durations import sample
from vico_listener.lab.benchmark.material import images_of
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.runtimes import create_runtime
from vico_listener.listener.mood import MoodFade
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.neural.execution import Execution
from vico_listener.neural.runner import create_runner
from vico_listener.perception import Perception
from vico_listener.render.pirender.motion_window import MotionWindow
from vico_listener.render.pirender.motion_window import column_of
from vico_listener.render.pirender.pirenderer import PREPARED
from vico_listener.render.pirender.pirenderer import picture_part

PAPER = 'the paper on a V100'
TOTAL = 81.84
"""The delay per frame in the paper, ms."""


class PaperChain:
    """Turns a camera image into the listener's face; random weights take as long as real ones.

    Args:
        execution: where the two large networks run. The listener steps on the CPU, where it takes
            less time than the way to a GPU; in `direct` it steps where they run.
    """

    def __init__(self, execution: Execution) -> None:
        from vico_listener.lab.benchmark.direct import DirectChain
        from vico_listener.lab.training.network_calibration import to_checkpoint
        from vico_listener.listener.learned import LearnedListener
        from vico_listener.listener.model.network import ListenerNetwork
        from vico_listener.listener.model.vectors import Normalisation

        tracker = FaceTracker(Deep3DBackend(reconstruction=Reconstruction(None, execution)))
        tracker.warm_up()
        self._ticks = itertools.count(1)
        config = ModelConfig(basis='bfm64')
        checkpoint = to_checkpoint(ListenerNetwork(config), Normalisation.identity(config))
        agent = ListeningAgent(
            LearnedListener(checkpoint=checkpoint, runtime='numba'), FaceMotion.neutral(BFM64), None
        )
        self._head = Chain(
            Perception(tracker, None), agent.step, draw=lambda motion: self.render(motion.face)
        )
        self._steps = create_runtime('numba', checkpoint)
        self._driven = np.zeros(checkpoint.config.driven_size, np.float32)
        self._draw = create_runner(picture_part(None), execution)
        shares = [np.zeros((1, *shape), np.float32) for shape in PREPARED.values()]
        self._prepared = [self._draw.constant(share) for share in shares]
        self._window = MotionWindow()
        listener = LearnedListener(checkpoint=checkpoint, runtime='torch')
        self._direct = DirectChain(listener, self._picture, MoodFade())
        silence = np.zeros(ACOUSTIC_SIZE, np.float32)
        self._frame = SpeakerFrame(0, 0, 0, FaceMotion.missing(BFM64), silence, face_valid=False)

    def fit(self, image: NDArray[np.uint8]) -> SpeakerFrame:
        """Find the landmarks, alignment and coefficients of the face in a camera image."""
        (frame,) = self._head.senses.add_image(image, tick_stamp(next(self._ticks)))
        return frame

    def step(self) -> Any:
        """Run one step of the listener's network."""
        return self._steps.step(self._driven)

    def render(self, motion: FaceMotion) -> NDArray[np.uint8]:
        """Draw the listener's picture."""
        return self._picture(self._window.push(column_of(motion)))

    def _picture(self, window: Any) -> NDArray[np.uint8]:
        return np.asarray(self._draw(*self._prepared, window[None])[0][0])

    def direct(self) -> None:
        """Run one step and draw its picture; the motion stays on the device."""
        self._direct.step(self._frame)

    def whole(self, image: NDArray[np.uint8]) -> Answer:
        """Answer one camera image: one stage after the other."""
        (answer,) = self._head.see(image, tick_stamp(next(self._ticks)))
        return answer

    def overlapped(self, images: Iterable[NDArray[np.uint8]]) -> Generator[Answer, None, None]:
        """Yield answers; the next camera image is fitted while one is answered.

        Perception and the rest of the head may run in two threads, as in separate processes.
        """
        answered: Future[Answer] | None = None
        with ThreadPoolExecutor(1) as answering:
            for image in images:
                frame = self.fit(image)
                if answered is not None:
                    yield answered.result()
                answered = answering.submit(self._head.answer, frame)
            if answered is not None:
                yield answered.result()


def chain_rows(clip: Path, execution: Execution, repeats: int) -> list[Row]:
    """Measure fit, step, render and the whole beside the paper's figures, in turn and overlapped.

    Args:
        clip: the demo clip.
        execution: see `PaperChain`.
        repeats: number of repetitions of each measurement.
    """
    chain, frames = PaperChain(execution), images_of(clip, alone=True)
    motion = chain.fit(frames[0]).face
    actions: dict[str, tuple[Callable[[], Any], float]] = {
        'fit: landmarks, alignment, Deep3D': (each(frames, chain.fit), 52.5),
        'step of the listener': (chain.step, 0.0372),
        'render: PIRenderer 256x256': (lambda: chain.render(motion), 29.3),
        'step and render, the motion stays on the GPU': (chain.direct, 29.3),
    }
    rows = [
        Row(name, 'ms', *percentiles(sample(action, repeats)), PAPER, paper)
        for name, (action, paper) in actions.items()
    ]
    whole = sample(each(frames, chain.whole), repeats)
    name = 'total: fit, step, render'
    rows.append(Row(name, 'ms', *percentiles(whole), PAPER, TOTAL, target=12.0 / TOTAL))
    stream = chain.overlapped(itertools.cycle(frames))
    overlapped = sample(lambda: next(stream), repeats)
    stream.close()
    for way, durations, fps in (
        ('one after the other', whole, 12.0),
        ('fit of t + 1 while t is drawn', overlapped, 19.0),
    ):
        per_frame = percentiles(blocks(durations, min(MODEL_RATE, repeats)))
        name = f'time per frame, {way}'
        rows.append(Row(name, 'ms', *per_frame, PAPER, 1e3 / fps, target=fps / 80.0))
    return rows


def lacking() -> str:
    """Return what is missing where `describe_gpu` finds nothing."""
    try:
        import torch
    except ModuleNotFoundError:
        return 'torch is not installed: ./run shell pip install torch, in a build for CUDA'
    if torch.version.cuda is None:
        return f'torch {torch.__version__} is built without CUDA: install a build for CUDA'
    return (
        f'torch {torch.__version__} for CUDA {torch.version.cuda} sees no device: is there one in '
        'nvidia-smi, and is its driver new enough?'
    )


def describe_gpu() -> str:
    """Return the name of the GPU and the versions of its software; '' without a GPU."""
    try:
        import torch
    except ModuleNotFoundError:
        return ''
    if not torch.cuda.is_available():
        return ''
    name = torch.cuda.get_device_name()
    return f'{name}, torch {torch.__version__}, CUDA {torch.version.cuda}'
