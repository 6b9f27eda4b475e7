"""The README tells the truth: parameters, arguments, messages, files and commands."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / 'README.md').read_text(encoding='utf-8')
ARCHITECTURE = (ROOT / 'docs' / 'architecture.md').read_text(encoding='utf-8')


def parameters() -> list[tuple[str, str, str]]:
    """(node, name, default) of every row of every parameter table, read from the sources."""
    found = []
    for path in sorted((ROOT / 'vico_listener' / 'nodes').glob('*_node.py')):
        for call in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(call, ast.Call) and getattr(call.func, 'id', '') == 'Parameter':
                values = [ast.literal_eval(argument) for argument in call.args[:2]]
                found.append((path.stem.removesuffix('_node'), *map(str, values)))
    return found


@pytest.mark.parametrize(('node', 'name', 'default'), parameters())
def test_every_parameter_is_documented_with_its_default(node: str, name: str, default: str) -> None:
    shown = default or "''"
    rows = re.findall(rf'^\| .*\| `{name}`( \*)? \| `{re.escape(shown)}` \|', README, re.MULTILINE)
    assert rows, f'{node}: {name} = {shown} is not in the README'


def test_there_are_parameters() -> None:
    assert len(parameters()) > 25


def test_every_launch_argument_is_documented() -> None:
    tree = ast.parse((ROOT / 'launch' / 'listener.launch.py').read_text(encoding='utf-8'))
    tables = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and getattr(node.targets[0], 'id', '') in ('ARGUMENTS', 'PARAMETERS')
    ]
    names = [row[0] for table in tables for row in table]
    assert len(names) > 10
    for name in names:
        assert f'`{name}`' in README, name


@pytest.mark.parametrize('path', sorted((ROOT / 'msg').glob('*.msg')))
def test_every_message_field_is_documented(path: Path) -> None:
    fields = re.findall(
        r'^[\w/]+(?:\[\d*\])? (\w+)$', path.read_text(encoding='utf-8'), re.MULTILINE
    )
    assert fields
    row = next(line for line in README.splitlines() if line.startswith(f'| `{path.stem}`'))
    for field in fields:
        assert f'`{field}`' in row, field


def test_links_and_pictures_exist() -> None:
    for text, base in ((README, ROOT), (ARCHITECTURE, ROOT / 'docs')):
        for target in re.findall(r'\]\(([^)#]+)\)', text):
            if '://' not in target:
                assert (base / target).exists(), target


def test_commands_of_the_readme_exist() -> None:
    run = (ROOT / 'run').read_text(encoding='utf-8')
    for command in set(re.findall(r'\./run (\w+)', README)):
        assert re.search(rf'\b{command}\b', run), command


def test_modules_of_the_architecture_exist() -> None:
    rows = re.findall(r'^\| (`[^|]+) \|', ARCHITECTURE, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r'`([\w/.]+)`', row)]
    assert len(names) > 12
    for name in names:
        assert (ROOT / 'vico_listener' / name).exists(), name


def test_the_example_listener_works() -> None:
    from vico_listener.listener import LISTENERS
    from vico_listener.listener import create_listener
    from vico_listener.motion import Attitude
    from vico_listener.motion import FaceMotion

    code = re.findall(r'```python\n(.*?)```', ARCHITECTURE, re.DOTALL)[0]
    exec(compile(code, 'architecture.md', 'exec'), {})  # noqa: S102 - our own example
    try:
        listener = create_listener('mirror')
        listener.reset(FaceMotion.neutral(), Attitude.NEUTRAL)
    finally:
        del LISTENERS['mirror']
