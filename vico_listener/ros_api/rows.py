"""The rows of the tables: parameters, topics, services and diagnostics values of a node."""

from dataclasses import dataclass
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

from vico_listener.plugins import PluginError
from vico_listener.plugins import Plugins


@dataclass(frozen=True)
class Parameter:
    """One parameter of a node.

    Attributes:
        name, default, description: as `ros2 param describe` and the documentation show them.
        low, high: range of a number.
        choices: the texts that are allowed; empty = any.
        parts: the table of the parts that the parameter names, as 'package.module:TABLE'. It is
            imported when it is needed, because a launch file runs without the Python modules of
            the nodes.
        live: whether it may change while the node is active; otherwise it is read in `configure`.
    """

    name: str
    default: bool | int | float | str
    description: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    parts: str = ''
    live: bool = False

    def plugins(self) -> Plugins[Any] | None:
        """The table that `parts` names; None without one."""
        module, _, table = self.parts.partition(':')
        found: Plugins[Any] | None = getattr(import_module(module), table) if module else None
        return found

    def constraint(self) -> str:
        """Which values are allowed, in words; empty when any are, or a range says it."""
        plugins = self.plugins()
        if plugins is not None:
            return f'one of {plugins.choices}'
        return f'one of {", ".join(self.choices)}' if self.choices else ''

    def objection(self, value: Any) -> str:
        """Why `value` is not allowed; empty when it is."""
        plugins = self.plugins()
        if plugins is not None:
            try:
                plugins.locate(value)
            except PluginError as error:
                return f'{self.name}: {error}'
        if self.choices and value not in self.choices:
            return f"{self.name}: '{value}' is not one of {', '.join(self.choices)}"
        return ''


@dataclass(frozen=True)
class Topic:
    """One topic or service of a node.

    Attributes:
        name: as the node gives it to ROS; <id> stands for whatever is there.
        type: of its messages, 'package/msg/Type' (of a service: 'package/srv/Type').
        description: what it carries, and when.
        depth: how many messages are kept for a receiver that is slow.
        state: whether it says how something is, once: the last message is kept for whoever comes
            later.
    """

    name: str
    type: str
    description: str
    depth: int = 10
    state: bool = False

    def of(self, name: str) -> 'Topic':
        """The topic with `name` in the place of <id>."""
        return replace(self, name=self.name.replace('<id>', name))


@dataclass(frozen=True)
class Value:
    """One value of a node's diagnostics; a * in its name stands for p50, p99 and max."""

    name: str
    description: str


@dataclass(frozen=True)
class NodeApi:
    """Everything that one node shows to others.

    Attributes:
        node: its default name.
        parameters, subscriptions, publications, services: what it declares and creates.
        values: what its diagnostics hold while it is active.
    """

    node: str
    parameters: tuple[Parameter, ...] = ()
    subscriptions: tuple[Topic, ...] = ()
    publications: tuple[Topic, ...] = ()
    services: tuple[Topic, ...] = ()
    values: tuple[Value, ...] = ()

    def parameter(self, name: str) -> Parameter:
        """The row of a parameter; StopIteration when there is none."""
        return next(row for row in self.parameters if row.name == name)

    def documents(self, key: str) -> bool:
        """Whether a key of the diagnostics is in the table."""
        return any(fnmatchcase(key, value.name) for value in self.values)
