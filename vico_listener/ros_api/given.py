"""What a command line and its parameter files set, checked against the tables of the nodes.

ROS merges all files before a node sees them: a value of a wrong type may lose to one of the right
type and is never heard of again, and a name that no node has is nobody's business. So they are
looked at here, one by one, as they were written.
"""

import re
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from vico_listener.errors import SettingError
from vico_listener.ros_api import NODES
from vico_listener.ros_api.rows import Parameter
from vico_listener.yaml_text import parse_yaml

ANY = ('*', '**')
"""How a file names all nodes."""

LIKE = 0.85
"""How like the name of a node (0 to 1) another name is that is meant to be it."""

OF_ROS = ('use_sim_time', 'start_type_description_service', 'qos_overrides')
"""The parameters of every node that rclpy itself declares; what follows a dot is a part of one."""


@dataclass(frozen=True)
class Given:
    """One parameter that somebody sets.

    Attributes:
        key: full name of the node, with wildcards: '/**' for all nodes.
        name, value: of the parameter; the value as YAML reads it.
        where: the file, or the argument.
    """

    key: str
    name: str
    value: Any
    where: str

    @property
    def node(self) -> str:
        """The name of the node, or a wildcard for all of them."""
        return self.key.rpartition('/')[2]

    def rows(self) -> list[Parameter]:
        """Return the parameters of that name, of the nodes that are meant."""
        meant = [api for api in NODES if self.node in (*ANY, api.node)]
        return [row for api in meant for row in api.parameters if row.name == self.name]


def check_given(arguments: Sequence[str]) -> list[str]:
    """Check what a command line sets.

    Args:
        arguments: of a node's process; what stands between ``--ros-args`` and ``--`` counts.

    Returns:
        A warning for each name that no node has, with the nearest one that there is, and for each
        node that is not there: in a namespace a key such as `listener` sets nothing.

    Raises:
        SettingError: values of a wrong type; the message names each of them.
    """
    given = list(given_parameters(arguments))
    wrong = [
        f'{one.where}: {reason}'
        for one in given
        for row in one.rows()
        if (reason := _wrong(row, one))
    ]
    if wrong:
        raise SettingError('; '.join(dict.fromkeys(wrong)))
    unknown = [_unknown(one) for one in given if _is_unknown(one)]
    return list(dict.fromkeys([*unknown, *_astray(given, namespace_of(arguments))]))


def namespace_of(arguments: Sequence[str]) -> str:
    """Return the namespace that a command line gives to its nodes."""
    found = [argument for argument in arguments if argument.startswith('__ns:=')]
    return '/' + found[-1].partition(':=')[2].strip('/') if found else '/'


def given_parameters(arguments: Sequence[str]) -> Iterator[Given]:
    """Yield every parameter that a command line sets, in order.

    Raises:
        SettingError: a parameter file cannot be read.
    """
    of_ros = False
    for option, value in zip(arguments, [*arguments[1:], ''], strict=True):
        if option in ('--ros-args', '--'):
            of_ros = option == '--ros-args'
        elif of_ros and option == '--params-file':
            yield from _of_file(Path(value))
        elif of_ros and option in ('-p', '--param') and ':=' in value:
            target, _, text = value.partition(':=')
            node, _, name = target.rpartition(':')
            yield Given(f'/**/{node}' if node else '/**', name, _parsed(text, value), value)


def _of_file(path: Path) -> Iterator[Given]:
    try:
        text = path.read_text(encoding='utf-8')
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f'{path}: {error}') from None
    for key, parameters in _sections(_parsed(text, str(path)), ''):
        for name, value in _flat(parameters, ''):
            yield Given(key, name, value, str(path))


def _sections(content: Any, within: str) -> Iterator[tuple[str, Any]]:
    """Yield the full names of a file's nodes and what stands below their ``ros__parameters``."""
    if isinstance(content, dict):
        for key, below in content.items():
            if key == 'ros__parameters':
                yield within, below
            else:
                yield from _sections(below, f'{within}/{str(key).strip("/")}')


def _flat(content: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        for key, below in content.items():
            name = f'{prefix}{key}'
            if isinstance(below, dict):
                yield from _flat(below, f'{name}.')
            else:
                yield name, below


def _parsed(text: str, where: str) -> Any:
    try:
        return parse_yaml(text)
    except ValueError as error:
        raise SettingError(f'{where} is not valid YAML: {error}') from None


def _wrong(row: Parameter, given: Given) -> str:
    value = given.value
    # PyYAML takes 1e-3 for a text, ROS for a number; what is one, the node decides.
    return '' if isinstance(value, str) and _is_number(value) else row.wrong_type(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_unknown(given: Given) -> bool:
    ours = given.node in (*ANY, *(api.node for api in NODES))
    return ours and not given.rows() and given.name.partition('.')[0] not in OF_ROS


def _unknown(given: Given) -> str:
    of_all = given.node in ANY
    known = {
        row.name for api in NODES if of_all or api.node == given.node for row in api.parameters
    }
    who = 'no node of this package has' if of_all else f"the node '{given.node}' does not have"
    near = get_close_matches(given.name, sorted(known), 1)
    hint = f': is it {near[0]}?' if near else ''
    return f"{given.where}: {who} a parameter '{given.name}'{hint}"


def _astray(given: Sequence[Given], namespace: str) -> Iterator[str]:
    """Yield a warning for each node that is named, but is none of this namespace.

    A file may name the nodes of several robots, as long as those of this one are among them.
    """
    names = [api.node for api in NODES]
    reached = {one.node for one in given if one.node in names and _is_in(one.key, namespace)}
    for one in given:
        near = get_close_matches(one.node, names, 1, LIKE)
        if one.node in names and one.node not in reached:
            yield (
                f"{one.where}: there is no node '{one.key}', since the namespace is '{namespace}': "
                f"'/**/{one.node}' is the one of every namespace"
            )
        elif near and one.node not in names:
            yield (f"{one.where}: no node of this package is called '{one.node}': is it {near[0]}?")


def _is_in(key: str, namespace: str) -> bool:
    """Return whether a full name with wildcards stands for a node of a namespace."""
    tokens = {'**': '(/[^/]+)*', '*': '/[^/]+'}
    parts = key.strip('/').split('/')[:-1]
    pattern = ''.join(tokens.get(part) or '/' + re.escape(part) for part in parts)
    return re.fullmatch(pattern, namespace.rstrip('/')) is not None
