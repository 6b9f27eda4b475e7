"""Knows which Python packages each command needs, for pip, `./run` and messages.

The files in ``requirements/`` name and pin the packages. ``python -m vico_listener.dependencies
COMMAND [ARGUMENTS]`` prints the extras that a command needs besides the head. This module imports
only the standard library, because setup.py has nothing else.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

HEAD = ('basics', 'head')
"""The requirement files of the head."""

EXTRAS = (
    'bags',
    'robots',
    'numba',
    'speech',
    'echo',
    'live',
    'evaluation',
    'cluster',
    'simulation',
    'neural',
    'lab',
    'bench',
    'training',
    'docs',
    'test',
)
"""The requirement files of optional parts, the smaller ones first; they are the extras of pip."""

COMMANDS: dict[str, tuple[str, ...]] = {
    'bag': ('lab',),
    'bench': ('lab', 'bench', 'numba'),
    'checkpoint': (),
    'dataset': ('lab',),
    'demo': ('lab',),
    'describe': ('lab',),
    'docs': ('lab',),
    'doctor': (),
    'evaluate': ('lab',),
    'face': ('live',),
    'gallery': ('lab', 'numba'),
    'glance': ('lab', 'speech', 'numba'),
    'live': ('live', 'robots'),
    'markers': (),
    'nod-table': ('lab',),
    'reactions': ('lab', 'speech'),
    'reconstruct': ('lab', 'neural'),
    'render-check': ('lab',),
    'robot': ('robots',),
    'setup': ('robots',),
    'shell': ('robots',),
    'soak': ('lab',),
    'stack': ('robots',),
    'study': ('lab',),
    'test': ('lab', 'test', 'simulation'),
    'trace': ('lab',),
    'train': ('lab', 'training'),
    'train-renderer': ('lab', 'neural'),
}
"""The extras that a command of `vico` or `./run` needs."""

ARGUMENTS: dict[tuple[str, str], tuple[str, ...]] = {
    ('bench', '--gpu'): ('neural',),
    ('checkpoint', 'export'): ('training',),
    ('checkpoint', 'import'): ('training',),
    ('dataset', '--ray'): ('cluster',),
    ('dataset', 'dyads'): ('speech',),
    ('dataset', 'synthesize'): ('speech',),
    ('demo', '--conversation'): ('speech', 'echo'),
    ('demo', '--sim'): ('simulation',),
    ('docs', '--html'): ('docs',),
    ('evaluate', '--inception'): ('neural',),
    ('evaluate', '--render'): ('evaluation',),
    ('evaluate', '--videos'): ('evaluation',),
}
"""The extras that a command needs with an argument."""

PARTS = {
    'deep3d': 'neural',
    'head3d': 'numba',
    'numba': 'numba',
    'pirender': 'neural',
    'torch': 'neural',
}
"""The extras of face backends, renderers and runtimes that a user chooses by name."""

DISTRIBUTIONS = {
    'PIL': 'pillow',
    'apsw': 'rosbags',
    'backports': 'rosbags',
    'cv2': 'opencv-python-headless',
    'lz4': 'rosbags',
    'pythonosc': 'python-osc',
    'skimage': 'scikit-image',
    'yaml': 'PyYAML',
}
"""The packages of modules that have another name, or come with another package."""

_ROS = re.compile(r'rclpy|launch\w*|tf2_ros|cv_bridge|builtin_interfaces|std_srvs|\w+_msgs')


def requirements_file(name: str) -> Path:
    """Return the path of a requirement file, beside the sources or in the share folder."""
    from vico_listener.resources import resource_path

    return resource_path(f'requirements/{name}.txt')


def packages(extra: str) -> list[str]:
    """Return the sorted names of the packages in a requirement file and in those it includes."""
    found: set[str] = set()
    for line in requirements_file(extra).read_text(encoding='utf-8').splitlines():
        line = line.partition('#')[0].strip()
        if line.startswith('-r '):
            found.update(packages(line.removeprefix('-r ').removesuffix('.txt')))
        elif line:
            found.update(re.findall(r'^[\w.-]+', line))
    return sorted(found)


def bounds(extra: str) -> list[str]:
    """Return the requirements of a file and of those it includes, for pip beside other packages.

    Each allows its pinned version and later ones up to the next major version.
    """
    found: list[str] = []
    for line in requirements_file(extra).read_text(encoding='utf-8').splitlines():
        line = line.partition('#')[0].strip()
        if line.startswith('-r '):
            found += bounds(line.removeprefix('-r ').removesuffix('.txt'))
        elif line:
            major = r'==((\d+)[\w.]*)'
            found.append(re.sub(major, lambda m: f'>={m[1]},<{int(m[2]) + 1}', line))
    return sorted(set(found))


def needs(command: str, arguments: Sequence[str] = ()) -> list[str]:
    """Return the extras that a command needs with these arguments."""
    found = list(COMMANDS.get(command, ()))
    if command == 'setup':
        found += arguments
    for (c, word), added in ARGUMENTS.items():
        if c == command and word in arguments:
            found += added
    chosen = {re.split(':=|=', argument)[-1] for argument in arguments}
    found += [extra for part, extra in PARTS.items() if part in chosen]
    return list(dict.fromkeys(found))


def remedy(module: str, extras: Sequence[str] = ()) -> str:
    """Return what the user can do to install a missing module.

    Args:
        module: the name of the module.
        extras: the extras of what is running, whose requirement files are searched first.
    """
    name = module.partition('.')[0]
    if _ROS.fullmatch(name):
        return 'install and source ROS 2, or start it by ./run'
    name = DISTRIBUTIONS.get(name, name.replace('_', '-'))
    for extra in (*extras, *HEAD, *EXTRAS):
        if name.lower() in map(str.lower, packages(extra)):
            return f'{pip_install()} -r {requirements_file(extra)}'
    return f'{pip_install()} {name}'


def pip_install() -> str:
    """Return the beginning of a command that installs into the environment that is running.

    With `./run` that is `.venv`, whose pip is not the one that a shell would find.
    """
    return f'{sys.executable} -m pip install'


if __name__ == '__main__':
    print(' '.join(needs(sys.argv[1], sys.argv[2:])))
