"""A simulated head with its camera on it follows a person, however late and wrongly stamped."""

from importlib.util import find_spec

import numpy as np
import pytest

from vico_listener.lab.simulation.simulated_head import simulated_profile
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.limits import demands

if find_spec('mujoco') is None:
    pytest.skip('MuJoCo is not installed', allow_module_level=True)

from vico_listener.lab.simulation.gaze_loop import Loop  # noqa: E402
from vico_listener.lab.simulation.gaze_loop import Person  # noqa: E402
from vico_listener.lab.simulation.gaze_loop import StepResponse  # noqa: E402
from vico_listener.lab.simulation.gaze_loop import run_loop  # noqa: E402
from vico_listener.lab.simulation.gaze_loop import standing  # noqa: E402
from vico_listener.lab.simulation.gaze_loop import stepping  # noqa: E402

LATE = [
    Loop(delay=0.0),
    Loop(delay=0.1),
    Loop(delay=0.2),
    Loop(delay=0.2, fps=15.0),
    Loop(delay=0.1, stamped=False),
    Loop(delay=0.2, stamped=False, fps=15.0, noise=np.radians(0.5)),
]


def profile_of(robot: str) -> RobotProfile:
    return load_profile(simulated_profile(robot))


@pytest.mark.parametrize('loop', LATE, ids=lambda loop: f'{loop.delay}-{loop.fps}-{loop.stamped}')
@pytest.mark.parametrize('robot', ['generic_3dof', 'stretch'])
def test_step_of_30_degrees(robot: str, loop: Loop) -> None:
    profile = profile_of(robot)
    run = run_loop(profile, loop, stepping(30.0), 3.8)
    found = StepResponse.of(run, 30.0)
    assert found.overshoot <= 0.10
    assert found.settled <= 1.0
    assert found.wander < 0.5
    stamps = [profile.interface.due(command) for command in run.commands]
    asked = demands(profile.joints, stamps, [command.positions for command in run.commands])
    assert not any(demand.excess() for demand in asked.values())


def test_reachy_mini_does_it_with_its_gains() -> None:
    if find_spec('reachy_mini') is None:
        pytest.skip('the wheel reachy-mini is not installed')
    run = run_loop(profile_of('reachy_mini'), Loop(), stepping(25.0, -5.0), 3.0)
    found = StepResponse.of(run, 25.0)
    assert found.overshoot <= 0.10 and found.settled <= 1.0
    assert np.abs(np.degrees(run.rotation[-30:, 1:] - run.wanted[-30:])).max() < 1.5


@pytest.mark.parametrize(
    'loop', [Loop(delay=0.1), Loop(delay=0.2, stamped=False)], ids=['stamped', 'late']
)
def test_nods_do_not_pull_the_gaze_from_a_standing_person(loop: Loop) -> None:
    def nod(time: float) -> float:
        return float(np.radians(5.0) * np.sin(4 * np.pi * time)) if 3.0 < time < 5.0 else 0.0

    run = run_loop(profile_of('generic_3dof'), loop, standing(0.4), 6.5, nod)
    later = run.seconds > 2.0
    assert np.degrees(np.ptp(run.base[later], axis=0)).max() < 0.5
    assert np.degrees(np.ptp(run.rotation[later, 1])) > 8.0  # it did nod


def test_it_keeps_up_with_somebody_who_walks() -> None:
    def walks(time: float) -> np.ndarray:
        yaw = np.radians(-30.0 + 20.0 * min(max(time - 1.5, 0.0), 3.0))
        return 1.5 * np.array([np.cos(yaw), np.sin(yaw), 0.0])

    person: Person = walks
    run = run_loop(profile_of('generic_3dof'), Loop(delay=0.1), person, 6.5)
    off = np.degrees(run.rotation[:, 2] - run.wanted[:, 1])
    assert np.abs(off[(run.seconds > 1.5) & (run.seconds < 4.5)]).max() < 20.0  # in view
    assert np.abs(off[run.seconds > 5.7]).max() < 1.5
