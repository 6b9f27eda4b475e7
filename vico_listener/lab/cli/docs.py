"""`vico docs`: makes the tables of the documentation, or the API documentation, from the code."""

import argparse
from pathlib import Path

from vico_listener.cli.main import create_parser
from vico_listener.lab.docs.pages import generated
from vico_listener.resources import resource_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico docs`."""
    parser.add_argument(
        '--check',
        action='store_true',
        help='write nothing, but exit with code 1 if a file is out of date',
    )
    parser.add_argument(
        '--html',
        metavar='DIR',
        nargs='?',
        type=Path,
        const=Path('out/api'),
        help='write HTML documentation of the Python API into this folder instead (out/api if '
        'no folder is given)',
    )


def run(args: argparse.Namespace) -> int:
    """Write what has changed and name it; with ``--check`` only name it, exit code 1."""
    if args.html is not None:
        from vico_listener.lab.docs.api import write_api

        left_out = write_api(args.html)
        if left_out:
            print(f'left out, for want of what they import: {", ".join(left_out)}')
        print(f'look at {args.html / "index.html"}')
        return 0
    stale = outdated()
    for path, text in stale.items():
        print(path)
        if not args.check:
            path.write_text(text, encoding='utf-8')
    return int(args.check and bool(stale))


def outdated() -> dict[Path, str]:
    """Return path and text of the files that differ from what the code makes of them."""
    root = resource_path('package.xml').parent
    files = generated(root, create_parser())
    return {
        path: text
        for path, text in files.items()
        if not path.is_file() or path.read_text(encoding='utf-8') != text
    }
