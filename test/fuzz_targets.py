"""What `fuzz.py` damages: inputs of every kind that comes from elsewhere, and who reads them."""

import contextlib
from pathlib import Path

import numpy as np
from bag_files import Recording
from bag_files import Row
from bag_files import write_bag
from bag_files import write_mcap
from clip_files import Track
from clip_files import joined
from clip_files import write_media
from fuzz import Target
from fuzz import watch

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.face.deep3d.coefficients import load_mat
from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.writer import BagWriter
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import count_images
from vico_listener.media.clip import play
from vico_listener.media.clip import probe_audio
from vico_listener.media.clip import probe_clip
from vico_listener.nodes.bag_source import BagSource
from vico_listener.resources import resource_path
from vico_listener.robot import HeadController
from vico_listener.robot import load_profile
from vico_listener.robot.profile import known_profiles


def make_clips(folder: Path) -> list[Path]:
    """Small clips of many kinds."""
    noise = np.random.default_rng(0).integers(0, 255, (16, 24, 32, 3), np.uint8)
    pictures = [np.repeat(np.repeat(p[::4, ::4], 4, 0), 4, 1) for p in noise]
    short = {'seconds': 0.64, 'rate': 16000}
    fragmented = {'movflags': 'frag_keyframe+empty_moov'}
    clips = [
        write_media(folder / 'a.mp4', pictures, [Track(**short)], options={'g': '5'}),
        write_media(folder / 'b.mp4', pictures, [Track(**short)], head=fragmented),
        write_media(
            folder / 'c.mkv',
            pictures,
            [Track('flac', **short), Track('pcm_s16le', **short)],
            codec='mjpeg',
            pixels='yuvj420p',
        ),
        write_media(folder / 'd.avi', pictures, [Track('mp2', **short)], options={'bf': '2'}),
        write_media(
            folder / 'e.ts', pictures, [Track('mp2', **short)], codec='mpeg2video', options={}
        ),
        write_media(
            folder / 'f.webm',
            pictures,
            [Track('libopus', rate=48000, seconds=0.64)],
            codec='libvpx',
            options={'g': '5'},
        ),
        write_media(folder / 'g.mov', pictures, [Track('pcm_s16be', **short)], codec='mpeg4'),
    ]
    other = write_media(folder / 'h.ts', pictures, [Track(**short)])
    return [*clips, joined(folder / 'i.ts', clips[4], other)]


def read_clip(path: Path) -> int:
    """Read a clip in every way."""
    refused = 0
    for way in (probe_clip, probe_audio, count_images, lambda p: sum(1 for _ in play(p))):
        watch()
        try:
            way(path)
        except ClipError:
            refused += 1
    return refused


def make_bags(folder: Path) -> list[Path]:
    """Small bags of many kinds."""
    from mcap.writer import CompressionType

    rows = Recording(seconds=0.5).rows()
    chunks = {'chunk_size': 4000}
    bags = [
        write_mcap(folder / 'a.mcap', rows, **chunks),
        write_mcap(folder / 'b.mcap', rows, use_chunking=False, use_statistics=False),
    ]
    for name in ('ZSTD', 'LZ4'):
        bags.append(
            write_mcap(folder / f'{name}.mcap', rows, compression=CompressionType[name], **chunks)
        )
    database = write_bag(folder / 'sql', rows, 'sqlite3') / 'sql.db3'
    return [*bags, database, folder / 'sql' / 'metadata.yaml']


def read_bag(path: Path) -> int:
    """Play a bag."""
    try:
        for _ in BagSource(path.parent if path.suffix == '.yaml' else path).play():
            pass
    except BagError:
        return 1
    return 0


ROWS = Recording(seconds=0.5).rows()


def make_messages(folder: Path) -> list[Path]:
    """The bytes of every kind of message; the file's name begins with its place in a bag."""
    writer = _Bytes()
    kinds: dict[str, Path] = {}
    for number, row in enumerate(ROWS):
        if row.kind not in kinds:
            kinds[row.kind] = folder / f'{number} {row.topic.replace("/", " ").strip()}'
            kinds[row.kind].write_bytes(writer.of(row))
    return list(kinds.values())


class _Bytes:
    """Serializes messages."""

    def __init__(self) -> None:
        from vico_listener.media.bags.definitions import typestore

        self._store = typestore()

    def of(self, row: Row) -> bytes:
        return bytes(self._store.serialize_cdr(row.message, row.kind))


def read_message(path: Path) -> int:
    """Play a bag in which a message has these bytes."""
    import shutil

    number = int(path.name.partition(' ')[0])
    bag = path.parent / 'bag'
    shutil.rmtree(bag, ignore_errors=True)
    writer = _Bytes()
    with BagWriter(bag, 'mcap') as written:
        for kind, topic in {(row.kind, row.topic) for row in ROWS}:
            written.add_topic(topic, kind)
        for n, row in enumerate(ROWS):
            data = path.read_bytes() if n == number else writer.of(row)
            written.write_raw(row.topic, row.kind, row.recorded, data)
    return read_bag(bag)


