"""A simulated robot with the camera, microphone and judge before its stack, and what came of it."""

import os
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from rclpy.parameter import Parameter

from vico_listener.lab.faults.faulty_input import FaultyInput
from vico_listener.lab.faults.watcher import Watcher
from vico_listener.lab.nodes.simulated_robot_node import SimulatedRobot
from vico_listener.robot import RobotProfile

AWAY = 0.6
"""Where a head stands at first, as a share of the way to its limits."""

LEAST = 0.5
"""Share of the commands of a profile's rate that have to arrive, at least: a busy machine leaves
some out."""


@dataclass
class Outcome:
    """What came of a scene.

    Attributes:
        scene: what was played.
        figures: what was measured, in words.
        problems: what did not hold; empty when all did.
    """

    scene: str
    figures: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class RobotPlace:
    """A robot with its own stack, camera, and judge, in one namespace.

    Args:
        profile: of the robot.
        clip: video of the speaker.
        gazebo: whether the robot is a simulator, by whose clock all goes.
        options: of its nodes.
    """

    def __init__(
        self, profile: RobotProfile, clip: Path, gazebo: bool = False, **options: Any
    ) -> None:
        self.profile = profile
        self.away = [AWAY * joint.maximum for joint in profile.joints]
        self.robot = SimulatedRobot(profile, self.away, gazebo, **options)
        self.input = FaultyInput(clip, **options)
        self.watcher = Watcher(profile, neck=False, **options)
        if gazebo:
            self.input.set_parameters([Parameter('use_sim_time', value=True)])
        self.nodes = (self.robot, self.input, self.watcher)

    def begin(self) -> None:
        """Forget what was before a scene."""
        controller = self.robot.controller
        controller.accepted = controller.refused = controller.replaced = 0
        self.robot.top_speeds[:] = 0.0
        self.watcher.watch()

    def judge(self, outcome: Outcome, seconds: float, share: float = 1.0) -> None:
        """Add what became of the commands of a scene.

        Args:
            outcome: that is added to.
            seconds: how long it was played.
            share: of that time in which the head was commanded.
        """
        controller = self.robot.controller
        speeds = [
            speed / joint.max_velocity
            for speed, joint in zip(self.robot.top_speeds, self.profile.joints, strict=False)
        ]
        wanted = share * seconds * self.profile.rate
        outcome.figures.append(
            f'{controller.accepted} trajectories ({controller.accepted / wanted:.0%}), '
            f'{controller.refused} refused, {controller.replaced} not looked at; '
            f'{max(speeds):.0%} of the highest speed at the joint; '
            f'load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores'
        )
        found = outcome.problems
        if controller.refused:
            found.append(f'{controller.refused} refused: {controller.reason}')
        if controller.accepted < LEAST * wanted:
            found.append(f'{controller.accepted} commands only')
        if max(speeds) > 1.0:
            found.append(f'{max(speeds):.2f} times the highest speed at the joint')
        values = self.watcher.diagnostics.get('head', {})
        for name in ('limits', 'following'):
            if values.get(name, 'unknown') != 'ok':
                found.append(f'{name}: {values.get(name, "unknown")}')
        # After a stall it waits for a moment, too, until it knows where it is.
        if values.get('start') not in ('measured', 'waiting'):
            found.append(f'the head began: {values.get("start", "unknown")}')
        if self.watcher.seen.not_finite:
            found.append(f'{self.watcher.seen.not_finite} motions were not finite')
