"""Who of the people in view is engaged with the robot, from ROS4HRI (REP-155).

`/humans/persons/tracked` names the persons, `/humans/persons/<id>/face_id` whose face is whose, and
`/humans/persons/<id>/engagement_status` how engaged they are.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.node import Node

from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.ros_api.perception import ENGAGEMENT
from vico_listener.ros_api.perception import PERSON_FACE
from vico_listener.ros_api.perception import PERSONS

DISENGAGED = 1
"""The level of `hri_msgs/EngagementLevel` of somebody who does not look at the robot."""
_ID = re.compile(r'\w+')


class EngagementInput:
    """Listens while it exists.

    Args:
        node: owner of the subscriptions.
        on_change: is told the ids of the faces of all who are disengaged, when these change.
    """

    def __init__(self, node: Node, on_change: Callable[[frozenset[str]], None]) -> None:
        self._node, self._on_change = node, on_change
        self._subscriptions: dict[str, tuple[InputSubscription, InputSubscription]] = {}
        self._faces: dict[str, str] = {}
        self._levels: dict[str, int] = {}
        self._told: frozenset[str] = frozenset()
        self._tracked = InputSubscription(node, PERSONS, self._on_tracked)

    def destroy(self) -> None:
        """End the subscriptions."""
        self._tracked.destroy()
        for person in list(self._subscriptions):
            self._forget(person)

    def _on_tracked(self, message: Any) -> None:
        ids = {name for name in message.ids if _ID.fullmatch(name)}
        for gone in self._subscriptions.keys() - ids:
            self._forget(gone)
        for new in ids - self._subscriptions.keys():
            face = StateSubscription(self._node, PERSON_FACE.of(new), partial(self._on_face, new))
            level = InputSubscription(self._node, ENGAGEMENT.of(new), partial(self._on_level, new))
            self._subscriptions[new] = face, level
        self._tell()

    def _forget(self, person: str) -> None:
        for subscription in self._subscriptions.pop(person):
            subscription.destroy()
        self._faces.pop(person, None)
        self._levels.pop(person, None)

    def _on_face(self, person: str, message: Any) -> None:
        self._faces[person] = message.data
        self._tell()

    def _on_level(self, person: str, message: Any) -> None:
        self._levels[person] = message.level
        self._tell()

    def _tell(self) -> None:
        away = {person for person, level in self._levels.items() if level == DISENGAGED}
        faces = frozenset(filter(None, (self._faces.get(person) for person in away)))
        if faces != self._told:
            self._told = faces
            self._on_change(faces)
