"""Fixtures of the node tests."""

from collections.abc import Iterator

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not on the path: use ./run test')
pytest.importorskip('vico_listener.msg', reason='the workspace is not built: use ./run test')

from graph import Graph  # noqa: E402


@pytest.fixture
def graph() -> Iterator[Graph]:
    """A graph of its own."""
    made = Graph()
    yield made
    made.close()
