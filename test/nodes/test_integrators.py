"""The short form of `./run soak --integrators`, and that it notices what is wrong."""

import pytest

from vico_listener.lab.cli.demo import default_clip
from vico_listener.lab.faults.integrators import Integrators
from vico_listener.media.clip import ClipError
from vico_listener.robot import load_profile

PROFILE = load_profile('generic_3dof')
SECONDS = 16.0


@pytest.mark.parametrize('scene', ['controller', 'simulator', 'dialogue', 'two_robots'])
def test_the_stack_gets_on_with_robots(scene, tmp_path):
    try:
        clip = default_clip()
    except ClipError as error:
        pytest.skip(str(error))
    play = Integrators(tmp_path, clip, PROFILE, SECONDS)
    assert scene in [known.__name__ for known in play.scenes]
    outcome = getattr(play, scene)()
    # How many commands there are in a second depends on this machine.
    assert [found for found in outcome.problems if 'commands only' not in found] == []
    assert 'trajectories, 0 refused' in outcome.figures[0]