def make_mats(folder: Path) -> list[Path]:
    """Coefficients as we write them, compressed, and beside others."""
    from scipy.io import savemat

    rng = np.random.default_rng(0)
    arrays = {
        'coeff': rng.normal(size=(5, 257)).astype(np.float32),
        'transform_params': rng.normal(size=(5, 5)).astype(np.float32),
    }
    save_mat(folder / 'a.mat', *arrays.values())
    savemat(folder / 'b.mat', arrays, do_compression=True)
    others = {'names': ['a', 'b'], 'one': {'two': 3.0}, 'complex': 1j, 'empty': []}
    savemat(
        folder / 'c.mat', others | {name: value.astype(float) for name, value in arrays.items()}
    )
    return [folder / name for name in ('a.mat', 'b.mat', 'c.mat')]


def read_mat(path: Path) -> int:
    """Read coefficients."""
    try:
        load_mat(path)
    except DataError:
        return 1
    return 0


def make_profiles(folder: Path) -> list[Path]:
    """The profiles that come with the package."""
    profiles = [folder / f'{name}.yaml' for name in known_profiles()]
    for profile in profiles:
        profile.write_bytes(resource_path(f'config/robots/{profile.name}').read_bytes())
    return profiles


def read_profile(path: Path) -> int:
    """Load a profile and move its head; every command stays in its range."""
    try:
        profile = load_profile(str(path))
    except SettingError:
        return 1
    head = HeadController(profile)
    lows = [joint.minimum - 1e-6 for joint in profile.joints]
    highs = [joint.maximum + 1e-6 for joint in profile.joints]
    for tick in range(30):
        stamp = tick * NANOSECONDS // 30
        head.follow((0.3, -0.3, 0.6) if tick % 10 < 5 else (0.0, 0.4, -0.2), stamp)
        for command in head.advance(stamp):
            assert np.isfinite(command.positions).all()
            assert np.all(np.array(command.positions) >= lows), profile
            assert np.all(np.array(command.positions) <= highs), profile
    return 0


def make_parameters(folder: Path) -> list[Path]:
    """The parameter file that comes with the package."""
    path = folder / 'listener.yaml'
    path.write_bytes(resource_path('config/listener.yaml').read_bytes())
    return [path]


def read_parameters(path: Path) -> int:
    """Give a parameter file to the tables of the stack's nodes, as the executables do."""
    import rclpy
    from rclpy.exceptions import ParameterException
    from rclpy.node import Node

    from vico_listener.nodes.parameters import ParameterTable
    from vico_listener.ros_api import STACK

    context = rclpy.Context()
    refused = 0
    try:
        rclpy.init(args=['--ros-args', '--params-file', str(path)], context=context)
    except RuntimeError:
        return 1
    try:
        for api in STACK:
            with contextlib.ExitStack() as undo:
                try:
                    node = Node(api.node, context=context, enable_rosout=False)
                    undo.callback(node.destroy_node)
                    ParameterTable(node, api.parameters, lambda name, value: None).check()
                except (ParameterException, SettingError):
                    refused += 1
    finally:
        rclpy.try_shutdown(context=context)
    return refused


def make_checkpoints(folder: Path) -> list[Path]:
    """A small checkpoint of a listener, and a file of weights of other projects."""
    import torch

    from vico_listener.lab.training.saving import save_checkpoint
    from vico_listener.listener.model.checkpoint import Checkpoint
    from vico_listener.listener.model.config import ModelConfig
    from vico_listener.listener.model.network import ListenerNetwork
    from vico_listener.listener.model.vectors import Normalisation

    torch.manual_seed(0)
    network = ListenerNetwork(ModelConfig(basis='arkit52', hidden=8, fused=8)).eval()
    weights = {name: w.numpy().copy() for name, w in network.state_dict().items()}
    norm = Normalisation.identity(network.config)
    save_checkpoint(Checkpoint(network.config, weights, norm), folder / 'checkpoint')
    torch.save({'net': network.state_dict()}, folder / 'weights.pth')
    old = {'_use_new_zipfile_serialization': False}
    torch.save({'net': network.state_dict()}, folder / 'old.pth', **old)
    return [
        folder / 'checkpoint' / 'config.json',
        folder / 'checkpoint' / 'model.safetensors',
        folder / 'weights.pth',
        folder / 'old.pth',
    ]


def read_checkpoint(path: Path) -> int:
    """Load a checkpoint and take a step, or read a file of weights."""
    from vico_listener.listener.model.runtimes import create_runtime
    from vico_listener.listener.model.runtimes import initial_state
    from vico_listener.neural.torch_file import read_torch_file

    try:
        if path.suffix == '.pth':
            read_torch_file(path)
        else:
            checkpoint = load_checkpoint(path.parent)
            runtime = create_runtime('torch', checkpoint, device='cpu')
            runtime.state = initial_state(
                checkpoint, np.ones(checkpoint.config.initial_size, np.float32)
            )
            runtime.step(np.ones(checkpoint.config.driven_size, np.float32))
    except (DataError, SettingError):
        return 1
    return 0


TARGETS = {
    'clips': Target(make_clips, read_clip),
    'bags': Target(make_bags, read_bag),
    'messages': Target(make_messages, read_message),
    'mat': Target(make_mats, read_mat),
    'profiles': Target(make_profiles, read_profile, text=True),
    'parameters': Target(make_parameters, read_parameters, text=True),
    'checkpoints': Target(make_checkpoints, read_checkpoint, text=True),
}
