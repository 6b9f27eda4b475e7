"""Generates tables of the messages' fields from the definitions and their comments."""

import re
from pathlib import Path

from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table

FIELD = re.compile(r'([\w/]+(?:\[\d*\])?) (\w+)$')


def message_parts(root: Path) -> dict[str, str]:
    """Return the part 'message NAME' for every file in ``msg/`` below `root`."""
    files = sorted((root / 'msg').glob('*.msg'))
    return {f'message {f.stem}': message_part(f.read_text(encoding='utf-8')) for f in files}


def message_part(definition: str) -> str:
    """Return a definition's first comment and a table of its fields.

    A comment belongs to the fields that follow it, up to the next comment.

    Raises:
        ValueError: a line is not a field, or a field has no comment.
    """
    head, *groups = re.split(r'\n\n+', definition.strip())
    rows = []
    for group in groups:
        for comment, fields in re.findall(r'((?:^#.*\n)+)((?:^[^#].*\n?)+)', group, re.MULTILINE):
            found = [FIELD.match(line) for line in fields.splitlines()]
            if None in found:
                raise ValueError(f'this is no field of a message: {fields!r}')
            names = ', '.join(code(match[2]) for match in found if match)
            kinds = ', '.join(dict.fromkeys(code(match[1]) for match in found if match))
            rows.append([names, kinds, prose(comment)])
    documented = sum(row[0].count('`') // 2 for row in rows)
    declared = sum(bool(FIELD.match(line)) for line in definition.splitlines())
    if documented != declared:
        raise ValueError(f'{declared - documented} fields of a message have no comment')
    return f'{prose(head)}\n\n{table(("field", "type", "meaning"), rows)}'


def prose(comment: str) -> str:
    """Return the text of a block of comment lines."""
    return ' '.join(line.lstrip('#').strip() for line in comment.splitlines())
