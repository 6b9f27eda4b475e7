"""A tf2_ros that a test makes, for machines without it."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest


class TransformError(Exception):
    pass


class ExtrapolationError(TransformError):
    pass


class Listener:
    def __init__(self, buffer: Any, node: Any) -> None:
        pass

    def unregister(self) -> None:
        pass


def install(monkeypatch: pytest.MonkeyPatch, buffer: type) -> None:
    """Let `import tf2_ros` give a module with a buffer of a test's own."""
    module = ModuleType('tf2_ros')
    module.__spec__ = ModuleSpec('tf2_ros', None)
    parts = {
        'Buffer': buffer,
        'TransformListener': Listener,
        'TransformException': TransformError,
        'ExtrapolationException': ExtrapolationError,
    }
    for name, part in parts.items():
        setattr(module, name, part)
    monkeypatch.setitem(sys.modules, 'tf2_ros', module)
