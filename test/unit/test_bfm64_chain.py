"""The paper's whole path with weights from a hash: Deep3D, a bfm64 listener, PIRenderer."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from listening import Listening
from networks import BFM64_MODEL
from networks import saved
from pretrained_weights import fill
from pretrained_weights import save

from vico_listener.clock import NANOSECONDS
from vico_listener.face import FaceTracker
from vico_listener.face import create_backend
from vico_listener.face.deep3d.resnet import ReconstructionNetwork
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.benchmark.direct import DirectChain
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.mood import MoodFade
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.neural.execution import Execution
from vico_listener.perception import Perception
from vico_listener.render import create_renderer
from vico_listener.render.pirender.generator import Generator

FRAMES = 4


def test_without_a_trip_through_the_cpu_the_same_is_drawn(
    tmp_path: Path, portrait_photo: Path
) -> None:
    execution = Execution('torch', 'cpu', 1)
    fit = save(tmp_path / 'epoch_20.pth', 'net_recon', fill(ReconstructionNetwork(), 0.8))
    draw = save(tmp_path / 'checkpoint.pt', 'net_G_ema', fill(Generator(), 1.0))
    checkpoint = saved(BFM64_MODEL, tmp_path / 'listener')
    random = np.random.default_rng(3)
    scaled = replace(
        checkpoint.norm,
        listener_mean=random.normal(0, 0.1, BFM64_MODEL.motion_size).astype(np.float32),
        listener_std=random.uniform(0.1, 1.0, BFM64_MODEL.motion_size).astype(np.float32),
    )
    checkpoint = replace(checkpoint, norm=scaled)
    renderer = create_renderer(
        'pirender',
        portrait=cv2.imread(str(portrait_photo)),
        renderer_model=draw,
        face_model=fit,
        execution=execution,
    )
    apart, direct = (
        Listening(LearnedListener(checkpoint=checkpoint, runtime='torch')) for _ in range(2)
    )
    for listening in (apart, direct):
        listening.reset(renderer.reference, Attitude.POSITIVE, 0.8)
    chain = DirectChain(direct.listener, renderer.draw, direct.mood)
    frames = []
    for tick in range(FRAMES):
        acoustic = random.normal(size=45).astype(np.float32)
        face = FaceMotion(random.normal(0, 1, 64).astype(np.float32), basis=BFM64)
        last = tick == FRAMES - 1
        frames.append(SpeakerFrame(tick, tick, tick, face, acoustic, speaking=True, reset=last))
    for frame in frames:
        if frame.reset:
            renderer.reset()
            apart.reset(renderer.reference, Attitude.POSITIVE, 0.8)
        expected = renderer.render(apart.step(frame)).astype(int)
        assert np.abs(chain.step(frame) - expected).max() <= 1
    with pytest.raises(ValueError, match="with the runtime 'torch' only"):
        DirectChain(
            LearnedListener(checkpoint=checkpoint, runtime='onnx'), renderer.draw, MoodFade()
        )
    with pytest.raises(ValueError, match='puts out behaviour in arkit52'):
        DirectChain(LearnedListener(runtime='torch'), renderer.draw, MoodFade())


def test_a_camera_image_becomes_a_drawn_face(tmp_path: Path, portrait_photo: Path) -> None:
    execution = Execution('torch', 'cpu', 1)
    fit = save(tmp_path / 'epoch_20.pth', 'net_recon', fill(ReconstructionNetwork(), 0.8))
    draw = save(tmp_path / 'checkpoint.pt', 'net_G_ema', fill(Generator(), 1.0))
    saved(BFM64_MODEL, tmp_path / 'listener')
    photo = cv2.imread(str(portrait_photo))
    renderer = create_renderer(
        'pirender', portrait=photo, renderer_model=draw, face_model=fit, execution=execution
    )
    agent = ListeningAgent.create(
        'lstm', renderer.reference, checkpoint=tmp_path / 'listener', idle=False
    )
    tracker = FaceTracker(create_backend('deep3d', model_path=fit, execution=execution))
    perception = Perception(tracker, None)
    pictures = []
    for number in range(FRAMES):
        for frame in perception.add_image(photo, number * NANOSECONDS // 30):
            assert frame.face_valid and frame.face.basis is BFM64
            motion = agent.step(frame)
            assert motion is not None and motion.face.basis is BFM64
            np.testing.assert_array_equal(motion.rest_rotation, renderer.reference.rotation)
            pictures.append(renderer.render(motion.face))
    assert len(pictures) == FRAMES
    assert all(p.shape == (256, 256, 3) and p.dtype == np.uint8 for p in pictures)
    assert (pictures[0] != pictures[-1]).any()
    assert agent.intake.counters.foreign_frames == agent.intake.counters.invalid_frames == 0
