"""`vico train-renderer`: trains PIRenderer further on a video of one person."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico train-renderer`."""
    parser.add_argument('video', type=Path, help='a video of the person, from the front')
    parser.add_argument(
        '--renderer-model',
        type=Path,
        required=True,
        help="the authors' weights, epoch_00190_iteration_000400000_checkpoint.pt",
    )
    parser.add_argument(
        '--face-model', type=Path, help='the weights of Deep3DFaceRecon_pytorch, epoch_20.pth'
    )
    parser.add_argument(
        '--mat',
        type=Path,
        help='a .mat file with the coefficients of the video, instead of --face-model; the '
        'video must be square',
    )
    parser.add_argument(
        '--vgg19',
        type=Path,
        help="torchvision's weights vgg19-dcbb9e9d.pth, to train with the authors' own loss",
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('out/renderer'),
        help='the folder of the training run; a run that is already there is resumed',
    )
    parser.add_argument('--steps', type=int, default=2000, help='the number of training steps')
    parser.add_argument(
        '--batch', type=int, default=2, help='the number of pairs of images per step'
    )
    parser.add_argument(
        '--learning-rate', type=float, default=2e-5, help='the learning rate of Adam'
    )
    parser.add_argument(
        '--size',
        type=int,
        default=256,
        help='the width and height of the pictures [px]; smaller than 256 only for a test',
    )
    parser.add_argument('--seed', type=int, default=0, help='the seed of all random choices')
    parser.add_argument(
        '--device',
        default='auto',
        help='where to train: cuda, cpu, or auto (a GPU if there is one)',
    )
    parser.add_argument(
        '--threads', type=int, help='the number of CPU threads (default: all cores)'
    )


def run(args: argparse.Namespace) -> int:
    """Train, write the checkpoint and say what was gained."""
    import torch

    from vico_listener.errors import SettingError
    from vico_listener.lab.training.person_video import read_person
    from vico_listener.lab.training.renderer_training import CHECKPOINT
    from vico_listener.lab.training.renderer_training import SHEET
    from vico_listener.lab.training.renderer_training import RendererSettings
    from vico_listener.lab.training.renderer_training import RendererTraining
    from vico_listener.neural.execution import choose_device
    from vico_listener.render.pirender.generator import load_generator

    if (args.face_model is None) == (args.mat is None):
        raise SettingError(
            'give either --face-model (epoch_20.pth) or --mat, see docs/checkpoints.md'
        )
    settings = RendererSettings(
        args.steps, args.batch, args.learning_rate, args.seed, choose_device(args.device)
    )
    if args.threads:
        torch.set_num_threads(args.threads)
    load_generator(args.renderer_model)  # what can be refused is refused before the long work
    person = read_person(args.video, args.face_model, args.mat, args.size)
    training = RendererTraining(person, args.renderer_model, args.out, settings, args.vgg19)
    gained = training.run()
    print(f'on images that it has not seen: PSNR {gained.before:.2f} -> {gained.after:.2f} dB')
    print(f'source, truth, before, after: {args.out / SHEET}')
    if gained.after <= gained.before:
        print('the renderer did not improve: use a longer video, or fewer steps')
    print(f'weights: {args.out / CHECKPOINT}; use them as renderer_model')
    return 0
