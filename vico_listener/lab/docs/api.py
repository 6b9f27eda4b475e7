"""The API documentation: HTML that pdoc makes of the docstrings."""

import re
import warnings
from importlib import import_module
from pathlib import Path

import pdoc

import vico_listener


def write_api(folder: Path) -> list[str]:
    """Write a page for every module of the package that can be imported here.

    Args:
        folder: of the pages; ``index.html`` among them is where to begin.

    Returns:
        The modules that have no page because something that they import is not installed.
    """
    modules, left_out = _modules(), []
    for name in modules:
        try:
            import_module(name)
        except ModuleNotFoundError:
            left_out.append(name)
    for name in vico_listener.__all__:  # pdoc does not see what a package imports on first use
        setattr(vico_listener, name, getattr(vico_listener, name))
    pdoc.render.configure(docformat='google', footer_text='vico_listener')
    with warnings.catch_warnings():
        # A package without __all__ names its modules, too, and those that are left out.
        warnings.filterwarnings('ignore', 'The module specification .* adds a module')
        warnings.filterwarnings('ignore', "Couldn't import")
        # What of a package is not installed is told by the list that is returned.
        warnings.filterwarnings('ignore', 'Error loading|.*No module named')
        missing = [f'!{re.escape(name)}$' for name in left_out]
        pdoc.pdoc(*(m for m in modules if m not in left_out), *missing, output_directory=folder)
    return left_out


def _modules() -> list[str]:
    """Name every module and package below this package, without the generated messages."""
    root = Path(vico_listener.__file__).parent
    paths = [path.relative_to(root.parent).with_suffix('') for path in root.rglob('*.py')]
    names = {'.'.join(path.parts).removesuffix('.__init__') for path in paths}
    return sorted(n for n in names if not n.startswith('vico_listener.msg') and '__' not in n)
