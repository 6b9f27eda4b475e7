"""What every command has in common."""

import sys

import pytest

from vico_listener.cli.main import EXTRAS
from vico_listener.cli.main import main
from vico_listener.resources import resource_path


@pytest.mark.parametrize(
    ('command', 'module', 'remedy'),
    [
        ('train', 'torch', 'pip install -r requirements/training.txt'),
        ('demo', 'av', './run setup'),
    ],
)
def test_a_module_that_is_not_installed_is_named(monkeypatch, capsys, command, module, remedy):
    anew = ('vico_listener.cli.', 'vico_listener.lab.cli.', 'vico_listener.media.clip', 'av')
    for name in [n for n in sys.modules if n.startswith(anew) and n != 'vico_listener.cli.main']:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    assert main([command, 'something']) == 1
    told = capsys.readouterr().err
    assert f"vico {command}: module '{module}' is missing" in told and remedy in told


@pytest.mark.parametrize('extra', sorted(set(EXTRAS.values())))
def test_extras_are_files_that_name_their_modules(extra):
    file = resource_path('package.xml').parent / 'requirements' / f'{extra}.txt'
    named = file.read_text(encoding='utf-8').lower()
    wheels = {'skimage': 'scikit-image', 'PIL': 'pillow'}
    for module, belongs in EXTRAS.items():
        if belongs == extra:
            assert wheels.get(module, module) in named
