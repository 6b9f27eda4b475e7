"""Entry point of every node executable."""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

from vico_listener.nodes.interruption import Interruption
from vico_listener.nodes.parent import end_with_parent
from vico_listener.user_message import user_message

PROGRAM = 'vico_listener.nodes.main'
"""This module, to run with ``python -m``."""

CLASSES = {
    'perception': 'vico_listener.nodes.perception_node:PerceptionNode',
    'listener': 'vico_listener.nodes.listener_node:ListenerNode',
    'renderer': 'vico_listener.nodes.renderer_node:RendererNode',
    'head': 'vico_listener.nodes.head_node:HeadNode',
    'replay': 'vico_listener.nodes.replay_node:ReplayNode',
    'capture': 'vico_listener.nodes.capture_node:CaptureNode',
}


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Spin the node called `name` (or the composed 'stack') until it is asked to end."""
    # First of all: the imports take a second and start threads.
    interruption = Interruption()
    # Searched for garbage once, by `settle_memory`: what the imports make is none, and to search it
    # again and again takes an eighth of their time.
    gc.disable()
    end_with_parent()
    arguments = sys.argv if arguments is None else ['vico_listener', *arguments]
    try:
        from vico_listener.nodes.spin import spin

        if name == 'stack':
            from vico_listener.nodes.stack import bring_up
            from vico_listener.nodes.stack import build_stack

            return spin(build_stack, bring_up, arguments, interruption)
        module, node_class = CLASSES[name].split(':')
        factory = getattr(import_module(module), node_class)
    except ModuleNotFoundError as error:
        message = user_message(error)
        if message is None:
            raise
        print(f'{name}: {message}', file=sys.stderr)
        return 1
    # A single node waits for whoever manages it.
    return spin(lambda: [factory()], lambda nodes: True, arguments, interruption)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2:]))
