"""The rows of the tables: parameters, topics, services and diagnostic values of a node."""

from dataclasses import dataclass
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property
from importlib import import_module
from os.path import expanduser
from os.path import expandvars
from typing import Any

from vico_listener.plugins import PluginError
from vico_listener.plugins import Plugins
from vico_listener.topic_name import objection_to


@dataclass(frozen=True)
class Parameter:
    """One parameter of a node.

    Attributes:
        name, default, description: as `ros2 param describe` and the documentation show them.
        low, high: the range of a number.
        choices: the texts that are allowed; empty for any.
        parts: the table of the plug-ins that the parameter names, as 'package.module:TABLE'. It is
            only imported when it is needed, because a launch file runs without the Python modules
            of the nodes.
        live: whether it may change while the node is active; otherwise it is read in `configure`.
        path: whether it may name a file or folder: `~` and environment variables are expanded.
        topic: whether it names a topic; empty for none.
    """

    name: str
    default: bool | int | float | str
    description: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    parts: str = ''
    live: bool = False
    path: bool = False
    topic: bool = False

    def plugins(self) -> Plugins[Any] | None:
        """Return the table that `parts` names, or None if it names none."""
        module, _, table = self.parts.partition(':')
        found: Plugins[Any] | None = getattr(import_module(module), table) if module else None
        return found

    def constraint(self) -> str:
        """Return the allowed values in words, or '' if any are allowed or there is a range."""
        plugins = self.plugins()
        if plugins is not None:
            return f'one of {", ".join([*self.choices, plugins.choices])}'
        return f'one of {", ".join(self.choices)}' if self.choices else ''

    def wrong_type(self, value: Any) -> str:
        """Return why a value has not the type of the parameter, or '' if it has.

        A whole number is one of a real parameter, too.
        """
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        fits, wanted = {
            bool: (isinstance(value, bool), 'neither true nor false'),
            int: (is_number and isinstance(value, int), 'not a whole number'),
            float: (is_number, 'not a number'),
            str: (isinstance(value, str), 'not a text: put it into quotes'),
        }[type(self.default)]
        if fits or (self.takes_numbers and is_number):
            return ''
        return f'{self.name}: {value!r} is {wanted}'

    def used(self, value: Any) -> Any:
        """Return a value as the node uses it: a real number, a text, a path without `~`."""
        if self.takes_numbers:
            return str(value)
        if isinstance(self.default, float):
            return float(value)
        return expanded(value) if self.path else value

    def objection(self, value: Any) -> str:
        """Return why a value is not allowed, or '' if it is allowed."""
        plugins = self.plugins()
        if plugins is not None and value not in self.choices:
            try:
                plugins.locate(value)
            except PluginError as error:
                return f'{self.name}: {error}'
        elif self.choices and str(value) not in self.choices:
            return f"{self.name}: '{value}' is not one of {', '.join(self.choices)}"
        if self.topic and value and objection_to(value):
            return f'{self.name}: {objection_to(value)}'
        return ''

    @property
    def takes_numbers(self) -> bool:
        """Whether it is a text some choices of which look like numbers, and may come as such."""
        return any(choice.isdigit() for choice in self.choices)


def expanded(path: str) -> str:
    """Return a path with `~` and environment variables expanded; unknown ones stay as they are."""
    return expanduser(expandvars(path))


@dataclass(frozen=True)
class Topic:
    """One topic, service or action of a node.

    Attributes:
        name: the name that the node gives to ROS, in which <id> is a placeholder.
        type: the type of its messages, 'package/msg/Type', of a service, 'package/srv/Type', or of
            an action, 'package/action/Type'.
        description: what it carries, and when.
        depth: how many messages are kept for a slow receiver.
        state: whether it carries a state that is sent once; the last message is kept for
            subscribers that come later.
    """

    name: str
    type: str
    description: str
    depth: int = 10
    state: bool = False

    def at(self, name: str) -> 'Topic':
        """Return the topic under another name."""
        return replace(self, name=name)

    def of(self, name: str) -> 'Topic':
        """Return the topic with `name` in the place of <id>."""
        return replace(self, name=self.name.replace('<id>', name))


@dataclass(frozen=True)
class Value:
    """One value of a node's diagnostics; a * in its name means p50, p99 and max."""

    name: str
    description: str


@dataclass(frozen=True)
class NodeApi:
    """The complete interface of one node.

    Attributes:
        node: the default name of the node.
        parameters, subscriptions, publications, services, actions: what the node declares and
            creates.
        values: the values of its diagnostics while it is active.
    """

    node: str
    parameters: tuple[Parameter, ...] = ()
    subscriptions: tuple[Topic, ...] = ()
    publications: tuple[Topic, ...] = ()
    services: tuple[Topic, ...] = ()
    actions: tuple[Topic, ...] = ()
    values: tuple[Value, ...] = ()

    def parameter(self, name: str) -> Parameter:
        """Return the row of a parameter.

        Raises:
            StopIteration: there is no such parameter.
        """
        return next(row for row in self.parameters if row.name == name)

    def documents(self, key: str) -> bool:
        """Return whether a key of the diagnostics is in the table."""
        return key in self._names or any(fnmatchcase(key, name) for name in self._patterns)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of all values."""
        return frozenset(value.name for value in self.values)

    @cached_property
    def _patterns(self) -> list[str]:
        """The names that stand for several, which hold a wildcard."""
        return [name for name in self._names if '*' in name]
