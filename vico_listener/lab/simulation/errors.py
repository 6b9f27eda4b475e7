"""What can go wrong in a simulation; importable without MuJoCo."""


class SimulationError(RuntimeError):
    """The simulation cannot run; the message says what is missing and what to do."""


class PoseError(ValueError):
    """A pose that the head cannot take; the message names the motor."""
