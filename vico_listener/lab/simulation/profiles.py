"""Under which profile a robot is simulated; importable without MuJoCo."""

from vico_listener.resources import resource_path


def simulated_profile(name: str) -> str:
    """The profile under which the robot called `name` is simulated, as `load_profile` takes it.

    Where config/simulation has a profile of that name it is used: a robot that is not commanded by
    joint trajectories is, in simulation. Otherwise the robot's own.
    """
    path = resource_path('config/simulation') / f'{name}.yaml'
    return str(path) if path.is_file() else name
