"""What a node says when a transition fails: one line for what the user can mend, else all."""

import numpy as np
import pytest
from graph import Graph
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter as RosParameter

from vico_listener.errors import DataError
from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.ros_api import NodeApi
from vico_listener.ros_api import Parameter


class Refusing(ManagedNode):
    """A node whose configuration does what a test asks for."""

    def __init__(self, **options):
        super().__init__('refusing', **options)
        self.action = lambda: None

    def configure(self):
        self.action()


@pytest.fixture
def node(graph: Graph):
    return graph.make(Refusing)


def _raising(error):
    def function():
        raise error

    return function


@pytest.mark.parametrize(
    'error',
    [
        SettingError("size: 'x' is no number"),
        DataError('the model is damaged'),
        NotInstalledError('hri_msgs is not installed'),
        UnavailableError('the device is gone'),
        OSError('no space left on device'),
    ],
)
def test_what_the_user_can_mend_is_one_line(graph, node, capfd, error):
    node.action = _raising(error)
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE
    told = capfd.readouterr().err
    assert f'configure failed: {error}\n' in told and 'Traceback' not in told


def test_a_module_that_is_missing_is_named_with_its_remedy(graph, node, capfd):
    node.action = _raising(ModuleNotFoundError('No module', name='torch'))
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE
    told = capfd.readouterr().err
    assert "'torch' is not installed: " in told and 'neural.txt' in told and 'Traceback' not in told


@pytest.mark.parametrize(
    ('action', 'text'),
    [
        (lambda: 1 / 0, 'ZeroDivisionError: division by zero'),
        (lambda: np.zeros(2) + np.zeros(3), 'operands could not be broadcast'),
    ],
)
def test_a_fault_of_the_program_shows_its_traceback(graph, node, capfd, action, text):
    node.action = action
    assert graph.run(node.trigger_configure) != TransitionCallbackReturn.SUCCESS
    told = capfd.readouterr().err
    assert 'Traceback (most recent call last)' in told and text in told


class Typed(ManagedNode):
    """A node with a parameter of each kind, that are read when it is configured, but for one."""

    API = NodeApi(
        'typed',
        parameters=(
            Parameter('size', 256, 'A whole number.', 64, 1024),
            Parameter('wait', 0.15, 'A real number.', 0.0, 1.0),
            Parameter('wanted', True, 'A switch.'),
            Parameter('file', '', 'A file.', path=True),
            Parameter('strength', 0.5, 'A real number that may change.', 0.0, 1.0, live=True),
        ),
    )

    def __init__(self, **options):
        self.applied = []
        super().__init__('typed', **options)

    def parameter_changed(self, name, value):
        self.applied.append((name, value))


def _set(node, name, value):
    return node.set_parameters([RosParameter(name, value=value)])[0]


@pytest.mark.parametrize(
    ('name', 'value', 'reason'),
    [
        ('size', 300.5, 'size: 300.5 is not a whole number'),
        ('size', '300', "size: '300' is not a whole number"),
        ('wait', 'long', "wait: 'long' is not a number"),
        ('wanted', 0, 'wanted: 0 is neither true nor false'),
        ('file', 3, 'file: 3 is not a text'),
    ],
)
def test_a_wrong_type_at_the_start_is_refused_by_name(graph, name, value, reason):
    with pytest.raises(SettingError, match=reason):
        graph.make(Typed, **{name: value})


def test_whole_numbers_are_real_ones_too(graph):
    node = graph.make(Typed, wait=1, strength=1)
    assert (node.table['wait'], node.table['strength']) == (1.0, 1.0)
    assert node.get_parameter('wait').type_ == RosParameter.Type.DOUBLE
    if hasattr(node, 'add_pre_set_parameters_callback'):
        assert _set(node, 'strength', 0).successful
        assert node.applied == [('strength', 0.0)]
        assert isinstance(node.applied[0][1], float)
    assert not _set(node, 'wait', 2.0).successful, 'out of range'


def test_a_path_is_expanded_and_shown_as_it_was_written(graph, monkeypatch):
    monkeypatch.setenv('HOME', '/home/me')
    node = graph.make(Typed, file='~/face.png')
    assert node.table['file'] == '/home/me/face.png'
    assert node.get_parameter('file').value == '~/face.png'


@pytest.mark.trouble(
    'stack',
    '`ros2 param set /head robot tiago` while the node is configured',
    sees='It is refused, because the profile is only read when the node is configured.',
    remedy='`ros2 lifecycle set ... deactivate` and `cleanup`, set it, `configure`, `activate`.',
)
def test_what_is_in_use_can_be_changed_only_after_cleanup(graph):
    node = graph.make(Typed)
    assert _set(node, 'size', 128).successful
    for transition in (node.trigger_configure, node.trigger_activate):
        assert graph.run(transition) == TransitionCallbackReturn.SUCCESS
        refused = _set(node, 'size', 512)
        assert not refused.successful and node.table['size'] == 128
        assert 'size: it is only read when the node is configured' in refused.reason
        assert '`ros2 lifecycle set /typed deactivate` and `cleanup`' in refused.reason
        assert _set(node, 'size', 128).successful, 'which changes nothing'
        assert _set(node, 'strength', 0.7).successful
    for transition in (node.trigger_deactivate, node.trigger_cleanup):
        assert graph.run(transition) == TransitionCallbackReturn.SUCCESS
    assert _set(node, 'size', 512).successful
    # A node that could not be configured has nothing in use.
    node.configure = _raising(SettingError('no'))
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert _set(node, 'size', 256).successful
