"""Records what the stack publishes in a rosbag2 bag."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.writer import BagWriter
from vico_listener.msg import SpeakerFrame
from vico_listener.nodes.sense_watch import SenseWatch

DEPTH = 1000
DISCOVERY_PERIOD = 0.2


class BagRecorderNode(Node):
    """Subscribes to topics as they appear, of whatever type, and writes each message as it came.

    Args:
        folder: folder of the bag; it must not exist.
        topics: names, relative to the node's namespace unless they begin with a slash.
        storage: 'mcap' or 'sqlite3'.
        options: options of rclpy's Node.

    Attributes:
        refused: topics that cannot be recorded, with the reason.
        senses: what the stack in the node's namespace has seen and heard.

    Raises:
        BagError: the bag cannot be written.
    """

    def __init__(
        self, folder: Path, topics: Sequence[str], storage: str = 'mcap', **options: Any
    ) -> None:
        super().__init__('bag_recorder', **options)
        self._wanted = [self.resolve_topic_name(topic) for topic in topics]
        self._recorded: dict[str, Any] = {}
        self.refused: dict[str, str] = {}
        self._writer = BagWriter(folder, storage)
        self.senses = SenseWatch(self.get_namespace())
        self.create_subscription(SpeakerFrame, 'speaker', self.senses.on_speaker, DEPTH)
        self.create_subscription(DiagnosticArray, '/diagnostics', self.senses.on_diagnostics, DEPTH)
        # Steady: topics are found while a bag's clock is paused, too.
        clock = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self.create_timer(DISCOVERY_PERIOD, self._discover, clock=clock)
        self._discover()

    @property
    def counts(self) -> dict[str, int]:
        """Messages so far by topic."""
        return dict(self._writer.counts)

    def missing(self) -> list[str]:
        """Return the topics that nobody has published yet."""
        return [t for t in self._wanted if t not in self._recorded and t not in self.refused]

    def _discover(self) -> None:
        for topic in self.missing():
            publishers = self.get_publishers_info_by_topic(topic)
            if publishers:
                self._subscribe(topic, publishers[0].topic_type, _fitting(publishers))

    def _subscribe(self, topic: str, kind: str, qos: QoSProfile) -> None:
        package, _, name = kind.split('/')
        try:
            self._writer.add_topic(topic, kind)
            message_type = getattr(import_module(f'{package}.msg'), name)
        except (BagError, ImportError, AttributeError) as error:
            self.refused[topic] = str(error)
            self.get_logger().error(f'{topic} is not recorded: {error}')
            return
        self._recorded[topic] = self.create_subscription(
            message_type,
            topic,
            lambda data: self._writer.write_raw(
                topic, kind, self.get_clock().now().nanoseconds, data
            ),
            qos,
            raw=True,
        )

    def close(self) -> None:
        """Finish the bag."""
        self._writer.close()


def _fitting(publishers: Sequence[Any]) -> QoSProfile:
    """Return the quality of service that fits all publishers and loses the least."""
    offered = [publisher.qos_profile for publisher in publishers]
    reliable = all(qos.reliability == ReliabilityPolicy.RELIABLE for qos in offered)
    kept = all(qos.durability == DurabilityPolicy.TRANSIENT_LOCAL for qos in offered)
    return QoSProfile(
        depth=DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if kept else DurabilityPolicy.VOLATILE,
    )
