"""Looks at a running robot: its URDF, its joints, who takes its commands, its controller."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rclpy.node import Node

from vico_listener.clock import NANOSECONDS
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.errors import NotInstalledError
from vico_listener.nodes.controller_watch import ControllerWatch
from vico_listener.nodes.graph_watch import full_name
from vico_listener.nodes.graph_watch import looks_on
from vico_listener.nodes.graph_watch import unfit_takers
from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.nodes.robot_description import ROBOT_DESCRIPTION
from vico_listener.nodes.stack_topics import joint_topic
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.robot import RobotProfile
from vico_listener.robot.interfaces import ActionInterface
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.interfaces import TopicInterface
from vico_listener.robot.urdf import Urdf
from vico_listener.robot.urdf import UrdfError
from vico_listener.robot.urdf_check import disagreements
from vico_listener.robot.urdf_check import is_in_urdf

SPARSE = 4.0
"""Joint positions a second below which a joint that does not follow is found out late."""

AGAIN = 1.0
"""A controller is asked once in so many seconds until it answers."""


class RobotSurvey:
    """Listens to a robot while it exists; it sends nothing.

    Args:
        node: owner of the subscriptions.
        profile: of the robot; None if none is known, which leaves the URDF.
        command: topic or action of the commands; '' for that of the profile.
    """

    def __init__(self, node: Node, profile: RobotProfile | None, command: str) -> None:
        self._node, self._profile = node, profile
        self._texts: list[str] = []
        self._description = StateSubscription(node, ROBOT_DESCRIPTION, self._on_description)
        self._measured: MeasuredInput | None = None
        self._lacks = ''
        self._controller: ControllerWatch | None = None
        self._arrivals: list[int] = []
        self._asked = 0.0
        self._target = ''
        if profile is None or isinstance(profile.interface, LinkInterface):
            return
        self._target = node.resolve_topic_name(command or profile.interface.target)
        names = [*(joint.name for joint in profile.joints), *profile.interface.hold_joints]
        if profile.measured.source == 'joint_states':
            topic = joint_topic(node, node.get_namespace(), profile.measured.topic)
            profile = replace(profile, measured=replace(profile.measured, topic=topic))
        reads = profile.measured.source == 'controller_state'
        self._controller = ControllerWatch(node, self._target, names, reads)
        try:
            self._measured = MeasuredInput(node, profile)
        except NotInstalledError as error:
            self._lacks = str(error)
        else:
            self._measured.open(None)

    def _on_description(self, message: Any) -> None:
        self._texts.append(message.data)

    def look(self) -> None:
        """Note what has come; to be called all the time."""
        if self._measured is not None:
            came = self._measured.positions.came
            if came and (not self._arrivals or came != self._arrivals[-1]):
                self._arrivals.append(came)
        now = time.monotonic()
        if self._controller is not None and now - self._asked > AGAIN:
            self._asked = now
            self._controller.look()

    def findings(self) -> Iterator[Finding]:
        """Yield what is to be said."""
        profile = self._profile
        if profile is not None:
            axes = ', '.join(f'{joint.name} ({joint.axis})' for joint in profile.joints)
            yield Finding('robot', Level.OK, f'profile {profile.name}: {axes}')
            if isinstance(profile.interface, LinkInterface):
                text = (
                    f'{profile.interface.target} is not a ROS topic: only the stack connects to it'
                )
                yield Finding('robot', Level.NOTE, text, f'vico robot check {profile.name} --move')
            else:
                yield from self._joint_findings(profile)
                yield from self._command_findings(profile)
        yield from self._urdf_findings()

    def _joint_findings(self, profile: RobotProfile) -> Iterator[Finding]:
        measured = self._measured
        if measured is None:
            yield Finding.split('robot', Level.WRONG, self._lacks)
            return
        if not measured.source:
            text = 'the robot does not report its joint positions: the head eases in for 2 s'
            yield Finding('robot', Level.NOTE, text)
            return
        # The steady clock by which they came.
        trouble = measured.positions.trouble(time.monotonic_ns())
        if trouble:
            how = 'correct its publisher, or `measured` and the names of joints in the profile'
            yield Finding('robot', Level.WRONG, f'{measured.source}: {trouble}', how)
            return
        seconds = (self._arrivals[-1] - self._arrivals[0]) / NANOSECONDS
        rate = (len(self._arrivals) - 1) / seconds if seconds > 0 else 0.0
        yield Finding(
            'robot', Level.OK, f'{measured.source} names the joints, {rate:.0f} Hz or more'
        )
        if rate < SPARSE:
            text = f'{measured.source} comes {rate:.1f} times a second'
            how = 'publish it at 20 Hz or more; otherwise joints that do not follow are found late'
            yield Finding('robot', Level.NOTE, text, how)

    def _command_findings(self, profile: RobotProfile) -> Iterator[Finding]:
        target, node = self._target, self._node
        if isinstance(profile.interface, ActionInterface):
            offered = dict(node.get_service_names_and_types())
            if f'{target}/_action/send_goal' in offered:
                yield Finding('robot', Level.OK, f'the action {target} has a server')
            else:
                how = "start the robot's driver, or name its action (command:=ACTION)"
                yield Finding('robot', Level.WRONG, f'no server of the action {target}', how)
        elif isinstance(profile.interface, TopicInterface):
            unfit = unfit_takers(node, target, profile.interface.message)
            for text in unfit:
                yield Finding.split('robot', Level.WRONG, text)
            infos = node.get_subscriptions_info_by_topic(target)
            takers = [i for i in infos if not looks_on(i.node_name)]
            if not takers:
                text = f'nobody receives the commands on {target}'
                how = "start the robot's controller, or name its topic (command:=TOPIC)"
                yield Finding('robot', Level.WRONG, text, how)
            elif len(takers) > len(unfit):
                names = ', '.join(full_name(i.node_name, i.node_namespace) for i in takers)
                yield Finding('robot', Level.OK, f'{names} receives the commands on {target}')
            others = [
                full_name(i.node_name, i.node_namespace)
                for i in node.get_publishers_info_by_topic(target)
                if i.node_name != 'head'
            ]
            if others:
                text = f'{", ".join(others)} also publishes on {target}'
                how = (
                    'end that program, or release the head before it moves the head '
                    '(listener/set_active)'
                )
                yield Finding('robot', Level.NOTE, text, how)
        if self._controller is not None:
            for problem in self._controller.problems:
                yield Finding.split('robot', Level.WRONG, problem)
            for advice in self._controller.advice or ():
                yield Finding('robot', Level.NOTE, f'the controller could be set better: {advice}')

    def _urdf_findings(self) -> Iterator[Finding]:
        if not self._texts:
            if self._node.count_publishers(self._description.topic):
                text = f'nothing arrived on {self._description.topic}, which is published'
                how = 'it was published before and not kept: make its publisher transient local'
                yield Finding('urdf', Level.WRONG, text, how)
            elif self._profile is None or is_in_urdf(self._profile):
                text = f'nobody publishes a URDF on {self._description.topic}'
                how = 'start robot_state_publisher; without it, signs and limits cannot be compared'
                yield Finding('urdf', Level.NOTE, text, how)
            return
        try:
            urdf = Urdf(self._texts[-1])
        except UrdfError as error:
            yield Finding.split('urdf', Level.WRONG, str(error))
            return
        if self._profile is None:
            text = f'there is a URDF of {urdf.name}, but no robot profile was given'
            how = 'vico robot from-urdf --topic /robot_description proposes one; then --robot FILE'
            yield Finding('urdf', Level.NOTE, text, how)
            return
        found = disagreements(self._profile, urdf)
        for text in found:
            yield Finding.split('urdf', Level.WRONG, text)
        if not found and is_in_urdf(self._profile):
            text = f'names, limits and signs agree with the URDF of {urdf.name}'
            yield Finding('urdf', Level.OK, text)
