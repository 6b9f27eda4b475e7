"""What a command line and its parameter files set, checked against the tables of the nodes.

ROS merges all files before a node sees them: a value of a wrong type may lose to one of the right
type and is never heard of again, and a name that no node has is nobody's business. So they are
looked at here, one by one, as they were written.
"""

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

OF_ROS = ('use_sim_time', 'start_type_description_service', 'qos_overrides')
"""The parameters of every node that rclpy itself declares; what follows a dot is a part of one."""


@dataclass(frozen=True)
class Given:
    """One parameter that somebody sets.

    Attributes:
        node: name of the node, or '*' for all of them.
        name, value: of the parameter; the value as YAML reads it.
        where: the file, or the argument.
    """

    node: str
    name: str
    value: Any
    where: str

    def rows(self) -> list[Parameter]:
        """Return the parameters of that name, of the nodes that are meant."""
        meant = [api for api in NODES if self.node in (*ANY, api.node)]
        return [row for api in meant for row in api.parameters if row.name == self.name]


def check_given(arguments: Sequence[str]) -> list[str]:
    """Check what a command line sets.

    Args:
        arguments: of a node's process; what stands between ``--ros-args`` and ``--`` counts.

    Returns:
        A warning for each name that no node has, with the nearest one that there is.

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
    return list(dict.fromkeys(_unknown(one) for one in given if _is_unknown(one)))


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
            yield Given(node or '*', name, _parsed(text, value), value)


def _of_file(path: Path) -> Iterator[Given]:
    try:
        text = path.read_text(encoding='utf-8')
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f'{path}: {error}') from None
    for node, parameters in _sections(_parsed(text, str(path)), '*'):
        for name, value in _flat(parameters, ''):
            yield Given(node, name, value, str(path))


def _sections(content: Any, node: str) -> Iterator[tuple[str, Any]]:
    """Yield the nodes of a file and what stands below their ``ros__parameters``."""
    if isinstance(content, dict):
        for key, below in content.items():
            if key == 'ros__parameters':
                yield node, below
            else:
                yield from _sections(below, str(key).rpartition('/')[2])


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
        raise SettingError(f'{where} is no YAML: {error}') from None


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
