"""The documentation tells the truth: its tables are made from the code, the rest is tried here."""

import argparse
import ast
import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import yaml
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.cli.main import create_parser
from vico_listener.errors import UnavailableError
from vico_listener.face import create_face_tracker
from vico_listener.lab.cli.docs import outdated
from vico_listener.lab.docs.markdown import fill
from vico_listener.lab.docs.markdown import table
from vico_listener.lab.docs.pages import generated
from vico_listener.lab.docs.troubles import KINDS
from vico_listener.lab.docs.troubles import Trouble
from vico_listener.lab.docs.troubles import troubles
from vico_listener.listener import create_listener
from vico_listener.listener.mood import Mood
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.render import create_renderer
from vico_listener.robot.profile import parse_profile
from vico_listener.ros_api import NODES
from vico_listener.ros_api.launch import AUDIENCE_ARGUMENTS
from vico_listener.ros_api.launch import EXAMPLE_ARGUMENTS
from vico_listener.ros_api.launch import LISTENER_ARGUMENTS
from vico_listener.ros_api.launch import REPLAY_ARGUMENTS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / 'vico_listener'
PAGES = [*sorted(ROOT.glob('*.md')), *sorted((ROOT / 'docs').glob('*.md'))]
TEXTS = {page: page.read_text(encoding='utf-8') for page in PAGES}
README = TEXTS[ROOT / 'README.md']
RUN = {'demo', 'live', 'bench', 'soak', 'describe', 'docs'}
"""Commands of `run` that are commands of `vico`."""


def code_blocks(language: str) -> Iterator[tuple[str, str]]:
    """Page and text of every code block in a language."""
    for page, text in TEXTS.items():
        for block in re.findall(rf'^```{language}\n(.*?)^```', text, re.M | re.S):
            yield page.name, block


