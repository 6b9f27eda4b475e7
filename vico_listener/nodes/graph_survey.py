"""Looks at a running graph: who is in it, what the stack says of itself, and what it would get."""

import contextlib
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rclpy
from rcl_interfaces.srv import GetParameters
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.parameter import parameter_value_to_python

from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.doctor.profile_file import read_profile
from vico_listener.nodes.frame_survey import FrameSurvey
from vico_listener.nodes.graph_watch import CLOCK
from vico_listener.nodes.graph_watch import full_name
from vico_listener.nodes.robot_survey import RobotSurvey
from vico_listener.nodes.ros import start_ros
from vico_listener.nodes.sense_survey import SenseSurvey
from vico_listener.nodes.stack_survey import StackSurvey
from vico_listener.nodes.topic_finder import TopicFinder
from vico_listener.ros_api import STACK

PATIENCE = 6.0
"""The longest time to wait for the first node of a graph, s."""

SETTLED = 2.0
"""A graph is known when no node has come for so long; each has said how it is by then, s."""


@dataclass(frozen=True)
class GraphQuestion:
    """What is to be looked at.

    Attributes:
        seconds: for how long the topics are listened to.
        namespace: of the stack.
        topics: the names of `image`, `audio`, `camera_info` and `audio_info`, where they are given.
        robot: profile of the robot; '' for that of a running stack.
        command: topic or action of its commands; '' for that of the stack or the profile.
    """

    seconds: float
    namespace: str
    topics: dict[str, str]
    robot: str = ''
    command: str = ''


def survey_graph(question: GraphQuestion) -> list[Finding]:
    """Look at the graph of this environment, and say what is right and wrong.

    Raises:
        VicoError: ROS does not start, or there is no such robot profile.
    """
    start_ros(['doctor'])
    try:
        return GraphSurvey(rclpy.get_default_context(), question).findings()
    finally:
        rclpy.try_shutdown()


class GraphSurvey:
    """Nodes of its own, which listen for a while and send nothing.

    Args:
        context: of ROS.
        question: what is to be looked at.
    """

    def __init__(self, context: Context, question: GraphQuestion) -> None:
        self._context, self._question = context, question
        self._executor = SingleThreadedExecutor(context=context)
        self._undo = contextlib.ExitStack()
        self._undo.callback(self._executor.shutdown)

    def findings(self) -> list[Finding]:
        """Look, for some seconds, and return what was found."""
        with self._undo:
            return list(self._look())

    def _look(self) -> Iterator[Finding]:
        question = self._question
        self._node = self._node_of('_vico_doctor')
        stack = StackSurvey(self._node)
        names = self._discover()
        if not names:
            yield from read_profile(question.robot)[1]
            expected = [question.robot, question.command, *question.topics.values()]
            level = Level.WRONG if any(expected) else Level.NOTE
            text = 'there are no other nodes in this graph'
            how = (
                'start the camera, the robot or the stack; if they run, compare '
                'ROS_DOMAIN_ID, RMW_IMPLEMENTATION and ROS_AUTOMATIC_DISCOVERY_RANGE with '
                'theirs'
            )
            yield Finding('graph', level, text, how)
            return
        running = [api.node for api in STACK if self._full(api.node) in names]
        text = f'{len(names)} nodes, {len(running)} of them of the stack'
        yield Finding('graph', Level.OK, text)
        yield from self._graph_findings(names)
        settings = {
            name: self._settings(name) for name in ('perception', 'head') if name in running
        }
        given = settings.get('perception', {})
        finder = TopicFinder(self._node, question.topics)
        streams = finder.streams(given.get('use_audio', True))
        senses = SenseSurvey(self._node_of, streams, finder.beside(streams), given)
        yield from finder.missing
        head = settings.get('head', {})
        profile, faults = read_profile(question.robot or head.get('robot', ''))
        yield from faults
        robot = RobotSurvey(self._node, profile, question.command or head.get('command', ''))
        frames = FrameSurvey(self._node)
        self._spin(question.seconds, robot.look)
        yield from senses.findings(question.seconds)
        yield from frames.findings(senses.frame_id, given)
        yield from robot.findings()
        yield from stack.findings(running)
        if 'perception' not in running:
            yield from finder.launch_findings(streams, names)

    def _node_of(
        self, name: str, arguments: Sequence[str] = (), overrides: Sequence[Parameter] = ()
    ) -> Node:
        """Make a node; its name begins with an underscore, so that nobody takes it for a robot."""
        node = Node(
            name,
            context=self._context,
            namespace=self._question.namespace,
            cli_args=list(arguments),
            parameter_overrides=list(overrides),
            use_global_arguments=False,
            enable_rosout=False,
        )
        self._undo.callback(node.destroy_node)
        self._executor.add_node(node)
        return node

    def _spin(self, seconds: float, look: Callable[[], None] = lambda: None) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=min(left, 0.1))
            look()

    def _discover(self) -> list[str]:
        """Return the full names of the nodes that are not hidden, once no more of them come."""
        begin = changed = time.monotonic()
        names: list[str] = []
        while time.monotonic() - (changed if names else begin) < (SETTLED if names else PATIENCE):
            self._spin(0.2)
            found = self._names()
            if len(found) > len(names):
                changed = time.monotonic()
            names = found
        return names

    def _full(self, name: str) -> str:
        return full_name(name, self._node.get_namespace())

    def _names(self) -> list[str]:
        found = self._node.get_node_names_and_namespaces()
        return [full_name(name, space) for name, space in found if not name.startswith('_')]

    def _graph_findings(self, names: list[str]) -> Iterator[Finding]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            how = 'end one of them, or give it a namespace; a killed node remains visible for 20 s'
            yield Finding('graph', Level.WRONG, f'two nodes are called {", ".join(twice)}', how)
        clocks = self._node.get_publishers_info_by_topic(CLOCK)
        if len(clocks) > 1:
            who = ', '.join(full_name(i.node_name, i.node_namespace) for i in clocks)
            how = 'end all but one, or give each a ROS_DOMAIN_ID of its own'
            yield Finding('graph', Level.WRONG, f'{who} publish {CLOCK}', how)

    def _settings(self, name: str) -> dict[str, Any]:
        """Return the parameters of a node of the stack; none where it does not answer."""
        api = next(api for api in STACK if api.node == name)
        rows = [row.name for row in api.parameters]
        client = self._node.create_client(GetParameters, f'{self._full(name)}/get_parameters')
        future = client.call_async(GetParameters.Request(names=rows))
        deadline = time.monotonic() + SETTLED
        while not future.done() and time.monotonic() < deadline:
            self._executor.spin_once(timeout_sec=0.1)
        self._node.destroy_client(client)
        if not future.done() or future.result() is None:
            return {}
        values = map(parameter_value_to_python, future.result().values)
        return {row: value for row, value in zip(rows, values, strict=False) if value is not None}
