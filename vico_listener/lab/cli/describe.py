"""`vico describe`: judges from recorded motion whether a listener is believable."""

import argparse
import json
import sys
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.lab.evaluation import describe
from vico_listener.lab.evaluation import format_table
from vico_listener.lab.evaluation import to_json
from vico_listener.lab.evaluation.listening_video import listening_tracks
from vico_listener.media.clip import probe_clip
from vico_listener.media.decoding import measure_duration
from vico_listener.media.tracks import read_recordings
from vico_listener.motion import Attitude

LONGER = 0.5
"""Videos whose lengths differ by more (s) may not be of the same moments."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico describe`."""
    parser.add_argument(
        'directories',
        metavar='DIR',
        nargs='+',
        type=Path,
        help='the folder of a recording (motion.csv and, if present, speaker.csv and '
        'reference.json), a folder of several recordings, or a video of a person who '
        'listens; recordings of the same attitude are pooled',
    )
    parser.add_argument(
        '--speaker',
        metavar='VIDEO',
        type=Path,
        help='for a video of a listener: the video of the speaker, with audio',
    )
    parser.add_argument(
        '--audio',
        metavar='FILE',
        type=Path,
        help='the audio of the speaker, if the video of --speaker has none',
    )
    parser.add_argument(
        '--attitude',
        choices=[a.value for a in Attitude],
        default=Attitude.NEUTRAL.value,
        help='for a video of a listener: the attitude of that person',
    )
    parser.add_argument(
        '--json', metavar='FILE', type=Path, help='also write the figures to this JSON file'
    )
    parser.add_argument(
        '--plot', metavar='FILE', type=Path, help='also draw curves and events into this picture'
    )
    parser.add_argument(
        '--tracked',
        action='store_true',
        help='allow the jitter that motion has if it was tracked from a video; always on for '
        'videos',
    )
    parser.add_argument(
        '--check',
        action='store_true',
        help='exit with code 1 if a hard criterion or two soft rows are missed',
    )


def run(args: argparse.Namespace) -> int:
    """Print the table; with `--check` the exit code is 1 when the motion does not pass."""
    videos = [where for where in args.directories if where.is_file()]
    if args.speaker is not None and (len(videos), len(args.directories)) != (1, 1):
        raise SettingError('--speaker goes with the video of one listener')
    if args.audio is not None and args.speaker is None:
        raise SettingError('--audio goes with --speaker')
    tracks = []
    for where in args.directories:
        if where in videos:
            attitude = Attitude(args.attitude)
            _check_speaker(where, args.speaker, args.audio)
            tracks += listening_tracks(where, attitude, args.speaker, args.audio)
        else:
            tracks += read_recordings(where)
    description = describe(tracks, tracked=args.tracked or bool(videos))
    print(format_table(description))
    if args.json:
        args.json.write_text(json.dumps(to_json(description), indent=1) + '\n', encoding='utf-8')
    if args.plot:
        # matplotlib takes a second to import, and only this needs it.
        from vico_listener.lab.evaluation.plot import save_plot

        save_plot(args.plot, tracks)
    return 1 if args.check and not description.passed else 0


def _check_speaker(listener: Path, speaker: Path | None, audio: Path | None) -> None:
    """Refuse a speaker who cannot be heard; say so if one of the two lasts longer."""
    if speaker is None:
        return
    if audio is None and not probe_clip(speaker).has_audio:
        raise SettingError(f'{speaker} holds no audio: give the file of it by --audio')
    seconds = measure_duration(listener), measure_duration(speaker)
    if abs(seconds[0] - seconds[1]) > LONGER:
        print(
            f'{listener} lasts {seconds[0]:.1f} s, {speaker} {seconds[1]:.1f} s: the first '
            f'{min(seconds):.1f} s are measured, and must be of the same moments',
            file=sys.stderr,
        )
