"""Generates tables of the `vico` command's options from its parsers."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table

HEADER = ('option', 'default', 'meaning')


def command_parts(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Return the generated parts of a command with sub-commands.

    Returns:
        'command NAME' for every sub-command: the table of its options, or the tables of all its
        actions under headings; 'commands': all of them with their usage.
    """
    parts = {}
    whole = []
    for name, what, sub in subcommands(parser):
        actions = list(subcommands(sub))
        for action, _, part in actions:
            parts[f'command {name} {action}'] = options(part)
        whole.append(f'## `vico {name}`\n\n{sentence(what)}\n')
        if actions:
            whole += [
                f'### `{usage(part)}`\n\n{sentence(text)}\n\n{options(part)}'
                for _, text, part in actions
            ]
        else:
            parts[f'command {name}'] = options(sub)
            whole.append(f'`{usage(sub)}`\n\n{parts[f"command {name}"]}')
    parts['commands'] = '\n'.join(whole)
    return parts


def run_parts(root: Path) -> dict[str, str]:
    """Return the part 'run': what the script ``run`` below `root` prints for ``./run help``.

    Raises:
        ValueError: the script has no such text where it is expected.
    """
    script = (root / 'run').read_text(encoding='utf-8')
    found = re.search(r"<<'HELP'\n(.*?)^HELP$", script, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError("run: no text between <<'HELP' and HELP")
    return {'run': f'```\n{found[1]}```'}


def subcommands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield name, help and parser of every sub-command, in the order of their declaration."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or '' for choice in action._choices_actions}
            for name, sub in action.choices.items():
                yield name, helps[name], sub


def usage(parser: argparse.ArgumentParser) -> str:
    """Return how a command is called: its name, what it requires, and whether it has options."""
    words = [parser.prog]
    for action in _arguments(parser):
        if not action.option_strings:
            words.append(_positional(action))
        elif action.required:
            words.append(f'{action.option_strings[-1]} {_metavar(action)}')
    if any(a.option_strings and not a.required for a in _arguments(parser)):
        words.append('[OPTIONS]')
    return ' '.join(words)


def options(parser: argparse.ArgumentParser) -> str:
    """Return the table of a command's arguments and options; empty when there are none."""
    rows = [_row(action) for action in _arguments(parser)]
    return table(HEADER, rows) if rows else ''


def sentence(text: str) -> str:
    """Return a text as a sentence, with a capital at its beginning and a full stop at its end."""
    text = ' '.join(text.split())
    first = text.partition(' ')[0].rstrip(',:;')
    if first.isalpha():  # not the name of a file
        text = text[0].upper() + text[1:]
    return text if not text or text[-1] in '.!?' else f'{text}.'


def _arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    kinds = (argparse._HelpAction, argparse._SubParsersAction)
    return [action for action in parser._actions if not isinstance(action, kinds)]


def _row(action: argparse.Action) -> list[str]:
    if not action.option_strings:
        name = _positional(action)
    elif action.nargs == 0:
        name = action.option_strings[-1]
    else:
        name = f'{action.option_strings[-1]} {_metavar(action)}'
    meaning = sentence((action.help or '') % {**vars(action), 'prog': ''})
    if action.choices is not None and not isinstance(action.metavar, str):
        meaning += f' One of {", ".join(code(str(choice)) for choice in action.choices)}.'
    return [code(name), _default(action), meaning.strip()]


def _default(action: argparse.Action) -> str:
    default = action.default
    if action.required or default is None or default is False or default == []:
        return ''
    if isinstance(default, Path):
        default = default.as_posix()
    return code(str(default) or "''")


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar + (' ...' if action.nargs in ('*', '+') else '')
    return action.dest.upper() + (' ...' if action.nargs in ('*', '+') else '')


def _positional(action: argparse.Action) -> str:
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return {'?': f'[{name}]', '*': f'[{name} ...]', '+': f'{name} ...'}.get(str(action.nargs), name)
