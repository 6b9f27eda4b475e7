"""Lists the faults that are injected, and what must hold while each lasts."""

import math
from dataclasses import dataclass
from dataclasses import field
from enum import Enum
from typing import Any

from vico_listener.errors import SettingError


class Meanwhile(Enum):
    """What the stack has to do while a fault lasts."""

    GO_ON = 'motion goes on'
    REST = 'the head eases to neutral'
    ANYTHING = 'it survives'


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: short name.
        what: description for people.
        settings: what changes in `InputSettings` while the fault lasts.
        meanwhile: what has to happen while it lasts.
        seconds: shortest duration, s, in which its effect shows.
        longest_gap: longest time without motion, s, where motion has to go on.
        action: name of a method of `FaultSuite` that causes the fault, in place of `settings`.
    """

    name: str
    what: str
    settings: dict[str, Any] = field(default_factory=dict)
    meanwhile: Meanwhile = Meanwhile.GO_ON
    seconds: float = 1.5
    longest_gap: float = 0.5
    action: str = ''


FAULTS: tuple[Fault, ...] = (
    Fault('camera_stops', 'the camera stops, the voice goes on', {'camera': False}),
    Fault('audio_stops', 'the microphone stops', {'microphone': False}),
    Fault(
        'all_stops',
        'camera and microphone stop',
        {'camera': False, 'microphone': False},
        Meanwhile.REST,
        seconds=4.0,
    ),
    Fault('size', 'the camera changes to 1280x720', {'size': (1280, 720)}),
    Fault('small', 'the camera changes to 320x240 rgb8', {'size': (320, 240), 'encoding': 'rgb8'}),
    Fault('grey', 'the camera changes to mono8', {'encoding': 'mono8'}),
    Fault('alpha', 'the camera changes to bgra8', {'encoding': 'bgra8'}),
    *(
        Fault(f'fps_{fps}', f'the camera sends {fps} images a second', {'fps': float(fps)})
        for fps in (5, 12, 15, 25, 60, 120)
    ),
    Fault('audio_rate', 'the microphone changes to 48 kHz', {'sample_rate': 48000}),
    Fault(
        'format',
        'the microphone changes to 48 kHz and does not say so',
        {'sample_rate': 48000, 'announced': False},
    ),
    Fault('inverted', 'two channels, one of them inverted', {'inverted': True}),
    Fault('audio_late', 'audio comes 300 ms late', {'delay': 0.3}),
    Fault('audio_loss', 'one in ten audio messages is lost', {'loss': 0.1}),
    Fault('camera_behind', "the camera's clock is 2 s behind", {'camera_shift': -2.0}),
    Fault('camera_ahead', "the camera's clock is 2 hours ahead", {'camera_shift': 7200.0}),
    Fault('no_stamps', "the camera's stamps are all 0", {'camera_shift': math.nan}),
    Fault('chunks', 'audio comes in chunks of 0.5 s', {'chunk': 0.5}, longest_gap=1.0),
    Fault('mp3', 'MP3 where PCM is announced', {'mp3': True}),
    Fault('forth', 'all stamps jump 5 s ahead, then back', {'shift': 5.0}, longest_gap=1.0),
    Fault('back', 'all stamps jump 5 s back, then ahead', {'shift': -5.0}, longest_gap=1.0),
    Fault('two', 'a second camera and microphone on the same topics', {'second': True}),
    Fault(
        'busy',
        'two busy loops a core beside the stack',
        meanwhile=Meanwhile.ANYTHING,
        seconds=4.0,
        action='keep_busy',
    ),
    Fault('parameters', 'nonsense for parameters', action='set_nonsense'),
    Fault(
        'transitions',
        'lifecycle transitions in random order',
        meanwhile=Meanwhile.ANYTHING,
        action='change_states',
    ),
    Fault(
        'kill', 'SIGKILL and a new start', meanwhile=Meanwhile.ANYTHING, action='kill_and_restart'
    ),
)

NO_FAULTS = 'none'
"""The name by which only the long run is wanted."""


def faults_by_name(names: list[str]) -> tuple[Fault, ...]:
    """Return the named faults, all when none is named, or none for `NO_FAULTS` alone.

    Raises:
        SettingError: a name is unknown; it names the choices.
    """
    if names == [NO_FAULTS]:
        return ()
    known = {fault.name: fault for fault in FAULTS}
    unknown = [name for name in names if name not in known]
    if unknown:
        choices = ', '.join([*known, NO_FAULTS])
        raise SettingError(f"unknown fault '{unknown[0]}': choose of {choices}")
    return tuple(known[name] for name in names) or FAULTS
