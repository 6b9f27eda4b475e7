"""A perception node whose camera is on a robot's head, and robots that nod at who is before it."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import Image
from sensor_msgs.msg import JointState

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.face_cues import FaceCues
from vico_listener.listener.performance import GestureRequest
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.nodes.convert import speaker_of
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.perception.camera_on_head import MAX_AHEAD_NS
from vico_listener.perception.camera_on_head import seen_by
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

START = 10 * NANOSECONDS
NAMES = [joint.name for joint in load_profile('generic_3dof').joints]


class StillFace:
    """A face backend that sees a calm face in the middle of every image."""

    basis = ARKIT52

    def __init__(self, model_path: Any = None, threads: int = 1) -> None:
        pass

    def detect(self, image: np.ndarray, turn: Any = None) -> list[Roi]:
        return [Roi(80, 60, 100)]

    def observe(self, image: np.ndarray, roi: Roi, camera: Any) -> FaceObservation:
        box = np.float32([40, 20, 120, 100])
        face = replace(FaceMotion.neutral(), translation=np.float32([-1.0, 0.0, 0.0]))
        return FaceObservation(np.float32([[40, 20, 0], [120, 100, 0]]), box, face, roi, 0.0)

    def warm_up(self) -> None:
        pass


class Bench:
    """A perception node, what its camera and its head's joints say, and what it says.

    Attributes:
        frame: the frame_id of the images.
    """

    frame = ''

    def __init__(
        self, graph: Graph, backend: type[StillFace] = StillFace, **parameters: Any
    ) -> None:
        face = f'{backend.__module__}:{backend.__name__}'
        self.node = graph.make(
            PerceptionNode, face=face, lossless=True, use_audio=False, **parameters
        )
        self.configured = graph.run(self.node.trigger_configure)
        if self.configured != TransitionCallbackReturn.SUCCESS:
            return
        graph.run(self.node.trigger_activate)
        self.tester = graph.tester()
        self.frames: list[msg.SpeakerFrame] = graph.record(self.tester, msg.SpeakerFrame, 'speaker')
        self.image = self.tester.create_publisher(Image, 'image', 100)
        commands = parameters.get('camera_on_head') == 'command'
        topic = 'head/commanded' if commands else 'joint_states'
        self.joints = self.tester.create_publisher(JointState, topic, 100)
        wait_until(lambda: self.image.get_subscription_count() == 1)
        if parameters.get('camera_on_head') in ('joint_state', 'command'):
            wait_until(lambda: self.joints.get_subscription_count() == 1)

    def state(self, pitch: float, stamp: int, yaw: float = 0.0) -> None:
        state = JointState(name=NAMES, position=[yaw, pitch, 0.0])
        state.header.stamp = time_message(stamp)
        self.joints.publish(state)

    def knows_camera(self, stamp: int) -> bool:
        """Whether a state as new as a stamp has come."""
        camera = self.node._head_camera
        return camera is not None and camera(stamp + MAX_AHEAD_NS) is not None

    def show(self, stamp: int, pitch: float = 0.0, yaw: float = 0.0) -> None:
        """Publish an image that a camera takes whose head looks there, rad."""
        image = Image()
        image.header.stamp = time_message(stamp)
        image.header.frame_id = self.frame
        levels = np.clip(np.round(128 + LEVELS * np.array([pitch, yaw, 0.0])), 0, 255)
        fill_image(image, np.tile(levels.astype(np.uint8), (120, 160, 1)))
        self.image.publish(image)


LEVELS = 200.0
"""Levels of colour per radian."""


class PersonWhoKeepsStill(StillFace):
    """What a camera on a head that moves makes of somebody who keeps still.

    Where the robot looks is in the colour of the image, where a camera would see it.
    """

    place = (1.0, 0.0, 0.0)
    """Where they are, from the neck's axes, and so from this camera, m."""

    def observe(self, image: np.ndarray, roi: Roi, camera: Any) -> FaceObservation:
        pitch, yaw = ((image[0, 0, :2].astype(float) - 128.0) / LEVELS).tolist()
        head = matrix_from_rpy([0.0, pitch, yaw])
        # Whose axes look the other way; see `FaceMotion`.
        view = np.diag([-1.0, -1.0, 1.0])
        rotation = rpy_from_matrix((view @ head @ view).T).astype(np.float32)
        translation = seen_by(head.T @ self.place).astype(np.float32)
        seen = super().observe(image, roi, camera)
        return replace(
            seen, motion=replace(seen.motion, rotation=rotation, translation=translation)
        )


class PersonToTheLeft(PersonWhoKeepsStill):
    """Somebody 25 degrees to the left, 10 above, who keeps still."""

    place = (1.2 * 0.9063, 1.2 * 0.4226, 1.2 * 0.1763)


@dataclass
class Loop:
    """What came of a robot that sees its own motion in the images, and hears of it.

    Attributes:
        turned: how far the person seemed to turn, rad.
        nods: how often they seemed to nod.
        pitch, yaw: where the robot looked in the end, rad.
    """

    turned: float = 0.0
    nods: int = 0
    pitch: float = 0.0
    yaw: float = 0.0


def run_loop(
    bench: Bench, tell: Callable[[float, int, float], None], ticks: int = 110, follow: str = 'off'
) -> Loop:
    """Let a robot nod twice at a person who keeps still, whom it sees by a camera on its head.

    Commands of the listener's motion come back over DDS, 100 times a second.

    Args:
        bench: where the camera is.
        tell: publishes pitch (rad) at a stamp (ns), and yaw (rad).
        ticks: of the model clock.
        follow: whom the head follows.
    """
    agent = ListeningAgent.create('rules', FaceMotion.neutral(), seed=1, idle=False)
    head, cues, loop = RobotHead(load_profile('generic_3dof')), FaceCues(), Loop()
    head.gaze.follow = follow
    for tick in range(ticks):
        now = START + tick * NANOSECONDS // 30
        if tick in (10, 65):
            agent.gesture(GestureRequest('nod', size=1.5, cycles=2))
        for part in range(3):
            tell(loop.pitch, now - 20_000_000 + part * 10_000_000, loop.yaw)
        if bench.node._head_camera is not None:
            # Another topic may come first: the pose would be extrapolated.
            wait_until(lambda: bench.knows_camera(now))  # noqa: B023 - it is called at once
        bench.show(now, loop.pitch, loop.yaw)
        wait_until(lambda: len(bench.frames) > tick)  # noqa: B023 - it is called at once
        frame = speaker_of(bench.frames[tick])
        loop.turned = max(loop.turned, float(np.abs(frame.face.rotation[1:]).max()))
        loop.nods += cues.update(frame).nodded
        motion = agent.step(frame)
        assert motion is not None
        for command in head.follow(motion, now):
            loop.yaw, loop.pitch = command.positions[:2]
    return loop
