"""`vico face`, which shows the listener on a page in a browser."""

import argparse
import contextlib
import math
import time
from collections.abc import Iterator
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from vico_listener.choices import FACE_PORT
from vico_listener.cli.drawing_options import add_drawing_arguments
from vico_listener.clock import MODEL_RATE
from vico_listener.live.origin import warn_of_strangers
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.ros_api.launch import FACE_PAGES

if TYPE_CHECKING:
    from vico_listener.nodes.interruption import Interruption

HOLD = 2.0
"""How long each expression of the trial takes, s."""

TRIAL: tuple[tuple[tuple[str, ...], tuple[float, float, float]], ...] = (
    ((), (0.0, 0.0, 0.0)),
    (('mouthSmileLeft', 'mouthSmileRight'), (0.0, 0.12, 0.0)),
    (('browInnerUp', 'jawOpen', 'eyeWideLeft', 'eyeWideRight'), (0.0, -0.1, 0.1)),
    (('browDownLeft', 'browDownRight', 'mouthFrownLeft', 'mouthFrownRight'), (0.0, 0.1, -0.2)),
    (('eyeBlinkLeft', 'mouthSmileLeft'), (0.15, 0.0, 0.0)),
)
"""The expressions of the trial: the coefficients that rise, and roll, pitch, yaw, rad."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico face`."""
    parser.add_argument(
        '--renderer',
        default='cartoon',
        choices=FACE_PAGES,
        help='what the browser draws: a drawn face (cartoon), or a three-dimensional head '
        '(head3d), which needs its GPU',
    )
    add_drawing_arguments(parser)
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='the address that serves the page; 0.0.0.0 opens it to your network',
    )
    parser.add_argument(
        '--port', type=int, default=FACE_PORT, help='the port of the page; 0 for any free one'
    )
    parser.add_argument(
        '--namespace', default='', help='the ROS namespace of the stack whose motion it shows'
    )
    parser.add_argument(
        '--motion', default='motion', help="the topic of the stack's motion, if it has another name"
    )
    parser.add_argument(
        '--try',
        dest='trial',
        action='store_true',
        help='show some expressions, without ROS and without a stack, to try the page',
    )


def run(args: argparse.Namespace) -> int:
    """Serve the page until the user stops it."""
    serve(args, ['face', '--ros-args', '-r', f'motion:={args.motion}'])
    return 0


def serve(
    args: argparse.Namespace, arguments: Sequence[str], interruption: 'Interruption | None' = None
) -> None:
    """Serve the page until the process is asked to end.

    Args:
        args: the options.
        arguments: command line with the ROS arguments.
        interruption: says when to end; None if Ctrl-C does.

    Raises:
        OSError: the address cannot be served.
        VicoError: the face, or ROS, is not as it must be.
    """
    from vico_listener.live.face_look import face_look
    from vico_listener.live.face_page import FacePage

    page = FacePage(args.host, args.port, face_look(args.renderer, args.theme, args.figure))
    address = page.start()
    with contextlib.closing(page):
        print(f'open {address} (stop it by Ctrl-C)', flush=True)
        warn_of_strangers('face', args.host, 'sees the face')
        if args.trial:
            for motion in trial():
                page.show(motion, time.monotonic_ns())
                time.sleep(1 / MODEL_RATE)
        from vico_listener.nodes.face_node import FaceNode
        from vico_listener.nodes.spin import spin_page

        spin_page(partial(FaceNode, page.show), args.namespace, arguments, interruption)


def trial() -> Iterator[FaceMotion]:
    """Yield motions at the model's rate, for ever: one expression of `TRIAL` after the other."""
    steps = round(HOLD * MODEL_RATE)
    while True:
        for names, rotation in TRIAL:
            places = [ARKIT_INDEX[name] for name in names]
            for step in range(steps):
                share = math.sin(math.pi * step / steps) ** 2
                expression = np.zeros(len(ARKIT_INDEX), np.float32)
                expression[places] = share
                yield FaceMotion(expression, np.array(rotation, np.float32) * np.float32(share))
