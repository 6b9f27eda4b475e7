"""Measures recorded listener motion: detectors, criteria and `vico describe`."""

from vico_listener.lab.evaluation.description import Description
from vico_listener.lab.evaluation.description import Verdict
from vico_listener.lab.evaluation.description import describe
from vico_listener.lab.evaluation.description import format_table
from vico_listener.lab.evaluation.description import to_json
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.events import summary

__all__ = [
    'Description',
    'TrackEvents',
    'Verdict',
    'describe',
    'format_table',
    'summary',
    'to_json',
]
