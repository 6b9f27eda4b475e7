"""The paper's whole path with weights from a hash: Deep3D, a bfm64 listener, PIRenderer."""

from pathlib import Path

import cv2
import numpy as np
from networks import saved
from pretrained_weights import fill
from pretrained_weights import save

from vico_listener.clock import NANOSECONDS
from vico_listener.face import FaceTracker
from vico_listener.face import create_backend
from vico_listener.face.deep3d.network import ReconstructionNetwork
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.model.config import BFM64 as BFM64_MODEL
from vico_listener.motion import BFM64
from vico_listener.neural.execution import Execution
from vico_listener.perception import Perception
from vico_listener.render import create_renderer
from vico_listener.render.pirender.generator import Generator

FRAMES = 4


def test_a_camera_picture_becomes_a_drawn_face(tmp_path: Path, portrait_photo: Path) -> None:
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
    assert agent.counters.foreign_frames == agent.counters.invalid_frames == 0
