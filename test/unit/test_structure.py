"""How the modules of the package lean on each other, read from their sources."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def module_name(path: Path) -> str:
    return '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')


MODULES = {module_name(path): path for path in (ROOT / 'vico_listener').rglob('*.py')}


def named_imports(path: Path) -> Iterator[str]:
    """What a module imports, wherever in it the import stands."""
    for part in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            assert part.level == 0, f'{path}: a relative import'
            for alias in part.names:
                full = f'{part.module}.{alias.name}'
                yield full if full in MODULES else str(part.module)


def needed(name: str) -> set[str]:
    """The modules of the package that must be loaded for one, packages around them included."""
    found = set()
    for target in named_imports(MODULES[name]):
        parts = target.split('.')
        around = {'.'.join(parts[:size]) for size in range(1, len(parts))}
        found |= {target} | {p for p in around if not f'{name}.'.startswith(f'{p}.')}
    return found & MODULES.keys() - {name}


def test_no_module_needs_one_that_needs_it() -> None:
    graph = {name: needed(name) for name in MODULES}
    assert sum(map(len, graph.values())) > len(graph)
    TopologicalSorter(graph).prepare()  # CycleError names the modules of a circle
