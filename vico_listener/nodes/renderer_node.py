"""`motion` in, the listener's face out: `face/image` and `face/image/compressed`."""

import threading
import time
from typing import Any

from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

from vico_listener.errors import SettingError
from vico_listener.errors import VicoError
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Picture
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_compressed
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.motion_input import subscribe_to_motion
from vico_listener.nodes.topics import advertise
from vico_listener.render import RENDERERS
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait
from vico_listener.render import portrait_of
from vico_listener.render.fluent import FluentRenderer
from vico_listener.render.mark import MarkedRenderer
from vico_listener.render.pirender.pirenderer import PIRenderer
from vico_listener.ros_api import RENDERER
from vico_listener.ros_api.renderer import FACE
from vico_listener.ros_api.renderer import FACE_COMPRESSED
from vico_listener.ros_api.renderer import NO_RENDERER
from vico_listener.statistics import Durations


class RendererNode(ManagedNode):
    """Draws every motion that somebody wants to see.

    Args:
        subscribe: False in the composed stack, where `draw` is called directly.
    """

    API = RENDERER

    def __init__(self, name: str = 'renderer', subscribe: bool = True, **options: Any) -> None:
        super().__init__(name, **options)
        self._subscribe = subscribe
        self._subscription: Any = None
        self._renderer: Any = None
        self._lock = threading.Lock()
        self._durations = Durations()
        self._drawn = 0
        self._problem = ''
        self._image = advertise(self, FACE)
        self._compressed = advertise(self, FACE_COMPRESSED)

    def configure(self) -> None:
        """Load the portrait and prepare the renderer."""
        table = self.table
        name = table['renderer']
        self._problem = ''
        if name == NO_RENDERER:
            return
        options = {option: table[option] for option in RENDERERS.load(name).OPTIONS}
        if photo := portrait_of(name, table['portrait']):
            options['portrait'] = load_portrait(photo)
        renderer = create_renderer(name, size=table['size'], **options)
        for remark in renderer.remarks:
            self.get_logger().warning(remark)
        if renderer.HIDDEN:
            self.get_logger().info(f'{name} shows no {" or ".join(renderer.HIDDEN)}', once=True)
        if table['fluent']:
            if not isinstance(renderer, PIRenderer):
                raise SettingError(f'fluent is for the renderer pirender; {name} is fast enough')
            renderer = FluentRenderer(renderer)
        if table['mark']:
            renderer = MarkedRenderer(renderer)
        renderer.render(renderer.reference)
        renderer.reset()
        with self._lock:
            self._renderer = renderer

    def activate(self) -> None:
        """Subscribe to `motion`."""
        self._frame_id = self.table['frame_id']
        self._quality, self._mark = self.table['jpeg_quality'], self.table['mark']
        if self._subscribe:
            self._subscription = subscribe_to_motion(self, self.draw)

    def deactivate(self) -> None:
        """Unsubscribe."""
        if self._subscription is not None:
            self.destroy_subscription(self._subscription)
            self._subscription = None

    def cleanup(self) -> None:
        """Drop the renderer."""
        with self._lock:
            if self._renderer is not None:
                self._renderer.close()
            self._renderer = None

    def draw(self, motion: ListenerMotion) -> Picture | None:
        """Draw one motion and publish the picture; None when nobody is subscribed."""
        raw = self._image.get_subscription_count() > 0
        compressed = self._compressed.get_subscription_count() > 0
        if not (raw or compressed) or not self.is_active:
            return None
        start = time.perf_counter()
        with self._lock:
            if self._renderer is None:
                return None
            if motion.reset:
                self._renderer.reset()
            try:
                picture: Picture = self._renderer.render(motion.face)
            except VicoError as error:  # a motion that this renderer does not draw
                self._problem = str(error)
                self.get_logger().error(self._problem, throttle_duration_sec=5.0)
                return None
            self._problem = ''
        self._durations.add(time.perf_counter() - start)
        self._drawn += 1
        if raw:
            image = Image()
            fill_image(image, picture)
            self._publish(self._image, image, motion.stamp)
        if compressed:
            coded = CompressedImage()
            fill_compressed(coded, picture, self._quality, self._mark)
            self._publish(self._compressed, coded, motion.stamp)
        return picture

    def _publish(self, publisher: Any, message: Any, stamp: int) -> None:
        message.header.stamp = time_message(stamp)
        message.header.frame_id = self._frame_id
        publisher.publish(message)

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return how many pictures, and how long each takes."""
        values: dict[str, Any] = {'renderer': self.table['renderer'], 'pictures': self._drawn}
        values |= {f'render_{k}_ms': v for k, v in self._durations.summary_ms().items()}
        if self._problem:
            return ERROR, self._problem, values
        if self.table['renderer'] == NO_RENDERER:
            return OK, 'draws nothing (renderer: none)', values
        return OK, 'drawing' if self._drawn else 'nobody is watching', values
