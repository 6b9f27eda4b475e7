"""The robot in simulation (MuJoCo): head commands drive a model, pictures and errors come out.

Optional: `pip install -r requirements/simulation.txt`, and with ``--no-deps``
requirements/simulation-data.txt for Reachy Mini's model.
"""

import os
import sys

# Without a screen MuJoCo needs to be told; its choice is made when it is imported.
if sys.platform == 'linux':
    os.environ.setdefault('MUJOCO_GL', 'egl')

from vico_listener.simulation.head import SimulatedHead  # noqa: E402
from vico_listener.simulation.head import SimulationError  # noqa: E402
from vico_listener.simulation.heads import create_head  # noqa: E402
from vico_listener.simulation.heads import simulated_profile  # noqa: E402
from vico_listener.simulation.pictures import Pictures  # noqa: E402
from vico_listener.simulation.simulator import Commands  # noqa: E402
from vico_listener.simulation.simulator import Simulator  # noqa: E402
from vico_listener.simulation.simulator import read_commands  # noqa: E402
from vico_listener.simulation.tracking import limit_margins  # noqa: E402
from vico_listener.simulation.tracking import tracking_errors  # noqa: E402

__all__ = [
    'Commands',
    'Pictures',
    'SimulatedHead',
    'SimulationError',
    'Simulator',
    'create_head',
    'limit_margins',
    'read_commands',
    'simulated_profile',
    'tracking_errors',
]
