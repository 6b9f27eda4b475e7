"""Generates the map of the package from the first docstring line of each folder and module."""

import ast
from pathlib import Path

from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table


def module_parts(package: Path) -> dict[str, str]:
    """Return 'rooms', the folders of a package, and 'modules', its files folder by folder."""
    folders = sorted(file.parent for file in package.rglob('__init__.py'))
    rooms = [_entry(folder, package) for folder in folders if folder != package]
    top = [_entry(file, package) for file in _modules(package)]
    modules = [f'## `{package.name}/`\n\n{table(("module", "what it does"), top)}']
    for folder in folders:
        files = [_entry(file, package) for file in _modules(folder)]
        if folder != package and files:
            name, what = _entry(folder, package)
            modules.append(f'## {name}\n\n{what}\n\n{table(("module", "what it does"), files)}')
    return {
        'rooms': table(('room', 'what is in it'), [*top, *rooms]),
        'modules': '\n'.join(modules),
    }


def _modules(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob('*.py') if not file.name.startswith('__'))


def _entry(path: Path, package: Path) -> list[str]:
    """Return name and first line of a module or folder."""
    file = path / '__init__.py' if path.is_dir() else path
    text = ast.get_docstring(ast.parse(file.read_text(encoding='utf-8')))
    if not text:
        raise ValueError(f'{file} has no docstring')
    name = path.relative_to(package).as_posix() + ('/' if path.is_dir() else '')
    return [code(name), text.splitlines()[0]]
