"""The camera and the microphone of this computer on their topics."""

import threading
import traceback
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.live.sources import Camera
from vico_listener.live.sources import Microphone
from vico_listener.live.sources import SourceError
from vico_listener.live.sources import default_microphone
from vico_listener.live.sources import open_camera
from vico_listener.live.sources import open_microphone
from vico_listener.media.clip import ClipError
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.media_publisher import MediaPublisher
from vico_listener.ros_api.capture import CAPTURE
from vico_listener.ros_api.capture import IMAGE
from vico_listener.user_message import user_message

ANNOUNCED = 0.2
"""Seconds from `audio_info` to the first audio: topics overtake each other."""


class CaptureNode(ManagedNode):
    """Publishes what camera and microphone give, with the stamps of this computer's clock.

    Args:
        camera: what sees; None to open what the parameters say when the node is configured.
        microphone: what hears beside that camera; None if nothing does.
    """

    API = CAPTURE

    def __init__(
        self,
        camera: Camera | None = None,
        microphone: Microphone | None = None,
        name: str = 'capture',
        **options: Any,
    ) -> None:
        super().__init__(name, **options)
        self.on_image: Callable[[NDArray[np.uint8]], None] | None = None
        self._given = camera is not None
        self._camera = camera
        self._microphone = microphone
        self._frame_id = ''
        self._problems: dict[str, str] = {}
        self._media = MediaPublisher(self, IMAGE.depth)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def configure(self) -> None:
        """Open camera and microphone."""
        table = self.table
        self._frame_id = table['frame_id']
        if self._given:
            return
        self._camera = open_camera(table['camera'], table['width'], table['height'], table['fps'])
        self._microphone = open_microphone(
            table['microphone'] or default_microphone(table['camera'])
        )

    def cleanup(self) -> None:
        """Let go of what `configure` has opened."""
        if not self._given:
            self._camera = self._microphone = None

    def connected(self) -> bool:
        """Return whether somebody listens to the camera, and to the audio where there is any."""
        return not self._media.missing(self._microphone is not None)

    def activate(self) -> None:
        """Start to see and hear."""
        assert self._camera is not None
        self._stop.clear()
        self._problems.clear()
        if self._microphone is not None:
            self._media.announce(self._microphone.sample_rate, self._microphone.channels)
            self._stop.wait(ANNOUNCED)
        start = self._now()
        self._run('camera', self._camera.frames(start, self._now, self._stop))
        if self._microphone is not None:
            self._run('microphone', self._microphone.chunks(start, self._now, self._stop))

    def deactivate(self) -> None:
        """Stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _now(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _run(self, name: str, items: Iterator[CameraFrame] | Iterator[AudioChunk]) -> None:
        def publish() -> None:
            try:
                for item in items:
                    self._media.publish(item, item.stamp, self._frame_id)
                    if isinstance(item, CameraFrame) and self.on_image is not None:
                        self.on_image(item.image)
            except (SourceError, ClipError) as error:
                self._problems[name] = str(error)
                self.get_logger().error(str(error))
            except Exception as error:  # noqa: BLE001 - a thread's exception would be lost
                self.failure = user_message(error) or traceback.format_exc()
                self.get_logger().error(self.failure)

        thread = threading.Thread(target=publish, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return how much was seen and heard, and what has failed."""
        values = {'images': self._media.images, 'audio_chunks': self._media.audio_chunks}
        if self._problems:
            return ERROR, '; '.join(self._problems.values()), values
        return OK, 'capturing', values
