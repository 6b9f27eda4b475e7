"""No file that comes from elsewhere is run: what the source may not do."""

import ast
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import vico_listener
from vico_listener.resources import resource_path
from vico_listener.ros_api import STACK
from vico_listener.ros_api import NodeApi
from vico_listener.ros_api import Topic

ROOT = Path(vico_listener.__file__).parent
SOURCES = sorted(ROOT.rglob('*.py'))
FORBIDDEN = {
    'eval', 'exec', 'compile', '__import__', 'os.system', 'os.popen', 'yaml.load', 'yaml.full_load',
    'pickle.load', 'pickle.loads', 'marshal.loads', 'shelve.open', 'joblib.load',
}  # fmt: skip


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def offences(source: str) -> list[str]:
    found = []
    for name, call in calls(source):
        values = {k.arg: ast.unparse(k.value) for k in call.keywords}
        if name in FORBIDDEN or values.get('shell') == 'True':
            found.append(name)
        if name == 'torch.load' and values.get('weights_only') != 'True':
            found.append(f'{name} without weights_only=True')
        if values.get('allow_pickle') == 'True':
            found.append(f'{name} with pickles')
    return found


@pytest.mark.parametrize('path', SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_foreign_is_run(path):
    assert offences(path.read_text(encoding='utf-8')) == []


@pytest.mark.parametrize(
    'bad',
    [
        'eval(text)',
        'torch.load(path)',
        'torch.load(path, weights_only=False)',
        'np.load(path, allow_pickle=True)',
        'subprocess.run(line, shell=True)',
        'yaml.load(text)',
    ],
)
def test_the_check_finds_what_it_looks_for(bad):
    assert offences(bad)


# The policy for SROS 2 beside the tables of the nodes, from which they make their topics


OF_RCLPY = {'/clock', '/parameter_events', '/diagnostics', '/rosout', '~/transition_event'}
COMMAND = 'head_controller/joint_trajectory'
"""That of a robot, as its profile says."""
AS_OTHERS_SAY = ('/humans/', 'robot_face/', 'controller_state')
"""Topics whose names hold the ids of people, or are in a profile; docs/security.md says so."""


def allowed(node: str, kind: str, verb: str) -> set[str]:
    policy = ElementTree.parse(resource_path('config/sros2_policy.xml'))
    (profile,) = policy.findall(f".//profile[@node='{node}']")
    return {
        str(item.text)
        for group in profile.findall(kind)
        if group.get(verb) == 'ALLOW'
        for item in group
    }


def named(rows: tuple[Topic, ...]) -> set[str]:
    return {row.name for row in rows if not row.name.startswith(AS_OTHERS_SAY)}


@pytest.mark.parametrize('api', STACK, ids=lambda api: api.node)
def test_the_policy_is_that_of_the_tables(api: NodeApi) -> None:
    heard = allowed(api.node, 'topics', 'subscribe') - OF_RCLPY
    told = allowed(api.node, 'topics', 'publish') - OF_RCLPY - {COMMAND}
    assert heard == named(api.subscriptions)
    assert told == named(api.publications)
    assert named(api.services) <= allowed(api.node, 'services', 'reply')
    assert allowed(api.node, 'actions', 'execute') == named(api.actions)