def shell_lines() -> list[list[str]]:
    """The words of every command line in the code blocks, comments left out."""
    lines = [line for _, block in code_blocks('bash') for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_what_is_committed_is_what_is_generated() -> None:
    stale = [path.relative_to(ROOT).as_posix() for path in outdated()]
    assert not stale, 'run ./run docs'


def test_parts_between_markers_are_replaced() -> None:
    page = 'a\n<!-- generated: one -->\nold\n<!-- end -->\nb\n'
    filled = fill(page, {'one': 'new\n'})
    assert filled == 'a\n<!-- generated: one -->\n\nnew\n\n<!-- end -->\nb\n'
    assert fill(filled, {'one': 'new'}) == filled
    with pytest.raises(ValueError, match='one'):
        fill(page, {})
    with pytest.raises(ValueError, match='no counterpart'):
        fill(page.replace('<!-- end -->', ''), {'one': ''})
    assert table(('a',), [['b|c']]).splitlines()[-1] == r'| b\|c |'


def test_pages_are_made_in_the_sources_only(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match='in the sources of the package'):
        generated(tmp_path, create_parser([]))


def test_readme_is_short() -> None:
    lines = README.splitlines()
    assert len(lines) <= 180
    assert [line for line in lines if len(line) > 200 and not line.startswith('|')] == []


def anchors(text: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    titles = re.findall(r'^#+ (.*)$', text, re.M)
    return {re.sub(r'[^\w -]', '', title.lower()).replace(' ', '-') for title in titles}


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_links_and_pictures_exist(page: Path) -> None:
    for target in re.findall(r'\]\(([^)\s]+)\)', TEXTS[page]):
        path, _, anchor = target.partition('#')
        if '://' in target:
            continue
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found.read_text(encoding='utf-8')), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {ROOT / 'README.md'}
    for page in PAGES:
        for target in re.findall(r'\]\(([^)#\s]+)', TEXTS[page]):
            linked.add((page.parent / target).resolve())
    assert set(PAGES) <= linked


def test_files_that_are_named_exist() -> None:
    places = [ROOT, PACKAGE, *(ROOT / 'test').iterdir(), ROOT / 'config' / 'training']
    for page, text in TEXTS.items():
        for name in re.findall(r'`([\w/]+\.(?:py|xml))`', text):
            assert any((place / name).exists() for place in places), f'{page.name}: {name}'


def test_commands_are_understood(capsys: pytest.CaptureFixture[str]) -> None:
    parser = create_parser()
    lines = [words[1:] for words in shell_lines() if words[0] == './run']
    assert len(lines) > 40
    for words in lines:
        if words[0] == 'vico' or words[0] in RUN:
            arguments = words[words[0] == 'vico' :]
            try:
                parser.parse_args(arguments)
            except (SystemExit, argparse.ArgumentError):
                pytest.fail(f'{words}: {capsys.readouterr().err}')


def test_verbs_of_run_exist() -> None:
    script = (ROOT / 'run').read_text(encoding='utf-8')
    known = {
        verb
        for case in re.findall(r'^ +([\w |-]+)\)', script.split('case $COMMAND in')[1], re.M)
        for verb in case.split(' | ')
    }
    used = {verb for text in TEXTS.values() for verb in re.findall(r'\./run ([a-z]+)', text)}
    assert len(used) >= 6
    assert used <= known | {'again'}, used - known


def test_launch_lines_use_declared_arguments() -> None:
    listener = {argument.name for argument in LISTENER_ARGUMENTS}
    declared = {
        'listener.launch.py': listener,
        'audience.launch.py': {argument.name for argument in AUDIENCE_ARGUMENTS},
        'replay.launch.py': listener | {argument.name for argument in REPLAY_ARGUMENTS},
        'example_robot.launch.py': listener | {argument.name for argument in EXAMPLE_ARGUMENTS},
    }
    lines = [
        words[words.index('launch') + 2 :]
        for words in shell_lines()
        if 'launch' in words and 'vico_listener' in words
    ]
    assert len(lines) >= 5
    for file, *arguments in lines:
        assert (ROOT / 'launch' / file).is_file()
        assert {argument.partition(':=')[0] for argument in arguments} <= declared[file], file


def test_files_of_shell_lines_exist() -> None:
    for words in shell_lines():
        for word in words:
            for path in re.findall(r'(?:src/vico_listener/|^)((?:requirements|config)/\S+)', word):
                assert (ROOT / path).is_file(), path
            if word.startswith('robot:='):
                assert (ROOT / f'config/robots/{word[7:]}.yaml').is_file(), word


def test_executables_are_those_that_are_built() -> None:
    cmake = (ROOT / 'CMakeLists.txt').read_text(encoding='utf-8')
    (built,) = re.findall(r'foreach\(NODE (.*?)\)', cmake)
    assert set(built.split()) == {node.node for node in NODES} | {'stack'}
    modules = re.findall(r'set\(MODULE (.*?)\)', cmake)
    assert len(modules) == 4
    for module in modules:
        assert callable(import_module(module).main)


def test_yaml_of_the_pages_can_be_used() -> None:
    names = {row.name for node in NODES for row in node.parameters}
    profiles = 0
    for page, block in code_blocks('yaml'):
        content = yaml.safe_load(block)
        if 'joints' in content:
            parse_profile(content, page)
            profiles += 1
        elif '/**' in content:
            assert set(content['/**']['ros__parameters']) <= names, page
    assert profiles >= 2


@pytest.mark.parametrize(('page', 'block'), code_blocks('python'))
def test_python_of_the_pages_is_python(page: str, block: str) -> None:
    compile(block, page, 'exec')


def example(marker: str) -> ModuleType:
    """The example of the documentation that holds `marker`, as a module."""
    (code,) = (block for _, block in code_blocks('python') if marker in block)
    module = ModuleType('example')
    exec(compile(code, 'extending.md', 'exec'), vars(module))  # noqa: S102 - our own example
    return module


def test_example_backend_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'example', example('class CentreBackend'))
    tracker = create_face_tracker('example:CentreBackend', threads=2)
    tracker.warm_up()
    image = np.zeros((48, 64, 3), np.uint8)
    motions = [tracker.update(image, stamp) for stamp in range(0, 10**9, 10**8)]
    assert all(motion.confidence == 1.0 for motion in motions)
    np.testing.assert_allclose(tracker.faces[0].box.mean(), 28)


