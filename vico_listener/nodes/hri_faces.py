"""The speaker's face from ROS4HRI (REP-155) instead of a camera.

`/humans/faces/tracked` names the faces, `/humans/faces/<id>/roi` says how large they are, and
`/humans/faces/<id>/cropped` holds their images. The largest face speaks to us, until another is
half as large again.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from rclpy.node import Node

from vico_listener.errors import NotInstalledError
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.ros_api.perception import FACE_IMAGE
from vico_listener.ros_api.perception import FACE_REGION
from vico_listener.ros_api.perception import FACES

LARGER = 1.5
"""By how much another face's area must exceed the present one's."""
_ID = re.compile(r'\w+')


def require_hri_msgs(what: str) -> None:
    """Raise NotInstalledError, with the remedy, when what needs the messages has none."""
    try:
        import_module('hri_msgs.msg')
    except ModuleNotFoundError:
        raise NotInstalledError(
            f'{what} needs the ROS package hri_msgs (sudo apt install ros-$ROS_DISTRO-hri-msgs)'
        ) from None


class HriFaces:
    """Hands on the images of the largest tracked face; fits where an `InputSubscription` does.

    Args:
        node: owner.
        callback: told of each image.
        depth: images kept while busy.
    """

    def __init__(self, node: Node, callback: Callable[[Any], None], depth: int) -> None:
        self._node, self._callback, self._depth = node, callback, depth
        self._rois: dict[str, InputSubscription] = {}
        self._areas: dict[str, float] = {}
        self._left_out: frozenset[str] = frozenset()
        self._images: InputSubscription | None = None
        self.current = ''
        self._lost_before = 0
        self._tracked = InputSubscription(node, FACES, self._on_tracked)

    @property
    def lost(self) -> int:
        """Images that the middleware lost."""
        return self._lost_before + (0 if self._images is None else self._images.lost)

    @property
    def topic(self) -> str:
        """Full name of the topic that says who is there."""
        return self._tracked.topic

    @property
    def age(self) -> float:
        """Seconds since the image that is being handed on came here."""
        return 0.0 if self._images is None else self._images.age

    def mismatch(self) -> str:
        """Return what is wrong with the type of a topic; empty when nothing."""
        parts = [self._tracked, *([] if self._images is None else [self._images])]
        return '; '.join(filter(None, (part.mismatch() for part in parts)))

    def leave_out(self, faces: frozenset[str]) -> None:
        """Watch none of these faces as long as there are others."""
        self._left_out = faces
        self._choose()

    def destroy(self) -> None:
        """End the subscriptions."""
        self._look_at('')
        for subscription in (self._tracked, *self._rois.values()):
            subscription.destroy()
        self._rois.clear()
        self._areas.clear()

    def _on_tracked(self, message: Any) -> None:
        ids = {name for name in message.ids if _ID.fullmatch(name)}
        for gone in self._rois.keys() - ids:
            self._rois.pop(gone).destroy()
            self._areas.pop(gone, None)
        for new in ids - self._rois.keys():
            self._rois[new] = InputSubscription(
                self._node, FACE_REGION.of(new), partial(self._on_roi, new)
            )
        self._choose()

    def _on_roi(self, name: str, roi: Any) -> None:
        if name in self._rois:
            self._areas[name] = max(0.0, roi.xmax - roi.xmin) * max(0.0, roi.ymax - roi.ymin)
            self._choose()

    def _choose(self) -> None:
        if not self._areas:
            self._look_at('')
            return
        areas = {n: a for n, a in self._areas.items() if n not in self._left_out} or self._areas
        largest = max(areas, key=lambda name: areas[name])
        present = areas.get(self.current)
        if present is None or areas[largest] > LARGER * present:
            self._look_at(largest)

    def _look_at(self, name: str) -> None:
        if name == self.current:
            return
        if self._images is not None:
            self._lost_before += self._images.lost
            self._images.destroy()
            self._images = None
        self.current = name
        if name:
            self._node.get_logger().info(f'ROS4HRI: listening to face {name}')
            topic = replace(FACE_IMAGE.of(name), depth=self._depth)
            self._images = InputSubscription(self._node, topic, self._callback)
