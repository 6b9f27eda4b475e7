"""The tree of errors is what its module draws, and every error of the package is in it."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import vico_listener
from vico_listener import errors
from vico_listener.errors import VicoError


def _classes():
    """Every exception class that a module of the package defines, except its messages."""
    found = set()
    root = Path(vico_listener.__file__).parent
    for path in sorted(root.rglob('*.py')):
        name = '.'.join(('vico_listener', *path.relative_to(root).with_suffix('').parts))
        if path.stem == '__main__' or path.is_relative_to(root / 'msg'):
            continue
        try:
            module = importlib.import_module(name.removesuffix('.__init__'))
        except ModuleNotFoundError as error:
            if error.name.startswith('vico_listener'):
                raise
            continue  # an optional one of somebody else
        found |= {
            kind
            for kind in vars(module).values()
            if inspect.isclass(kind)
            and issubclass(kind, Exception)
            and kind.__module__.startswith('vico_listener.')
        }
    return found


@pytest.fixture(scope='module')
def classes():
    return _classes()


def test_every_error_has_the_root(classes):
    assert [kind for kind in classes if not issubclass(kind, VicoError)] == []


def test_the_tree_is_drawn(classes):
    drawn = set()
    parents = {}
    for indent, name in re.findall(r'^    ((?:[│├└─ ]{4})*)(\w+Error)', errors.__doc__, re.M):
        depth = len(indent) // 4
        parents[depth] = name
        drawn.add((name, parents[depth - 1] if depth else 'Exception'))
    assert drawn == {(kind.__name__, kind.__base__.__name__) for kind in classes}
