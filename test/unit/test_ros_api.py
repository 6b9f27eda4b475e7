"""The tables of the ROS API hold together."""

import pytest

from vico_listener.errors import SettingError
from vico_listener.ros_api import NODES
from vico_listener.ros_api import STACK
from vico_listener.ros_api import Parameter
from vico_listener.ros_api.launch import STACK_PARAMETERS
from vico_listener.ros_api.launch import TOPICS
from vico_listener.ros_api.launch import meant_for
from vico_listener.ros_api.launch import switch
from vico_listener.ros_api.launch import typed

ROWS = [row for node in NODES for row in node.parameters]


def test_parts_are_named_where_they_are_chosen() -> None:
    rows = [row for row in ROWS if row.parts]
    assert {row.name for row in rows} == {'face', 'listener', 'renderer', 'runtime'}
    for row in rows:
        plugins = row.plugins()
        assert plugins is not None and row.objection(row.default) == ''
        assert all(name in row.description for name in plugins.own), row.name
        assert 'choose one of' in row.objection('nobody')


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_defaults_are_allowed(row: Parameter) -> None:
    assert row.objection(row.default) == ''
    if row.low is not None and row.high is not None:
        assert row.low <= row.default <= row.high
    assert row.description[0].isupper() and row.description.endswith(('.', ']'))


def test_launch_arguments_are_texts_of_their_type() -> None:
    assert typed(Parameter('rate', 1.0, ''), '2') == 2.0
    assert typed(Parameter('loop', False, ''), 'True') is True
    assert typed(Parameter('face', 'landmarker', ''), '1') == '1'
    with pytest.raises(ValueError, match='rate:=fast is not a number'):
        typed(Parameter('rate', 1.0, ''), 'fast')
    with pytest.raises(ValueError, match='composed:=maybe is neither true nor false'):
        switch('composed', 'maybe')


def test_every_node_gets_what_it_has() -> None:
    given = {row.name: row.default for row in STACK_PARAMETERS}
    got = {api.node: meant_for(api.node, given) for api in STACK}
    for api in STACK:
        names = {row.name for row in api.parameters} | {'use_sim_time'}
        assert set(got[api.node]) == names & set(given), api.node
    assert set().union(*got.values()) == set(given)


@pytest.mark.parametrize('name', ['', 'a//b', '1st', 'joint states', '/image/', 'image{}'])
def test_an_argument_that_is_no_name_of_a_topic_is_refused_by_name(name: str) -> None:
    for topic in TOPICS:
        with pytest.raises(SettingError, match=f'^{topic.name}:=.* is no name of a topic'):
            topic.remappings(name)


def test_every_topic_of_the_stack_can_be_remapped_by_an_argument() -> None:
    pairs = {t.name: t.remappings('x') for t in TOPICS}
    assert pairs['image'] == [('image', 'x')]
    assert pairs['face_image'] == [('face/image', 'x'), ('face/image/compressed', 'x/compressed')]
    named = {old for topic in TOPICS for old in topic.topics}
    rows = {t.name for api in NODES for t in (*api.subscriptions, *api.publications)}
    # A state is set by its parameter, too, a gesture by its action, and a replay is of our own; the
    # rest is of ROS, REP-155 or PAL.
    others = {'attitude', 'active', 'robot_face/expression', 'controller_state'}
    others |= {'conversation_state', 'gesture', 'listener_event', 'replay_wait', 'turn'}
    others |= {'people', 'speaking', 'head/offset', 'head/commanded'}
    assert rows - named == others | {name for name in rows if name.startswith('/')}
    for topic in TOPICS:
        assert topic.default == topic.topics[0]
