"""The listener's expression for other faces: `hri_msgs/Expression` (PAL's and others'), avatars."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.dependencies import remedy
from vico_listener.errors import NotInstalledError
from vico_listener.frames import ListenerMotion
from vico_listener.motion import ARKIT52
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.topics import message_class
from vico_listener.robot.emotion import emotion_of
from vico_listener.ros_api.head import EXPRESSION

EXPRESSION_NS = NANOSECONDS // 10


class ExpressionOutput:
    """Publishes the listener's emotion at most ten times a second.

    Args:
        make_publisher: for a message type and a topic.
    """

    def __init__(self, make_publisher: Callable[[Any, str], Any]) -> None:
        self._kind = message_class(EXPRESSION.type)
        self._publisher = make_publisher(self._kind, EXPRESSION.name)
        self._last: int | None = None

    def show(self, motion: ListenerMotion) -> None:
        """Publish the emotion of a motion, unless one has just been; none of a foreign basis."""
        face = motion.face
        if face.basis is not ARKIT52 or not np.isfinite(face.expression).all():
            return
        if self._last is not None and 0 <= motion.stamp - self._last < EXPRESSION_NS:
            return
        self._last = motion.stamp
        emotion = emotion_of(face.expression)
        message = self._kind(
            expression=emotion.name,
            valence=emotion.valence,
            arousal=emotion.arousal,
            confidence=1.0,
        )
        message.header.stamp = time_message(motion.stamp)
        self._publisher.publish(message)


def create_expression_output(
    make_publisher: Callable[[Any, str], Any],
) -> ExpressionOutput | None:
    """Return the output, or None where hri_msgs is not installed."""
    try:
        return ExpressionOutput(make_publisher)
    except ModuleNotFoundError:
        return None


def create_avatar(address: str) -> Any:
    """Return the avatar at an address.

    Raises:
        NotInstalledError: what it needs is not installed.
    """
    try:
        module = import_module('vico_listener.robot.avatar')
    except ModuleNotFoundError as error:
        raise NotInstalledError(
            f'avatar: needs the Python module {error.name!r}: {remedy(error.name or "")}'
        ) from error
    return module.Avatar(address)
