"""`./run` with ROS from wheels keeps what a user put on PYTHONPATH, and drops a sourced ROS's."""

import os
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / 'run'


@pytest.mark.parametrize(
    ('given', 'kept'),
    [
        ('examples:/my/parts', 'examples:/my/parts'),
        ('/opt/ros/jazzy/lib/python3.12/site-packages:/my/parts', '/my/parts'),
        ('/ws/install/pkg/lib/python3.12/site-packages:/ws/installed', '/ws/installed'),
        ('/opt/ros/jazzy/lib/python3.12/site-packages', ''),
        ('', ''),
    ],
)
def test_what_is_kept(given: str, kept: str) -> None:
    script = f'source {RUN}; set +e; forget_foreign_ros; printf %s "${{PYTHONPATH-}}"'
    environment = os.environ | {'PYTHONPATH': given, 'AMENT_PREFIX_PATH': '/ws/install/pkg'}
    done = subprocess.run(
        ['bash', '-c', script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == kept
