"""Entry point of every node executable."""

import sys
from collections.abc import Sequence
from importlib import import_module

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.executors import SingleThreadedExecutor

NODES = {
    'perception': 'vico_listener.nodes.perception_node:PerceptionNode',
    'listener': 'vico_listener.nodes.listener_node:ListenerNode',
    'renderer': 'vico_listener.nodes.renderer_node:RendererNode',
    'head': 'vico_listener.nodes.head_node:HeadNode',
    'replay': 'vico_listener.nodes.replay_node:ReplayNode',
}
HINT = 'install the Python dependencies: ./run setup (or pip install -r requirements/runtime.txt)'


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Spin the node called `name` (or the composed 'stack') until it is shut down."""
    arguments = sys.argv if arguments is None else ['vico_listener', *arguments]
    try:
        if name == 'stack':
            from vico_listener.nodes.stack import spin_stack

            return spin_stack(arguments)
        module, node_class = NODES[name].split(':')
        factory = getattr(import_module(module), node_class)
    except ModuleNotFoundError as error:
        print(f'{name}: Python module {error.name!r} is missing; {HINT}', file=sys.stderr)
        return 1
    rclpy.init(args=arguments)
    try:
        node = factory()
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2:]))
