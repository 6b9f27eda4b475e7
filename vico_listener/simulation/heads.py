"""Which simulated head belongs to a robot profile."""

from vico_listener.resources import resource_path
from vico_listener.robot import RobotProfile
from vico_listener.simulation.head import SimulatedHead
from vico_listener.simulation.own_head import own_head
from vico_listener.simulation.reachy_mini import reachy_mini

MODELS = {'reachy_mini': reachy_mini}


def simulated_profile(name: str) -> str:
    """The profile under which the robot called `name` is simulated, as `load_profile` takes it.

    Where config/simulation has a profile of that name it is used: a robot that is not commanded by
    joint trajectories is, in simulation. Otherwise the robot's own.
    """
    path = resource_path('config/simulation') / f'{name}.yaml'
    return str(path) if path.is_file() else name


def create_head(profile: RobotProfile) -> SimulatedHead:
    """The model of the robot, else our own head with the profile's joints.

    Raises:
        SimulationError: the model is not installed.
    """
    model = MODELS.get(profile.name)
    return own_head(profile) if model is None else model()
