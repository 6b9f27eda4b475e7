"""Declares the parameters of a node from its table, and checks what is set."""

from collections.abc import Callable
from typing import Any

from rcl_interfaces.msg import FloatingPointRange
from rcl_interfaces.msg import IntegerRange
from rcl_interfaces.msg import ParameterDescriptor
from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter as RosParameter

from vico_listener.errors import SettingError
from vico_listener.ros_api import Parameter


def descriptor(row: Parameter) -> ParameterDescriptor:
    """What rclpy declares for a parameter, ranges included."""
    declared = ParameterDescriptor(
        description=row.description,
        additional_constraints=row.constraint(),
        dynamic_typing=row.takes_numbers,
    )
    if row.low is not None and row.high is not None:
        if isinstance(row.default, float):
            declared.floating_point_range = [
                FloatingPointRange(from_value=float(row.low), to_value=float(row.high))
            ]
        else:
            declared.integer_range = [
                IntegerRange(from_value=int(row.low), to_value=int(row.high), step=1)
            ]
    return declared


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
            node.declare_parameter(row.name, row.default, descriptor(row))
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
        value = self._node.get_parameter(name).value
        return str(value) if self._table[name].takes_numbers else value
