"""Listens to the speaker of a video, with its audio, and films the listener.

pip install .
python examples/video_file.py talk.mp4 listener.mp4
"""

import sys
from pathlib import Path

from vico_listener import ListeningHead
from vico_listener.clock import MODEL_RATE
from vico_listener.media.video import write_video


def main(talk: Path, film: Path) -> None:
    """Film the answer to a talk, a picture for every step of the model."""
    smiles = []
    with ListeningHead(attitude='positive', renderer='portrait', size=384) as head:

        def pictures():
            for answer in head.watch(talk):
                smiles.append(answer.motion.face.coefficient('mouthSmileLeft'))
                yield answer.picture

        write_video(film, pictures(), MODEL_RATE)
    print(f'{film}: {len(smiles) / MODEL_RATE:.1f} s, smile up to {max(smiles):.2f}')


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
