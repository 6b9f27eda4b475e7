"""`vico reconstruct`: fits Deep3DFaceRecon's coefficients, and a mesh, to a video or photo."""

import argparse
from pathlib import Path

import numpy as np

from vico_listener.errors import SettingError
from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.lab.dataset.tick_images import images_at_ticks
from vico_listener.lab.reconstruction.clip_coefficients import reconstruct_clip
from vico_listener.lab.reconstruction.mesh import load_basel_face
from vico_listener.lab.reconstruction.mesh import write_obj
from vico_listener.media.clip import count_images


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico reconstruct`."""
    parser.add_argument('source', type=Path, help='a video or photo of one person')
    parser.add_argument(
        '--face-model',
        type=Path,
        required=True,
        help='the weights of Deep3DFaceRecon_pytorch, epoch_20.pth',
    )
    parser.add_argument(
        '--out',
        type=Path,
        help="the .mat file to write, in the authors' format with one row per 1/30 s (default: "
        'SOURCE.mat)',
    )
    parser.add_argument(
        '--obj', type=Path, help='also write the mesh of one frame to this OBJ file'
    )
    parser.add_argument('--frame', type=int, default=0, help='the frame whose mesh --obj writes')
    parser.add_argument(
        '--bfm', type=Path, default=Path('BFM'), help='for --obj: the folder of BFM_model_front.mat'
    )


def run(args: argparse.Namespace) -> int:
    """Fit the coefficients and write the files."""
    out = args.out or args.source.with_suffix('.mat')
    # What can be refused is refused before the long work.
    basel_face = load_basel_face(args.bfm) if args.obj else None
    reconstruction = Reconstruction(args.face_model)
    count_images(args.source)  # refuses what holds none
    clip = reconstruct_clip(images_at_ticks(args.source), reconstruction, progress=True)
    if not 0 <= args.frame < len(clip.coefficients):
        raise SettingError(
            f'--frame: {args.source} has the frames 0 to {len(clip.coefficients) - 1}'
        )
    save_mat(out, clip.coefficients, clip.transform_params)
    print(f'{len(clip.coefficients)} frames in {out}')
    if not clip.found.all():
        print(
            f'no face was found in {np.count_nonzero(~clip.found)} of them: the place of the '
            "previous frame's face was fitted, as the authors do"
        )
    if basel_face is not None:
        write_obj(args.obj, basel_face, clip.coefficients[args.frame])
        print(f'mesh of frame {args.frame} in {args.obj}')
    return 0
