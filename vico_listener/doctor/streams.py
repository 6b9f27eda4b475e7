"""Judges what was seen on the topics of camera and microphone, without ROS."""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from vico_listener.clock import NANOSECONDS
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level

IMAGE_TYPES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')
AUDIO_TYPES = (
    'audio_common_msgs/msg/AudioDataStamped',
    'audio_common_msgs/msg/AudioData',
    'audio_common_msgs/msg/AudioStamped',
)
OURS = (
    'face/image', 'compressedDepth', 'depth', 'theora', 'infra', 'disparity', 'ffmpeg',
    'vocal_sound', 'robot_voice',
)  # fmt: skip
"""What the names of topics have in them that show no speaker, or not as an image, or are the
robot's own voice."""

FORMATS = {'image': 'camera_info', 'audio': 'audio_info'}
"""The topics that say more of the images and the audio."""

START = 'start the driver'
"""What to do where nothing is published."""

SLOW, STILL = 14.0, 4.0
"""Images a second below which motion of the face is missed, and below which none is followed."""

GAP = 3.0
"""A pause that is so many times as long as usual is worth telling."""

HEAVY = 30e6
"""Bytes a second from which on raw images get lost on a network."""

DARK, BRIGHT = 25.0, 235.0
"""Mean brightness of an image in which no face is found, 0..255."""


@dataclass
class Stream:
    """What was seen on a topic.

    Attributes:
        topic: its full name.
        type: of its messages, 'package/msg/Type'; '' if nobody publishes it.
        publishers: the full names of the nodes that publish it.
        reliability: what they offer: 'reliable', 'best effort', or both.
        arrivals: when each message came, ns.
        size: bytes of the newest one.
        lost: messages that were lost on the way.
    """

    topic: str
    type: str = ''
    publishers: Sequence[str] = ()
    reliability: str = ''
    arrivals: list[int] = field(default_factory=list)
    size: int = 0
    lost: int = 0

    @property
    def rate(self) -> float:
        """Messages a second; 0 if there were fewer than two."""
        if len(self.arrivals) < 2:
            return 0.0
        seconds = (self.arrivals[-1] - self.arrivals[0]) / NANOSECONDS
        return (len(self.arrivals) - 1) / seconds if seconds > 0 else 0.0

    @property
    def longest_gap(self) -> float:
        """The longest time between two messages, s; 0 if there were fewer than two."""
        pairs = zip(self.arrivals, self.arrivals[1:], strict=False)
        return max((b - a for a, b in pairs), default=0) / NANOSECONDS


def choose_topic(
    wanted: str, types: Collection[str], topics: Mapping[str, Sequence[str]]
) -> tuple[str, list[str]]:
    """Return the topic that shall be looked at, and others that would do.

    Args:
        wanted: the full name under which the stack expects it.
        types: the types that it may have.
        topics: those that somebody publishes, and their types.

    Returns:
        the topic, or '' if none has such a type, and the candidates, the likeliest first. What has
        another type than the stack takes is not looked at, even if it has the wanted name.
    """
    fitting = [
        name
        for name, found in topics.items()
        if set(found) & set(types) and not any(part in name for part in OURS)
    ]
    if set(topics.get(wanted, ())) & set(types):
        return wanted, [name for name in fitting if name != wanted]
    # Raw images come before compressed ones, and the colour camera before others.
    fitting.sort(key=lambda n: ('color' not in n, n.count('/'), 'compressed' in n, n))
    return (fitting[0] if fitting else ''), fitting


def missing_finding(
    area: str,
    wanted: str,
    carried: Sequence[str],
    types: Sequence[str],
    others: Sequence[str],
    arguments: str,
) -> Finding:
    """Say that nobody publishes a topic as the stack takes it, and which others would do.

    Args:
        area: of the finding.
        wanted: the full name of the topic.
        carried: the types that it carries; empty if nobody publishes it.
        types: those that the stack takes.
        others: topics of such a type, the likeliest first.
        arguments: of the launch file for the likeliest one.
    """
    text = f'nobody publishes {wanted}'
    if carried:
        text = f'{wanted} carries {", ".join(carried)}, and not {" or ".join(types)}'
    if not others:
        if carried:
            return Finding(area, Level.WRONG, text, 'correct the name, or convert the messages')
        return Finding(area, Level.WRONG, f'{text}, or anything else of its type', START)
    also = f' (or {", ".join(others[1:4])})' if len(others) > 1 else ''
    return Finding(area, Level.WRONG, text, f'start the stack with {arguments}{also}')


