"""Turns PCM audio into 45 acoustic features and a voice-activity flag per 30 Hz tick."""

from vico_listener.speech.audio_format import DEFAULT_FORMAT
from vico_listener.speech.audio_format import AudioFormat
from vico_listener.speech.features import FEATURE_NAMES
from vico_listener.speech.pcm import AudioFormatError
from vico_listener.speech.pcm import looks_like_mp3
from vico_listener.speech.pcm import recognise_container
from vico_listener.speech.stream import AcousticFrame
from vico_listener.speech.stream import AcousticStream
from vico_listener.speech.stream import acoustic_features
from vico_listener.speech.timeline import StreamCounters

__all__ = [
    'DEFAULT_FORMAT',
    'FEATURE_NAMES',
    'AcousticFrame',
    'AcousticStream',
    'AudioFormat',
    'AudioFormatError',
    'StreamCounters',
    'acoustic_features',
    'looks_like_mp3',
    'recognise_container',
]
