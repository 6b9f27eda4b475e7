"""`vico describe`: judges from recorded motion whether a listener is believable."""

import argparse
import json
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.lab.evaluation import describe
from vico_listener.lab.evaluation import format_table
from vico_listener.lab.evaluation import to_json
from vico_listener.lab.evaluation.listening_video import listening_tracks
from vico_listener.media.tracks import read_recordings
from vico_listener.motion import Attitude


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
