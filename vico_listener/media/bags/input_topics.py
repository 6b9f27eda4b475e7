"""Which topics of a bag are the camera, the microphone, the attitude and the true listener."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.definitions import ATTITUDE
from vico_listener.media.bags.definitions import AUDIO_FOREIGN
from vico_listener.media.bags.definitions import AUDIO_INFO
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.bags.definitions import AUDIO_STAMPED
from vico_listener.media.bags.definitions import CAMERA_INFO
from vico_listener.media.bags.definitions import COMPRESSED_IMAGE
from vico_listener.media.bags.definitions import FACE_MOTION
from vico_listener.media.bags.definitions import IMAGE
from vico_listener.media.bags.definitions import LISTENER_MOTION
from vico_listener.media.bags.reader import Topic
from vico_listener.media.clip import NO_AUDIO

IMAGE_KINDS = (IMAGE, COMPRESSED_IMAGE)
AUDIO_KINDS = (AUDIO_STAMPED, AUDIO_FOREIGN, AUDIO_PLAIN)
"""The types of audio in the order of preference: with a stamp first."""

TRUE_MOTION = 'true_motion'
TRUE_REFERENCE = 'true_reference'

OWN_PICTURES = ('face/image', 'face/image/compressed')
"""What the renderer publishes: the listener, never the speaker."""


@dataclass(frozen=True)
class Inputs:
    """Topics of a bag that are played; None where there is none.

    Attributes:
        image: the camera; camera_info: its intrinsics.
        audio: the microphone; audio_info: its format.
        attitude: std_msgs/String called ``attitude``.
        true_motion, true_reference: what the listener of the recording really did.
    """

    image: Topic
    camera_info: Topic | None
    audio: Topic | None
    audio_info: Topic | None
    attitude: Topic | None
    true_motion: Topic | None
    true_reference: Topic | None


def _cameras(topics: list[Topic]) -> list[Topic]:
    """Leave out depth, the listener's own face, and what is there raw and compressed."""
    colour = [
        t for t in topics if 'depth' not in t.name.lower() and not t.name.endswith(OWN_PICTURES)
    ]
    raw = {t.name for t in colour if t.kind == IMAGE}
    return [t for t in colour if t.name.rpartition('/')[0] not in raw or t.kind == IMAGE]


def _microphones(topics: list[Topic]) -> list[Topic]:
    """Return those of the best type: audio_capture publishes with stamps and without."""
    best = min((AUDIO_KINDS.index(t.kind) for t in topics), default=0)
    return [t for t in topics if t.kind == AUDIO_KINDS[best]]


@dataclass(frozen=True)
class _Role:
    name: str
    parameter: str
    kinds: tuple[str, ...]
    narrow: Callable[[list[Topic]], list[Topic]]
    advice: str


_CAMERA = _Role(
    'camera', 'image_topic', IMAGE_KINDS, _cameras, 'Record the camera, the listener has to see'
)
_MICROPHONE = _Role(
    'microphone',
    'audio_topic',
    AUDIO_KINDS,
    _microphones,
    f"To play it without audio, set audio_topic to '{NO_AUDIO}'",
)


def choose_inputs(
    path: Path, topics: list[Topic], image_topic: str = '', audio_topic: str = ''
) -> Inputs:
    """Find the topics to play, by name where one is given, else by type.

    Args:
        path: of the bag, for messages.
        topics: its topics.
        image_topic: name, with or without the leading slash; '' for the one that has such a type.
        audio_topic: the same; 'none' = play without audio.

    Raises:
        BagError: none or several fit, the named one is missing, of another type or empty.
    """
    filled = [t for t in topics if t.count > 0]
    image = _choose(path, _CAMERA, image_topic, filled)
    audio = None
    if audio_topic != NO_AUDIO:
        audio = _choose(path, _MICROPHONE, audio_topic, filled)
    return Inputs(
        image,
        _intrinsics_of(image, filled),
        audio,
        None if audio is None else _info_of(audio, filled),
        _called(filled, 'attitude', ATTITUDE),
        _called(filled, TRUE_MOTION, LISTENER_MOTION),
        _called(filled, TRUE_REFERENCE, FACE_MOTION),
    )


def _choose(path: Path, role: _Role, wanted: str, topics: list[Topic]) -> Topic:
    kinds = ' or '.join(role.kinds)
    if wanted:
        named = [t for t in topics if t.name.strip('/') == wanted.strip('/')]
        if not named:
            raise BagError(f'{path} holds no messages on {wanted}; it holds {_listed(topics)}')
        if named[0].kind not in role.kinds:
            raise BagError(f'{path}: {wanted} is of the type {named[0].kind}, not {kinds}')
        return named[0]
    fitting = role.narrow([t for t in topics if t.kind in role.kinds])
    if not fitting:
        raise BagError(
            f'{path} holds no {role.name} ({kinds}); it holds {_listed(topics)}. {role.advice}'
        )
    if len(fitting) > 1:
        raise BagError(
            f'{path} holds several topics that may be the {role.name}, choose one with '
            f'{role.parameter}: {_listed(fitting)}'
        )
    return fitting[0]


def _intrinsics_of(image: Topic, topics: list[Topic]) -> Topic | None:
    """Return the camera_info in the namespace of a camera."""
    raw = image.name if image.kind == IMAGE else image.name.rpartition('/')[0]
    name = raw.rpartition('/')[0] + '/camera_info'
    return next((t for t in topics if t.kind == CAMERA_INFO and t.name == name), None)


def _info_of(audio: Topic, topics: list[Topic]) -> Topic | None:
    """Return the format beside an audio topic: same namespace first."""
    if audio.kind == AUDIO_FOREIGN:
        return None
    parent = audio.name.rpartition('/')[0]
    infos = sorted(
        (t for t in topics if t.kind == AUDIO_INFO),
        key=lambda t: t.name.rpartition('/')[0] != parent,
    )
    return infos[0] if infos else None


def _called(topics: list[Topic], name: str, kind: str) -> Topic | None:
    found = [t for t in topics if t.kind == kind and t.name.rpartition('/')[2] == name]
    return found[0] if found else None


def _listed(topics: list[Topic]) -> str:
    return ', '.join(map(str, topics)) or 'nothing'
