"""Finds in a graph the topics of camera and microphone that a stack listens to, or could."""

import shutil
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from rclpy.node import Node

from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.doctor.streams import AUDIO_TYPES
from vico_listener.doctor.streams import FORMATS
from vico_listener.doctor.streams import IMAGE_TYPES
from vico_listener.doctor.streams import Stream
from vico_listener.doctor.streams import choose_topic
from vico_listener.doctor.streams import launch_arguments
from vico_listener.doctor.streams import missing_finding
from vico_listener.nodes.graph_watch import full_name
from vico_listener.nodes.stack_topics import camera_topic
from vico_listener.nodes.stack_topics import format_topics
from vico_listener.nodes.stack_topics import microphone_topic
from vico_listener.perception.sense_clocks import AUDIO
from vico_listener.perception.sense_clocks import DEVICES
from vico_listener.perception.sense_clocks import IMAGE
from vico_listener.ros_api import PERCEPTION

SENSES = {IMAGE: IMAGE_TYPES, AUDIO: AUDIO_TYPES}
"""The senses, and the types that their topics may have."""

TAKEN = {IMAGE: camera_topic, AUDIO: microphone_topic}
"""Tells what a running perception listens to."""


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
        self._taken = format_topics(node, node.get_namespace())
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
        stream = self._of(chosen, types) if chosen else None
        if chosen != wanted:
            how = '' if stream is None else self._launch(name, stream)
            carried = self._topics.get(wanted, [])
            device = DEVICES[name]
            self.missing.append(missing_finding(device, wanted, carried, types, others, how))
        return stream

    def _of(self, topic: str, types: tuple[str, ...]) -> Stream:
        infos = self._node.get_publishers_info_by_topic(topic)
        offers = sorted({info.qos_profile.reliability.name for info in infos})
        who = [full_name(info.node_name, info.node_namespace) for info in infos]
        kind = next(kind for kind in self._topics[topic] if kind in types)
        return Stream(topic, kind, who, ' and '.join(offers).lower().replace('_', ' '))

    def _launch(self, name: str, stream: Stream, launch: bool = True) -> str:
        usual = self._node.resolve_topic_name(FORMATS[name])
        beside = '' if usual in self._topics else self._neighbour(name, stream)
        return launch_arguments(name, stream.topic, stream.type, beside, launch)

    def launch_findings(
        self, streams: Mapping[str, Stream], nodes: Iterable[str]
    ) -> Iterator[Finding]:
        """Say that a stack runs elsewhere, or how to start one that listens to these streams.

        Args:
            streams: those that there are.
            nodes: the full names of all nodes.
        """
        end = f'/{PERCEPTION.node}'
        elsewhere = sorted({name.removesuffix(end) for name in nodes if name.endswith(end)} - {''})
        if elsewhere:
            text = f'a stack runs in the namespace {" and in ".join(elsewhere)}'
            how = f'look at it by --namespace {elsewhere[0]}'
            yield Finding('stack', Level.NOTE, text, how)
        elif streams:
            launch = shutil.which('ros2') is not None  # which the wheels have not
            words = [self._launch(name, stream, launch) for name, stream in streams.items()]
            start = './run stack --ros-args -p robot:=PROFILE'
            if launch:
                start = 'ros2 launch vico_listener listener.launch.py robot:=PROFILE'
            how = ' '.join([start, *words])
            yield Finding('stack', Level.NOTE, 'no stack runs here', how)

    def _neighbour(self, name: str, stream: Stream) -> str:
        """Return the topic beside a stream that says more of it, or ''."""
        home = stream.topic.removesuffix('/compressed').rpartition('/')[0]
        beside = f'{home}/{FORMATS[name]}'
        return beside if beside in self._topics else ''

    def beside(self, streams: Mapping[str, Stream]) -> dict[str, str]:
        """Return the topics that say more of some streams.

        They are those that are named, or those that a running stack takes, or else those with the
        usual names, or beside the streams. What a running stack misses is added to `missing`.
        """
        found = {}
        for name, stream in streams.items():
            topic = FORMATS[name]
            wanted = self._node.resolve_topic_name(self._taken.get(topic, topic))
            beside = self._neighbour(name, stream)
            if self._given.get(topic):
                found[topic] = self._given[topic]
            elif wanted in self._topics or not beside:
                found[topic] = wanted
            elif topic in self._taken:
                found[topic] = wanted
                text = f'the stack expects {topic} on {wanted}, which nobody publishes'
                how = f'start the stack with {topic}:={beside}'
                self.missing.append(Finding(DEVICES[name], Level.WRONG, text, how))
            else:
                found[topic] = beside
        return found
