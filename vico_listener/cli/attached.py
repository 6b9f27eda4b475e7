"""The dashboard of a stack that already runs: options, and what serves it."""

import argparse
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vico_listener.choices import DASHBOARD_PORT
from vico_listener.choices import THEME
from vico_listener.live.origin import warn_of_strangers

if TYPE_CHECKING:
    from vico_listener.nodes.interruption import Interruption


def add_dashboard_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the dashboard but for those that `vico live` has anyway."""
    parser.add_argument(
        '--control',
        action='store_true',
        help='with --attach: let the page also control the stack (gestures, state, attitude, '
        'preset, release, attended person); otherwise it only shows',
    )
    parser.add_argument(
        '--pictures',
        action='store_true',
        help="with --attach: show the pictures of the stack's own renderer, which costs it "
        'time; otherwise the browser draws the face',
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare all options of the executable `dashboard`."""
    add_dashboard_arguments(parser)
    parser.add_argument('--theme', default=THEME, help='the theme of the face, or a YAML file')
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='the address that serves the page; 0.0.0.0 opens it to your network',
    )
    parser.add_argument(
        '--port', type=int, default=DASHBOARD_PORT, help='the port of the page; 0 for any free one'
    )
    parser.set_defaults(attach='')


def serve(
    args: argparse.Namespace, arguments: Sequence[str], interruption: 'Interruption | None' = None
) -> None:
    """Serve the dashboard until the process is asked to end.

    Args:
        args: the options; `attach` is the namespace of the stack.
        arguments: command line with the ROS arguments.
        interruption: says when to end; None if Ctrl-C does.

    Raises:
        OSError: the address cannot be served.
        VicoError: theme, namespace or ROS are not as they must be.
    """
    from vico_listener.live.controls import Control
    from vico_listener.live.dashboard_page import DashboardPage
    from vico_listener.live.face_look import cartoon_look
    from vico_listener.nodes.dashboard_node import DashboardNode
    from vico_listener.nodes.spin import spin_page

    nodes: list[DashboardNode] = []

    def control(asked: Control) -> None:
        for node in nodes:
            node.control(asked)

    def make_node(**options: str) -> DashboardNode:
        nodes.append(DashboardNode(page, args.pictures, args.control, **options))
        return nodes[0]

    look = cartoon_look(args.theme)
    page = DashboardPage(args.host, args.port, look, control if args.control else None)
    address = page.start()
    with contextlib.closing(page):
        print(f'open {address} (stop it by Ctrl-C; the stack goes on)', flush=True)
        what = 'sees what the robot sees'
        what += ' and controls the listener' if args.control else ''
        warn_of_strangers('live', args.host, what)
        spin_page(make_node, args.attach, arguments, interruption)
