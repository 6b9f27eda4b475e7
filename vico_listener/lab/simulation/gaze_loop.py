"""Closes the loop of a head that looks at a person, with its camera on it, in MuJoCo.

Everything but the picture is that of a robot: the camera's pose follows from the simulated joints,
the face is measured in its frame, with noise, and comes late; it is corrected, smoothed, placed in
space and followed; the commands move the model.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import FOLLOW
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.face.smoothing import MotionSmoother
from vico_listener.frames import NOWHERE
from vico_listener.frames import ListenerMotion
from vico_listener.lab.simulation.simulator import create_head
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import JointPoses
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.perception.camera_on_head import seen_by
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot import head_rotation
from vico_listener.robot.profile import joint_positions
from vico_listener.rotation import Vector
from vico_listener.rotation import matrix_from_rpy

STATES_RATE = 100.0
"""Joint states per second."""

STEP_AT = 1.0
"""When somebody is suddenly elsewhere, s."""

Person = Callable[[float], Vector | None]
"""Where a person's head is at a time (s), (3,) in the base's frame, m; None while out of view."""
Gesture = Callable[[float], float]
"""The pitch of a listener's head at a time (s), rad."""


@dataclass(frozen=True)
class Loop:
    """What is late, and how well the camera sees.

    Attributes:
        delay: from an image until it is measured, s.
        fps: images per second.
        stamped: whether images carry the time at which they were taken, not that at which they
            have been measured.
        noise: standard deviation of the direction of a face, rad.
        camera: (3,) place of the camera from the neck's axes, m.
        follow: whom the head follows.
    """

    delay: float = 0.1
    fps: float = 30.0
    stamped: bool = True
    noise: float = np.radians(0.2)
    camera: tuple[float, float, float] = (0.06, 0.0, 0.1)
    follow: str = FOLLOW[1]


@dataclass(frozen=True)
class Run:
    """What came of it, at `MODEL_RATE`.

    Attributes:
        seconds: (T,) s.
        rotation: (T, 3) roll, pitch, yaw of the simulated head, rad.
        base: (T, 2) pitch and yaw of the base gaze, rad.
        wanted: (T, 2) those that look at the person, rad; nan while there is nobody.
        commands: that were sent.
    """

    seconds: NDArray[np.float64]
    rotation: NDArray[np.float64]
    base: NDArray[np.float64]
    wanted: NDArray[np.float64]
    commands: list[HeadCommand]


def run_loop(
    profile: RobotProfile,
    loop: Loop,
    person: Person,
    seconds: float,
    gesture: Gesture = lambda time: 0.0,
    seed: int = 0,
) -> Run:
    """Let a simulated head follow a person."""
    random = np.random.default_rng(seed)
    simulated = create_head(profile)
    data = mujoco.MjData(simulated.model)
    head = RobotHead(profile)
    head.gaze.follow = loop.follow
    poses = JointPoses(profile, Mounting(*loop.camera))
    correct, smoother = CameraOnHead(poses), MotionSmoother()
    under_way: deque[tuple[float, int, FaceMotion]] = deque()
    place, image = NOWHERE, 0
    commands: list[HeadCommand] = []
    rows = []
    step = simulated.model.opt.timestep
    names = [joint.name for joint in profile.joints]
    due = {'state': 0.0, 'image': 0.0, 'tick': 0.0}

    def is_due(what: str, time: float, rate: float) -> bool:
        if time < due[what] - 1e-9:
            return False
        due[what] += 1.0 / rate
        return True

    for n in range(round(seconds / step)):
        time = n * step
        now = _nanoseconds(time)
        if is_due('state', time, STATES_RATE):
            mujoco.mj_kinematics(simulated.model, data)
            rotation = simulated.rotation(data)
            poses.add(names, joint_positions(profile, rotation).tolist(), now)
        if is_due('image', time, loop.fps):
            face = _seen(person(time), simulated.rotation(data), loop, random)
            taken = now if loop.stamped else _nanoseconds(time + loop.delay)
            under_way.append((time + loop.delay, taken, face))
        while under_way and under_way[0][0] <= time:
            _, image, face = under_way.popleft()
            if face.confidence > 0.0:
                place = correct.place(smoother.update(correct(face, image), image), image)
            else:
                place = NOWHERE
        if is_due('tick', time, MODEL_RATE):
            stamp = _nanoseconds(time - loop.delay * loop.stamped)
            face = FaceMotion(
                np.zeros(ARKIT52.size, np.float32),
                np.array([0.0, gesture(time) + 1e-6 * (n % 2), 0.0], np.float32),
            )
            motion = ListenerMotion(
                stamp, image, face, Attitude.NEUTRAL, 1.0, True, 'loop', whereabouts=place
            )
            commands += head.follow(motion, now)
            there = person(time)
            looks = np.full(2, np.nan) if there is None else _direction(there, profile.eye_height)
            rows.append((time, simulated.rotation(data), head.gaze.gaze, looks))
        data.ctrl[:] = simulated.controls(_commanded(profile, commands, now))
        mujoco.mj_step(simulated.model, data)
    times, rotations, bases, wanted = (np.array(column) for column in zip(*rows, strict=True))
    return Run(times, rotations, bases, wanted, commands)


