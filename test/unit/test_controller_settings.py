"""What a head says of the parameters of its controller."""

from typing import Any

import pytest
import yaml

from vico_listener.resources import resource_path
from vico_listener.robot.controller_settings import advice
from vico_listener.robot.controller_settings import names_for
from vico_listener.robot.controller_settings import objections

JOINTS = ['pan', 'tilt']


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ({'joints': ['head_1_joint', 'head_2_joint']}, 'it has no pan and tilt, but head_1_joint'),
        ({'joints': ['pan', 'tilt', 'torso']}, '`hold_joints: [torso]`'),
        ({'state_publish_rate': 2.0}, 'state_publish_rate is 2 Hz: set it to 50'),
        ({'constraints.tilt.trajectory': 0.05}, 'constraints.tilt.trajectory is 0.05 rad'),
    ],
)
def test_what_a_controller_would_refuse_or_stop_is_named(
    values: dict[str, Any], reason: str
) -> None:
    (found,) = objections(values, JOINTS, reads_state=True)
    assert reason in found


@pytest.mark.parametrize(
    'values',
    [
        {},
        {'joints': ['tilt', 'pan']},
        {'joints': []},
        {'joints': ['pan', 'tilt', 'torso'], 'allow_partial_joints_goal': True},
        {'constraints.tilt.trajectory': 0.0, 'constraints.pan.trajectory': 0.2},
        {'state_publish_rate': 50.0},
    ],
)
def test_what_works_is_not_objected_to(values: dict[str, Any]) -> None:
    assert objections(values, JOINTS, reads_state=True) == []


def test_a_rate_matters_to_who_reads_the_state_only() -> None:
    assert objections({'state_publish_rate': 2.0}, JOINTS) == []


def test_what_works_can_be_better() -> None:
    values = {
        'allow_nonzero_velocity_at_trajectory_end': True,
        'interpolate_from_desired_state': False,
    }
    assert len(advice(values)) == 2
    assert advice({name: not value for name, value in values.items()}) == []
    assert advice({}) == []


def test_the_example_robot_is_set_up_well() -> None:
    text = resource_path('config/example_robot/controllers.yaml').read_text('utf-8')
    values = yaml.safe_load(text)['/**/head_controller']['ros__parameters']
    assert set(values) & set(names_for(JOINTS))
    assert objections(values, values['joints'], reads_state=True) == []
    assert advice(values) == []
