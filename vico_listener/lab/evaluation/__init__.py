"""Measuring recorded listener motion: detectors, acceptance ranges and `describe`."""

from vico_listener.lab.evaluation.description import Description
from vico_listener.lab.evaluation.description import Verdict
from vico_listener.lab.evaluation.description import describe
from vico_listener.lab.evaluation.description import to_json
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.events import summary
from vico_listener.lab.evaluation.table import format_table
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import SpeakerTrack
from vico_listener.media.tracks import MotionWriter
from vico_listener.media.tracks import RecordingError
from vico_listener.media.tracks import SpeakerWriter
from vico_listener.media.tracks import read_recording
from vico_listener.media.tracks import read_recordings
from vico_listener.media.tracks import read_reference
from vico_listener.media.tracks import write_reference

__all__ = [
    'Description',
    'MotionTrack',
    'MotionWriter',
    'RecordingError',
    'SpeakerTrack',
    'SpeakerWriter',
    'TrackEvents',
    'Verdict',
    'describe',
    'format_table',
    'read_recording',
    'read_recordings',
    'read_reference',
    'summary',
    'to_json',
    'write_reference',
]
