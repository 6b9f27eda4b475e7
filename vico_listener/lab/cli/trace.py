"""`vico trace`: shows where the time of a camera image goes in the running stack."""

import argparse
import os
import tempfile
from pathlib import Path

from vico_listener.lab.benchmark.material import write_fluent_clip
from vico_listener.lab.cli import demo
from vico_listener.lab.cli import playing
from vico_listener.lab.nodes.traced_stack import FILE
from vico_listener.lab.nodes.traced_stack import PROGRAM
from vico_listener.lab.tracing.frame_life import frame_lives
from vico_listener.lab.tracing.frame_life import stages
from vico_listener.lab.tracing.frame_life import typical_and_slow
from vico_listener.lab.tracing.life_picture import draw_lives
from vico_listener.lab.tracing.spans import load_spans
from vico_listener.lab.tracing.steps import ARRIVAL
from vico_listener.nodes.source import ClipSource


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico trace`."""
    parser.add_argument(
        '--out', type=Path, default=Path('out/trace'), help='the folder of picture and spans'
    )
    parser.add_argument(
        '--shown', action='store_true', help='also let the stack draw the face, as while it is seen'
    )


def run(args: argparse.Namespace) -> int:
    """Play the demo clip to a traced stack in real time; draw a typical and a slow image."""
    args.out.mkdir(parents=True, exist_ok=True)
    spans_file = args.out / 'spans.jsonl'
    os.environ[FILE] = str(spans_file.absolute())
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    with tempfile.TemporaryDirectory() as folder:
        fluent = Path(folder) / 'speaker.mkv'
        write_fluent_clip(demo.default_clip(), fluent)
        options = parser.parse_args([str(fluent), '--out', folder])
        live = {'lossless': False, 'size': 256, 'measured_wait': 0.0}
        playing.play_and_record(
            ClipSource(fluent), options, film=False, shown=args.shown, changes=live, program=PROGRAM
        )
    spans = load_spans(spans_file)
    lives = frame_lives(spans)
    typical, slow = typical_and_slow(lives)
    picture = args.out / 'trace.png'
    draw_lives([('an image as usual', typical), ('one in a hundred', slow)], picture)
    print(f'{"step":<20} {"median":>8} {"99 %":>8} {"longest":>8}  ms')
    for name, figures in stages(spans).items():
        print(f'{name:<20} ' + ' '.join(f'{figure:8.2f}' for figure in figures))
    came = len({span.stamp for span in spans if span.name == ARRIVAL})
    print(f'{len(lives)} of {came} images were answered; look at {picture}')
    return 0
