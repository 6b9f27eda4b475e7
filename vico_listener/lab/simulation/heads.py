"""Which simulated head belongs to a robot profile."""

from vico_listener.lab.simulation.head import SimulatedHead
from vico_listener.lab.simulation.own_head import own_head
from vico_listener.lab.simulation.reachy_mini import reachy_mini
from vico_listener.robot import RobotProfile

MODELS = {'reachy_mini': reachy_mini}


def create_head(profile: RobotProfile) -> SimulatedHead:
    """The model of the robot, else our own head with the profile's joints.

    Raises:
        SimulationError: the model is not installed.
    """
    model = MODELS.get(profile.name)
    return own_head(profile) if model is None else model()
