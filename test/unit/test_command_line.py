"""What every command has in common: one line for what the user can mend, else the traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from clip_files import write_clip

from vico_listener.cli.main import main
from vico_listener.errors import DataError
from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.lab.cli import checkpoint


@pytest.mark.parametrize(
    ('command', 'module', 'remedy'),
    [
        ('train', 'torch', 'requirements/training.txt'),
        ('demo', 'av', 'requirements/head.txt'),
    ],
)
def test_a_module_that_is_not_installed_is_named(monkeypatch, capsys, command, module, remedy):
    anew = ('vico_listener.cli.', 'vico_listener.lab.cli.', 'vico_listener.media.', 'av')
    for name in [n for n in sys.modules if n.startswith(anew) and n != 'vico_listener.cli.main']:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    assert main([command, 'something']) == 1
    told = capsys.readouterr().err
    assert f"vico {command}: the Python module '{module}' is not installed: " in told
    assert remedy in told and told.count('\n') == 1


@pytest.mark.parametrize(
    'error',
    [
        SettingError('--speed must lie between 0 and 1, not 2'),
        DataError('clip.mp4 holds no image'),
        NotInstalledError('the simulator is not installed: pip install it'),
        UnavailableError('the robot is not there: it has no power'),
        OSError('no route to host'),
    ],
)
def test_what_the_user_can_mend_is_one_line(monkeypatch, capsys, error):
    monkeypatch.setattr(checkpoint, 'load_checkpoint', _raising(error))
    assert main(['checkpoint', 'info', 'somewhere']) == 1
    assert capsys.readouterr().err == f'vico checkpoint: {error}\n'


@pytest.mark.parametrize(
    ('arguments', 'says'),
    [
        (['--listener', 'rules', '--checkpoint', '.'], "the listener 'rules' takes no checkpoint"),
        (['--listener', 'nobody', '--checkpoint', '.'], "unknown listener 'nobody'"),
        (['--intensity', 'nan'], '--intensity must lie between 0 and 1, not nan'),
    ],
)
def test_what_the_demo_cannot_use_is_told_before_it_starts(capsys, tmp_path, arguments, says):
    clip = write_clip(tmp_path / 'clip.mp4', [0, 33, 66])
    assert main(['demo', str(clip), '--out', str(tmp_path), *arguments]) == 1
    assert says in capsys.readouterr().err


def test_an_error_of_the_system_names_the_file(tmp_path, capsys):
    file = tmp_path / 'a file'
    file.touch()
    assert main(['bench', '--quick', '--no-latency', '--out', str(file / 'bench.json')]) == 1
    assert capsys.readouterr().err.startswith(f'vico bench: {file}')


@pytest.mark.parametrize('error', [ZeroDivisionError('division by zero'), ValueError('shapes')])
def test_a_fault_of_the_program_is_raised(monkeypatch, error):
    monkeypatch.setattr(checkpoint, 'load_checkpoint', _raising(error))
    with pytest.raises(type(error), match=str(error)):
        main(['checkpoint', 'info', 'somewhere'])


def test_a_fault_of_the_program_shows_its_traceback():
    script = (
        'import sys\n'
        'import numpy as np\n'
        'from vico_listener.cli.main import main\n'
        'from vico_listener.lab.cli import checkpoint\n'
        'checkpoint.load_checkpoint = lambda folder: np.zeros(2) + np.zeros(3)\n'
        "sys.exit(main(['checkpoint', 'info', 'somewhere']))\n"
    )
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(root), os.environ.get('PYTHONPATH', '')])
    done = subprocess.run(
        [sys.executable, '-c', script],
        capture_output=True,
        text=True,
        env=os.environ | {'PYTHONPATH': path},
    )
    assert done.returncode == 1
    assert done.stderr.startswith('Traceback') and 'operands could not be broadcast' in done.stderr
    assert 'vico checkpoint:' not in done.stderr


def test_an_own_module_that_is_missing_is_a_fault_of_the_program(monkeypatch):
    monkeypatch.setitem(sys.modules, 'vico_listener.cli.robot', None)
    with pytest.raises(ModuleNotFoundError):
        main(['robot', 'list'])


def _raising(error):
    def function(*arguments):
        raise error

    return function


@pytest.mark.trouble(
    'environment',
    'The terminal cannot show the letters in the name of a clip',
    sees='They are printed as codes.',
)
def test_a_terminal_without_the_letters_of_a_name(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / 'größe.mp4', [0, 40, 80])
    command = ['bag', 'make', str(clip), '--out', str(tmp_path / 'größe')]
    done = subprocess.run(
        [sys.executable, '-m', 'vico_listener.cli', *command],
        env=os.environ | {'PYTHONIOENCODING': 'ascii', 'PYTHONUTF8': '0'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert 'gr\\xf6\\xdfe: /image 3' in done.stdout