def test_example_listener_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'example', example('class Mirror'))
    listener = create_listener('example:Mirror', seed=1)
    frames = speaker_frames(synthetic_speech(3, 4.0))
    listener.reset(FaceMotion.neutral(), Attitude.POSITIVE)
    positive = [listener.step(f, Mood.settled(Attitude.POSITIVE)).expression for f in frames[:60]]
    assert max(e.max() for e in positive) > 0.05
    assert np.abs(np.diff(positive, axis=0)).max() < 0.2
    listener.reset(FaceMotion.neutral(), Attitude.NEGATIVE)
    negative = [listener.step(f, Mood.settled(Attitude.NEGATIVE)).expression for f in frames]
    assert all(not expression.any() for expression in negative)


def test_example_renderer_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'example', example('class Dot'))
    renderer = create_renderer('example:Dot', portrait=None, size=64)
    looking = FaceMotion(np.zeros(52, np.float32), np.float32([0.0, 0.2, 0.3]))  # down, to its left
    rows, columns = np.nonzero(renderer.render(looking)[..., 1] == 0)
    np.testing.assert_allclose([rows.mean(), columns.mean()], [64 * 0.7, 64 * 0.8], atol=1)


def test_api_documentation_has_a_page_for_every_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip('pdoc')
    from vico_listener.lab.docs import api

    named = ['vico_listener', 'vico_listener.clock', 'vico_listener.robot', 'not_installed.at_all']
    monkeypatch.setattr(api, '_modules', lambda: named)
    assert api.write_api(tmp_path) == ['not_installed.at_all']
    text = (tmp_path / 'vico_listener.html').read_text(encoding='utf-8')
    assert 'ListeningHead' in text and 'Watches and hears a speaker' in text
    assert (tmp_path / 'vico_listener' / 'clock.html').is_file()


def literals(folder: Path) -> str:
    """Every text in the sources, those that follow each other joined."""
    texts = []
    for path in sorted(folder.rglob('*.py')):
        for part in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(part, ast.JoinedStr):
                texts.append(''.join(v.value for v in part.values if isinstance(v, ast.Constant)))
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                texts.append(part.value)
    return '\n'.join(texts)


def test_troubles_quote_what_the_program_says() -> None:
    said = literals(PACKAGE) + (ROOT / 'run').read_text(encoding='utf-8')
    found = list(troubles(ROOT / 'test'))
    assert len(found) > 50 and {trouble.kind for trouble in found} == set(KINDS)
    for trouble in found:
        for quoted in re.findall(r'`([^`]+)`', trouble.sees + ' ' + trouble.remedy):
            if ' ' not in quoted:
                continue  # a name
            for words in filter(None, map(str.strip, quoted.split('...'))):
                assert words in said, f'{trouble.test}: {words}'


def test_marks_of_troubles_are_read(tmp_path: Path) -> None:
    mark = "@pytest.mark.trouble({}, 'rain', remedy='an umbrella')\ndef test_rain(): ...\n"
    file = tmp_path / 'test_weather.py'
    file.write_text('import pytest\n' + mark.format("'senses'"))
    assert list(troubles(tmp_path)) == [
        Trouble('senses', 'rain', '', 'an umbrella', 'test_weather.py: test_rain')
    ]
    file.write_text(mark.format("'weather'"))
    with pytest.raises(ValueError, match="test_weather.py: test_rain: 'weather' is none of audio"):
        list(troubles(tmp_path))
