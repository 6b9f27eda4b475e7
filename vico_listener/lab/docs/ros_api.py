"""Generates tables of the ROS API and the parameter file from the tables that the nodes use."""

import re
import textwrap

import yaml

from vico_listener import ros_api
from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table
from vico_listener.ros_api import NodeApi
from vico_listener.ros_api import Parameter
from vico_listener.ros_api import Topic
from vico_listener.ros_api.launch import AUDIENCE_ARGUMENTS
from vico_listener.ros_api.launch import EXAMPLE_ARGUMENTS
from vico_listener.ros_api.launch import LEFT
from vico_listener.ros_api.launch import LISTENER_ARGUMENTS
from vico_listener.ros_api.launch import REPLAY_ARGUMENTS
from vico_listener.ros_api.launch import Argument

FILE_HEAD = """\
# The parameters of the listening stack with their defaults, made by `./run docs`. To change some of
# them, write a file of your own and give it to the launch with params_file:=FILE; a launch argument
# (attitude:=positive) has precedence over it.
/**:
  ros__parameters:
"""

Rows = list[list[str]]


def ros_api_parts() -> dict[str, str]:
    """Return 'topics', 'parameters', 'diagnostics', and 'launch ...' of every launch file."""
    nodes = ros_api.NODES
    return {
        'topics': table(
            ('node', 'topic, service or action', 'type', 'direction', 'depth', 'meaning'),
            [row for node in nodes for row in _once(_topics(node))],
        ),
        'parameters': table(
            ('node', 'parameter', 'default', 'values', 'meaning'),
            [row for node in nodes for row in _once(_parameters(node))],
        ),
        'diagnostics': table(
            ('node', 'value', 'meaning'),
            [row for node in nodes for row in _once(_values(node))],
        ),
        'launch listener': _arguments(LISTENER_ARGUMENTS),
        'launch replay': _arguments(REPLAY_ARGUMENTS),
        'launch example_robot': _arguments(EXAMPLE_ARGUMENTS),
        'launch audience': _arguments(AUDIENCE_ARGUMENTS),
    }


def parameter_file() -> str:
    """Return the text of ``config/listener.yaml``: every parameter of the stack and its default."""
    lines = []
    written: set[str] = set()
    for node in ros_api.STACK:
        lines += ['', f'    # {node.node}', '']
        for row in node.parameters:
            if row.name not in written:
                lines += _file_lines(row.name)
            written.add(row.name)
    return FILE_HEAD + '\n'.join(lines[1:]) + '\n'


def _file_lines(name: str) -> list[str]:
    """Return a parameter with what it means for each node that has it."""
    rows = {node.node: row for node in ros_api.STACK for row in node.parameters if row.name == name}
    (default,) = {row.default for row in rows.values()}
    lines = []
    for node, row in rows.items():
        text = row.description if len(rows) == 1 else f'{node}: {row.description}'
        values = _choices(row)
        text += f' ({values})' if values else ''
        lines += textwrap.wrap(text, 100, initial_indent='    # ', subsequent_indent='    # ')
    return [*lines, f'    {name}: {_yaml(default)}']


def _choices(row: Parameter) -> str:
    if row.low is not None and row.high is not None:
        return f'{row.low:.10g}..{row.high:.10g}'
    # Of parts that can be exchanged the description tells.
    return '' if row.parts else ', '.join(choice for choice in row.choices if choice)


def _yaml(value: bool | int | float | str) -> str:
    return yaml.safe_dump(value, default_flow_style=True).splitlines()[0]


def _once(rows: Rows) -> Rows:
    """Return rows whose first cell stands only in the first of them."""
    return [row if place == 0 else ['', *row[1:]] for place, row in enumerate(rows)]


def _topics(node: NodeApi) -> Rows:
    found = [
        *((topic, 'subscribes') for topic in node.subscriptions),
        *((topic, 'publishes') for topic in node.publications),
        *((topic, 'offers') for topic in node.services),
        *((topic, 'performs') for topic in node.actions),
    ]
    return [
        [
            node.node,
            code(topic.name),
            re.sub('/(msg|srv|action)/', '/', topic.type),
            direction,
            _depth(topic),
            topic.description,
        ]
        for topic, direction in found
    ]


def _depth(topic: Topic) -> str:
    if '/msg/' not in topic.type:
        return ''
    return f'{topic.depth}, kept' if topic.state else str(topic.depth)


def _parameters(node: NodeApi) -> Rows:
    return [
        [
            node.node,
            code(row.name) + (' *' if row.live else ''),
            code(str(row.default) or "''"),
            _choices(row),
            row.description,
        ]
        for row in node.parameters
    ]


def _values(node: NodeApi) -> Rows:
    return [[node.node, code(value.name), value.description] for value in node.values]


def _argument_default(argument: Argument) -> str:
    return '*(params_file)*' if argument.description.endswith(LEFT) else code(argument.default)


def _arguments(arguments: tuple[Argument, ...]) -> str:
    return table(
        ('argument', 'default', 'meaning'),
        [[code(a.name), _argument_default(a), a.description.removesuffix(LEFT)] for a in arguments],
    )