def launch_arguments(
    argument: str, topic: str, kind: str, format_topic: str = '', launch: bool = True
) -> str:
    """Return what makes the stack listen to a topic, as arguments of its launch file.

    Args:
        argument: that names the topic: 'image' or 'audio'.
        topic: its full name.
        kind: its type.
        format_topic: the topic that says more of it; '' if none is to be named.
        launch: there is a launch file; otherwise they are ROS arguments of the stack.
    """
    remaps, parameters = [f'{argument}:={topic}'], []
    if format_topic:
        remaps.append(f'{FORMATS[argument]}:={format_topic}')
    if kind == IMAGE_TYPES[1]:
        parameters.append('image_transport:=compressed')
    if kind == AUDIO_TYPES[1]:
        unstamped = 'params_file:=FILE (with audio_stamped: false)'
        parameters.append(unstamped if launch else 'audio_stamped:=false')
    if launch:
        return ' '.join([*remaps, *parameters])
    return ' '.join([*(f'-r {word}' for word in remaps), *(f'-p {word}' for word in parameters)])


def stream_findings(area: str, stream: Stream, seconds: float) -> Iterator[Finding]:
    """Judge who publishes a stream, how often it came, and whether all of it did.

    Args:
        area: of the findings.
        stream: what was seen.
        seconds: for how long it was looked at.
    """
    who = ', '.join(stream.publishers) or 'nobody'
    what = f'{stream.topic} ({stream.type}, {stream.reliability}) from {who}'
    if not stream.arrivals:
        text = f'nothing arrived on {what} within {seconds:.0f} s'
        how = 'check that the driver runs and may use the device; look at its log'
        yield Finding(area, Level.WRONG, text, how)
        return
    yield Finding(area, Level.OK, f'{what}: {stream.rate:.1f} messages a second')
    if len(stream.publishers) > 1:
        text = f'{len(stream.publishers)} nodes publish {stream.topic}: {who}'
        yield Finding(area, Level.WRONG, text, 'end all but one, or remap the others')
    if stream.lost:
        share = stream.lost / (stream.lost + len(stream.arrivals))
        text = f'{stream.lost} messages ({share:.0%}) of {stream.topic} were lost on the way'
        how = 'use config/fastdds_shm.xml (docs/camera_and_microphone.md), or compressed images'
        yield Finding(area, Level.WRONG if share > 0.05 else Level.NOTE, text, how)
    usual = 1.0 / stream.rate if stream.rate else 0.0
    if stream.rate and stream.longest_gap > max(GAP * usual, 0.3):
        text = f'a pause of {stream.longest_gap:.1f} s on {stream.topic}'
        yield Finding(area, Level.NOTE, text, 'the machine or the network may be overloaded')


def image_findings(
    stream: Stream, width: int, height: int, brightness: float, raw: bool
) -> Iterator[Finding]:
    """Judge the images of a camera.

    Args:
        stream: on which they came.
        width: of the newest one, px.
        height: of it, px.
        brightness: its mean, 0..255.
        raw: whether they are not compressed.
    """
    text = f'images of {width}x{height}'
    yield Finding('camera', Level.OK, text)
    if stream.rate and stream.rate < SLOW:
        level = Level.WRONG if stream.rate < STILL else Level.NOTE
        text = f'only {stream.rate:.1f} images a second: blinks and small nods are missed'
        how = (
            'set the camera to 30; it may need more light, a smaller image, or compression '
            'over USB 2'
        )
        yield Finding('camera', level, text, how)
    if raw and stream.rate * stream.size > HEAVY:
        text = f'{stream.rate * stream.size / 1000000.0:.0f} MB of raw images per second'
        how = 'use smaller or compressed images, unless camera and stack run on one computer'
        yield Finding('camera', Level.NOTE, text, how)
    if not DARK < brightness < BRIGHT:
        dark = brightness <= DARK
        text = f'the image is nearly {"black" if dark else "white"} (mean {brightness:.0f} of 255)'
        how = 'check the lens and the light' if dark else 'lower the exposure'
        yield Finding('camera', Level.WRONG, text, how)
    if min(width, height) < 240:
        text = f'in images of {width}x{height}, only near faces are found'
        yield Finding('camera', Level.NOTE, text, '640x480 is a good size')
