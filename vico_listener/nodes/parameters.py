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
    """Return what rclpy declares for a parameter, ranges included."""
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

    What is not `live` is read in `configure`: from then on it can be set only after `cleanup`.

    Args:
        node: owner.
        table: its parameters.
        on_change: told of each live parameter and its new value, after all checks.
        objection: returns why a value cannot be set now although it is allowed, or ''.

    Attributes:
        in_use: whether the node is configured.

    Raises:
        SettingError: a value that was given at start has a wrong type.
    """

    def __init__(
        self,
        node: Node,
        table: tuple[Parameter, ...],
        on_change: Callable[[str, Any], None],
        objection: Callable[[str, Any], str] = lambda name, value: '',
    ) -> None:
        self._node = node
        self._objection_now = objection
        self._on_change = on_change
        self._table = {row.name: row for row in table}
        self.in_use = False
        given = self._node._parameter_overrides
        for row in table:
            if row.name in given:
                wrong = row.wrong_type(given[row.name].value)
                if wrong:
                    raise SettingError(wrong)
                given[row.name] = self._converted(given[row.name])
            node.declare_parameter(row.name, row.default, descriptor(row))
        if hasattr(node, 'add_pre_set_parameters_callback'):  # from Iron on
            node.add_pre_set_parameters_callback(
                lambda parameters: [self._converted(p) for p in parameters]
            )
        node.add_on_set_parameters_callback(self._on_set)

    def _converted(self, parameter: RosParameter) -> RosParameter:
        """Return a parameter, a whole number as the real one that its row asks for."""
        row = self._table.get(parameter.name)
        real = row is not None and isinstance(row.default, float)
        if real and parameter.type_ == RosParameter.Type.INTEGER:
            return RosParameter(parameter.name, value=float(parameter.value))
        return parameter

    def _on_set(self, parameters: list[RosParameter]) -> SetParametersResult:
        for parameter in parameters:
            reason = self._objection(parameter)
            if reason:
                return SetParametersResult(successful=False, reason=reason)
        for parameter in parameters:
            if parameter.name in self._table and self._table[parameter.name].live:
                self._on_change(parameter.name, parameter.value)
        return SetParametersResult(successful=True)

    def _objection(self, parameter: RosParameter) -> str:
        row = self._table.get(parameter.name)
        if row is None:
            return ''
        if self.in_use and not row.live and parameter.value != self._value(row.name):
            node = self._node.get_fully_qualified_name()
            return (
                f'{row.name}: it is only read when the node is configured: `ros2 lifecycle '
                f'set {node} deactivate` and `cleanup`, set it, then `configure` and '
                '`activate`'
            )
        return row.objection(parameter.value) or self._objection_now(row.name, parameter.value)

    def check(self) -> None:
        """Check the values given at start; SettingError for the first that is not allowed."""
        for name, row in self._table.items():
            reason = row.objection(self[name])
            if reason:
                raise SettingError(reason)

    def __getitem__(self, name: str) -> Any:
        """Return the value of a parameter."""
        return self._table[name].used(self._value(name))

    def _value(self, name: str) -> Any:
        return self._node.get_parameter(name).value
