"""What the parameters of the replay node say is played."""

from collections.abc import Callable
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.media.clip import NO_AUDIO
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.nodes.source import ClipSource
from vico_listener.nodes.source import Source
from vico_listener.speech import AudioFormat


def open_source(table: ParameterTable, warn: Callable[[str], object]) -> Source:
    """Return what is to be played; `warn` is told of what is not as it should be.

    Raises:
        SettingError: neither a clip nor a bag is given, or both.
        DataError: it cannot be played.
    """
    clip, bag = table['clip'], table['bag']
    if bool(clip) == bool(bag):
        raise SettingError(
            'no clip given: set the parameter clip to a video file, or bag to a rosbag2 bag'
            if not clip
            else 'clip and bag are both given: set one of them'
        )
    wants_audio = table['audio_topic'] != NO_AUDIO
    source = _open_bag(Path(bag), table) if bag else ClipSource(Path(clip), wants_audio)
    for note in source.notes:
        warn(f'{source.info.path.name}: {note}')
    if source.wants_audio and not source.info.has_audio:
        warn(f'{source.info.path.name} has no audio: the listener only sees')
    return source


def _open_bag(path: Path, table: ParameterTable) -> Source:
    # Only bags need what it imports.
    from vico_listener.nodes.bag_source import BagSource

    default = AudioFormat(
        table['audio_sample_rate'], table['audio_channels'], table['audio_sample_format']
    )
    return BagSource(path, table['image_topic'], table['audio_topic'], default, table['stamps'])
