"""A name that ROS would not take for a topic is refused where it is given."""

import random

import pytest
from graph import Graph
from rclpy.exceptions import InvalidTopicNameException
from rclpy.expand_topic_name import expand_topic_name
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.validate_full_topic_name import validate_full_topic_name
from rclpy.validate_topic_name import validate_topic_name

from vico_listener.nodes.head_node import HeadNode
from vico_listener.robot import ProfileError
from vico_listener.robot import load_profile
from vico_listener.topic_name import objection_to


def rcl_takes(name: str) -> bool:
    try:
        validate_topic_name(name)
        validate_full_topic_name(expand_topic_name(name, 'head', '/robot1'))
    except InvalidTopicNameException:
        return False
    return True


def test_names_are_those_of_ros() -> None:
    names = ['', '/', '~', '~/a', '~a', 'a', '/a/b', 'a//b', 'a/', '9a', 'a/9', 'a9', 'ä', 'a b']
    rng = random.Random(0)
    names += [''.join(rng.choices('aabb9__/~ ', k=rng.randint(1, 5))) for _ in range(5000)]
    # ROS takes the name of the node itself for one, and appends to it without a slash, which its
    # design forbids.
    names = [name for name in names if name and (name[0] != '~' or name[1:2] == '/')]
    found = {name: objection_to(name) == '' for name in names}
    assert 200 < sum(found.values()) < len(found)
    assert found == {name: rcl_takes(name) for name in names}


@pytest.mark.trouble(
    'robot',
    '`command:=` is not a valid topic name (`neck commands`, `9/joints`)',
    sees='The node reports it and does not start.',
)
def test_a_command_topic_that_is_none_is_refused(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    head = graph.make(HeadNode, robot='generic_3dof', command='/neck commands')
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
    said = capfd.readouterr().err
    assert "command: '/neck commands' is no name of a topic" in said
    assert 'Traceback' not in said
    (result,) = head.set_parameters([Parameter('command', value='9/joints')])
    assert not result.successful and 'no name of a topic' in result.reason


@pytest.mark.parametrize(
    ('name', 'change'),
    [
        ('generic_3dof', {'topic': 'neck commands'}),
        ('stretch', {'action': '9/goals'}),
        ('generic_3dof', {'measured': {'topic': 'joint/'}}),
    ],
)
def test_a_profile_with_such_a_name_is_refused(name, change, tmp_path) -> None:
    from test_head_outputs import changed

    with pytest.raises(ProfileError, match='is no name of a topic'):
        load_profile(changed(tmp_path, name, **change))
