"""Fixtures of the node tests."""

from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture(scope='session')
def short_clip(tmp_path_factory: pytest.TempPathFactory, speech_clip: Path) -> Path:
    """Two seconds of the packaged speaker, remuxed."""
    import av

    path = tmp_path_factory.mktemp('clip') / 'short.mp4'
    with av.open(str(speech_clip)) as source, av.open(str(path), 'w') as target:
        streams = {s: target.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.pts * packet.time_base < 2.0:
                packet.stream = streams[packet.stream]
                target.mux(packet)
    return path
