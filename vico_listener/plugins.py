"""Loads exchangeable parts by a short name or as ``package.module:Class``.

A table of `Plugins` stands beside the interface of its parts. It names classes and imports one only
when it is needed. Another installed package gives its classes short names by entry points, in its
pyproject.toml::

    [project.entry-points.'vico_listener.listeners']
    mirror = 'my_package.mirror:Mirror'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from typing import Generic
from typing import TypeVar

from vico_listener.dependencies import remedy
from vico_listener.errors import SettingError

T = TypeVar('T')


class PluginError(SettingError):
    """A plug-in cannot be loaded; the message says why and what to do."""


@dataclass(frozen=True)
class Plugins(Generic[T]):
    """The plug-ins of one kind.

    Attributes:
        kind: the name of the kind in messages, e.g. 'listener'.
        interface: the base class or protocol of these plug-ins.
        group: the group of entry points by which other packages name such plug-ins.
        own: the short names of this package's classes, each given as 'package.module:Class'. An
            entry point cannot override them.
    """

    kind: str
    interface: type[Any]
    group: str
    own: Mapping[str, str]

    def names(self) -> list[str]:
        """Return all short names, sorted, without importing anything."""
        return sorted({**self.own, **self._offered()})

    def _offered(self) -> dict[str, str]:
        # The import is late because it takes as long as NumPy, and our own names do not need it.
        from importlib.metadata import entry_points

        return {point.name: point.value for point in entry_points(group=self.group)}

    @property
    def choices(self) -> str:
        """The short names of this package's classes and the other way to name one, in words."""
        return f'{", ".join(self.own)}, or package.module:Class'

    def locate(self, name: str) -> str:
        """Return the place of the class called `name`, as 'package.module:Class', without import.

        Raises:
            PluginError: there is no such name; the message lists the choices.
        """
        module, _, attribute = name.partition(':')
        if module and attribute:
            return name
        place = self.own.get(name) or self._offered().get(name)
        if place is None:
            raise PluginError(
                f"unknown {self.kind} '{name}': choose one of {', '.join(self.names())}, "
                "or name a class as 'package.module:Class'"
            )
        return place

    def load(self, name: str) -> type[T]:
        """Return the class called `name`.

        Raises:
            PluginError: there is no such name, module or class, a module that it imports is not
                installed, or the class lacks a member of the interface.
        """
        module_name, _, class_name = self.locate(name).partition(':')
        part = f"the {self.kind} '{name}'"
        try:
            module = import_module(module_name)
        except ModuleNotFoundError as error:
            missing = error.name or ''
            if f'{module_name}.'.startswith(f'{missing}.'):
                raise PluginError(
                    f"{part}: there is no module '{missing}' in this Python: install the package "
                    'that holds it, or put its folder on PYTHONPATH'
                ) from None
            raise PluginError(
                f"{part} needs the Python module '{missing}', which is not installed: "
                f'{remedy(missing)}'
            ) from None
        found = getattr(module, class_name, None)
        if not isinstance(found, type):
            raise PluginError(f"{part}: the module {module_name} has no class '{class_name}'")
        lacking = self._lacking(found)
        if lacking:
            raise PluginError(
                f'{part} is not a {self.kind}: it lacks {", ".join(lacking)} of '
                f'{self.interface.__module__}.{self.interface.__name__}'
            )
        return found

    def _lacking(self, found: type) -> list[str]:
        """Return the public members of the interface that a class lacks or leaves abstract."""
        public = [name for name in vars(self.interface) if not name.startswith('_')]
        abstract: frozenset[str] = getattr(found, '__abstractmethods__', frozenset())
        return [name for name in public if not hasattr(found, name) or name in abstract]
