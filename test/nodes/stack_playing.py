"""Plays recordings to the whole stack over DDS and keeps what it answers."""

from pathlib import Path
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import Image
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import CameraFrame
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.nodes.renderer_node import RendererNode
from vico_listener.nodes.replay_node import ReplayNode
from vico_listener.nodes.stack import bring_up
from vico_listener.nodes.stack import joined

PARAMETERS = {
    HeadNode: {'robot': 'generic_2dof', 'use_sim_time': True, 'lossless': True},
    RendererNode: {},
    ListenerNode: {'attitude': 'positive'},
    PerceptionNode: {'lossless': True},
}


def build(graph: Graph, composed: bool, **changes: dict[str, Any]) -> list[ManagedNode]:
    nodes = {}
    for kind, parameters in PARAMETERS.items():
        merged = parameters | changes.get(kind.__name__, {})
        if kind is not PerceptionNode:
            merged['subscribe'] = not composed
        elif composed:
            merged['join'] = joined(nodes[ListenerNode], nodes[HeadNode], nodes[RendererNode])
        nodes[kind] = graph.make(kind, **merged)
    return list(nodes.values())


def play(
    graph: Graph,
    recording: Path,
    composed: bool = True,
    rate: float = 0.0,
    passes: int = 1,
    **changes: dict[str, Any],
) -> dict[str, list]:
    """Play a clip or a bag, over and over, and return what came out of the topics.

    `changes` are parameters of nodes, by the names of their classes.
    """
    nodes = build(graph, composed, **changes)
    tester = graph.tester()
    heard = {
        'motion': graph.record(tester, msg.ListenerMotion, 'motion'),
        'face': graph.record(tester, Image, 'face/image'),
        'head': graph.record(tester, JointTrajectory, 'head_controller/joint_trajectory'),
        'diagnostics': graph.record(tester, DiagnosticArray, '/diagnostics'),
    }
    assert graph.run(lambda: bring_up(nodes))
    kind = 'clip' if recording.suffix == '.mp4' else 'bag'
    played = {kind: str(recording), 'rate': rate, 'loop': passes > 1}
    replay = graph.make(ReplayNode, **played, **changes.get('ReplayNode', {}))
    assert graph.run(replay.trigger_configure) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: all(s.get_publisher_count() for s in tester.subscriptions))
    assert graph.run(replay.trigger_activate) == TransitionCallbackReturn.SUCCESS
    source = replay.source
    last = max(i.stamp for i in source.play() if isinstance(i, CameraFrame))
    end = source.start + last - NANOSECONDS // 25
    motions = heard['motion']
    if passes == 1:
        wait_until(replay.finished.is_set, 120.0)
    else:
        wait_until(lambda: sum(m.reset for m in motions) > passes, 120.0)
        graph.run(replay.trigger_deactivate)
    assert replay.failure == ''
    if passes == 1:
        wait_until(lambda: motions and stamp_of(motions[-1].header.stamp) > end)
    wait_until(lambda: len(heard['face']) == len(heard['motion']))
    for node in nodes if passes > 1 else [*nodes, replay]:
        assert graph.run(node.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
    for node in [*nodes, replay]:
        graph.remove(node)
    graph.remove(tester)
    return heard


def motion_table(messages: list[msg.ListenerMotion]) -> np.ndarray:
    return np.array(
        [
            [m.header.stamp.sec, m.header.stamp.nanosec, *m.face.rotation, *m.face.expression]
            for m in messages
        ]
    )
