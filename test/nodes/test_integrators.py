"""The short form of `./run soak --integrators`, and that it notices what is wrong."""

import pytest
from clip_files import write_clip

from vico_listener.lab.cli.demo import default_clip
from vico_listener.lab.faults.integrators import SCENES
from vico_listener.lab.faults.integrators import Integrators
from vico_listener.lab.faults.robot_place import Outcome
from vico_listener.lab.faults.robot_place import RobotPlace
from vico_listener.media.clip import ClipError
from vico_listener.robot import load_profile

PROFILE = load_profile('generic_3dof')
SECONDS = 12.0


@pytest.mark.parametrize('scene', SCENES)
def test_the_stack_gets_on_with_robots(scene, tmp_path):
    try:
        clip = default_clip()
    except ClipError as error:
        pytest.skip(str(error))
    outcome = Integrators(tmp_path, clip, PROFILE, SECONDS).play(scene)
    # How many commands there are in a second depends on this machine.
    assert [found for found in outcome.problems if 'commands only' not in found] == []
    assert ', 0 refused, ' in outcome.figures[0]


@pytest.fixture
def place(graph, tmp_path):
    clip = write_clip(tmp_path / 'clip.mp4', [0, 100, 200, 300], audio_ms=400)
    made = RobotPlace(PROFILE, clip, context=graph.context)
    for node in made.nodes:
        graph.add(node)
    return made


GOOD = {'limits': 'ok', 'following': 'ok', 'start': 'measured'}


def judged(place, accepted=100, refused=0, speed=0.5, **values):
    """What is found where the robot got so many commands in two seconds."""
    place.robot.controller.accepted, place.robot.controller.refused = accepted, refused
    place.robot.top_speeds[:] = speed * PROFILE.joints[0].max_velocity
    place.watcher.diagnostics['head'] = {**GOOD, **values}
    outcome = Outcome('a scene')
    place.judge(outcome, 2.0)
    return outcome.problems


def test_what_does_not_hold_is_noticed(place):
    assert judged(place) == []
    assert 'commands only' in judged(place, accepted=49)[0]
    assert '3 refused' in judged(place, refused=3)[0]
    assert 'times the highest speed at the joint' in judged(place, speed=1.2)[0]
    for name, value in {'limits': 'exceeded', 'following': 'head_yaw', 'start': 'assumed'}.items():
        assert value in judged(place, **{name: value})[0]
