"""Generates tables of the fields of messages, services and actions from their definitions."""

import re
from pathlib import Path

from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table

FIELD = re.compile(r'([\w/]+(?:\[\d*\])?) (\w+)$')

SECTIONS: dict[str, tuple[str, ...]] = {
    'msg': (),
    'srv': ('response',),
    'action': ('result', 'feedback'),
}
"""The folders of definitions, and what the sections of their files after the first are called."""


def message_parts(root: Path) -> dict[str, str]:
    """Return the part 'message NAME' for every message, service and action below `root`."""
    return {
        f'message {path.stem}': definition_part(path.read_text(encoding='utf-8'), sections)
        for kind, sections in SECTIONS.items()
        for path in sorted((root / kind).glob(f'*.{kind}'))
    }


def definition_part(definition: str, sections: tuple[str, ...]) -> str:
    """Return the first comment of a definition, and a table of fields for each of its sections.

    Raises:
        ValueError: a line is not a field, or a field has no comment.
    """
    first, *others = re.split(r'^---$', definition, flags=re.MULTILINE)
    parts = [message_part(first)]
    for section, fields in zip(sections, others, strict=True):
        parts.append(f'The {section}:\n\n{fields_table(fields)}')
    return '\n'.join(parts)


def message_part(definition: str) -> str:
    """Return a definition's first comment and a table of its fields, see `fields_table`."""
    head, _, fields = definition.strip().partition('\n\n')
    return f'{prose(head)}\n\n{fields_table(fields)}'


def fields_table(definition: str) -> str:
    """Return a table of fields: a comment belongs to those that follow it, up to the next one.

    Raises:
        ValueError: a line is not a field, or a field has no comment.
    """
    groups = re.split(r'\n\n+', definition.strip())
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
    return table(('field', 'type', 'meaning'), rows)


def prose(comment: str) -> str:
    """Return the text of a block of comment lines."""
    return ' '.join(line.lstrip('#').strip() for line in comment.splitlines())
