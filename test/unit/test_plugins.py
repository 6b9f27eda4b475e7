"""Parts are found by a short name, as a class of any module, or in another installed package."""

import sys
from pathlib import Path

import pytest

from vico_listener.face import BACKENDS
from vico_listener.face.backends import create_backend
from vico_listener.listener import LISTENERS
from vico_listener.listener import create_listener
from vico_listener.listener.model.runtimes import RUNTIMES
from vico_listener.plugins import PluginError
from vico_listener.plugins import Plugins
from vico_listener.render import RENDERERS

TABLES: list[Plugins] = [BACKENDS, LISTENERS, RENDERERS, RUNTIMES]

QUIET = """
from vico_listener.listener.rules import RulesListener

class Quiet(RulesListener):
    name = 'quiet'
"""
BLIND = """
class Blind:
    def __init__(self, **options):
        self.options = options
    def detect(self, image, turn=None):
        return []
    def observe(self, image, roi, camera):
        return None
    def warm_up(self):
        pass
"""
HALF = """
from vico_listener.listener import Listener

class NoStep(Listener):
    def reset(self, reference, attitude, intensity=1.0):
        pass

class Stranger:
    pass

NUMBER = 3
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package on sys.path, under a name that no other test has imported."""
    name = f'package_of_{tmp_path.name}'
    folder = tmp_path / name
    folder.mkdir()
    (folder / '__init__.py').write_text('')
    (folder / 'quiet.py').write_text(QUIET)
    (folder / 'blind.py').write_text(BLIND)
    (folder / 'half.py').write_text(HALF)
    (folder / 'needy.py').write_text('import a_library_that_nobody_has.part\n')
    (folder / 'broken.py').write_text('raise ZeroDivisionError\n')
    monkeypatch.syspath_prepend(tmp_path)
    return name


def install(folder: Path, *entry_points: str) -> None:
    """Leave what pip leaves of an installed distribution."""
    info = folder / 'offers-1.0.dist-info'
    info.mkdir()
    (info / 'METADATA').write_text('Metadata-Version: 2.1\nName: offers\nVersion: 1.0\n')
    (info / 'entry_points.txt').write_text('\n'.join(entry_points) + '\n')


@pytest.mark.parametrize('table', TABLES, ids=lambda table: table.kind)
def test_own_classes_load_and_have_the_interface(table: Plugins) -> None:
    for name, place in table.own.items():
        found = table.load(name)
        assert f'{found.__module__}:{found.__name__}' == place


def test_a_class_of_any_module(package: str) -> None:
    assert create_listener(f'{package}.quiet:Quiet', personality=3, seed=1).name == 'quiet'
    made = create_backend(f'{package}.blind:Blind', model_path=None)
    assert type(made).__name__ == 'Blind'


def test_an_installed_package_offers_short_names(package: str, tmp_path: Path) -> None:
    install(
        tmp_path,
        '[vico_listener.listeners]',
        f'quiet = {package}.quiet:Quiet',
        f'rules = {package}.quiet:Quiet',
        '[vico_listener.faces]',
        f'blind = {package}.blind:Blind',
    )
    assert LISTENERS.load('quiet').__name__ == 'Quiet'
    assert LISTENERS.load('rules').__name__ == 'RulesListener'  # ours cannot be taken
    assert LISTENERS.names() == ['lstm', 'quiet', 'rules']
    assert BACKENDS.load('blind').__name__ == 'Blind'
    with pytest.raises(PluginError, match="unknown renderer 'quiet'"):
        RENDERERS.load('quiet')


@pytest.mark.parametrize('name', ['nobody', '', 'lstm:', ':Quiet', 'package.module.Class'])
def test_an_unknown_name_lists_the_choices(name: str) -> None:
    with pytest.raises(PluginError) as refused:
        LISTENERS.locate(name)
    assert str(refused.value) == (
        f"unknown listener '{name}': choose one of lstm, rules, or name a class as "
        "'package.module:Class'"
    )


@pytest.mark.parametrize(
    ('where', 'message'),
    [
        ('no_such_package.quiet:Quiet', "there is no module 'no_such_package' in this Python: ins"),
        ('{}.nowhere:Quiet', r"there is no module '\w+\.nowhere' in this Python: install the"),
        (
            '{}.needy:Quiet',
            r"needs the Python module 'a_library_that_nobody_has', which is not installed: "
            '.* -m pip install a-library-that-nobody-has$',
        ),
        ('{}.quiet:Loud', r"the module \w+\.quiet has no class 'Loud'"),
        ('{}.half:NUMBER', r"the module \w+\.half has no class 'NUMBER'"),
        (
            '{}.half:NoStep',
            r'is not a listener: it lacks step.* of vico_listener\.listener\.listeners\.Listener$',
        ),
        ('{}.half:Stranger', 'is not a listener: it lacks .*OPTIONS.*reset.*step'),
    ],
)
def test_what_cannot_be_loaded_is_explained(package: str, where: str, message: str) -> None:
    name = where.format(package)
    with pytest.raises(PluginError, match=rf"^the listener '{name}'.*{message}"):
        LISTENERS.load(name)


def test_what_our_own_part_lacks_is_named_with_its_requirements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, RUNTIMES.own['torch'].partition(':')[0], raising=False)
    monkeypatch.setitem(sys.modules, 'torch', None)
    with pytest.raises(
        PluginError,
        match="the runtime 'torch' needs the Python module 'torch', which is not installed: "
        r'.* -m pip install -r .*/requirements/\w+\.txt$',
    ):
        RUNTIMES.load('torch')


def test_an_error_of_the_module_itself_is_not_hidden(package: str) -> None:
    with pytest.raises(ZeroDivisionError):
        LISTENERS.load(f'{package}.broken:Quiet')