@dataclass(frozen=True)
class StepResponse:
    """How a head goes to somebody who is suddenly elsewhere.

    Attributes:
        overshoot: by which share of the step it goes too far.
        settled: after how long it stays within 5 % of the step of where it ends, s.
        wander: by how much it moves after that, within the last second, deg.
        speed: its highest speed, deg/s.
    """

    overshoot: float
    settled: float
    wander: float
    speed: float

    @classmethod
    def of(cls, run: Run, degrees: float) -> 'StepResponse':
        """Return that of a run with a step of yaw from 0 at `STEP_AT`."""
        yaw = np.degrees(run.rotation[:, 2])
        last = yaw[run.seconds > run.seconds[-1] - 1.0]
        unsettled = run.seconds[np.abs(yaw - last.mean()) > 0.05 * abs(degrees)]
        return cls(
            overshoot=float(np.max(yaw / degrees)) - 1.0,
            settled=float(unsettled[-1]) + 1.0 / MODEL_RATE - STEP_AT,
            wander=float(np.ptp(last)),
            speed=float(np.abs(np.diff(yaw)).max()) * MODEL_RATE,
        )


def stepping(degrees: float, down: float = 0.0, distance: float = 1.2) -> Person:
    """Return somebody who is ahead, and at `STEP_AT` in another direction, deg to the left."""

    def place(time: float) -> Vector:
        yaw, pitch = np.radians([degrees, down] if time >= STEP_AT else [0.0, 0.0])
        level = np.cos(pitch)
        return np.array(
            [
                distance * level * np.cos(yaw),
                distance * level * np.sin(yaw),
                -distance * np.sin(pitch),
            ]
        )

    return place


def standing(left: float, sway: float = 0.015) -> Person:
    """Return somebody who stands at 1.2 m, and sways by so much, m."""

    def place(time: float) -> Vector:
        to_and_fro = np.sin(2 * np.pi * 0.3 * time), np.sin(2 * np.pi * 0.41 * time) / 3
        return np.array([1.2, left + sway * to_and_fro[0], 0.05 + sway * to_and_fro[1]])

    return place


def _nanoseconds(time: float) -> int:
    return round((time + 1.0) * NANOSECONDS)


def _direction(place: Vector, eye_height: float) -> Vector:
    """Return pitch and yaw (2,) of a head that sees a place at the height of its eyes."""
    yaw = np.arctan2(place[1], place[0])
    ahead, pitch = np.hypot(place[0], place[1]), 0.0
    for _ in range(20):  # until it stands as high above the axes as the eyes do, along the way
        off = place[2] * np.cos(pitch) + ahead * np.sin(pitch) - eye_height
        pitch -= off / (ahead * np.cos(pitch) - place[2] * np.sin(pitch))
    return np.array([pitch, yaw])


def _seen(
    person: Vector | None, rotation: Vector, loop: Loop, random: np.random.Generator
) -> FaceMotion:
    if person is None:
        return FaceMotion.missing()
    turn = matrix_from_rpy(rotation)
    place = turn.T @ person - loop.camera
    place = place + random.normal(0.0, loop.noise, 3) * np.linalg.norm(place)
    return FaceMotion(
        np.zeros(ARKIT52.size, np.float32), translation=seen_by(place).astype(np.float32)
    )


def _commanded(profile: RobotProfile, commands: list[HeadCommand], now: int) -> Vector:
    """Return roll, pitch, yaw where a robot is told to be at `now`, linearly between commands."""
    if not commands:
        return np.zeros(3)
    recent = commands[-8:]
    stamps = [profile.interface.due(command) for command in recent]
    columns = np.array([command.positions for command in recent]).T
    positions = [np.interp(now, stamps, column) for column in columns]
    return head_rotation(profile, positions)
