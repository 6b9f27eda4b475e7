"""Whether a `joint_trajectory_controller` is set up for a head, read from its parameters."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

NAMES = (
    'joints',
    'allow_partial_joints_goal',
    'allow_nonzero_velocity_at_trajectory_end',
    'interpolate_from_desired_state',
    'state_publish_rate',
)
"""The parameters that matter, as ros2_controllers names them."""

SLOW = 10.0
"""A controller that says less often where it is (Hz) says it too late."""

TIGHT = 0.1
"""A neck lags as far behind a fast nod (rad): 40 ms at 2.5 rad/s."""


def tolerance_of(joint: str) -> str:
    """Return the parameter that says how far from its path (rad) a joint may be; 0 for any."""
    return f'constraints.{joint}.trajectory'


def names_for(joints: Sequence[str]) -> list[str]:
    """Return the names of all parameters to ask for."""
    return [*NAMES, *map(tolerance_of, joints)]


def objections(
    values: Mapping[str, Any], joints: Sequence[str], reads_state: bool = False
) -> list[str]:
    """Return why a controller will refuse or stop what a head sends, with the remedy.

    Args:
        values: of the parameters that it has.
        joints: that the trajectories name.
        reads_state: whether the head begins where the controller's state says.
    """
    found = []
    own = list(values.get('joints') or joints)
    strangers = [name for name in joints if name not in own]
    others = [name for name in own if name not in joints]
    if strangers:
        found.append(
            f'it has no {" and ".join(strangers)}, but {", ".join(own)}: correct the names '
            'of the joints in the profile'
        )
    elif others and not values.get('allow_partial_joints_goal'):
        found.append(
            f'it refuses trajectories without {" and ".join(others)}: add `hold_joints: '
            f'[{", ".join(others)}]` to the profile, or set allow_partial_joints_goal to '
            'true'
        )
    rate = values.get('state_publish_rate')
    if reads_state and rate is not None and rate < SLOW:
        found.append(
            f'state_publish_rate is {rate:g} Hz: set it to 50, because the head begins from '
            'the position that the controller reports'
        )
    for name in map(tolerance_of, joints):
        if 0.0 < (values.get(name) or 0.0) < TIGHT:
            found.append(
                f'{name} is {values[name]:g} rad, which stops a neck that lags behind a '
                f'nod: set it to 0 (no limit), or to more than {TIGHT:g}'
            )
    return found


def advice(values: Mapping[str, Any]) -> list[str]:
    """Return what would be better set otherwise, although it works."""
    found = []
    if values.get('allow_nonzero_velocity_at_trajectory_end'):
        found.append(
            'set allow_nonzero_velocity_at_trajectory_end to false, so that a head that '
            'gets no more commands stops'
        )
    if values.get('interpolate_from_desired_state') is False:
        found.append(
            'set interpolate_from_desired_state to true, so that a late command continues '
            'from the last one'
        )
    return found
