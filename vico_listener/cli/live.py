"""`vico live`, which runs the stack with this computer's camera and microphone."""

import argparse
import contextlib
import sys
import threading
from pathlib import Path
from typing import Any

from vico_listener.choices import DASHBOARD_PORT
from vico_listener.cli.attached import add_dashboard_arguments
from vico_listener.cli.attached import serve
from vico_listener.cli.stack_options import StackError
from vico_listener.cli.stack_options import add_stack_arguments
from vico_listener.cli.stack_options import check_stack
from vico_listener.cli.stack_options import check_stack_arguments
from vico_listener.cli.stack_options import stack_parameters
from vico_listener.cli.stack_options import wait_for_stack
from vico_listener.live.controls import Control
from vico_listener.live.origin import warn_of_strangers
from vico_listener.live.sources import Camera
from vico_listener.live.sources import Microphone
from vico_listener.live.sources import default_microphone
from vico_listener.live.sources import open_camera
from vico_listener.live.sources import open_microphone
from vico_listener.live.window import LiveWindow
from vico_listener.live.window import window_available
from vico_listener.topic_name import objection_to

LOOK = 0.03
"""The time between two checks of keys, stop button and stack, s."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico live`."""
    parser.add_argument(
        '--camera',
        default='0',
        help='the number or device file of a camera, or a video file, which is played again and '
        'again',
    )
    parser.add_argument(
        '--microphone',
        help='the number or a part of the name of a microphone, a file with speech, or none '
        "(default: the computer's microphone or, with a video as camera, the audio of the "
        'video)',
    )
    parser.add_argument(
        '--width', type=int, default=640, help='the image width to request from the camera [px]'
    )
    parser.add_argument(
        '--height', type=int, default=480, help='the image height to request from the camera [px]'
    )
    parser.add_argument(
        '--fps', type=float, default=30.0, help='the images per second to request from the camera'
    )
    parser.add_argument(
        '--view',
        choices=('auto', 'window', 'page'),
        default='auto',
        help='how to show the listener: in a window, on a web page, or (auto) in a window if '
        'that is possible and on a page otherwise',
    )
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='the address that serves the page; 0.0.0.0 opens it to your network',
    )
    parser.add_argument(
        '--port', type=int, default=DASHBOARD_PORT, help='the port of the page; 0 for any free one'
    )
    parser.add_argument(
        '--attach',
        nargs='?',
        const='',
        metavar='NAMESPACE',
        help='show the dashboard, a page on a stack that already runs in this ROS domain (and '
        'in this namespace)',
    )
    add_dashboard_arguments(parser)
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('out/live'),
        help='the folder for the log file of the stack',
    )
    add_stack_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Listen until the user stops it."""
    if args.attach is not None:
        attach(args)
        return 0
    check_stack_arguments(args)
    camera = open_camera(args.camera, args.width, args.height, args.fps)
    microphone = open_microphone(args.microphone or default_microphone(args.camera))
    args.out.mkdir(parents=True, exist_ok=True)
    Session(args, camera, microphone).run()
    return 0


def attach(args: argparse.Namespace) -> None:
    """Show a stack that already runs until the user stops it.

    Raises:
        StackError: an option is given that is of no use for it.
    """
    if args.camera != '0' or args.microphone is not None:
        raise StackError(
            '--attach shows what the running stack sees and hears: leave out --camera and '
            '--microphone'
        )
    if args.view == 'window':
        raise StackError('--attach opens a page: leave out --view window')
    if args.attach.strip('/') and objection_to(args.attach):
        raise StackError(
            f"--attach: '{args.attach}' is not a valid namespace: it must have letters, digits and "
            '_ between slashes, and no part of it may begin with a digit'
        )
    serve(args, ['live'])


class Session:
    """One run: a view, capture and live node in this process, and the stack in another process."""

    def __init__(
        self, args: argparse.Namespace, camera: Camera, microphone: Microphone | None
    ) -> None:
        self._args = args
        self._camera = camera
        self._microphone = microphone
        self._stop = threading.Event()
        self._node: Any = None
        self._view: Any = self._open_view()

    def _open_view(self) -> Any:
        args = self._args
        if args.view == 'window' and not window_available():
            raise StackError(
                'there is no display, or this OpenCV has no windows (headless): try --view page'
            )
        if args.view == 'window' or (args.view == 'auto' and window_available()):
            return LiveWindow(self._control)
        from vico_listener.live.page import LivePage

        page = LivePage(args.host, args.port, self._control)
        print(f'open {page.start()} (stop it by the button there or by Ctrl-C)', flush=True)
        warn_of_strangers('live', args.host, 'sees the camera and controls the listener')
        return page

    def _control(self, control: Control) -> None:
        if control.name == 'stop':
            self._stop.set()
        elif self._node is not None:
            self._node.control(control)

    def run(self) -> None:
        """Run until the view or Ctrl-C stops it.

        Raises:
            StackError: the stack does not start, or it ends by itself.
        """
        from vico_listener.nodes.capture_node import CaptureNode
        from vico_listener.nodes.live_node import LiveNode
        from vico_listener.nodes.own_graph import OwnGraph

        parameters = stack_parameters(self._args) | {
            'use_sim_time': False,
            'lossless': False,
            'use_audio': self._microphone is not None,
        }
        # Ctrl-C reaches this thread only, because the nodes are needed until the end.
        with (
            contextlib.closing(self._view),
            OwnGraph(self._args.out, parameters) as graph,
        ):
            capture = CaptureNode(self._camera, self._microphone)
            capture.on_image = self._view.show_speaker
            self._node = LiveNode(self._view)
            graph.spin(capture, self._node)
            try:
                capture.trigger_configure()
                wait_for_stack(graph, capture.connected)
                capture.trigger_activate()
                self._watch(graph)
            except KeyboardInterrupt:
                print('stopping', file=sys.stderr)
            finally:
                if capture.is_active:
                    capture.trigger_deactivate()

    def _watch(self, graph: Any) -> None:
        while not self._stop.is_set():
            if isinstance(self._view, LiveWindow):
                self._view.step(LOOK)
            else:
                self._stop.wait(LOOK)
            check_stack(graph)
