"""Writes Markdown tables, and fills the generated parts of a page between markers."""

import re
from collections.abc import Mapping
from collections.abc import Sequence

MARKED = re.compile(r'(<!-- generated: (?P<name>[^\n]+?) -->\n).*?(<!-- end -->)', re.DOTALL)
"""A generated part of a page: HTML comments, which do not show, around what is replaced."""

MARKER = re.compile(r'<!-- (generated: |end )')


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; bars inside cells are escaped."""
    lines = [header, ['---'] * len(header), *rows]
    return ''.join(f'| {" | ".join(c.replace("|", chr(92) + "|") for c in r)} |\n' for r in lines)


def code(text: str) -> str:
    """Return a text as inline code; an empty text stays empty."""
    return f'`{text}`' if text else ''


def fill(page: str, parts: Mapping[str, str]) -> str:
    """Return a page with its generated parts replaced.

    Args:
        page: Markdown with markers, ``<!-- generated: NAME -->`` and ``<!-- end -->``.
        parts: the text of each part by its name.

    Raises:
        ValueError: a name is unknown, or a marker has no counterpart.
    """

    def replace(match: re.Match[str]) -> str:
        name = match['name']
        if name not in parts:
            raise ValueError(f'nothing is generated under the name {name!r}')
        return f'{match[1]}\n{parts[name].rstrip()}\n\n{match[3]}'

    if len(MARKER.findall(page)) != 2 * len(MARKED.findall(page)):
        raise ValueError('a marker of a generated part has no counterpart')
    return MARKED.sub(replace, page)
