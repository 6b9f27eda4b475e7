"""Finds in a graph the topics of camera and microphone that a stack listens to, or could."""

from collections.abc import Mapping

from rclpy.node import Node

from vico_listener.doctor.finding import Finding
from vico_listener.doctor.streams import AUDIO_TYPES
from vico_listener.doctor.streams import IMAGE_TYPES
from vico_listener.doctor.streams import Stream
from vico_listener.doctor.streams import choose_topic
from vico_listener.doctor.streams import missing_finding
from vico_listener.nodes.graph_watch import full_name
from vico_listener.nodes.stack_topics import camera_topic
from vico_listener.nodes.stack_topics import microphone_topic
from vico_listener.perception.sense_clocks import AUDIO
from vico_listener.perception.sense_clocks import DEVICES
from vico_listener.perception.sense_clocks import IMAGE

SENSES = {IMAGE: IMAGE_TYPES, AUDIO: AUDIO_TYPES}
"""The senses, and the types that their topics may have."""

TAKEN = {IMAGE: camera_topic, AUDIO: microphone_topic}
"""Tells what a running perception listens to."""

FORMATS = {IMAGE: 'camera_info', AUDIO: 'audio_info'}
"""The topics that say more of the images and the audio."""


class TopicFinder:
    """The topics that somebody publishes now.

    Args:
        node: that knows the graph.
        given: the names of `image`, `audio`, `camera_info` and `audio_info`, where the user says.

    Attributes:
        missing: what nobody publishes although it is wanted.
    """

    def __init__(self, node: Node, given: Mapping[str, str]) -> None:
        self._node, self._given = node, given
        found = node.get_topic_names_and_types()
        self._topics = {name: types for name, types in found if node.count_publishers(name)}
        self.missing: list[Finding] = []

    def streams(self, use_audio: bool) -> dict[str, Stream]:
        """Return the topics of camera and microphone, by `IMAGE` and `AUDIO`."""
        senses = SENSES if use_audio else {IMAGE: SENSES[IMAGE]}
        found = {name: self._stream(name, types) for name, types in senses.items()}
        return {name: stream for name, stream in found.items() if stream is not None}

    def _stream(self, name: str, types: tuple[str, ...]) -> Stream | None:
        node = self._node
        taken = TAKEN[name](node, node.get_namespace())
        wanted = self._given.get(name) or (name if taken is None else taken.name)
        wanted = node.resolve_topic_name(wanted)
        chosen, others = choose_topic(wanted, types, self._topics)
        if chosen != wanted:
            self.missing.append(missing_finding(DEVICES[name], name, wanted, others))
        if not chosen:
            return None
        infos = node.get_publishers_info_by_topic(chosen)
        offers = sorted({info.qos_profile.reliability.name for info in infos})
        who = [full_name(info.node_name, info.node_namespace) for info in infos]
        kinds = self._topics[chosen]
        kind = next((kind for kind in kinds if kind in types), kinds[0])
        return Stream(chosen, kind, who, ' and '.join(offers).lower().replace('_', ' '))

    def beside(self, streams: Mapping[str, Stream]) -> dict[str, str]:
        """Return the topics that say more of some streams: those that are named, or beside them."""
        found = {}
        for name, stream in streams.items():
            topic = FORMATS[name]
            if self._given.get(topic):
                found[topic] = self._given[topic]
            elif self._node.resolve_topic_name(topic) not in self._topics:
                home = stream.topic.removesuffix('/compressed').rpartition('/')[0]
                if f'{home}/{topic}' in self._topics:
                    found[topic] = f'{home}/{topic}'
        return found
