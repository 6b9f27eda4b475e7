"""Plots curves of recorded tracks with the nods, shakes and blinks that were found in them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vico_listener.errors import DataError
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.signals import runs
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import smile

MAX_TRACKS = 6
"""Tracks drawn; more would not be readable."""

INCHES_PER_SECOND = 0.35
WIDTH_INCHES = (10.0, 60.0)
PANEL_INCHES = 2.2


def _draw_head(axes: Axes, events: TrackEvents) -> None:
    times = np.arange(len(events.track)) / FRAME_RATE
    for axis, (name, colour) in enumerate(
        (('roll', 'tab:gray'), ('pitch', 'tab:blue'), ('yaw', 'tab:olive'))
    ):
        axes.plot(times, events.track.angles[:, axis], color=colour, label=name, linewidth=1)
    for label, gestures, colour in (
        ('nod', events.nods, 'tab:blue'),
        ('shake', events.shakes, 'tab:red'),
    ):
        for number, gesture in enumerate(gestures):
            axes.axvspan(
                gesture.start,
                gesture.end,
                color=colour,
                alpha=0.2,
                label=None if number else label,
            )
    for end in events.phrase_ends:
        axes.axvline(end, color='tab:green', linewidth=0.7, linestyle=':')
    axes.set_ylabel('head, deg')
    axes.set_title(f'{events.track.name} ({events.track.attitude.value})', fontsize=9, loc='left')


def _draw_face(axes: Axes, events: TrackEvents) -> None:
    track = events.track
    times = np.arange(len(track)) / FRAME_RATE
    axes.plot(times, track.smile, color='tab:orange', label='smile')
    if track.speaker is not None:
        speaker = np.where(track.speaker.face_valid, smile(track.speaker.expression), np.nan)
        axes.plot(times, speaker, color='tab:orange', linestyle='--', label="speaker's smile")
        for number, (first, stop) in enumerate(runs(track.speaker.speaking)):
            axes.axvspan(
                first / FRAME_RATE,
                stop / FRAME_RATE,
                color='tab:green',
                alpha=0.12,
                label=None if number else 'speech',
            )
    blinks = [blink.peak for blink in events.blinks]
    axes.plot(blinks, np.ones(len(blinks)), 'kv', markersize=4, label='blink')
    axes.set_ylim(-0.05, 1.1)
    axes.set_ylabel('coefficient')


def save_plot(path: Path | str, tracks: Sequence[MotionTrack]) -> None:
    """Write a PNG: per track the head's angles above the smile, the speech and the blinks.

    Only the first `MAX_TRACKS` tracks are drawn. DataError without tracks.
    """
    if not tracks:
        raise DataError('no tracks to draw')
    drawn = [TrackEvents(track) for track in tracks[:MAX_TRACKS]]
    seconds = max(events.track.seconds for events in drawn)
    width = float(np.clip(seconds * INCHES_PER_SECOND, *WIDTH_INCHES))
    rows = 2 * len(drawn)
    figure = Figure(figsize=(width, PANEL_INCHES * rows), layout='constrained')
    panels = figure.subplots(rows, 1, squeeze=False)
    for number, events in enumerate(drawn):
        head, face = panels[2 * number, 0], panels[2 * number + 1, 0]
        _draw_head(head, events)
        _draw_face(face, events)
        for axes in (head, face):
            axes.set_xlim(0, events.track.seconds)
            axes.legend(
                loc='lower right', bbox_to_anchor=(1, 1), fontsize=7, ncols=5, frameon=False
            )
        face.set_xlabel('s')
    figure.savefig(path, format='png', dpi=100)
