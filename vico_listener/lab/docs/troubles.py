"""Generates the table of troubles from the marks of the tests that try them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vico_listener.lab.docs.commands import sentence
from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table

KINDS = {
    'audio': 'Audio and its format',
    'clocks': 'Clocks that do not agree',
    'senses': 'Camera, microphone, portrait',
    'clips': 'Clips and films',
    'bags': 'Bags',
    'robot': "The robot's head",
    'stack': 'Start, parameters and names of the stack',
    'environment': 'The environment and interruptions',
}
"""The sections of the page, by the first argument of a mark."""

MARK = 'pytest.mark.trouble'
HEADER = ('trouble', 'what you see', 'remedy', 'tried by')


@dataclass(frozen=True)
class Trouble:
    """One trouble that a test tries.

    Attributes:
        kind: one of `KINDS`.
        what: what happens.
        sees: what a user sees then; '' if that is nothing.
        remedy: what helps; '' if nothing is needed.
        test: ``file.py: test``.
    """

    kind: str
    what: str
    sees: str
    remedy: str
    test: str


def trouble_parts(root: Path) -> dict[str, str]:
    """Return the part 'troubles': a table for each kind, in the order of the test files.

    Args:
        root: the repository.

    Raises:
        ValueError: a mark names no known kind, or its arguments are no texts.
    """
    found = list(troubles(root / 'test'))
    sections = []
    for kind, title in KINDS.items():
        rows = [
            (sentence(t.what), sentence(t.sees), sentence(t.remedy), code(t.test))
            for t in found
            if t.kind == kind
        ]
        sections.append(f'## {title}\n\n{table(HEADER, rows)}')
    return {'troubles': '\n'.join(sections)}


def troubles(folder: Path) -> Iterator[Trouble]:
    """Yield the troubles that tests in a folder, and in those below, are marked with.

    A mark is ``@pytest.mark.trouble(KIND, WHAT, sees=..., remedy=...)``.

    Raises:
        ValueError: a mark names no known kind, or its arguments are no texts.
    """
    for path in sorted(folder.rglob('test_*.py')):
        for part in ast.parse(path.read_text(encoding='utf-8')).body:
            if not isinstance(part, ast.FunctionDef):
                continue
            for mark in part.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == MARK:
                    yield _trouble(mark, f'{path.name}: {part.name}')


def _trouble(mark: ast.Call, test: str) -> Trouble:
    kind, what = map(ast.literal_eval, mark.args)
    more = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
    if kind not in KINDS:
        raise ValueError(f"{test}: '{kind}' is none of {', '.join(KINDS)}")
    return Trouble(kind, what, more.get('sees', ''), more.get('remedy', ''), test)
