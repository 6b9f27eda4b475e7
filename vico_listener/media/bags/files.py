"""Which files a bag consists of, and opening them, whatever holds and compresses them."""

from contextlib import ExitStack
from pathlib import Path
from pathlib import PurePosixPath
from tempfile import TemporaryDirectory

from vico_listener.media.bags import mcap_file
from vico_listener.media.bags import sqlite_file
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.bag_errors import damaged
from vico_listener.media.bags.bag_errors import of_ros1
from vico_listener.media.bags.storage import StorageFile
from vico_listener.media.bags.storage import is_zstd
from vico_listener.media.bags.storage import unpack_file
from vico_listener.yaml_text import parse_yaml

METADATA = 'metadata.yaml'
SUFFIXES = ('.mcap', '.db3')
COMPRESSED = ('.zstd', '.zst')
ROS1_SUFFIX = '.bag'
ROS1_MAGIC = b'#ROSBAG'
HEAD = 16
"""Bytes that show what a file is."""


def is_bag(path: Path) -> bool:
    """Return True for whatever is meant as a bag, whether it can be read or not.

    That is a folder of rosbag2 or of several, its metadata.yaml, a file with the name or the
    content of an .mcap or .db3, and what ROS 1 made.
    """
    if path.is_dir():
        has_file = any(_is_named(file) for file in path.iterdir())
        return has_file or (path / METADATA).is_file() or bool(_bags_in(path))
    return _is_named(path) or path.name == METADATA or _holds_bag(path)


def _is_named(path: Path) -> bool:
    return path.suffix.lower() in (*SUFFIXES, *COMPRESSED, ROS1_SUFFIX)


def _holds_bag(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open('rb') as file:
        return file.read(HEAD).startswith((mcap_file.MAGIC, sqlite_file.MAGIC, ROS1_MAGIC))


def _bags_in(folder: Path) -> list[Path]:
    """Return the bags whose folders are in a folder."""
    return sorted(file.parent for file in folder.glob(f'*/{METADATA}'))


def storage_paths(path: Path) -> list[Path]:
    """Return the files of a bag, in order.

    Args:
        path: a bag's folder, or one file.

    Raises:
        BagError: it is no bag of ROS 2, its metadata cannot be read, or a file is missing.
    """
    if not path.exists():
        raise BagError(f'no such bag: {path}')
    if path.is_file():
        if path.suffix.lower() == ROS1_SUFFIX:
            raise of_ros1(path)
        if path.name == METADATA:
            raise BagError(f'{path} is the metadata of a bag: give its folder, {path.parent}')
        if not is_bag(path):
            raise _no_bag(path)
        return [path]
    if (path / METADATA).is_file():
        return [_found(path, name) for name in _listed(path)]
    if ros1 := sorted(path.glob(f'*{ROS1_SUFFIX}')):
        raise of_ros1(ros1[0])
    if not is_bag(path):
        raise _no_bag(path)
    if bags := _bags_in(path):
        names = ', '.join(bag.name for bag in bags)
        raise BagError(f'{path} is a folder of bags, give one of them: {names}')
    raise BagError(
        f'{path} has no metadata.yaml, its recording was cut off: ros2 bag reindex makes one'
    )


def _no_bag(path: Path) -> BagError:
    return BagError(
        f'{path} is no rosbag2 bag: give its folder (with metadata.yaml), or an .mcap or .db3 file'
    )


def _listed(folder: Path) -> list[str]:
    """Return the names of the files in the metadata; the files know the rest of it."""
    try:
        content = parse_yaml((folder / METADATA).read_text(encoding='utf-8'))
        if not isinstance(content, dict):
            what = 'is empty' if content is None else f'holds a {type(content).__name__}'
            raise ValueError(f'it {what}, where rosbag2 has a table')
        names = content['rosbag2_bagfile_information']['relative_file_paths']
        if not names or not all(isinstance(name, str) for name in names):
            raise ValueError('its metadata name no files')
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(folder, f'{METADATA}: {error}') from None
    # The first versions of rosbag2 put the folder in front.
    return [PurePosixPath(name).name for name in names]


def _found(folder: Path, name: str) -> Path:
    """Return a file of the metadata, also when it was compressed or decompressed since."""
    names = [name, *(f'{name}{suffix}' for suffix in COMPRESSED)]
    if PurePosixPath(name).suffix in COMPRESSED:
        names.append(PurePosixPath(name).stem)
    found = next((folder / n for n in names if (folder / n).is_file()), None)
    if found is None:
        raise BagError(
            f'{folder} is not complete: {name}, which its metadata.yaml names, is missing; put it '
            'back, or let ros2 bag reindex write the metadata of what is there'
        )
    return found


def open_storage(path: Path, stack: ExitStack) -> StorageFile:
    """Open a file by what it holds, not by its name.

    Args:
        path: of the file.
        stack: closes it and deletes what had to be decompressed.

    Raises:
        BagError: damaged, empty, or of ROS 1.
    """
    try:
        with path.open('rb') as file:
            head = file.read(HEAD)
        if is_zstd(head):
            folder = stack.enter_context(TemporaryDirectory(prefix='vico_bag_'))
            unpacked = Path(folder, 'bag')
            unpack_file(path, unpacked)
            with unpacked.open('rb') as file:
                return _open(path, unpacked, file.read(HEAD), stack)
        return _open(path, path, head, stack)
    except ValueError as error:
        if isinstance(error, BagError):
            raise
        raise damaged(path, error) from None
    except OSError as error:
        raise BagError(f'{path} cannot be read: {error}') from None


def _open(named: Path, path: Path, head: bytes, stack: ExitStack) -> StorageFile:
    if head.startswith(ROS1_MAGIC):
        raise of_ros1(named)
    if not head:
        raise damaged(named, 'it is empty')
    storage: StorageFile
    if head.startswith(mcap_file.MAGIC):
        storage = mcap_file.McapFile(path, named)
    elif head.startswith(sqlite_file.MAGIC):
        storage = sqlite_file.SqliteFile(path, named)
    else:
        raise damaged(named, 'it is neither MCAP nor SQLite')
    stack.callback(storage.close)
    return storage
