"""What cannot go on ends its process; a robot goes on with the next image."""

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from sensor_msgs.msg import Image

from vico_listener.chain import Chain
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.isolation import isolate
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.nodes.renderer_node import RendererNode
from vico_listener.nodes.spin import spin


def test_a_node_that_cannot_go_on_ends_its_process() -> None:
    class Torn(ManagedNode):
        def __init__(self) -> None:
            super().__init__('torn')
            self.create_timer(0.1, self._tear)

        def _tear(self) -> None:
            self.failure = 'torn'

    isolate()
    never = SimpleNamespace(requested=False, end_gracefully=lambda wake: None)
    gc.unfreeze()
    gc.disable()  # as it is while a node starts
    assert spin(lambda: [Torn()], lambda nodes: True, ['test'], never) == 1
    # What was there before is not searched for garbage while a robot moves.
    assert gc.get_freeze_count() > 1000
    assert gc.isenabled()
    gc.unfreeze()


@pytest.mark.parametrize('lossless', [True, False])
@pytest.mark.trouble(
    'environment',
    'An exception in a thread',
    sees='A replay ends immediately with its message; a robot continues with the next image, '
    'and the diagnostics show ERROR.',
    remedy='Report it with the traceback in the log.',
)
def test_a_job_that_raises_ends_a_replay_but_no_robot(
    graph: Graph, capfd: pytest.CaptureFixture, lossless: bool
) -> None:
    def join(perception: Any, **options: Any) -> Chain:
        def listen(frame: Any) -> None:
            raise LookupError('no such motion')

        return Chain(perception, listen=listen, **options)

    node = graph.make(PerceptionNode, lossless=lossless, use_audio=False, join=join)
    camera = graph.tester().create_publisher(Image, 'image', 10)
    graph.run(node.trigger_configure)
    graph.run(node.trigger_activate)
    wait_until(lambda: camera.get_subscription_count() > 0)
    image = Image()
    fill_image(image, np.full((48, 64, 3), 90, np.uint8))

    def complains() -> bool:
        image.header.stamp = node.get_clock().now().to_msg()
        camera.publish(image)
        return node.diagnose()[:2] == (ERROR, 'LookupError: no such motion')

    wait_until(complains)
    wait_until(lambda: bool(node.failure) == lossless)
    assert 'in listen' in capfd.readouterr().err  # where it came from


def test_a_start_with_wrong_parameters_ends_with_the_reason(capfd: pytest.CaptureFixture) -> None:
    isolate()
    never = SimpleNamespace(requested=False, end_gracefully=lambda wake: None)

    def start(*parameters: str) -> tuple[int, str]:
        arguments = ['test', '--ros-args', *(word for p in parameters for word in ('-p', p))]
        code = spin(lambda: [RendererNode()], lambda nodes: False, arguments, never)
        return code, capfd.readouterr().err

    assert start('size:=big') == (1, "cannot start: size:=big: size: 'big' is not a whole number\n")
    # A range is ROS's own business.
    code, told = start('size:=3')
    assert code == 1 and 'cannot start: ' in told and 'size' in told
    assert '[WARN]' in (told := start('siz:=3')[1]) and "'siz': is it size?" in told


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (
            '/**:\n  ros__parameters: [\n',
            ' is not valid YAML: line 3, column 1: while parsing a flow node',
        ),
        ('/**:\n  size: 3\n', 'ros__parameters at line 2'),
    ],
    ids=['not valid YAML', 'no parameters'],
)
def test_a_parameter_file_that_is_none_is_named_with_the_line(
    tmp_path: Path, capfd: pytest.CaptureFixture, content: str, said: str
) -> None:
    isolate()
    file = tmp_path / 'mine.yaml'
    file.write_text(content)
    never = SimpleNamespace(requested=False, end_gracefully=lambda wake: None)
    arguments = ['test', '--ros-args', '--params-file', str(file)]
    assert spin(lambda: [], lambda nodes: False, arguments, never) == 1
    told = next(
        line for line in capfd.readouterr().err.splitlines() if line.startswith('cannot start: ')
    )
    assert str(file) in told and said in told and '/src/' not in told
