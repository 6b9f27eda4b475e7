"""Node parameters as tables: one row declares, documents and validates a parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange
from rcl_interfaces.msg import IntegerRange
from rcl_interfaces.msg import ParameterDescriptor
from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter as RosParameter

from vico_listener.errors import SettingError
from vico_listener.plugins import PluginError
from vico_listener.plugins import Plugins


@dataclass(frozen=True)
class Parameter:
    """One parameter of a node.

    Attributes:
        name, default, description: as they appear in ``ros2 param describe`` and in the README.
        low, high: range of a number.
        choices: the texts that are allowed; empty = any.
        plugins: the table of the parts that the parameter names.
        live: may change while the node is active; otherwise it is read in `configure`.
    """

    name: str
    default: bool | int | float | str
    description: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    plugins: Plugins[Any] | None = None
    live: bool = False

    def descriptor(self) -> ParameterDescriptor:
        """What rclpy declares, ranges included."""
        descriptor = ParameterDescriptor(description=self.description)
        if self.choices:
            descriptor.additional_constraints = 'one of ' + ', '.join(self.choices)
        if self.plugins is not None:
            descriptor.additional_constraints = f'one of {self.plugins.choices}'
        if self.low is not None and self.high is not None:
            if isinstance(self.default, float):
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=float(self.low), to_value=float(self.high))
                ]
            else:
                descriptor.integer_range = [
                    IntegerRange(from_value=int(self.low), to_value=int(self.high), step=1)
                ]
        return descriptor

    def objection(self, value: Any) -> str:
        """Why `value` is not allowed; empty when it is."""
        if self.choices and value not in self.choices:
            return f"{self.name}: '{value}' is not one of {', '.join(self.choices)}"
        if self.plugins is not None:
            try:
                self.plugins.locate(value)
            except PluginError as error:
                return f'{self.name}: {error}'
        return ''


class ParameterTable:
    """Declares a table on a node and checks what is set later.

    Args:
        node: owner.
        table: its parameters.
        on_change: told of each live parameter and its new value, after all checks.
    """

    def __init__(
        self, node: Node, table: tuple[Parameter, ...], on_change: Callable[[str, Any], None]
    ) -> None:
        self._node = node
        self._on_change = on_change
        self._table = {row.name: row for row in table}
        for row in table:
            node.declare_parameter(row.name, row.default, row.descriptor())
        node.add_on_set_parameters_callback(self._on_set)

    def _on_set(self, parameters: list[RosParameter]) -> SetParametersResult:
        for parameter in parameters:
            row = self._table.get(parameter.name)
            reason = row.objection(parameter.value) if row is not None else ''
            if reason:
                return SetParametersResult(successful=False, reason=reason)
        for parameter in parameters:
            if parameter.name in self._table and self._table[parameter.name].live:
                self._on_change(parameter.name, parameter.value)
        return SetParametersResult(successful=True)

    def check(self) -> None:
        """Check the values given at start; SettingError for the first that is not allowed."""
        for name, row in self._table.items():
            reason = row.objection(self[name])
            if reason:
                raise SettingError(reason)

    def __getitem__(self, name: str) -> Any:
        """Value of a parameter."""
        return self._node.get_parameter(name).value
