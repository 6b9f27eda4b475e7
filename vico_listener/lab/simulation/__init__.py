"""Simulates the robot in MuJoCo: head commands drive a model, which is filmed and measured.

It is optional: ``pip install -r requirements/simulation.txt`` and, with ``--no-deps``,
requirements/simulation-data.txt for Reachy Mini's model.
"""

import os
import sys

# MuJoCo decides how it draws when it is imported, and needs this setting without a screen.
if sys.platform == 'linux':
    os.environ.setdefault('MUJOCO_GL', 'egl')
