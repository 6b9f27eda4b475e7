"""The launch tests need a ROS 2 with launch_pytest; PyPI's wheels have none."""

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not on the path: use ./run test')
pytest.importorskip('vico_listener.msg', reason='the workspace is not built: use ./run test')
pytest.importorskip('launch_pytest', reason='needs launch_pytest of an installed ROS 2')
