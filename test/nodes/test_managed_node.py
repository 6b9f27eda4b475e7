"""What a node says when a transition fails: one line for what the user can mend, else all."""

import numpy as np
import pytest
from graph import Graph
from rclpy.lifecycle import TransitionCallbackReturn

from vico_listener.errors import DataError
from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.managed_node import ManagedNode


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
    assert "'torch' is not installed: pip install" in told and 'Traceback' not in told


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
