"""Installs the ROS-free core and the `vico` command with pip, for machines without ROS.

Inside a colcon workspace CMakeLists.txt builds the package, messages and nodes included; colcon
does not read this file.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages
from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
SHARE = 'share/vico_listener'
sys.path.insert(0, str(HERE))

from vico_listener import bundled_files  # noqa: E402
from vico_listener import dependencies  # noqa: E402
from vico_listener.errors import UnavailableError  # noqa: E402


def tree(folder: str) -> list[tuple[str, list[str]]]:
    """Every file below `folder`, as data files of the share directory."""
    folders = [HERE / folder, *(p for p in (HERE / folder).rglob('*') if p.is_dir())]
    return [
        (
            f'{SHARE}/{path.relative_to(HERE)}',
            [str(f.relative_to(HERE)) for f in sorted(path.iterdir()) if f.is_file()],
        )
        for path in folders
    ]


class BuildWithBundledFiles(build_py):
    """Fetches the face model and the default portrait; without a network it goes on without."""

    def run(self) -> None:
        """Build, and add the files to those of the share directory."""
        super().run()
        try:
            paths = bundled_files.fetch(Path(self.get_finalized_command('build').build_temp))
        except UnavailableError as error:
            self.warn(f'{error}; get it later with `{bundled_files.REMEDY}`')
            return
        target = f'{SHARE}/{bundled_files.FOLDER}'
        self.distribution.data_files.append((target, [str(path) for path in paths]))


package = ElementTree.parse(HERE / 'package.xml').getroot()
setup(
    name=package.findtext('name'),
    version=package.findtext('version'),
    description=' '.join(package.findtext('description', '').split()),
    license=package.findtext('license'),
    maintainer=package.findtext('maintainer'),
    maintainer_email=package.find('maintainer').get('email'),
    project_urls={url.get('type').capitalize(): url.text for url in package.findall('url')},
    packages=find_packages(include=['vico_listener', 'vico_listener.*']),
    package_data={'vico_listener': ['py.typed']},
    python_requires='>=3.10',
    install_requires=[p for name in dependencies.HEAD for p in dependencies.bounds(name)],
    extras_require={name: dependencies.bounds(name) for name in dependencies.EXTRAS},
    data_files=[
        (SHARE, ['package.xml']),
        *tree('action'),
        *tree('config'),
        *tree('msg'),
        *tree('requirements'),
        *tree('resource/models'),
        *tree('resource/pages'),
        *tree('srv'),
        *tree('third_party/audio_common_msgs/msg'),
    ],
    cmdclass={'build_py': BuildWithBundledFiles},
    entry_points={'console_scripts': ['vico = vico_listener.cli.__main__:run']},
)
