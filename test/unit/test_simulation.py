"""The simulated robot: it goes where it is told, and what is said about its errors is true."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.lab.simulation.head_commands import Commands
from vico_listener.lab.simulation.head_commands import read_commands
from vico_listener.lab.simulation.head_commands import read_sent
from vico_listener.lab.simulation.simulated_head import PoseError
from vico_listener.lab.simulation.simulated_head import SimulationError
from vico_listener.lab.simulation.simulated_head import simulated_profile
from vico_listener.robot import HeadController
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.profile import parse_profile
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

if find_spec('mujoco') is None:
    pytest.skip('MuJoCo is not installed', allow_module_level=True)

import mujoco  # noqa: E402

from vico_listener.lab.simulation import simulated_reachy_mini  # noqa: E402
from vico_listener.lab.simulation.own_head import own_head  # noqa: E402
from vico_listener.lab.simulation.pictures import Pictures  # noqa: E402
from vico_listener.lab.simulation.simulated_head import SimulatedHead  # noqa: E402
from vico_listener.lab.simulation.simulator import Simulator  # noqa: E402
from vico_listener.lab.simulation.simulator import create_head  # noqa: E402
from vico_listener.lab.simulation.tracking import limit_margins  # noqa: E402
from vico_listener.lab.simulation.tracking import tracking_errors  # noqa: E402

needs_reachy = pytest.mark.skipif(
    find_spec('reachy_mini') is None, reason='the wheel reachy-mini is not installed'
)
START = 3 * NANOSECONDS
MS = 1_000_000


def profile_of(name: str) -> RobotProfile:
    return load_profile(simulated_profile(name))


def settle(head: SimulatedHead, data: mujoco.MjData, rotation: np.ndarray) -> np.ndarray:
    """Where the head stands, roll, pitch, yaw in rad, 0.8 s after it was told."""
    data.ctrl[:] = head.controls(rotation)
    for _ in range(round(0.8 / head.model.opt.timestep)):
        mujoco.mj_step(head.model, data)
    mujoco.mj_forward(head.model, data)
    return head.rotation(data)


def mirrored_profile() -> RobotProfile:
    """Joints that turn the other way round about an offset."""
    limits = {'minimum': -1.0, 'maximum': 1.0, 'max_velocity': 3.0, 'max_acceleration': 30.0}
    joints = [
        {'name': 'tilt', 'axis': 'pitch', 'sign': -1, 'gain': 1.0, 'offset': 0.2} | limits,
        {'name': 'pan', 'axis': 'yaw', 'sign': -1, 'gain': 1.0, 'offset': -0.3} | limits,
    ]
    data = {'interface': 'joint_trajectory', 'topic': 't', 'rate': 50.0, 'lookahead': 0.0}
    return parse_profile(data | {'joints': joints}, 'mirrored')


@pytest.mark.parametrize('profile', [profile_of('generic_3dof'), mirrored_profile()])
def test_own_head_turns_where_it_is_told(profile: RobotProfile) -> None:
    axes = {joint.axis for joint in profile.joints}
    head = own_head(profile)
    data = mujoco.MjData(head.model)
    for rotation in ([0.0, 0.0, 0.0], [0.2, 0.3, -0.4], [-0.3, -0.4, 0.5]):
        wanted = np.array(rotation) * [axis in axes for axis in ('roll', 'pitch', 'yaw')]
        error = settle(head, data, wanted) - wanted
        assert np.abs(np.degrees(error)).max() < 0.5


def nod(profile: RobotProfile, seconds: float = 2.0, degrees: float = 8.0) -> Commands:
    """What the head controller makes of nods at 1.5 Hz."""
    controller = HeadController(profile)
    commands = []
    for n in range(round(seconds * 30)):
        now = START + n * NANOSECONDS // 30
        pitch = np.radians(degrees) * np.sin(2 * np.pi * 1.5 * n / 30)
        controller.follow([0.0, pitch, 0.0], now)
        commands += controller.advance(now, ahead=True)
    stamps = np.array([command.stamp for command in commands])
    return Commands(stamps, np.array([command.positions for command in commands]))


def run(profile: RobotProfile, commands: Commands, steps: int) -> Simulator:
    simulator = Simulator(create_head(profile), profile, commands)
    for stamp in np.linspace(START, commands.stamps[-1], steps).astype(np.int64):
        simulator.advance(int(stamp))
    return simulator


def test_simulation_is_the_same_however_it_is_stepped() -> None:
    profile = profile_of('generic_3dof')
    commands = nod(profile, 1.0)
    coarse, fine = run(profile, commands, 4), run(profile, commands, 55)
    assert np.array_equal(coarse.measured, fine.measured)
    assert np.array_equal(coarse.data.qpos, fine.data.qpos)
    assert len(coarse.measured) == pytest.approx(100, abs=4)


def test_own_head_follows_a_nod_closely() -> None:
    profile = profile_of('generic_2dof')
    simulator = run(profile, nod(profile), 10)
    errors = tracking_errors(simulator.commanded, simulator.measured)
    assert errors['pitch']['rms'] < 1.5
    assert errors['pitch']['rms_after_lag'] < 0.5
    assert np.degrees(simulator.measured[:, 1]).max() > 6.0
    assert simulator.refused == 0


def test_tracking_errors_of_a_known_delay() -> None:
    seconds = np.arange(400) / 100
    path = np.zeros((400, 3))
    path[:, 1] = np.radians(10) * np.sin(2 * np.pi * seconds)
    late = np.roll(path, 5, axis=0)  # whole periods: what is rolled in fits
    errors = tracking_errors(path, late)
    expected = 10 * 2 * np.sin(np.pi * 0.05)  # amplitude of a sine minus itself 50 ms later
    assert errors['pitch']['max'] == pytest.approx(expected, rel=1e-3)
    assert errors['pitch']['rms'] == pytest.approx(expected / np.sqrt(2), rel=1e-3)
    assert errors['pitch']['lag_ms'] == 50.0
    assert errors['pitch']['rms_after_lag'] == pytest.approx(0.0, abs=1e-9)
    assert errors['yaw']['rms'] == 0.0 and np.isnan(errors['yaw']['lag_ms'])


def test_limit_margins_by_hand() -> None:
    profile = profile_of('generic_2dof')  # yaw +-1.2, pitch +-0.6 rad, 3 rad/s, 30 rad/s^2
    stamps = START + np.arange(4) * 100 * MS
    positions = np.array([[0.0, 0.0], [0.1, 0.0], [0.3, 0.0], [0.4, -0.5]])
    margins = limit_margins(profile, Commands(stamps, positions))
    pan, tilt = margins['head_pan_joint'], margins['head_tilt_joint']
    assert pan['position_deg'] == pytest.approx(np.degrees(0.8))
    assert pan['velocity'] == pytest.approx(1 - 2.0 / 3.0)
    assert pan['acceleration'] == pytest.approx(1 - 10.0 / 30.0)
    assert tilt['position_deg'] == pytest.approx(np.degrees(0.1))
    assert tilt['velocity'] == pytest.approx(1 - 5.0 / 3.0)
    assert tilt['jerk'] == pytest.approx(1 - 500.0 / 1200.0)


def test_commands_are_read_in_order_of_their_time(tmp_path: Path) -> None:
    profile = profile_of('generic_2dof')
    path = tmp_path / 'head_commands.csv'
    path.write_text('stamp,head_pan_joint,head_tilt_joint\n1.060,3,4\n1.040,1,2\n1.060,5,6\n')
    commands = read_commands(path, profile)
    assert commands.stamps.tolist() == [1_040_000_000, 1_060_000_000]
    assert commands.positions.tolist() == [[1, 2], [5, 6]]
    sent = read_sent(path, profile)
    assert sent.stamps.tolist() == [1_060_000_000, 1_040_000_000, 1_060_000_000]
    assert sent.positions.tolist() == [[3, 4], [1, 2], [5, 6]]
    path.write_text('stamp,left_wheel\n1.0,3\n')
    with pytest.raises(SimulationError, match='no commands for head_pan_joint, head_tilt_joint'):
        read_commands(path, profile)
    path.write_text('')
    with pytest.raises(SimulationError, match='no commands'):
        read_commands(path, profile)


def test_missing_reachy_mini_is_answered_by_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated_reachy_mini.importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(SimulationError, match=r'pip install --no-deps -r .*/requirements/'):
        simulated_reachy_mini.scene_path()


@needs_reachy
def test_reachy_mini_reaches_the_commanded_pose_over_its_working_range() -> None:
    profile = profile_of('reachy_mini')
    limits = {joint.axis: (joint.minimum, joint.maximum) for joint in profile.joints}
    bounds = np.array([limits[axis] for axis in ('roll', 'pitch', 'yaw')])
    single = [
        np.where(np.arange(3) == axis, bounds[:, end], 0) for axis in (0, 1, 2) for end in (0, 1)
    ]
    random = np.random.default_rng(5)
    head = create_head(profile)
    data = mujoco.MjData(head.model)
    settle(head, data, np.zeros(3))
    for rotation in [*single, *random.uniform(bounds[:, 0], bounds[:, 1], (8, 3))]:
        reached = settle(head, data, rotation)
        apart = matrix_from_rpy(rotation).T @ matrix_from_rpy(reached)
        angle = np.degrees(np.arccos(np.clip((np.trace(apart) - 1) / 2, -1, 1)))
        assert angle < 1.0, np.degrees(rotation)


@needs_reachy
def test_reachy_mini_can_take_every_pose_of_its_profile() -> None:
    profile = profile_of('reachy_mini')
    head = create_head(profile)
    limits = {joint.axis: (joint.minimum, joint.maximum) for joint in profile.joints}
    grid = np.meshgrid(*(np.linspace(*limits[axis], 7) for axis in ('roll', 'pitch', 'yaw')))
    for rotation in np.stack(grid, -1).reshape(-1, 3):
        assert np.isfinite(head.controls(rotation)).all()
    with pytest.raises(PoseError, match='stewart_'):
        head.controls(np.array([0.0, 1.2, 0.0]))


@needs_reachy
def test_reachy_mini_body_turns_under_a_still_head() -> None:
    head = create_head(profile_of('reachy_mini'))
    kinematics = simulated_reachy_mini.ReachyMiniKinematics(head.model)
    data = mujoco.MjData(head.model)
    settle(head, data, np.zeros(3))
    for yaw in np.linspace(0.0, 0.5, 400):
        data.ctrl[:] = kinematics.controls(np.array([0.0, 0.2, 0.1]), yaw, antennas=(0.3, -0.3))
        mujoco.mj_step(head.model, data)
    for _ in range(400):
        mujoco.mj_step(head.model, data)
    mujoco.mj_forward(head.model, data)
    np.testing.assert_allclose(head.rotation(data), [0.0, 0.2, 0.1], atol=np.radians(1.0))
    body = rpy_from_matrix(data.body('body_down_3dprint').xmat.reshape(3, 3))
    rest = mujoco.MjData(head.model)
    mujoco.mj_forward(head.model, rest)
    before = rpy_from_matrix(rest.body('body_down_3dprint').xmat.reshape(3, 3))
    assert body[2] - before[2] == pytest.approx(0.5, abs=0.02)
    assert data.joint('right_antenna').qpos[0] == pytest.approx(0.3, abs=0.1)


def test_picture_shows_the_head_turn() -> None:
    head = create_head(profile_of('generic_3dof'))
    try:
        pictures = Pictures(head, 96)
    except SimulationError as error:
        pytest.skip(str(error))
    data = mujoco.MjData(head.model)
    settle(head, data, np.zeros(3))
    straight = pictures.draw(data).astype(float)
    settle(head, data, np.array([0.0, 0.0, 0.5]))
    turned = pictures.draw(data).astype(float)
    pictures.close()
    assert straight.shape == (96, 96, 3)

    def face_column(picture: np.ndarray) -> float:
        dark = np.flatnonzero((picture[10:50].max(axis=-1) < 60).sum(axis=0))
        return float(dark.mean())

    # Seen from the front, its own left is on the right of the picture.
    assert face_column(turned) - face_column(straight) > 4
