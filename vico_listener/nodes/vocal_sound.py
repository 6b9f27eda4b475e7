"""The topic `vocal_sound`: the sound of each vocal that the listener plays, as messages.

Their type is that of whichever `audio_common_msgs` is installed (see `audio_input`).
"""

from typing import Any

import audio_common_msgs.msg as audio_msgs
import numpy as np

from vico_listener.nodes.audio_input import OURS
from vico_listener.nodes.convert import foreign_pcm
from vico_listener.nodes.convert import time_message
from vico_listener.ros_api.perception import VOCAL_SOUND
from vico_listener.ros_api.perception import VOCAL_SOUND_WITH_FORMAT
from vico_listener.speech import AudioFormat
from vico_listener.speech.resampler import INTERNAL_RATE

TOPIC = VOCAL_SOUND if OURS else VOCAL_SOUND_WITH_FORMAT

FOREIGN_INT16 = 8
"""PortAudio's flag of samples of 16 bits."""


def vocal_message(pcm: bytes, stamp: int) -> Any:
    """Return the message of a vocal.

    Args:
        pcm: mono S16LE at `INTERNAL_RATE`.
        stamp: when it begins to be played, ns.
    """
    message: Any
    if OURS:
        message = audio_msgs.AudioDataStamped()
        message.audio.data = pcm
    else:
        message = audio_msgs.AudioStamped()
        info = message.audio.info
        info.format, info.channels, info.rate = FOREIGN_INT16, 1, INTERNAL_RATE
        message.audio.audio_data.int16_data = np.frombuffer(pcm, '<i2').tolist()
    message.header.stamp = time_message(stamp)
    return message


def vocal_pcm(message: Any) -> tuple[bytes, AudioFormat]:
    """Return the samples of a vocal, and their format.

    Raises:
        DataError: another program published samples of an unknown format.
    """
    if OURS:
        return bytes(message.audio.data), AudioFormat(INTERNAL_RATE)
    return foreign_pcm(message)
