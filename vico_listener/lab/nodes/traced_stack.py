"""Runs the stack as `vico_listener.nodes.main stack` does, and takes note of all that it does."""

import os
import sys
from pathlib import Path
from typing import Any

from vico_listener.lab.tracing.spans import Tracer
from vico_listener.lab.tracing.steps import ARRIVAL
from vico_listener.lab.tracing.steps import DECODE
from vico_listener.lab.tracing.steps import FACE
from vico_listener.lab.tracing.steps import FEATURES
from vico_listener.lab.tracing.steps import LIMITER
from vico_listener.lab.tracing.steps import LISTENER
from vico_listener.lab.tracing.steps import PUBLISH
from vico_listener.lab.tracing.steps import SEE
from vico_listener.nodes.main import main

PROGRAM = 'vico_listener.lab.nodes.traced_stack'
"""The module to run in place of the stack."""

FILE = 'VICO_TRACE'
"""The environment variable that names the file for the spans."""


def _wrap_stack(tracer: Tracer) -> None:
    """Trace every step between a camera image and what is published."""
    from rclpy.publisher import Publisher

    from vico_listener.face import FaceTracker
    from vico_listener.listener.agent import ListeningAgent
    from vico_listener.nodes import perception_node
    from vico_listener.robot import RobotHead
    from vico_listener.speech import AcousticStream

    def stamp_of(node: Any, message: Any, stamp: int, *_: Any) -> int:
        return stamp

    def answered(agent: Any, frame: Any) -> int:
        return int(frame.source_stamp)

    tracer.wrap(perception_node.PerceptionNode, '_on_image', ARRIVAL, stamp_of)
    tracer.wrap(perception_node.PerceptionNode, '_see', SEE, stamp_of)
    tracer.wrap(perception_node, 'image_of', DECODE)
    tracer.wrap(FaceTracker, 'update', FACE)
    tracer.wrap(AcousticStream, 'frame', FEATURES)
    tracer.wrap(ListeningAgent, 'step', LISTENER, answered)
    tracer.wrap(RobotHead, 'follow', LIMITER)
    tracer.wrap(RobotHead, 'advance', LIMITER)
    tracer.wrap(Publisher, 'publish', PUBLISH)


if __name__ == '__main__':
    tracer = Tracer()
    _wrap_stack(tracer)
    tracer.watch_garbage()
    tracer.keep(Path(os.environ[FILE]))
    sys.exit(main(sys.argv[1], sys.argv[2:]))
