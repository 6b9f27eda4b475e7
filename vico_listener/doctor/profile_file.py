"""Reads the profile of a robot, and says what is wrong with it."""

from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.robot import ProfileError
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile


def read_profile(name: str) -> tuple[RobotProfile | None, list[Finding]]:
    """Return the profile of a name or file, if it can be used, and what is wrong with it.

    Without a name there is neither.
    """
    try:
        return load_profile(name) if name else None, []
    except ProfileError as error:
        return None, [Finding.split('robot', Level.WRONG, str(error))]
